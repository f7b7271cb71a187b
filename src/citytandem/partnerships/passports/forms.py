"""Forms of a passport: both sides of each condition, tasks, and what came of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from citytandem.core.languages import NATIVE_NAMES
from citytandem.partnerships.models import PassportState
from citytandem.partnerships.passports.comparing import CONDITIONS, Side, Value
from citytandem.partnerships.passports.keeping import LARGEST, LONGEST_NAME, LONGEST_NOTE, MOST_NAMES
from citytandem.partnerships.passports.words import BODIES, EVIDENCE, LAW, TARGET_QUESTIONS
from citytandem.partnerships.passports.words import CONDITIONS as WORDS
from citytandem.ui.fields import AmountField
from citytandem.ui.forms import Checks, PlainForm, dress

SIDES = ("origin", "target")
_UNSAID = ("", _("Not known yet"))
_SEPARATOR = re.compile(r"[;\n]")


class NamesField(forms.CharField):
    """Several names in one line, with semicolons between them; cleaned, a list."""

    def clean(self, value: Any) -> list[str]:
        """See Field."""
        text = super().clean(value)
        names = [" ".join(name.split()) for name in _SEPARATOR.split(text)]
        found = list(dict.fromkeys(name for name in names if name))
        if any(len(name) > LONGEST_NAME for name in found) or len(found) > MOST_NAMES:
            raise forms.ValidationError(_("Short names, please, with semicolons between them."), code="names")
        return found

    def prepare_value(self, value: Any) -> Any:
        """A list as it is typed."""
        return "; ".join(value) if isinstance(value, list | tuple) else value


def _value_field(condition: str, side: str) -> forms.Field | None:
    """The field for the value; None where only people's words count (the law of the origin)."""
    choices: Mapping[str, Any] | None = {"responsible_body": BODIES, "evidence": EVIDENCE}.get(condition)
    if condition == "law":
        if side == "origin":
            return None
        choices = LAW
    if choices is not None:
        return forms.ChoiceField(choices=[_UNSAID, *choices.items()], required=False)
    if condition in ("staff", "cost"):
        return AmountField(required=False, min_value=0, max_value=LARGEST, decimal_places=2)
    if condition == "language":
        return forms.MultipleChoiceField(choices=list(NATIVE_NAMES.items()), required=False, widget=Checks)
    return NamesField(required=False, max_length=2_000, help_text=_("Several with semicolons between them"))


class ConditionsForm(PlainForm):
    """Both sides of each condition: a value that is compared, and words."""

    seen = forms.DateTimeField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for condition in CONDITIONS:
            for side in SIDES:
                field = _value_field(condition, side)
                if field is not None:
                    field.label = str(WORDS[condition][1] if side == "origin" else TARGET_QUESTIONS[condition])
                    self.fields[f"{side}-{condition}"] = dress(field)
                note = forms.CharField(
                    label=_("In words"),
                    required=False,
                    max_length=LONGEST_NOTE,
                    widget=forms.Textarea(attrs={"rows": 2}),
                )
                self.fields[f"{side}-{condition}-note"] = dress(note)

    @property
    def groups(self) -> Iterator[Mapping[str, Any]]:
        """Each condition with the fields of both sides."""
        for condition in CONDITIONS:
            yield {
                "label": WORDS[condition][0],
                "sides": [
                    (side, [self[name] for name in (f"{side}-{condition}", f"{side}-{condition}-note") if name in self.fields])
                    for side in SIDES
                ],
            }  # fmt: skip

    def sides(self, side: str) -> dict[str, Side]:
        """What was said of one city."""
        return {
            condition: Side(
                _plain(self.cleaned_data.get(f"{side}-{condition}")),
                self.cleaned_data[f"{side}-{condition}-note"].strip(),
            )
            for condition in CONDITIONS
        }


def start_of(sides: Mapping[str, Mapping[str, Side]]) -> dict[str, Any]:
    """What the form starts with."""
    start: dict[str, Any] = {}
    for side, conditions in sides.items():
        for condition, one in conditions.items():
            start[f"{side}-{condition}"] = one.value
            start[f"{side}-{condition}-note"] = one.note
    return start


def _plain(value: Any) -> Value:
    if isinstance(value, Decimal):
        return float(value)
    return value if value not in ("", [], None) else None


class BeginForm(PlainForm):
    """For which city."""

    city = forms.ChoiceField(label=_("For which city?"))

    def __init__(self, *args: Any, cities: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["city"].choices = cities  # type: ignore[attr-defined]


class TaskForm(PlainForm):
    """Something else that has to be done."""

    text = forms.CharField(label=_("What has to be done?"), max_length=500)
    due_on = forms.DateField(label=_("Until when?"), required=False, widget=forms.DateInput(attrs={"type": "date"}))


class TaskStateForm(PlainForm):
    """A date for a task, and whether it is done."""

    due_on = forms.DateField(label=_("Until when?"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    is_done = forms.BooleanField(label=_("done"), required=False)


class SettleForm(PlainForm):
    """How far it has come, and with which result."""

    state = forms.ChoiceField(label=_("How far has it come?"), choices=PassportState.choices)
    in_use_since = forms.DateField(
        label=_("In use since"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    outcome = forms.CharField(
        label=_("What came of it?"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 4})
    )
    is_public = forms.BooleanField(label=_("Everybody may read this passport"), required=False)

"""Forms of those who build a survey, and the form of those who answer it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from itertools import groupby
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from citytandem.core.languages import NATIVE_NAMES
from citytandem.core.versions import read
from citytandem.partnerships.models import QuestionKind, SurveyQuestion
from citytandem.partnerships.surveys.questions import LONGEST, is_skipped
from citytandem.partnerships.surveys.standard import TOPICS
from citytandem.ui.forms import Checks, PlainForm, Radios, dress


def _words(label: Any, hint: Any = "", *, most: int = 300, required: bool = True) -> forms.CharField:
    return forms.CharField(label=label, help_text=hint, max_length=most, required=required)


class SurveyForm(PlainForm):
    """What a survey is about."""

    title = _words(_("Title"), most=200)
    text = forms.CharField(
        label=_("What it is about, and what happens with the answers"),
        required=False,
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    language = forms.ChoiceField(label=_("Language of these words"), choices=list(NATIVE_NAMES.items()))
    partnership = forms.ChoiceField(label=_("About one partnership alone"), required=False)
    is_anonymous = forms.BooleanField(
        label=_("Nobody can see who answered what"),
        required=False,
        initial=True,
        help_text=_(
            "Without this, answers are kept with the contact, so that change can be followed from wave to wave."
        ),
    )
    least = forms.IntegerField(
        label=_("Hide numbers of fewer people than"),
        min_value=3,
        max_value=50,
        initial=5,
    )
    standard = forms.BooleanField(
        label=_("Begin with the standard questionnaire: method, networking, impulses, added value"), required=False,
        initial=True,
    )  # fmt: skip

    def __init__(self, *args: Any, partnerships: Sequence[tuple[str, str]], is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["partnership"].choices = [("", _("The whole programme")), *partnerships]  # type: ignore[attr-defined]
        if not is_new:
            del self.fields["standard"]


class QuestionForm(PlainForm):
    """A question. What does not belong to its kind is left aside."""

    text = _words(_("Question"), most=500)
    language = forms.ChoiceField(label=_("Language of these words"), choices=list(NATIVE_NAMES.items()))
    kind = forms.ChoiceField(
        label=_("How it is answered"), choices=QuestionKind.choices, widget=Radios, initial="scale"
    )
    is_required = forms.BooleanField(label=_("Has to be answered"), required=False)
    options = forms.CharField(
        label=_("Options, one on each line"),
        required=False,
        max_length=6_000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    steps = forms.IntegerField(label=_("Steps of the scale"), required=False, min_value=2, max_value=7, initial=5)
    low = _words(_("What the lowest step means"), required=False, most=120)
    high = _words(_("What the highest step means"), required=False, most=120)
    least = forms.FloatField(label=_("Smallest number"), required=False)
    most = forms.FloatField(label=_("Largest number"), required=False)


def question_values(row: SurveyQuestion, language: str) -> dict[str, Any]:
    """What the form shows of a question in one language."""

    def told(value: Any) -> str:
        return str((value or {}).get(language, {}).get("text", ""))

    lines = [told(option["text"]) or read(option["text"], reader=language).text for option in row.options]
    return {
        "text": told(row.text) or read(row.text, reader=language).text, "language": language, "kind": row.kind,
        "is_required": row.is_required, "options": "\n".join(lines), "low": told(row.low), "high": told(row.high),
        "steps": int(row.most) if row.kind == "scale" and row.most else 5,
        "least": row.least if row.kind == "number" else None, "most": row.most if row.kind == "number" else None,
    }  # fmt: skip


class WaveForm(PlainForm):
    """Asking the questions now."""

    closes_at = forms.DateField(
        label=_("Answers until the end of"), required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip
    everybody = forms.BooleanField(
        label=_("Everybody who has the address may answer (one person may then answer more than once)"), required=False
    )

    def ends(self) -> datetime | None:
        """The end of the day, in the node's time."""
        day = self.cleaned_data["closes_at"]
        return datetime.combine(day, time.max, timezone.get_current_timezone()) if day else None


class AddressesForm(PlainForm):
    """Whom to invite beside the named contacts."""

    addresses = forms.CharField(
        label=_("E-mail addresses, one on each line"), max_length=50_000, widget=forms.Textarea(attrs={"rows": 4})
    )

    def clean_addresses(self) -> list[str]:
        """Each once; those that are no addresses are named."""
        lines = list(
            dict.fromkeys(line.strip() for line in self.cleaned_data["addresses"].splitlines() if line.strip())
        )
        odd = [line for line in lines if not _is_address(line)]
        if odd:
            told = _("These are no e-mail addresses: %(lines)s")
            raise ValidationError(told, params={"lines": ", ".join(odd[:5])}, code="address")
        return lines


def _is_address(line: str) -> bool:
    try:
        validate_email(line)
    except ValidationError:
        return False
    return True


class AnswerForm(PlainForm):
    """The questions as fields, in the reader's language. A question that is empty is skipped."""

    def __init__(
        self, *args: Any, questions: Sequence[SurveyQuestion], reader: str, original: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions
        for row in questions:
            self.fields[row.key] = dress(_field(row, reader, original))
        if any(row.kind == "text" for row in questions):
            told = _("What I wrote in my own words may be quoted without my name.")
            self.fields["may_be_quoted"] = dress(forms.BooleanField(label=told, required=False))

    def values(self) -> dict[str, Any]:
        """The answers by key, as they are kept."""
        found: dict[str, Any] = {}
        for row in self.questions:
            value = self.cleaned_data.get(row.key)
            if not is_skipped(value):
                found[row.key] = int(self.cleaned_data[row.key]) if row.kind == "scale" else value
        return found

    @property
    def parts(self) -> list[tuple[str, list[Any]]]:
        """The fields of the questions under the names of their topics; own questions have none."""
        grouped = groupby(self.questions, key=lambda row: row.topic)
        return [(str(TOPICS.get(topic, "")), [self[row.key] for row in rows]) for topic, rows in grouped]


def _field(row: SurveyQuestion, reader: str, original: str) -> forms.Field:
    label = read(row.text, reader=reader, original=original).text
    choices = [(option["key"], read(option["text"], reader=reader, original=original).text) for option in row.options]
    needed = row.is_required
    if row.kind == "scale":
        return forms.ChoiceField(
            label=label, required=needed, widget=Radios, choices=scale_choices(row, reader, original)
        )
    if row.kind == "choice":
        return forms.ChoiceField(label=label, required=needed, widget=Radios, choices=choices)
    if row.kind == "multi":
        return forms.MultipleChoiceField(label=label, required=needed, widget=Checks, choices=choices)
    if row.kind == "number":
        widget = forms.TextInput(attrs={"inputmode": "decimal"})
        return forms.FloatField(
            label=label, required=needed, min_value=row.least, max_value=row.most, widget=widget, localize=True
        )
    return forms.CharField(label=label, required=needed, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4}))


def scale_choices(row: SurveyQuestion, reader: str, original: str) -> list[tuple[str, str]]:
    """The steps with what the ends mean."""
    low, high = (read(value, reader=reader, original=original).text for value in (row.low, row.high))
    steps = range(int(row.least or 1), int(row.most or 5) + 1)
    named = {steps[0]: low, steps[-1]: high}
    return [(str(step), f"{step} – {named[step]}" if named.get(step) else str(step)) for step in steps]

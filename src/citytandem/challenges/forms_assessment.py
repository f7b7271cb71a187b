"""Forms of the assessment: the jury, the declaration of interest, scores, closing, deciding, other weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from citytandem.challenges.ranking_words import figure
from citytandem.challenges.reading_assessment import Asked, Own
from citytandem.challenges.services.scoring import MOST_DECLARED, MOST_NOTE, Given
from citytandem.core.errors import DomainError
from citytandem.core.languages import LANGUAGES, NATIVE_NAMES
from citytandem.core.text import MAX_TEXT
from citytandem.ui.forms import PlainForm, Radios

# A scale with so many whole steps at most is shown as a row to choose from.
_MOST_STEPS = 10
MOST_REASON = 4_000


class ScoreField(forms.FloatField):
    """A number on a scale, with a point or a comma. A text field: a browser's number field drops what it cannot read."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> float | None:  # type: ignore[override]
        """See FloatField; thousands are not parted on a scale, so 0.125 is an eighth."""
        return super().to_python(value.strip().replace(",", ".") if isinstance(value, str) else value)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:  # noqa: ARG002 - Django's signature
        """See Field."""
        return {"inputmode": "decimal", "autocomplete": "off"}


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """A criterion of the form: with its fields. `is_steps`: a row of whole numbers to choose from."""

    asked: Asked
    value: Any
    note: Any
    is_steps: bool
    weight: str


class AssessForm(PlainForm):
    """All criteria of one proposal; each may stay without a score."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=4_000)

    def __init__(
        self, *args: Any, criteria: Sequence[Asked], own: Mapping[str, Own], closed: bool = False, **kwargs: Any
    ) -> None:
        self._criteria = criteria
        initial: dict[str, Any] = {"seen": " ".join(own)}
        for one in criteria:
            if one.key in own:
                given = own[one.key].value
                initial[f"value_{one.key}"] = f"{given:g}" if _is_steps(one) else number_format(given)
                initial[f"note_{one.key}"] = own[one.key].note
        super().__init__(*args, initial=initial, **kwargs)
        for one in criteria:
            self.fields[f"value_{one.key}"] = _value_field(one)
            self.fields[f"note_{one.key}"] = forms.CharField(
                label=_("Note"),
                required=False,
                max_length=MOST_NOTE,
                widget=forms.Textarea(attrs={"rows": 2, "class": "kern-form-input__input cs-note__field"}),
            )
        if closed:
            for field in self.fields.values():
                field.disabled = True

    def rows(self) -> Iterator[ScoreRow]:
        """The criteria with their fields, as the page shows them."""
        for one in self._criteria:
            weight = figure(100 * one.share)
            yield ScoreRow(one, self[f"value_{one.key}"], self[f"note_{one.key}"], _is_steps(one), weight)

    def given(self) -> dict[str, Given]:
        """What was typed, by key of the criterion."""
        values = self.cleaned_data
        return {
            one.key: Given(values.get(f"value_{one.key}"), values.get(f"note_{one.key}") or "")
            for one in self._criteria
        }

    def shown(self) -> set[str]:
        """The criteria that had a score when the page was made."""
        return set(self.cleaned_data.get("seen", "").split())

    def refuse(self, error: DomainError) -> None:
        """See PlainForm; a criterion's errors stand at its field."""
        part = "note" if error.code.startswith("score.note_too") else "value"
        name = f"{part}_{error.field}"
        self.add_error(name if name in self.fields else None, str(error.message))


def _is_steps(one: Asked) -> bool:
    return one.low.is_integer() and one.high.is_integer() and one.high - one.low <= _MOST_STEPS


def _value_field(one: Asked) -> forms.Field:
    name = one.name.text
    if _is_steps(one):
        steps = [(str(step), str(step)) for step in range(int(one.low), int(one.high) + 1)]
        return forms.TypedChoiceField(
            label=name,
            required=False,
            choices=[*steps, ("", _("not scored"))],
            coerce=float,
            empty_value=None,
            widget=forms.RadioSelect(attrs={"class": "cs-mark__box"}),
            error_messages={"invalid_choice": _("This lies outside the scale.")},
        )
    field = ScoreField(label=name, required=False, min_value=one.low, max_value=one.high)
    field.help_text = _("From %(low)s to %(high)s") % {"low": number_format(one.low), "high": number_format(one.high)}
    return field


class InterestForm(PlainForm):
    """Whether an assessor has an interest in a proposal."""

    has_interest = forms.ChoiceField(
        label=_("Do you have an interest in this proposal?"),
        help_text=_("You, your family or your employer would gain or lose by it, or you helped with it."),
        choices=[("no", _("No, I have none")), ("yes", _("Yes, I have one"))],
        widget=Radios,
        error_messages={"required": _("Choose one of the two.")},
    )
    text = forms.CharField(
        label=_("What ties you to it?"),
        help_text=_("Only if you have an interest. The innovation unit can read it."),
        required=False,
        max_length=MOST_DECLARED,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class InviteForm(PlainForm):
    """Somebody for the jury: by e-mail address, or from the staff."""

    email = forms.CharField(
        label=_("E-mail address"),
        help_text=_("Of somebody who has a sign-in here."),
        required=False,
        max_length=254,
        widget=forms.TextInput(attrs={"inputmode": "email", "autocomplete": "off"}),
    )
    person = forms.ChoiceField(label=_("Or a colleague"), required=False)

    def __init__(self, *args: Any, colleagues: Sequence[tuple[UUID, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["person"]
        field.choices = [("", _("Nobody chosen")), *((str(one), name) for one, name in colleagues)]

    def chosen(self) -> UUID | None:
        """Who was picked; an address that was typed comes first."""
        picked = self.cleaned_data.get("person")
        return UUID(picked) if picked and not self.cleaned_data.get("email") else None


class CloseForm(PlainForm):
    """The end of the assessment."""

    told = forms.CharField(
        label=_("What the senders are told"),
        help_text=_("The same words for all whose proposals were assessed."),
        max_length=MOST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    reason = forms.CharField(
        label=_("Why it ends now"),
        help_text=_("It stands in the public log."),
        max_length=MOST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why it ends now.")},
    )

    def __init__(self, *args: Any, has_all: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if has_all:
            # Somebody may be let go on meanwhile, or have taken a score back: then the service asks for it.
            self.fields["reason"].required = False


class DecideForm(PlainForm):
    """The decision on the challenge."""

    language = forms.ChoiceField(
        label=_("Language of both texts"), choices=[(code, NATIVE_NAMES[code]) for code in LANGUAGES]
    )
    because = forms.CharField(
        label=_("Why the city decides so"),
        help_text=_("Everybody can read it."),
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Say why: everybody can read it.")},
    )
    jury_says = forms.CharField(
        label=_("What the jury said"),
        help_text=_("What convinced it, what it doubts. Without names."),
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
    )


class WeightsForm(PlainForm):
    """Other weights, to see what would be. Any numbers: they are made to sum to 100 %."""

    def __init__(self, *args: Any, criteria: Sequence[Asked], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._keys = [one.key for one in criteria]
        for one in criteria:
            field = ScoreField(label=one.name.text, min_value=0, max_value=1e6)
            field.initial = number_format(round(100 * one.share, 1))
            field.widget.attrs["class"] = "kern-form-input__input cs-weight__field"
            self.fields[f"w_{one.key}"] = field

    def clean(self) -> dict[str, Any]:
        """See Form: something has to count."""
        values: dict[str, Any] = super().clean() or {}
        if not self.errors and not sum(values.values()) > 0:
            raise forms.ValidationError(_("At least one criterion has to count."), code="weights.none")
        return values

    def weights(self) -> list[float]:
        """Shares in the order of the criteria; they sum to 1."""
        total = sum(self.cleaned_data.values())
        return [self.cleaned_data[f"w_{key}"] / total for key in self._keys]

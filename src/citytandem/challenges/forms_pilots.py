"""Forms for pilots. What a plan, a value or a decision has to be is checked by the services, which say it in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from citytandem.challenges.finding_words import REFUSALS
from citytandem.challenges.models import Indicator, PilotCost
from citytandem.challenges.models_pilots import AiClass, GateState, PilotDecision
from citytandem.challenges.services.measuring import MOST_INDICATORS
from citytandem.challenges.services.pilots import FRAME_CONDITIONS, MOST_WORDS
from citytandem.challenges.spreadsheets import number
from citytandem.ui.fields import AmountField
from citytandem.ui.forms import PlainForm, Radios

_MOMENT = "%Y-%m-%dT%H:%M"
# Each class of the AI Act in a sentence, for people who have not read it.
AI_CLASSES: dict[str, str | Promise] = {
    AiClass.NONE.value: _("No AI: nothing in it infers something by itself. Fixed rules and thresholds are no AI."),
    AiClass.MINIMAL.value: _("Minimal risk: AI, but nothing depends on it for anybody, like a forecast of fill levels."),
    AiClass.LIMITED.value: _("Limited risk: people talk with it or see what it made, like a chat. They have to be told."),
    AiClass.HIGH.value: _("High risk: it decides about people, or steers what keeps them safe, like traffic, water, "
                          "benefits, work or school. The ethics board has to look at it."),
    AiClass.PROHIBITED.value: _("Prohibited: for example scoring people, or recognising faces in public space. Such a "
                                "pilot never starts."),
}  # fmt: skip
_CONDITIONS: dict[str, tuple[str | Promise, str | Promise]] = {
    "law": (_("Law"), _("Which rules make it possible here, and might be others elsewhere?")),
    "responsibilities": (_("Responsibilities"), _("Who decides, who looks after it, who pays?")),
    "staff": (_("Staff"), _("Who is needed, with which skills, for how many hours?")),
    "data": (_("Data"), _("Which data does it need, and where do they come from?")),
    "infrastructure": (_("Infrastructure"), _("Networks, systems, power, vehicles.")),
}


def _long(label: Any, hint: Any = "", *, rows: int = 3, required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required,
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def _line(label: Any, hint: Any = "", *, most: int, required: bool = False) -> forms.CharField:
    return forms.CharField(label=label, help_text=hint, required=required, max_length=most)


def _day(label: Any, hint: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label, help_text=hint, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


def _reason(label: Any, hint: Any) -> forms.CharField:
    return forms.CharField(label=label, help_text=hint, max_length=4_000, widget=forms.Textarea(attrs={"rows": 4}))


class NumberField(forms.CharField):
    """A measured number with a point or a comma; `1.000`, which may be one or a thousand, is refused."""

    def clean(self, value: Any) -> Any:
        """See Field; a float, or None."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return number(text.replace(" ", "").replace("\u00a0", "").replace("\u202f", ""), delimiter=";")
        except ValueError as error:
            raise forms.ValidationError(str(REFUSALS["measurement.number"]), code="measurement.number") from error

    def prepare_value(self, value: Any) -> Any:
        """A stored number with all its digits; what was typed as it was typed."""
        return f"{value:.15g}" if isinstance(value, float) else value

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:  # noqa: ARG002 - Django's signature
        """See Field."""
        return {"inputmode": "decimal", "autocomplete": "off"}


class PlanForm(PlainForm):
    """The plan of a pilot. Only the hypothesis and the days are needed at first."""

    hypothesis = _long(
        _("What is the pilot to show?"),
        _("What gets better, for whom, by how much? So that afterwards everybody can see whether it did."),
        required=True,
    )
    site = _long(_("Where"), _("The places and how many of them."), rows=2)
    starts_on = _day(_("Planned start"))
    ends_on = _day(_("Planned end"))
    ai_class = forms.ChoiceField(
        label=_("Is there AI in it?"),
        help_text=_("The class of the EU’s AI Act. It can be said later, but before the reviews."),
        required=False,
        widget=Radios,
        choices=[("", _("Not said yet")), *AI_CLASSES.items()],
    )
    legal_basis = _long(_("Legal basis"), _("What allows the city to try it out, and to use the data."))
    risks = _long(_("Risks"), _("What might go wrong, for whom, and what is done about it."))
    hourly_rate = AmountField(
        label=_("What an hour of work costs"),
        help_text=_("For adding hours to the costs. Empty: hours are shown, and not turned into money."),
        required=False,
        max_digits=8,
        decimal_places=2,
    )
    reason = _reason(_("Why this proposal goes into a pilot"), _("Its sender is told so, and everybody can read it."))
    version = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, asks_reason: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (label, hint) in _CONDITIONS.items():
            field = _long(label, hint, rows=2)
            field.widget.attrs["class"] = "kern-form-input__input"
            self.fields[name] = field
        if not asks_reason:
            del self.fields["reason"]

    def clean_version(self) -> int:
        """The version that the editor saw; what is none counts as an old one, and the service says so."""
        version = self.cleaned_data["version"]
        return int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0

    def conditions(self) -> list[Any]:
        """The fields of the frame conditions."""
        return [self[name] for name in FRAME_CONDITIONS]


class GateForm(PlainForm):
    """What a review came to."""

    state = forms.ChoiceField(
        label=_("What did the review come to?"),
        widget=Radios,
        choices=[(state.value, state.label) for state in GateState if state is not GateState.OPEN],
        error_messages={"required": _("Choose what the review came to.")},
    )
    note = _reason(_("Why"), _("Everybody can read it, so write no names of people."))


class IndicatorForm(PlainForm):
    """One row of the table of indicators; a row without a name is none."""

    id = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=2**62)
    name = _line(_("What is measured"), _("Like “Full bins”."), most=120)
    unit = _line(_("Unit"), _("Like “per week” or “°C”."), most=60)
    direction = forms.ChoiceField(
        label=_("Which way is better?"), choices=[("down", _("Less is better")), ("up", _("More is better"))]
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=[("level", _("A value")), ("count", _("A number of events"))])
    baseline = NumberField(label=_("Before (baseline)"), required=False, max_length=40)
    target = NumberField(label=_("Target"), required=False, max_length=40)
    source = forms.ChoiceField(
        label=_("Where the values come from"),
        choices=[("hand", _("Entered by hand")), ("csv", _("From a table")), ("datastream", _("From a sensor"))],
    )
    remove = forms.BooleanField(label=_("Take it out"), required=False)

    @property
    def is_none(self) -> bool:
        """Nothing was typed into the row, or it is taken out."""
        told = self.cleaned_data
        return bool(told.get("remove")) or not any(told.get(name) for name in ("id", "name", "unit"))


def indicator_forms(data: Any, rows: Sequence[dict[str, Any]], *, count: int) -> list[IndicatorForm]:
    """Forms of the rows, and empty ones up to `count`."""
    total = min(max(count, len(rows)), MOST_INDICATORS)
    padded = [*rows, *([{}] * (total - len(rows)))]
    return [IndicatorForm(data, initial=row, prefix=f"i{place}") for place, row in enumerate(padded)]


class AddedLateForm(PlainForm):
    """What is added to a pilot; with a reason once it has ended."""

    reason = _reason(_("Why"), _("The pilot has ended: what is added now stands in the log, with the reason."))

    def __init__(self, *args: Any, asks_reason: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if asks_reason:
            self.order_fields([name for name in self.fields if name != "reason"])
        else:
            del self.fields["reason"]


class MeasureForm(AddedLateForm):
    """One value by hand."""

    indicator = forms.TypedChoiceField(label=_("What was measured"), coerce=int)
    at = forms.DateTimeField(
        label=_("When"),
        input_formats=[_MOMENT, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_MOMENT),
    )
    value = NumberField(label=_("Value"), max_length=40)
    place = _line(_("Place"), _("The same places before and after make the result surer."), most=120)
    exposure = NumberField(
        label=_("Counted during"),
        help_text=_("Only for numbers of events: how many weeks, bins or hours. Empty: one."),
        required=False,
        max_length=40,
    )
    note = _line(_("Note"), most=300)
    is_baseline = forms.BooleanField(label=_("This is from before the pilot"), required=False)

    def __init__(self, *args: Any, indicators: Sequence[Indicator], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["indicator"]
        field.choices = [(row.id, f"{row.name} ({row.unit})") for row in indicators]


class TableForm(AddedLateForm):
    """A table of values: a file, or pasted."""

    file = forms.FileField(
        label=_("File (CSV)"),
        help_text=_("At most 100 MB and a million rows."),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
    )
    table = forms.CharField(
        label=_("Or paste the table"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off", "spellcheck": "false"}),
    )
    is_baseline = forms.BooleanField(
        label=_("All of it is from before the pilot"),
        help_text=_("Then a row from after the start is refused, and not taken for a result."),
        required=False,
    )


class CostForm(AddedLateForm):
    """What was paid, or how many hours were worked."""

    kind = forms.ChoiceField(label=_("What for"), choices=PilotCost.Kind.choices)
    on = _day(_("Day"))
    amount = AmountField(label=_("Paid"), required=False, max_digits=12, decimal_places=2)
    hours = AmountField(label=_("Hours worked"), required=False, max_digits=8, decimal_places=2)
    cost_note = _line(_("Note"), most=300)


class StartForm(PlainForm):
    """When a pilot starts: now, or earlier today."""

    at = forms.TimeField(
        label=_("Started today at"),
        help_text=_("Empty: now."),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )


class WhyForm(PlainForm):
    """A reason that everybody reads."""

    reason = _reason(_("Why"), _("Everybody can read it, so write no names of people."))


class DecideForm(PlainForm):
    """What follows from a pilot, for the proposal too, and why."""

    decision = forms.ChoiceField(
        label=_("What follows from the pilot?"), widget=Radios, choices=PilotDecision.choices,
        error_messages={"required": _("Choose what follows from the pilot.")},
    )  # fmt: skip
    step = forms.ChoiceField(
        label=_("What becomes of the proposal?"),
        help_text=_("After “take it to the whole city” one of the first two, after “stop it” one of the last two. After "
                    "“change it” it stays in its pilot."),
        required=False,
        widget=Radios,
        choices=[
            ("", _("It stays in its pilot")),
            ("implement", _("It will be carried out")),
            ("with_partners", _("It will be carried out with partners")),
            ("concept_pool", _("It is kept as a concept")),
            ("declined", _("It is declined")),
        ],
    )  # fmt: skip
    reason = _reason(_("Why"), _("The sender is told so, and everybody can read it."))
    is_solved = forms.BooleanField(
        label=_("The problems behind it are solved with this"),
        help_text=_("Those who follow them are told. Only where it goes to the whole city."),
        required=False,
    )

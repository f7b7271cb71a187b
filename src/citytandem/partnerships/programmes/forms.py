"""Forms of the coordination and of cities that apply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from citytandem.core.languages import NATIVE_NAMES
from citytandem.partnerships.cohort.rules import Rules
from citytandem.partnerships.cohort.weights import DEFAULT_PRESET, PRESETS, TERMS
from citytandem.partnerships.cohort.wording import TERM_NAMES
from citytandem.partnerships.models import ProgrammeState
from citytandem.partnerships.programmes.cohorts import rules_stored
from citytandem.ui.fields import AmountField
from citytandem.ui.forms import PlainForm, Radios

PRESET_LABELS = {
    "balanced": _("Balanced"),
    "twinning": _("Those who know each other: earlier ties first"),
    "similar": _("Similar challenges and the same themes"),
    "learning": _("One wants to learn what the other knows"),
    "own": _("My own weights, as entered below"),
}
_WHOLE = ("tridems_min", "groups_min", "border_groups_min", "small_towns_min", "newcomers_min")
_MOST = ("tridems_max", "groups_max")


def _count(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=5_000)


def _day(label: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget)


class ProgrammeForm(PlainForm):
    """A programme as its coordination writes it."""

    title = forms.CharField(label=_("Title"), max_length=200)
    text = forms.CharField(
        label=_("What it is about"), required=False, max_length=4_000, widget=forms.Textarea(attrs={"rows": 5})
    )
    language = forms.ChoiceField(label=_("Language of these words"), choices=list(NATIVE_NAMES.items()))
    state = forms.ChoiceField(label=_("State"), choices=ProgrammeState.choices)
    applies_until = _day(_("Applications until the end of"))
    starts_on = _day(_("Begins on"))
    ends_on = _day(_("Ends on"))
    quiet_weeks = forms.IntegerField(
        label=_("Weeks without contact after which it is told"), min_value=1, max_value=104, initial=8
    )


class ApplyForm(PlainForm):
    """A city's wish to take part."""

    text = forms.CharField(
        label=_("Why does your city want to take part?"),
        required=False,
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    consents = forms.BooleanField(
        label=_("We agree that the coordination uses our profile for the matching. We can take that back."),
        required=False,
    )


class DecisionForm(PlainForm):
    """Why a city is admitted or declined."""

    reason = forms.CharField(label=_("Reason"), required=False, max_length=1_000)


class SolveForm(PlainForm):
    """Weights and rules of a matching."""

    preset = forms.ChoiceField(
        label=_("What counts"), choices=list(PRESET_LABELS.items()), widget=Radios, initial=DEFAULT_PRESET
    )
    never_same_country = forms.BooleanField(label=_("Never two cities of one country"), required=False, initial=True)
    everyone = forms.BooleanField(label=_("Each city has to get a place"), required=False)
    tridems = forms.BooleanField(label=_("Groups of three may be formed"), required=False, initial=True)
    fairness = forms.BooleanField(label=_("Those who gain least come before the sum"), required=False, initial=True)
    tridems_min = _count(_("Groups of three, at least"))
    tridems_max = _count(_("Groups of three, at most"))
    groups_min = _count(_("Groups, at least"))
    groups_max = _count(_("Groups, at most"))
    border_groups_min = _count(_("Groups across a border, at least"))
    small_towns_min = _count(_("Towns below 50,000 people with a place, at least"))
    newcomers_min = _count(_("Cities without earlier ties with a place, at least"))
    min_hours = _count(_("Hours a month that each city gives, at least"))
    budget_total = AmountField(label=_("Money for the programme"), required=False, min_value=0)
    budget_tandem = AmountField(label=_("Cost of a group of two"), required=False, min_value=0)
    budget_tridem = AmountField(label=_("Cost of a group of three"), required=False, min_value=0)
    note = forms.CharField(label=_("Your note on this attempt"), required=False, max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for term in TERMS:
            self.fields[f"weight_{term}"] = forms.FloatField(
                label=_(TERM_NAMES[term]),
                required=False,
                min_value=0,
                max_value=1_000,
                widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "kern-form-input__input"}),
            )

    @property
    def weight_fields(self) -> list[Any]:
        """A field for each term."""
        return [self[f"weight_{term}"] for term in TERMS]

    @property
    def rule_fields(self) -> list[Any]:
        """The fields that hold numbers."""
        return [self[name] for name in (*_WHOLE, *_MOST, "min_hours", "budget_total", "budget_tandem", "budget_tridem")]

    @property
    def tick_fields(self) -> list[Any]:
        """The fields that are ticked."""
        return [self[name] for name in ("never_same_country", "everyone", "tridems", "fairness")]

    def weights(self) -> dict[str, float]:
        """As the score reads them."""
        preset = self.cleaned_data["preset"]
        if preset in PRESETS:
            return dict(PRESETS[preset])
        return {term: float(self.cleaned_data.get(f"weight_{term}") or 0) for term in TERMS}

    def rules(self, before: Mapping[str, Any]) -> dict[str, Any]:
        """As the matching reads them; pairs that are pinned or forbidden stay as they were."""
        given = self.cleaned_data
        total = given["budget_total"]
        money = {"total": float(total or 0), "tandem": float(given["budget_tandem"] or 1)}
        stored = rules_stored(Rules())
        stored |= {name: given[name] for name in ("never_same_country", "everyone", "fairness")}
        stored |= {name: given[name] or 0 for name in _WHOLE} | {name: given[name] for name in _MOST}
        stored |= {
            "sizes": [2, 3] if given["tridems"] else [2],
            "min_hours": float(given["min_hours"] or 0),
            "budget": None if total is None else {**money, "tridem": float(given["budget_tridem"] or 1.5)},
            "must": before.get("must", []),
            "must_not": before.get("must_not", []),
        }
        return stored


def solve_values(weights: Mapping[str, float], rules: Mapping[str, Any]) -> dict[str, Any]:
    """What the form shows at first: as it was asked for the last time."""
    values: dict[str, Any] = {f"weight_{term}": value for term, value in (weights or PRESETS[DEFAULT_PRESET]).items()}
    if weights:
        same = [name for name, preset in PRESETS.items() if dict(preset) == dict(weights)]
        values["preset"] = same[0] if same else "own"
    if rules:
        budget = rules.get("budget") or {}
        values |= {name: rules.get(name) for name in ("never_same_country", "everyone", "fairness", *_WHOLE, *_MOST)}
        values["tridems"] = 3 in rules.get("sizes", [2, 3])
        values["min_hours"] = rules.get("min_hours") or None
        values |= {f"budget_{name}": amount for name, amount in budget.items()}
    return values


class LeaveForm(PlainForm):
    """A city leaves a partnership, or pauses."""

    city = forms.ChoiceField(label=_("Which city"))
    on = forms.DateField(label=_("From which day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    pauses = forms.BooleanField(label=_("It only pauses and wants to come back"), required=False)
    because = forms.CharField(
        label=_("Why"), required=False, max_length=2_000, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args: Any, cities: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["city"].choices = cities  # type: ignore[attr-defined]

"""Reuse instead of buying: what a solution needs, beside what there is in the reader's own city."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citytandem.challenges.reading_tenders import own_city
from citytandem.challenges.tender_words import OUTCOMES, REUSE
from citytandem.challenges.tenders.reuse import WEIGHTS, Row, Value, compare
from citytandem.core.languages import NATIVE_NAMES
from citytandem.core.text import clean_line
from citytandem.partnerships.contract import CityCard, cities_by_id
from citytandem.streams.contract import SolutionTold
from citytandem.ui.fields import AmountField
from citytandem.ui.forms import Checks, PlainForm, Radios, dress

# The names that a solution has for what the checklist compares.
_NAMES = {
    "law": "law",
    "responsibilities": "responsibility",
    "staff": "staff",
    "data": "data",
    "infrastructure": "systems",
}
_ANSWERS = (
    ("same", gettext_lazy("the same, or we have it")),
    ("differs", gettext_lazy("different")),
    ("unknown", gettext_lazy("I do not know")),
)
_LONGEST_NOTE = 300
_LARGEST_CITY = 50_000_000
_SHOWN_OUTCOMES = ("differs", "unknown", "same")


class ReuseForm(PlainForm):
    """How it is in the reader's city; a question for each condition that the solution names."""

    def __init__(self, *args: Any, giver: Mapping[str, Value], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.giver = giver
        for condition, value in giver.items():
            for name, field in _asked(condition, value):
                self.fields[name] = dress(field)

    @property
    def questions(self) -> Iterator[Mapping[str, Any]]:
        """Each condition with what the giving city says of it and the fields for the answer."""
        for condition, value in self.giver.items():
            names = [name for name in self.fields if name.partition("-")[0] == condition]
            yield {
                "condition": condition,
                "label": REUSE[condition][0],
                "question": REUSE[condition][1],
                "giver": shown(condition, value),
                "fields": [self[name] for name in names],
            }

    def taker(self) -> dict[str, Value]:
        """What was answered, as it is compared."""
        found: dict[str, Value] = {}
        for condition, value in self.giver.items():
            answer = self.cleaned_data.get(f"{condition}-answer")
            if answer is None:
                told = self.cleaned_data.get(f"{condition}-value")
                found[condition] = int(told) if isinstance(told, Decimal) else told
            elif answer == "same":
                found[condition] = value
            elif answer == "differs":
                # Anything that is not what the giver says.
                found[condition] = self.note(condition) or "-"
        return found

    def note(self, condition: str) -> str:
        """What was typed about a condition."""
        return clean_line(self.cleaned_data.get(f"{condition}-note", ""))


def _asked(condition: str, value: Value) -> Iterator[tuple[str, forms.Field]]:
    if condition == "population":
        yield (
            f"{condition}-value",
            AmountField(
                label=gettext_lazy("People in your city"),
                required=False,
                min_value=1,
                max_value=_LARGEST_CITY,
                decimal_places=0,
            ),
        )
    elif condition == "language":
        yield (
            f"{condition}-value",
            forms.MultipleChoiceField(
                label=gettext_lazy("Languages in your city"),
                required=False,
                choices=list(NATIVE_NAMES.items()),
                widget=Checks,
            ),
        )
    elif condition == "standards" and not isinstance(value, str):
        names = [str(one) for one in value] if isinstance(value, Sequence) else []
        yield (
            f"{condition}-value",
            forms.MultipleChoiceField(
                label=gettext_lazy("Standards that your systems speak"),
                required=False,
                choices=[(name, name) for name in names],
                widget=Checks,
            ),
        )
    else:
        yield (
            f"{condition}-answer",
            forms.ChoiceField(label=gettext_lazy("In our city it is"), choices=_ANSWERS, required=False, widget=Radios),
        )
        yield (
            f"{condition}-note",
            forms.CharField(
                label=gettext_lazy("How it is with us"),
                required=False,
                max_length=_LONGEST_NOTE,
                widget=forms.Textarea(attrs={"rows": 2}),
            ),
        )


@dataclass(frozen=True, slots=True)
class RowShown:
    """A line of the checklist."""

    label: str
    giver: str
    taker: str
    outcome: str
    outcome_words: str
    weight: int
    todo: str


@dataclass(frozen=True, slots=True)
class Checklist:
    """The answer: lines in the order in which they matter, and how many of each kind."""

    rows: Sequence[RowShown]
    counts: Sequence[tuple[str, str, int]]


@dataclass(frozen=True, slots=True)
class Sides:
    """The giving city's facts, and what the form of the taking one starts with."""

    giver: Mapping[str, Value]
    city: CityCard | None
    start: Mapping[str, Any]


def sides_of(solution: SolutionTold) -> Sides:
    """What a solution says of its conditions; two queries at most."""
    home = solution.card.city
    city = cities_by_id([home]).get(home) if home is not None else None
    giver: dict[str, Value] = {
        _NAMES[name]: text for name, text in solution.conditions.items() if name in _NAMES and text.strip()
    }
    if solution.standards:
        giver["standards"] = tuple(solution.standards)
    if solution.licence:
        giver["licence"] = solution.licence
    if city is not None and city.population:
        giver["population"] = city.population
    known = [code for code in city.languages if code in NATIVE_NAMES] if city is not None else []
    if known:
        giver["language"] = tuple(known)
    ordered = {name: giver[name] for name in WEIGHTS if name in giver}
    return Sides(ordered, city, _start(ordered, city))


def _start(giver: Mapping[str, Value], city: CityCard | None) -> dict[str, Any]:
    """Where the node's own city is another one, what is known of it."""
    start: dict[str, Any] = {f"{name}-answer": "unknown" for name in giver}
    own = own_city().city
    if own is None or (city is not None and own.id == city.id):
        return start
    start |= {"population-value": own.population, "language-value": [*own.languages]}
    if city is not None and own.country != city.country:
        start["law-answer"] = "differs"
    return start


def checklist_of(form: ReuseForm) -> Checklist:
    """The comparison of a form that is valid."""
    rows = [_row(row, form) for row in compare(form.giver, form.taker()) if row.condition in REUSE]
    counts = [
        (outcome, str(OUTCOMES[outcome]), sum(1 for row in rows if row.outcome == outcome))
        for outcome in _SHOWN_OUTCOMES
    ]
    return Checklist(rows, counts)


def _row(row: Row, form: ReuseForm) -> RowShown:
    label, _question, todo = REUSE[row.condition]
    if row.condition not in form.giver:
        todo_words = _("The other city has not said it. Ask them.")
    else:
        todo_words = "" if row.outcome == "same" else str(todo)
    has_answer = f"{row.condition}-answer" in form.fields
    note = form.note(row.condition) if has_answer else shown(row.condition, row.taker)
    return RowShown(
        label=str(label),
        giver=shown(row.condition, row.giver),
        taker=note or (str(OUTCOMES["same"]) if row.outcome == "same" else ""),
        outcome=row.outcome,
        outcome_words=str(OUTCOMES[row.outcome]),
        weight=row.weight,
        todo=todo_words,
    )


def shown(condition: str, value: Value) -> str:
    """A value as people read it."""
    if value is None:
        return ""
    if condition == "population" and isinstance(value, int):
        return str(number_format(value, force_grouping=True))
    if isinstance(value, str | int | float):
        return str(value)
    names = NATIVE_NAMES if condition == "language" else {}
    return ", ".join(names.get(str(one), str(one)) for one in value)

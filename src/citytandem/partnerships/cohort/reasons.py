"""Why two cities score as they do: the terms with what they rest on, which add up to the score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from citytandem.partnerships.cohort.applicants import Applicant, key_of
from citytandem.partnerships.cohort.likeness import Likeness
from citytandem.partnerships.cohort.scoring import UNIT, Scores, is_border
from citytandem.partnerships.cohort.weights import TERMS

# A phrase is only named as an answer to another from this likeness on; the sum counts all.
WORTH_TELLING = 0.4

Parameter = str | int | float | list[str]


@dataclass(frozen=True, slots=True)
class Reason:
    """One term of a pair. `value` is its part of the score; `key` and `parameters` say why, for wording in any language."""

    term: str
    value: float
    key: str
    parameters: Mapping[str, Parameter] = field(default_factory=dict)


def reasons(scores: Scores, first: int, second: int, *, share: float = 1.0) -> list[Reason]:
    """All terms of a pair in their order. `share`: how much of them counts, as in a tridem."""
    one, other = scores.applicants[first], scores.applicants[second]
    found = []
    for term in TERMS:
        value = int(scores.values[term][first, second]) / UNIT * share
        key, parameters = _grounds(term, one, other, scores)
        found.append(Reason(term, value, key, {"first": one.name, "second": other.name, **parameters}))
    return found


def _grounds(term: str, one: Applicant, other: Applicant, scores: Scores) -> tuple[str, dict[str, Parameter]]:
    if term in {"exchange", "themes"}:
        return (_exchange if term == "exchange" else _themes)(one, other, scores.likeness)
    if term == "border":
        return ("border.yes" if is_border(one, other) else "border.no"), {}
    plain = {"tie": _tie, "size": _sizes, "maturity": _maturity, "language": _language, "hours": _hours}
    return plain[term](one, other)


def _themes(one: Applicant, other: Applicant, likeness: Likeness) -> tuple[str, dict[str, Parameter]]:
    shared = [left for left, _right in answered(one.themes, other.themes, likeness)]
    return ("themes.shared", {"themes": shared}) if shared else ("themes.none", {})


def _maturity(one: Applicant, other: Applicant) -> tuple[str, dict[str, Parameter]]:
    if one.maturity is None or other.maturity is None:
        return "maturity.unknown", {}
    return "maturity.known", {"first_level": one.maturity, "second_level": other.maturity}


def answered(wishes: Sequence[str], offers: Sequence[str], likeness: Likeness) -> list[tuple[str, str]]:
    """Each wish with the offer that is likest, where one is like enough to be told."""
    rows, columns = likeness.numbers(wishes), likeness.numbers(offers)
    if not rows or not columns:
        return []
    alike = likeness.between(rows, columns)
    best = alike.argmax(axis=1)
    return [
        (likeness.phrases[row], likeness.phrases[columns[best[place]]])
        for place, row in enumerate(rows)
        if alike[place, best[place]] >= WORTH_TELLING
    ]


def _exchange(one: Applicant, other: Applicant, likeness: Likeness) -> tuple[str, dict[str, Parameter]]:
    first = [wish for wish, _offer in answered(one.learns, other.teaches, likeness)]
    second = [wish for wish, _offer in answered(other.learns, one.teaches, likeness)]
    if first and second:
        return "exchange.both", {"first_learns": first, "second_learns": second}
    if first:
        return "exchange.first", {"first_learns": first}
    if second:
        return "exchange.second", {"second_learns": second}
    return "exchange.none", {}


def _tie(one: Applicant, other: Applicant) -> tuple[str, dict[str, Parameter]]:
    if other.key in map(key_of, one.partners) or one.key in map(key_of, other.partners):
        return "tie.partners", {}
    theirs = {key_of(name) for name in other.networks}
    shared = [name for name in one.networks if key_of(name) in theirs]
    return ("tie.networks", {"networks": shared}) if shared else ("tie.none", {})


def _sizes(one: Applicant, other: Applicant) -> tuple[str, dict[str, Parameter]]:
    if not one.population or not other.population:
        return "size.unknown", {}
    return "size.known", {"first_people": one.population, "second_people": other.population}


def _language(one: Applicant, other: Applicant) -> tuple[str, dict[str, Parameter]]:
    shared = [code for code in one.languages if code in other.languages]
    if shared:
        return "language.common", {"languages": shared}
    if not one.languages or not other.languages:
        return "language.unknown", {}
    return "language.interpreting", {"first_languages": list(one.languages), "second_languages": list(other.languages)}


def _hours(one: Applicant, other: Applicant) -> tuple[str, dict[str, Parameter]]:
    if one.hours is None or other.hours is None:
        return "hours.unknown", {}
    if not one.hours or not other.hours:
        return "hours.none", {}
    return "hours.known", {"first_hours": one.hours, "second_hours": other.hours}

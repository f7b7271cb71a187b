"""What the coordination sees: applicants, groupings with their reasons, and two of them compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from citytandem.core.versions import Reading, read
from citytandem.partnerships.cohort.weights import TERMS
from citytandem.partnerships.cohort_words import reason_text, term_name
from citytandem.partnerships.models import Application, City, CohortSolution, Programme
from citytandem.partnerships.programmes.cohorts import differences, reason_of
from citytandem.partnerships.selectors import CityCard, card

Names = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Term:
    """A part of a score. `x`, `width`: of its piece of the bar, of 100. `points`: of 100, as shown."""

    number: int
    name: str
    text: str
    points: float
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class PairShown:
    """Two cities with the terms that add up to their score, of 100."""

    first: str
    second: str
    names: str
    points: float
    terms: Sequence[Term]
    is_pinned: bool = False


@dataclass(frozen=True, slots=True)
class GroupShown:
    """A group with its pairs."""

    names: str
    points: float
    pairs: Sequence[PairShown]


def names_of(slugs: Iterable[str], *, reader: str) -> dict[str, str]:
    """How cities are called for a reader. One query."""
    return {city.slug: card(city).name_for(reader) for city in City.objects.filter(slug__in=set(slugs))}


def pair_shown(pair: Mapping[str, Any], names: Names, *, pinned: bool = False) -> PairShown:
    """A stored pair in the reader's language."""
    terms, x = [], 0.0
    for number, stored in enumerate(pair["terms"]):
        parameters = {
            key: names.get(value, value) if key in {"first", "second"} else value
            for key, value in stored["parameters"].items()
        }
        reason = reason_of({**stored, "parameters": parameters})
        width = round(100 * reason.value, 2)
        terms.append(
            Term(number, term_name(reason.term), reason_text(reason), round(100 * reason.value, 1), round(x, 2), width)
        )
        x += width
    first, second = pair["first"], pair["second"]
    both = f"{names.get(first, first)} – {names.get(second, second)}"
    return PairShown(first, second, both, round(100 * pair["score"], 1), terms, pinned)


def groups_shown(groups: Iterable[Mapping[str, Any]], names: Names, rules: Mapping[str, Any]) -> list[GroupShown]:
    """Stored groups in the reader's language, best first."""
    pinned = {tuple(sorted(pair)) for pair in rules.get("must", [])}
    shown = []
    for group in sorted(groups, key=lambda one: -one["score"]):
        pairs = [
            pair_shown(pair, names, pinned=tuple(sorted((pair["first"], pair["second"]))) in pinned)
            for pair in group["pairs"]
        ]
        joined = " – ".join(names.get(city, city) for city in group["cities"])
        shown.append(GroupShown(joined, round(100 * group["score"], 1), pairs))
    return shown


def rule_name(name: str, names: Names) -> str:
    """What is priced, in words."""
    kind, _sep, rest = name.partition(":" if ":" in name else " ")
    pair = " – ".join(
        names.get(part.strip(), part.strip()) for part in rest.replace("|", "+").split("+") if part.strip()
    )
    known = {
        "never_same_country": _("Never two cities of one country"),
        "everyone": _("Each city has to get a place"),
        "sizes": _("Sizes of the groups"),
        "tridems_min": _("Groups of three, at least"),
        "tridems_max": _("Groups of three, at most"),
        "groups_min": _("Groups, at least"),
        "groups_max": _("Groups, at most"),
        "border_groups_min": _("Groups across a border, at least"),
        "small_towns_min": _("Towns below 50,000 people with a place, at least"),
        "newcomers_min": _("Cities without earlier ties with a place, at least"),
        "budget": _("Money for the programme"),
        "min_hours": _("Hours a month that each city gives, at least"),
        "must": _("Kept together: %(pair)s"),
        "must_not": _("Kept apart: %(pair)s"),
        "force": _("If they had to be together: %(pair)s"),
        "forbid": _("If they could not be together: %(pair)s"),
    }
    return known.get(kind, name) % {"pair": pair} if pair else known.get(name, name)


def solution_page(row: CohortSolution, *, reader: str) -> dict[str, Any]:
    """Everything about one grouping."""
    result = row.result or {}
    names = names_of([one["name"] for one in row.applicants], reader=reader)
    fares = result.get("fairness", {})
    labels = {
        "all": _("All cities"),
        "small_towns": _("Small towns"),
        "others": _("Larger cities"),
        "newcomers": _("Newcomers"),
    }
    return {
        "row": row,
        "term_names": list(enumerate(term_name(term) for term in TERMS)),
        "groups": groups_shown(result.get("groups", []), names, row.rules),
        "unplaced": [names.get(city, city) for city in result.get("unplaced", [])],
        "total": round(100 * result.get("total", 0), 1),
        "bound": round(100 * result.get("bound", 0), 1),
        "gap": round(100 * result.get("gap", 0), 2),
        "proven": all(state == "proven" for state in result.get("stages", {}).values()),
        "prices": [
            {"name": rule_name(one["name"], names), "points": None if one["value"] is None else round(100 * one["value"], 1)}
            for one in result.get("prices", [])
        ],
        "runners_up": [
            {"city": names.get(one["city"], one["city"]), "partner": names.get(one["partner"], one["partner"]),
             "points": round(100 * one["score"], 1)}
            for one in result.get("runners_up", []) if one["partner"]
        ],
        "fairness": [
            {"label": label, "cities": fares[part]["cities"], "placed": fares[part]["placed"],
             **{name: _points(fares[part][name]) for name in ("least", "median", "mean")}}
            for part, label in labels.items() if part in fares
        ],
        "blocking": [" – ".join(names.get(city, city) for city in pair) for pair in result.get("blocking", [])],
        "contradiction": [rule_name(name, names) for name in result.get("contradiction", [])],
        "apart": [
            {"first": pair[0], "second": pair[1], "names": " – ".join(names.get(city, city) for city in pair)}
            for pair in row.rules.get("must_not", [])
        ],
    }  # fmt: skip


def _points(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 1)


def compare_page(first: CohortSolution, second: CohortSolution, *, reader: str) -> dict[str, Any]:
    """What two groupings share and what parts them."""
    names = names_of([one["name"] for row in (first, second) for one in row.applicants], reader=reader)
    found = differences(first.result, second.result)

    def joined(groups: Iterable[Sequence[str]]) -> list[str]:
        return [" – ".join(names.get(city, city) for city in group) for group in groups]

    return {
        "first": first,
        "second": second,
        **{part: joined(found[part]) for part in ("both", "only_first", "only_second")},
        "changed": [
            {"city": names.get(city, city), "before": _points(one), "after": _points(two)}
            for city, one, two in found["changed"]
        ],
    }


@dataclass(frozen=True, slots=True)
class ApplicantRow:
    """A city that applies."""

    row: Application
    city: CityCard
    name: str
    text: Reading
    lacks: str


def applicant_rows(programme: Programme, *, reader: str) -> list[ApplicantRow]:
    """Who applies, by name. Drafts are the cities' own."""
    rows = programme.applications.exclude(state="draft").select_related("city").order_by("city__sort_key")
    return [
        ApplicantRow(
            row,
            card(row.city),
            card(row.city).name_for(reader),
            read(row.text, reader=reader, original=row.language),
            _lacks(row.city),
        )
        for row in rows
    ]


def _lacks(city: City) -> str:
    """What a profile should say before it is matched."""
    missing = [
        label
        for label, told in (
            (_("What you can teach"), city.can_teach or city.teach_themes),
            (_("What you want to learn"), city.wants_to_learn or city.learn_themes),
            (_("Languages"), city.languages),
        )
        if not told
    ]
    return ", ".join(missing)

"""The innovation unit's desk: what waits, and the weights of the match, in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from citytandem.accounts.contract import Actor
from citytandem.core.node import this_node
from citytandem.core.versions import Reading, read
from citytandem.partnerships.contract import CityCard, cities_by_id
from citytandem.streams import wording
from citytandem.streams.contract import RecordCard
from citytandem.streams.counting import counts
from citytandem.streams.listing import problems_unanswered, record_card
from citytandem.streams.matching import Weights
from citytandem.streams.models import Link, Weighting
from citytandem.streams.selectors import feedback_counts, links_waiting, weighting_list, weighting_switches
from citytandem.streams.services.feedback import LEAST_ANSWERS
from citytandem.streams.weighting import shipped_weights

MOST_WAITING = 30
MOST_UNANSWERED = 8
TERMS = tuple(name for name in Weights.__dataclass_fields__ if name != "bias")


@dataclass(frozen=True, slots=True)
class Side:
    """A record on the desk with the city it belongs to."""

    card: RecordCard
    city: str
    city_slug: str
    city_language: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """A link to be confirmed or rejected. `state` is what was decided, or `suggested`."""

    id: UUID
    problem: Side
    solution: Side
    why: Reading
    score: float | None
    percent: int
    likelihood: str
    state: str


@dataclass(frozen=True, slots=True)
class Desk:
    """One screen: what waits for the innovation unit."""

    waiting: Sequence[Waiting]
    waiting_total: int
    unanswered: Sequence[Side]
    unanswered_total: int
    feedback: Mapping[str, int]
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class WeightShown:
    """One term of a weighting: its weight, and how much it moved against the one in use."""

    label: str
    value: str
    change: str
    percent: float


@dataclass(frozen=True, slots=True)
class WeightingShown:
    """A set of weights. `id` is None for the one that came with the software."""

    id: int | None
    name: str
    reason: str
    learned_from: int
    made_at: datetime | None
    made_by: str
    is_in_use: bool
    weights: Sequence[WeightShown]


@dataclass(frozen=True, slots=True)
class SwitchShown:
    """From when on a weighting counted, and who decided it."""

    name: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class WeightsPage:
    """All weightings, the newest first, and whether there is enough feedback to learn from."""

    weightings: Sequence[WeightingShown]
    switches: Sequence[SwitchShown]
    feedback: Mapping[str, int]
    answers: int
    answers_needed: int

    @property
    def can_learn(self) -> bool:
        """Whether a new weighting can be proposed."""
        return self.answers >= self.answers_needed


def desk(actor: Actor, *, language: str) -> Desk:
    """What waits, newest and most likely first."""
    links = links_waiting(most=MOST_WAITING)
    problems, unanswered = problems_unanswered(actor, most=MOST_UNANSWERED)
    cities = _cities_of(links, [problem.city for problem in problems])
    numbers = counts(actor)
    return Desk(
        waiting=[_waiting(link, cities, language=language) for link in links],
        waiting_total=numbers["links_waiting"],
        unanswered=[_side(problem, "problem", cities, language=language) for problem in problems],
        unanswered_total=unanswered,
        feedback=feedback_counts(),
        counts=numbers,
    )


def waiting(link: Link, *, language: str) -> Waiting:
    """One link, for the row that is shown after a decision."""
    return _waiting(link, _cities_of([link], []), language=language)


def _cities_of(links: Sequence[Link], others: Sequence[UUID | None]) -> dict[UUID, CityCard]:
    return cities_by_id([city for link in links for city in (link.problem.city, link.solution.city)] + list(others))


def _waiting(link: Link, cities: Mapping[UUID, CityCard], *, language: str) -> Waiting:
    score = link.score
    return Waiting(
        id=link.id,
        problem=_side(link.problem, "problem", cities, language=language),
        solution=_side(link.solution, "solution", cities, language=language),
        why=read(link.why, reader=language),
        score=score,
        percent=round(100 * score) if score is not None else 0,
        likelihood=wording.likelihood(score) if score is not None else "",
        state=link.state,
    )


def _side(record: Any, kind: str, cities: Mapping[UUID, CityCard], *, language: str) -> Side:
    city = cities.get(record.city) if record.city else None
    return Side(
        card=record_card(record, kind=kind, language=language),
        city=city.name_for(language) if city else "",
        city_slug=city.slug if city else "",
        city_language=city.name_language(language) if city else "",
        is_own=record.city is not None and record.city == this_node().home_city,
    )


def term_label(name: str) -> str:
    """A term of the score in plain words."""
    return {
        "similarity": _("Near in meaning"),
        "theme": _("Same themes"),
        "words": _("Same rare words"),
    }.get(name, name)


def weights_page() -> WeightsPage:
    """All weightings with their weights side by side."""
    stored = weighting_list()
    shipped = asdict(shipped_weights())
    in_use = next((row.weights for row in stored if row.is_in_use), shipped)
    largest = max(
        [*(abs(row.weights[name]) for row in stored for name in TERMS), *(abs(shipped[name]) for name in TERMS)]
    )
    rows = [_weighting(row, in_use=in_use, largest=largest) for row in stored]
    rows.append(
        WeightingShown(
            id=None,
            name=_name(None),
            reason="",
            learned_from=0,
            made_at=None,
            made_by="",
            is_in_use=not any(row.is_in_use for row in stored),
            weights=weights_shown(shipped, in_use=in_use, largest=largest),
        )
    )
    feedback = feedback_counts()
    switches = [SwitchShown(_name(row.weighting_id), row.by_name, row.at) for row in weighting_switches()]
    return WeightsPage(rows, switches, feedback, feedback["useful"] + feedback["not_useful"], LEAST_ANSWERS)


def _name(number: int | None) -> str:
    return _("Shipped with the software") if number is None else _("Weighting %(number)s") % {"number": number}


def _weighting(row: Weighting, *, in_use: Mapping[str, float], largest: float) -> WeightingShown:
    return WeightingShown(
        id=row.id,
        name=_name(row.id),
        reason=row.reason,
        learned_from=row.learned_from,
        made_at=row.made_at,
        made_by=str(row.made_by) if row.made_by else "",
        is_in_use=row.is_in_use,
        weights=weights_shown(row.weights, in_use=in_use, largest=largest),
    )


def weights_shown(weights: Mapping[str, float], *, in_use: Mapping[str, float], largest: float) -> list[WeightShown]:
    """The terms of a weighting with bars up to `largest` and their distance from the one in use."""
    shown = []
    for name in TERMS:
        value, change = float(weights[name]), float(weights[name]) - float(in_use[name])
        shown.append(
            WeightShown(
                label=term_label(name),
                value=number_format(round(value, 2), decimal_pos=2),
                change=_signed(change) if abs(change) >= 0.005 else "",
                percent=round(100 * abs(value) / largest, 1) if largest else 0.0,
            )
        )
    return shown


def _signed(change: float) -> str:
    return ("+" if change > 0 else "−") + number_format(round(abs(change), 2), decimal_pos=2)

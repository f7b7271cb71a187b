"""The page of the ranking: the sentence, three methods side by side, and pictures with their tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from citytandem.accounts.contract import Actor
from citytandem.challenges.models import Challenge
from citytandem.challenges.models_proposals import ProposalStep
from citytandem.challenges.ranking import drawing, sensitivity
from citytandem.challenges.ranking.criteria import Criterion, Floats, scaled
from citytandem.challenges.ranking.methods import METHODS, scoring
from citytandem.challenges.ranking.outcome import (
    PLACES,
    SPACES,
    STAGES,
    Outcome,
    Standing,
    means_of,
    outcome_from,
    reweighed,
)
from citytandem.challenges.ranking.sentence import facts_of
from citytandem.challenges.ranking_words import agreement, figure, percent, sentences, severity, space_labels
from citytandem.challenges.reading_assessment import Asked, criteria_of, titles
from citytandem.core.versions import Reading

PAGE = 50
MOST_BARS, MOST_LINES, MOST_DOTS = 10, 6, 4
LETTERS = "ABCDEFGHIJ"
# How finely it is said who leads from which weight on: a quarter of a per cent.
_STEPS = 400


@dataclass(frozen=True, slots=True)
class Name:
    """A proposal by its letter (empty where it is in no picture), title and address; `path` is empty where the reader may
    not read it."""

    letter: str
    title: Reading
    path: str
    place: int


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table. `cells`: rank and score by method. `was`: its rank with the weights that count, in a what-if."""

    name: Name
    step: str
    cells: Sequence[tuple[str, str]]
    first: str
    expected: str
    was: str
    is_complete: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """How often a proposal comes first, second, third or later."""

    name: Name
    segments: Sequence[drawing.Segment]
    cells: Sequence[str]
    first: str


@dataclass(frozen=True, slots=True)
class Link:
    """A choice of what is shown."""

    label: str
    query: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """The lines of one criterion, who leads where, and the table of scores."""

    criterion: Asked
    now: str
    picture: drawing.Lines
    names: Sequence[Name]
    reigns: Sequence[tuple[Name, str, str]]
    across: Sequence[tuple[float, str]]
    up: Sequence[tuple[float, str]]
    columns: Sequence[str]
    table: Sequence[tuple[Name, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """A criterion with the best proposals on its scale. `lanes`: how many lie below each other."""

    criterion: Asked
    dots: Sequence[tuple[Name, drawing.Dot]]
    lanes: int
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class Agreed:
    """How far the jury agrees on a criterion."""

    criterion: Asked
    alpha: str
    state: str
    words: str


@dataclass(frozen=True, slots=True)
class RankingPage:
    """Everything that the page shows. `is_what_if`: with weights that do not count."""

    sentences: Sequence[str]
    criteria: Sequence[Asked]
    rows: Sequence[Row]
    begin: int
    following: int | None
    total: int
    bars: Sequence[Bar]
    spaces: Sequence[Link]
    space: str
    draws: str
    lines: Sensitivity | None
    chooses: Sequence[Link]
    profile: Sequence[ProfileRow]
    profiled: Sequence[Name]
    agreed: Sequence[Agreed]
    disagreed: Sequence[Agreed]
    far: Sequence[str]
    close: Sequence[Name]
    jurors: int
    is_what_if: bool


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the reader chose by links and, for the unit, by other weights (they sum to 1)."""

    space: str = "uniform"
    criterion: str = ""
    begin: int = 0
    weights: Floats | None = None
    query: str = ""


def computing(challenge: Challenge) -> tuple[int, int] | None:
    """How many of how many stages are done while the result is worked out; None once it is there."""
    told = challenge.result or {}
    return None if told.get("state") == "done" else (int(told.get("done", 0)), int(told.get("of", STAGES)))


def has_failed(challenge: Challenge) -> bool:
    """Whether the result could not be worked out."""
    return (challenge.result or {}).get("state") == "failed"


def ranking_page(actor: Actor, challenge: Challenge, *, wishes: Wishes, reader: str) -> RankingPage:
    """The page of a result that is there. Three queries."""
    kept = outcome_from(challenge.result or {})
    outcome = kept if wishes.weights is None else reweighed(kept, wishes.weights)
    criteria = criteria_of(challenge, reader=reader)
    asked = {one.key: one for one in criteria}
    space = wishes.space if wishes.space in SPACES and wishes.weights is None else "uniform"
    begin = wishes.begin if 0 <= wishes.begin < len(outcome.standings) else 0
    facts = facts_of(outcome, space=space)
    shown = [one.code for one in (*outcome.standings[:MOST_BARS], *outcome.standings[begin : begin + PAGE])]
    named = [facts.often, *facts.leaders[:3], *([facts.turn.challenger] if facts.turn else [])]
    drawn = _drawn(outcome, wishes.criterion)
    read = titles(challenge, actor, [*shown, *named, *drawn], reader=reader)
    names = partial(_name, outcome=outcome, read=read)
    was = {one.code: one.ranks["wsm"] for one in kept.standings} if wishes.weights is not None else {}
    agreed = _agreed(outcome, asked)
    end = begin + PAGE
    return RankingPage(
        sentences=sentences(
            facts, title=lambda code: names(code).title.text, criterion=lambda key: asked[key].name.text, space=space
        ),
        criteria=criteria,
        rows=[_row(one, names(one.code), read, was, space, outcome.criteria) for one in outcome.standings[begin:end]],
        begin=begin,
        following=end if end < len(outcome.standings) else None,
        total=len(outcome.standings),
        bars=[_bar(one, names(one.code), space) for one in outcome.standings[:MOST_BARS] if space in one.shares],
        spaces=_spaces(outcome, space, wishes),
        space=space,
        draws=number_format(outcome.draws, force_grouping=True) if outcome.draws else "",
        lines=_lines(outcome, names, asked, wishes.criterion) if len(outcome.standings) > 1 else None,
        chooses=_chooses(outcome, asked, wishes, space),
        profile=_profile(outcome, names, asked),
        profiled=[names(one.code) for one in outcome.standings[:MOST_DOTS]],
        agreed=agreed,
        disagreed=[one for one in agreed if one.state == "poor"][:3],
        far=[severity(one) for one in outcome.far],
        close=[names(code) for code in _close(outcome, space)],
        jurors=outcome.jurors,
        is_what_if=wishes.weights is not None,
    )


def _close(outcome: Outcome, space: str) -> list[str]:
    """Codes of those of the best whose chance of a place among the first is neither high nor low."""
    best = [one for one in outcome.standings[:MOST_BARS] if space in one.shares]
    if len(outcome.standings) <= PLACES or not best:
        return []
    is_close = sensitivity.too_close(np.array([one.shares[space] for one in best]), places=PLACES)
    return [one.code for one, close in zip(best, is_close, strict=True) if close]


def _drawn(outcome: Outcome, criterion: str) -> list[str]:
    """Codes of all who are the first for some share of the criterion that is shown."""
    if len(outcome.standings) < 2:
        return []
    number = _criterion_number(outcome, criterion)
    shares, scores = _scores_across(outcome, number)
    return [outcome.standings[one.place].code for one in drawing.reigns_of(shares, scores)]


def _name(code: str, *, outcome: Outcome, read: Mapping[str, tuple[Reading, str]]) -> Name:
    place = next(number for number, one in enumerate(outcome.standings) if one.code == code)
    letter = LETTERS[place] if place < len(LETTERS) else ""
    if code in read:
        return Name(letter, read[code][0], f"/proposals/{code}", place)
    return Name(letter, Reading(_("Proposal %(code)s") % {"code": code}, "", "human", is_original=True), "", place)


def _row(
    one: Standing,
    name: Name,
    read: Mapping[str, tuple[Reading, str]],
    was: Mapping[str, int | None],
    space: str,
    criteria: Sequence[Criterion],
) -> Row:
    before = was.get(one.code)
    return Row(
        name=name,
        step=str(ProposalStep(read[one.code][1]).label) if one.code in read else "",
        cells=[(_place(one.ranks[method]), _score(one.scores[method])) for method in METHODS],
        first=percent(one.shares[space][0]) if space in one.shares else "–",
        expected=figure(one.expected[space], digits=1) if space in one.expected else "–",
        was=_place(before) if before is not None and before != one.ranks["wsm"] else "",
        is_complete=one.is_complete(criteria),
    )


def _bar(one: Standing, name: Name, space: str) -> Bar:
    shares = one.shares[space]
    later = max(0.0, 1.0 - sum(shares))
    return Bar(name, drawing.segments(shares), [percent(share) for share in (*shares, later)], percent(shares[0]))


def _spaces(outcome: Outcome, space: str, wishes: Wishes) -> list[Link]:
    if not outcome.draws or wishes.weights is not None:
        return []
    return [
        Link(label, f"?space={name}&criterion={wishes.criterion}#sure", name == space)
        for name, label in space_labels().items()
    ]


def _chooses(outcome: Outcome, asked: Mapping[str, Asked], wishes: Wishes, space: str) -> list[Link]:
    chosen = _criterion_number(outcome, wishes.criterion)
    kept = wishes.query or f"space={space}"
    return [
        Link(asked[one.name].name.text, f"?{kept}&criterion={one.name}#weights", number == chosen)
        for number, one in enumerate(outcome.criteria)
        if one.name in asked
    ]


def _criterion_number(outcome: Outcome, key: str) -> int:
    """The criterion that was asked for, else the one whose change flips the first place, else the weightiest."""
    keys = [one.name for one in outcome.criteria]
    if key in keys:
        return keys.index(key)
    if outcome.flip is not None:
        return keys.index(outcome.flip.criterion)
    return max(range(len(keys)), key=lambda number: outcome.criteria[number].weight)


def _lines(outcome: Outcome, names: Callable[[str], Name], asked: Mapping[str, Asked], criterion: str) -> Sensitivity:
    number = _criterion_number(outcome, criterion)
    measure = outcome.criteria[number]
    shares, scores = _scores_across(outcome, number)
    picture = drawing.lines(shares, scores, now=measure.weight, shown=MOST_LINES)
    shown = [names(one.code) for one in outcome.standings[:MOST_LINES]]
    at = [0, _STEPS // 4, _STEPS // 2, 3 * _STEPS // 4, _STEPS]
    return Sensitivity(
        criterion=asked[measure.name],
        now=percent(measure.weight),
        picture=picture,
        names=shown,
        reigns=[
            (names(outcome.standings[one.place].code), percent(one.low), percent(one.high)) for one in picture.reigns
        ],
        across=[(mark.at, percent(mark.value)) for mark in picture.across],
        up=[(mark.at, figure(100 * mark.value)) for mark in picture.up],
        columns=[percent(float(shares[place])) for place in at],
        table=[
            (name, [_score(_or_none(scores[place, position])) for place in at]) for position, name in enumerate(shown)
        ],
    )


def _scores_across(outcome: Outcome, number: int) -> tuple[Floats, Floats]:
    """Scores for all shares of a criterion; none of those who cannot come first because they lack one that counts."""
    shares, scores = sensitivity.lines(_scored(outcome), _weights(outcome), number, steps=_STEPS)
    lacks = np.array([not one.is_complete(outcome.criteria) for one in outcome.standings])
    if not lacks.all():
        scores = np.where(lacks, np.nan, scores)
    return shares, scores


def _profile(outcome: Outcome, names: Callable[[str], Name], asked: Mapping[str, Asked]) -> list[ProfileRow]:
    best = outcome.standings[:MOST_DOTS]
    values = scaled(means_of(outcome), outcome.criteria)[:MOST_DOTS]
    found = []
    for number, criterion in enumerate(outcome.criteria):
        placed = drawing.dots([_or_none(value) for value in values[:, number]])
        found.append(
            ProfileRow(
                criterion=asked[criterion.name],
                dots=[(names(best[dot.place].code), dot) for dot in placed],
                lanes=max((dot.lane for dot in placed), default=0) + 1,
                cells=[_mean(one.means[number]) for one in best],
            )
        )
    return found


def _agreed(outcome: Outcome, asked: Mapping[str, Asked]) -> list[Agreed]:
    """Those on which the jury disagrees most come first."""
    rows = sorted(
        zip(outcome.criteria, outcome.alphas, strict=True), key=lambda one: (one[1] is None, one[1] or 0.0, one[0].name)
    )
    return [
        Agreed(asked[one.name], "–" if alpha is None else figure(alpha, digits=2), *agreement(alpha))
        for one, alpha in rows
    ]


def _scored(outcome: Outcome) -> Any:
    return scoring(means_of(outcome), outcome.criteria, "wsm")


def _weights(outcome: Outcome) -> Floats:
    return np.array([one.weight for one in outcome.criteria])


def _place(rank: int | None) -> str:
    return "–" if rank is None else _("%(rank)s.") % {"rank": rank}


def _score(value: float | None) -> str:
    return "–" if value is None else figure(100 * value, digits=1)


def _mean(value: float | None) -> str:
    return "–" if value is None else figure(value, digits=1)


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)

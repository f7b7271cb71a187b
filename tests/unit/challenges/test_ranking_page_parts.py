"""The facts of the sentence are those of the numbers, and pictures show what the numbers say."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citytandem.challenges.ranking import drawing
from citytandem.challenges.ranking.criteria import Criterion, Scores
from citytandem.challenges.ranking.methods import scoring
from citytandem.challenges.ranking.outcome import Outcome, means_of, outcome_of
from citytandem.challenges.ranking.sensitivity import lines
from citytandem.challenges.ranking.sentence import CLEAR, CLOSE, facts_of
from tests.unit.challenges.test_assessment_outcome import tables

COST, IMPACT = (Criterion(name, weight, "max", 0, 5) for name, weight in (("cost", 0.3), ("impact", 0.7)))


def of(*rows: tuple[float, float], draws: int | None = None) -> Outcome:
    values = np.array([rows], dtype=float).reshape(1, len(rows), 2)
    names = tuple("ABCDEFGH"[: len(rows)])
    return outcome_of(Scores(names, (COST, IMPACT), values), jurors=[1], draws=draws)


def test_a_lead_tells_who_overtakes_and_from_which_weight_on() -> None:
    facts = facts_of(of((4, 2), (2, 5)))
    assert (facts.kind, facts.leaders, facts.often) == ("leads", ("B",), "")
    # 4c + 2(1 - c) = 2c + 5(1 - c) where c is 0.6, and the share of one of two criteria is even on [0, 1].
    assert facts.share == pytest.approx(0.6, abs=0.01)
    assert facts.turn is not None
    assert facts.turn.challenger == "A"
    # With two criteria, more of the one is less of the other.
    if facts.turn.criterion == "cost":
        assert (facts.turn.more, facts.turn.now, facts.turn.at) == (True, pytest.approx(0.3), pytest.approx(0.6))
    else:
        assert (facts.turn.more, facts.turn.now, facts.turn.at) == (False, pytest.approx(0.7), pytest.approx(0.4))


def test_who_leads_in_more_weightings_than_the_first_is_named() -> None:
    facts = facts_of(of((5, 2), (1, 4)))
    assert (facts.kind, facts.leaders, facts.often) == ("other", ("B",), "A")
    assert facts.share == pytest.approx(1 / 3, abs=0.01)
    assert facts.often_share == pytest.approx(2 / 3, abs=0.01)


@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        ((), "nothing"),
        (((3, 3),), "single"),
        (((3, 3), (3, 3)), "tie"),
        (((5, 5), (1, 1)), "clear"),
    ],
)
def test_the_kinds_of_sentences(rows: tuple[tuple[float, float], ...], kind: str) -> None:
    facts = facts_of(of(*rows))
    assert facts.kind == kind
    assert facts.count == len(rows)
    if kind == "clear":
        assert facts.share == 1.0
        assert facts.turn is None


def test_without_weightings_there_is_no_share() -> None:
    facts = facts_of(of((5, 2), (1, 4), draws=0))
    assert (facts.kind, facts.share) == ("leads", None)


@given(tables(least=1))
@settings(max_examples=80)
def test_facts_follow_from_the_outcome(scores: Scores) -> None:
    outcome = outcome_of(scores, jurors=list(range(1, scores.values.shape[0] + 1)), draws=500)
    facts = facts_of(outcome)
    first = {one.code for one in outcome.standings if one.ranks["wsm"] == 1}
    assert set(facts.leaders) == first
    lacks = [one for one in outcome.standings if not one.is_complete(outcome.criteria)]
    assert facts.incomplete == len(lacks)
    shares = {one.code: one.shares["uniform"][0] for one in outcome.standings}
    if facts.kind == "clear":
        assert shares[facts.leaders[0]] >= CLEAR
    if facts.kind == "close":
        assert shares[facts.leaders[0]] < CLOSE
    if facts.kind == "other":
        assert shares[facts.often] > shares[facts.leaders[0]]
    if facts.kind == "tie":
        assert len(first) > 1
    if facts.turn is not None and outcome.flip is not None:
        assert facts.turn.challenger not in facts.leaders
        assert facts.turn.at - facts.turn.now == pytest.approx(outcome.flip.change, abs=1e-9)


@given(tables(least=2), st.integers(0, 4))
@settings(max_examples=60)
def test_who_reigns_has_the_highest_line(scores: Scores, criterion: int) -> None:
    outcome = outcome_of(scores, jurors=list(range(1, scores.values.shape[0] + 1)), draws=0)
    number = criterion % len(scores.criteria)
    scored = scoring(means_of(outcome), outcome.criteria, "wsm")
    weights = np.array([one.weight for one in outcome.criteria])
    shares, values = lines(scored, weights, number)
    picture = drawing.lines(shares, values, now=weights[number], shown=3)
    for one, other in pairwise(picture.reigns):
        assert one.high <= other.low
        assert one.place != other.place or one.high < other.low
    for place, share in enumerate(shares):
        known = values[place][~np.isnan(values[place])]
        reigning = [one.place for one in picture.reigns if one.low <= share <= one.high]
        assert bool(reigning) or not known.size
        if known.size:
            assert max(np.nan_to_num(values[place, reigning], nan=-1)) >= known.max() - 1e-6
    for curve in picture.curves:
        for point in curve.points.split():
            x, y = map(float, point.split(","))
            assert drawing.LEFT <= x <= drawing.RIGHT
            assert drawing.TOP - 0.01 <= y <= drawing.BOTTOM + 0.01


@given(st.lists(st.floats(0, 1), max_size=3))
def test_a_bar_is_filled_to_its_end_and_no_further(shares: list[float]) -> None:
    total = sum(shares)
    parts = drawing.segments([share / total if total > 1 else share for share in shares])
    assert sum(part.width for part in parts) == pytest.approx(100, abs=0.05)
    ends = [(part.x, part.x + part.width) for part in parts]
    assert all(end <= begun + 0.02 for (_, end), (begun, _) in pairwise(ends))


@given(st.lists(st.one_of(st.none(), st.floats(0, 1)), max_size=6))
def test_dots_on_one_line_keep_apart(values: list[float | None]) -> None:
    found = drawing.dots(values)
    assert [dot.place for dot in found] == [place for place, value in enumerate(values) if value is not None]
    for dot in found:
        for other in found:
            assert dot is other or dot.lane != other.lane or abs(dot.x - other.x) >= 8.99


@given(st.lists(st.floats(0, 100), max_size=8))
def test_letters_keep_apart_and_within(places: list[float]) -> None:
    moved = drawing.spread_out(places, least=6, low=4, high=90)
    assert len(moved) == len(places)
    ordered = sorted(moved)
    assert all(later - before >= 5.97 for before, later in pairwise(ordered))
    assert all(3.9 <= at <= 90.1 for at in moved)


def test_nothing_is_drawn_of_who_has_no_score() -> None:
    shares = np.linspace(0, 1, 21)
    values = np.column_stack([np.full(21, 0.5), np.full(21, math.nan)])
    picture = drawing.lines(shares, values, now=0.2, shown=2)
    assert picture.curves[1].points == ""
    assert [one.place for one in picture.reigns] == [0]

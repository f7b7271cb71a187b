"""Figures of surveys against other ways to compute them, and texts in groups."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from citytandem.core.statistics import wilson
from citytandem.partnerships.surveys.analysing import analysed
from citytandem.partnerships.surveys.changing import of_means, of_shares, paired
from citytandem.partnerships.surveys.grouping import grouped
from citytandem.partnerships.surveys.questions import Question

SCALE = Question("s", "scale", least=1, most=5)
CHOICE = Question("c", "choice", ("yes", "no"))
MULTI = Question("m", "multi", ("a", "b", "c"))
NUMBER = Question("n", "number", least=0, most=744)
TEXT = Question("t", "text")


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(1, 5), min_size=2, max_size=60))
def test_with_names_everything_is_told_as_it_is(steps: list[int]) -> None:
    found = analysed([SCALE], [{"s": step} for step in steps], least=0).findings[0]
    assert [cell.count for cell in found.cells] == [steps.count(step) for step in range(1, 6)]
    assert found.median == np.median(steps)
    assert found.mean is not None
    assert found.mean.value == round(float(np.mean(steps)), 1)
    if len(set(steps)) > 1:
        low, high = stats.t.interval(0.95, len(steps) - 1, np.mean(steps), stats.sem(steps))
        assert (found.mean.low, found.mean.high) == (pytest.approx(low, abs=0.051), pytest.approx(high, abs=0.051))


def test_each_kind_counts_what_it_should() -> None:
    answers = [{"s": 5, "c": "yes", "m": ["a", "b"], "n": 8.0, "t": "x"}] * 7 + [
        {"s": 4, "c": "no", "m": ["a"], "n": 2.0}
    ] * 6
    scale, choice, multi, number, text = analysed([SCALE, CHOICE, MULTI, NUMBER, TEXT], answers).findings
    assert [cell.count for cell in scale.cells] == [0, 0, 0, 6, 7]
    assert [cell.count for cell in choice.cells] == [7, 6]
    assert [cell.count for cell in multi.cells] == [13, 7, 0]
    assert number.mean is not None
    assert number.mean.value == round((7 * 8 + 6 * 2) / 13, 1)
    assert (text.answered, text.skipped) == (7, 6)


def test_too_few_answers_tell_nothing() -> None:
    found = analysed([SCALE, TEXT], [{"s": 5, "t": "x"}] * 4)
    assert found.took_part is None
    assert not any(finding.is_told or finding.cells or finding.mean for finding in found.findings)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=5, max_size=20), st.integers(0, 2_000))
def test_no_mean_tells_the_value_of_one(small: list[int], large: int) -> None:
    """Whoever knows all but one of the values cannot be kept out; but a mean is not the value of one in disguise."""
    question = Question("n", "number", least=0, most=2_000)
    values = [*small, large]
    found = analysed([question], [{"n": float(value)} for value in values]).findings[0]
    assert (found.mean is None) == (2 * max(values) > sum(values))


def test_a_lone_skipper_is_not_told() -> None:
    found = analysed([TEXT, CHOICE], [{"t": "x", "c": "yes"}] * 12 + [{"c": "no"}]).findings
    assert not found[0].is_told
    assert not found[1].is_told or found[1].has_hidden


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from("abcdefghij"), st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=2))
def test_pairs_against_the_t_test_of_scipy(people: dict[str, tuple[int, int]]) -> None:
    first, second = ({who: float(steps[place]) for who, steps in people.items()} for place in (0, 1))
    change = paired(first | {"only": 1.0}, second)
    assert change is not None
    gaps = [second[who] - first[who] for who in people]
    assert change.value == pytest.approx(np.mean(gaps))
    if len(set(gaps)) > 1:
        test = stats.ttest_rel([second[who] for who in people], [first[who] for who in people])
        interval = test.confidence_interval(0.95)
        assert (change.low, change.high) == (pytest.approx(interval.low), pytest.approx(interval.high))
        assert change.is_clear == (test.pvalue < 0.05)


def test_newcombe_as_in_his_paper() -> None:
    """56/70 less 48/80: 0.0524 to 0.3339 (Newcombe 1998, table II, method 10)."""
    change = of_shares(wilson(48, 80), wilson(56, 70))
    assert change.value == pytest.approx(0.2)
    assert (round(change.low, 4), round(change.high, 4)) == (0.0524, 0.3339)


def test_the_change_of_means_rests_on_what_is_told() -> None:
    first, second = (analysed([SCALE], [{"s": step}] * 6 + [{"s": step + 1}] * 6).findings[0] for step in (1, 3))
    change = of_means(first, second)
    assert change is not None
    assert first.mean is not None
    half = (first.mean.high - first.mean.low) / 2
    assert change.value == pytest.approx(2)
    assert change.high - change.value == pytest.approx(math.sqrt(2) * half)
    assert of_means(first, analysed([SCALE], [{"s": 1}]).findings[0]) is None


UNIT = hnp.arrays(np.float32, st.tuples(st.integers(1, 20), st.just(4)), elements=st.floats(-1, 1, width=16))


@settings(max_examples=100, deadline=None)
@given(UNIT, st.randoms(use_true_random=False))
def test_groups_do_not_depend_on_the_order(vectors: np.ndarray, random: object) -> None:
    vectors = np.unique(np.round(vectors, 2), axis=0) + np.float32(0.01)
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    order = list(range(len(vectors)))
    random.shuffle(order)  # type: ignore[attr-defined]
    plain = {frozenset(group.members) for group in grouped(vectors)}
    mixed = {frozenset(order[place] for place in group.members) for group in grouped(vectors[order])}
    assert plain == mixed
    assert sorted(place for group in plain for place in group) == list(range(len(vectors)))


def test_the_first_of_a_group_stands_for_it() -> None:
    angles = np.array([0.0, 0.1, 0.2, 3.0])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    groups = grouped(vectors)
    assert groups[0].members[0] == 1
    assert sorted(groups[0].members) == [0, 1, 2]
    assert list(groups[1].members) == [3]

"""The best partners of all places, against scoring each pair by itself."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citytandem.partnerships.peers import search
from citytandem.partnerships.peers.table import Table, table_of, with_profile

COUNTRIES = ("DE", "AT", "FR", "BG", "GR")


def made(count: int, *, seed: int = 0, themes: int = 6) -> Table:
    rng = np.random.default_rng(seed)
    return table_of(
        countries=[COUNTRIES[number] for number in rng.integers(0, len(COUNTRIES), count)],
        populations=[None if rng.random() < 0.1 else int(rng.integers(500, 10**6)) for _ in range(count)],
        positions=[
            None if rng.random() < 0.1 else (float(rng.uniform(35, 60)), float(rng.uniform(-5, 30)))
            for _ in range(count)
        ],
        teaches=(rng.random((count, themes)) < 0.3).astype(np.float32),
        learns=(rng.random((count, themes)) < 0.3).astype(np.float32),
    )


def by_hand(table: Table, one: int, other: int) -> float:
    """The score of a pair, in the words of the documentation."""
    if table.country[one] == table.country[other]:
        return -math.inf
    gain = float(table.learns[one] @ table.teaches[other])
    give = float(table.learns[other] @ table.teaches[one])
    exchange = 4 * 2 * gain * give / (gain + give) if gain + give else 0.0
    size = -0.85 * abs(float(table.size[one]) - float(table.size[other]))
    km = 6371 * float(np.linalg.norm(table.points[one].astype(float) - table.points[other].astype(float)))
    distance = -1.55 * (math.log(km + 20) - math.log(20))
    size = search.SIZE_UNKNOWN if math.isnan(size) else size
    distance = search.DISTANCE_UNKNOWN if math.isnan(distance) else distance
    return exchange + size + distance + float(table.language[table.country[one], table.country[other]])


@settings(max_examples=25, deadline=None)
@given(count=st.integers(1, 40), seed=st.integers(0, 10**6))
def test_every_score_is_that_counted_by_hand(count: int, seed: int) -> None:
    table = made(count, seed=seed)
    found = search.scores(table, np.arange(count))
    for one in range(count):
        for other in range(count):
            assert found[one, other] == pytest.approx(by_hand(table, one, other), abs=1e-3)


@settings(max_examples=25, deadline=None)
@given(count=st.integers(1, 60), seed=st.integers(0, 10**6))
def test_a_score_is_the_same_from_both_ends_and_its_terms_add_up(count: int, seed: int) -> None:
    table = made(count, seed=seed)
    found = search.scores(table, np.arange(count))
    assert found == pytest.approx(found.T, abs=1e-3)
    one, other = 0, count - 1
    if found[one, other] > -np.inf:
        assert search.terms(table, one, other).score == pytest.approx(float(found[one, other]), abs=1e-4)


@settings(max_examples=60, deadline=None)
@given(
    values=st.lists(st.one_of(st.integers(-4, 4).map(float), st.just(-math.inf)), max_size=1_500),
    top=st.integers(0, 30),
)
def test_the_best_are_those_of_a_full_sort(values: list[float], top: int) -> None:
    found = np.array(values, dtype=np.float32)
    numbers, _ = search._top(found, top)
    order = sorted((number for number in range(len(found)) if found[number] > -math.inf), key=lambda n: (-found[n], n))
    assert numbers.tolist() == order[:top]


def test_all_at_once_are_those_one_by_one() -> None:
    table = made(1_300, seed=3)
    for row, numbers, values in search.best_of_all(table, top=5):
        if row % 97 == 0:
            alone, own = search.best(table, row, top=5)
            assert own == pytest.approx(values, abs=1e-3)
            assert set(alone.tolist()) == set(numbers.tolist())
            assert all(table.country[number] != table.country[row] for number in numbers)


def test_only_those_asked_for_are_found() -> None:
    table = made(200, seed=4)
    among = np.zeros(200, dtype=bool)
    among[50:60] = True
    numbers, _ = search.best(table, 0, among=among)
    assert set(numbers.tolist()) <= set(range(50, 60))
    assert search.best(table, 0, among=np.zeros(200, dtype=bool))[0].tolist() == []


def test_a_pair_of_which_one_side_gains_nothing_has_no_exchange() -> None:
    none, theme = np.zeros((2, 1), np.float32), np.array([[1], [0]], np.float32)
    table = table_of(
        countries=["DE", "FR"], populations=[1000, 1000], positions=[(50, 8), (48, 2)], teaches=theme, learns=none
    )
    assert search.terms(table, 0, 1).exchange == 0


def test_a_changed_profile_changes_the_scores_of_that_place_alone() -> None:
    table = made(50, seed=5)
    everything = np.ones(6, dtype=np.float32)
    changed = with_profile(table, 7, teaches=everything, learns=everything)
    before, after = (search.scores(one, np.arange(50)) for one in (table, changed))
    others = np.delete(np.arange(50), 7)
    assert np.array_equal(before[np.ix_(others, others)], after[np.ix_(others, others)])
    assert (after[7] >= before[7] - 4).all()
    assert not np.array_equal(before[7], after[7])


def test_columns_of_different_lengths_are_refused() -> None:
    empty = np.zeros((1, 1), np.float32)
    with pytest.raises(ValueError, match="different lengths"):
        table_of(countries=["DE", "FR"], populations=[1], positions=[None], teaches=empty, learns=empty)

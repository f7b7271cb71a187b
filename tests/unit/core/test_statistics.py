"""How long things take, against tables worked out by hand and by brute force; shares; what is hidden."""

from __future__ import annotations

from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytandem.core.statistics import LEAST_CELL, Z_95, Waited, kaplan_meier, suppressed, wilson

WAITS = st.lists(
    st.builds(Waited, days=st.integers(0, 30), is_over=st.booleans(), count=st.integers(1, 4)), max_size=40
)


def test_the_classic_table() -> None:
    """Remission of leukaemia under 6-MP (Freireich et al. 1963), as every textbook works it out; + still in remission."""
    over = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    still = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    found = kaplan_meier([*(Waited(day, True) for day in over), *(Waited(day, False) for day in still)])
    assert found.days.tolist() == [6, 7, 10, 13, 16, 22, 23]
    expected = [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert [round(float(share), 3) for share in found.waiting] == expected
    assert (found.median, found.quantile(0.9), found.cases, found.over) == (23, None, 21, 9)


def product_limit(waits: list[Waited]) -> dict[int, float]:
    """Person by person and day by day, straight from the definition."""
    people = [(one.days, one.is_over) for one in waits for _ in range(one.count)]
    share, curve = 1.0, {}
    for day in sorted({days for days, _over in people}):
        at_risk = sum(days >= day for days, _over in people)
        ended = sum(days == day and over for days, over in people)
        share *= 1 - ended / at_risk
        if ended:
            curve[day] = share
    return curve


@given(WAITS)
def test_it_is_the_product_limit(waits: list[Waited]) -> None:
    found, expected = kaplan_meier(waits), product_limit(waits)
    assert found.days.tolist() == list(expected)
    for share, truth in zip(found.waiting.tolist(), expected.values(), strict=True):
        assert isclose(share, truth, abs_tol=1e-9)
    reached = [day for day, share in expected.items() if share <= 0.5 + 1e-12]
    assert found.median == (reached[0] if reached else None)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=40))
def test_without_anything_open_it_is_the_plain_median(days: list[int]) -> None:
    found = kaplan_meier([Waited(day, True) for day in days])
    assert found.median == sorted(days)[(len(days) - 1) // 2]


@given(WAITS)
def test_what_is_left_undone_never_makes_an_office_look_quicker(waits: list[Waited]) -> None:
    lazy = [*waits, Waited(100, False, 5)]
    before, after = kaplan_meier(waits).median, kaplan_meier(lazy).median
    assert after is None or (before is not None and after >= before)


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634), (81, 263, 0.2553, 0.3662)],
)
def test_wilson_s_interval(count: int, total: int, low: float, high: float) -> None:
    """The last row is the example of Newcombe 1998 (Statistics in Medicine 17, 857-872)."""
    share = wilson(count, total)
    assert (round(share.low, 4), round(share.high, 4)) == (low, high)


@given(st.integers(1, 500).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_the_interval_solves_its_equation(case: tuple[int, int]) -> None:
    count, total = case
    share = wilson(count, total)
    assert 0 <= share.low <= share.value <= share.high <= 1
    for bound in (share.low, share.high):
        # Its ends are where the score statistic reaches z (but for ends that are cut off at 0 and 1).
        if 0 < bound < 1:
            score = (share.value - bound) ** 2 / (bound * (1 - bound) / total)
            assert isclose(score, Z_95**2, rel_tol=1e-6)


def test_nothing_tells_nothing() -> None:
    assert (wilson(0, 0).value, wilson(0, 0).low, wilson(0, 0).high) == (0.0, 0.0, 1.0)
    assert kaplan_meier([]).median is None
    assert kaplan_meier([Waited(3, False, 4)]).median is None


@given(st.dictionaries(st.integers(), st.integers(0, 20), max_size=12))
def test_no_small_number_shows_or_can_be_worked_out(counts: dict[int, int]) -> None:
    shown = suppressed(counts)
    assert shown.keys() == counts.keys()
    hidden = [key for key, count in shown.items() if count is None]
    assert all(count is None or count == 0 or count >= LEAST_CELL for count in shown.values())
    assert all(shown[key] in {None, counts[key]} for key in counts)
    # One hidden number alone is the total less the others; then there was no other to hide with it.
    if len(hidden) == 1:
        assert sum(count > 0 for count in counts.values()) == 1

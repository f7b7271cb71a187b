"""How long stages take, how the funnel is drawn, and how money is added up."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytandem.challenges.dashboards.money import Part, Sum, by_year
from citytandem.challenges.dashboards.stages import FEWEST, stage_time, waited
from citytandem.challenges.dashboards.way import HEIGHT, THINNEST, WIDTH, Reach, layers
from citytandem.core.statistics import Waited

TODAY = date(2026, 6, 1)
days = st.integers(0, 4_000)
over = st.lists(days, min_size=FEWEST, max_size=60)


@given(over)
def test_where_all_is_over_the_quartiles_are_those_of_the_days(all_days: list[int]) -> None:
    found = stage_time([Waited(one, True) for one in all_days])
    expected = np.quantile(all_days, [0.25, 0.5, 0.75], method="inverted_cdf")
    assert [found.low, found.median, found.high] == expected.tolist()
    assert (found.shortest, found.longest, found.waiting) == (min(all_days), max(all_days), 0)


@given(st.lists(st.tuples(days, st.booleans()), max_size=60), st.randoms())
def test_order_and_grouping_change_nothing(cases: list[tuple[int, bool]], random: object) -> None:
    waits = [Waited(*one) for one in cases]
    counted = {one: cases.count(one) for one in cases}
    grouped = [Waited(*one, count) for one, count in counted.items()]
    random.shuffle(waits)  # type: ignore[attr-defined]
    assert stage_time(waits) == stage_time(grouped)


@given(st.lists(st.tuples(days, st.booleans()), min_size=1, max_size=60))
def test_quartiles_are_ordered_and_within_what_is_over(cases: list[tuple[int, bool]]) -> None:
    found = stage_time([Waited(*one) for one in cases])
    known = [one for one in (found.low, found.median, found.high) if one is not None]
    assert known == sorted(known)
    # A later quartile is known only where the earlier ones are.
    assert [found.low, found.median, found.high][: len(known)] == known
    if known:
        assert found.shortest is not None
        assert found.longest is not None
        assert found.shortest <= known[0]
        assert known[-1] <= found.longest


@given(over, days)
def test_what_still_waits_never_makes_a_stage_look_quicker(all_days: list[int], age: int) -> None:
    """Leaving things undone must not pay."""
    before = stage_time([Waited(one, True) for one in all_days])
    after = stage_time([*(Waited(one, True) for one in all_days), Waited(age, False)])
    assert after.waiting == 1
    for one, other in ((before.low, after.low), (before.median, after.median), (before.high, after.high)):
        assert one is not None
        assert other is None or other >= one


@pytest.mark.parametrize("count", range(FEWEST))
def test_few_cases_have_no_quartiles_but_their_ends(count: int) -> None:
    found = stage_time([Waited(3 * number, True) for number in range(count)])
    assert (found.low, found.median, found.high) == (None, None, None)
    assert found.is_few
    assert (found.shortest, found.longest) == ((0, 3 * (count - 1)) if count else (None, None))


@given(st.lists(st.tuples(st.none() | st.integers(0, 900), st.none() | st.integers(0, 900)), max_size=20))
def test_spans_become_whole_days_and_never_less_than_none(spans: list[tuple[int | None, int | None]]) -> None:
    def day(ago: int | None) -> date | None:
        return None if ago is None else TODAY - timedelta(days=ago)

    found = waited([(day(entered), day(left)) for entered, left in spans], today=TODAY)
    begun = [(entered, left) for entered, left in spans if entered is not None]
    assert [one.days for one in found] == [max(0, entered - (left or 0)) for entered, left in begun]
    assert [one.is_over for one in found] == [left is not None for _entered, left in begun]


# --- the drawing ------------------------------------------------------------------------------------------------------


def corners(points: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in (pair.split(",") for pair in points.split())]


@given(st.integers(0, 500), st.lists(st.integers(0, 500), min_size=1, max_size=8))
def test_layers_join_lie_in_the_middle_and_stay_inside(challenges: int, counts: list[int]) -> None:
    drawn = layers([Reach(str(n), n, count) for n, count in enumerate(counts)], challenges=challenges)
    assert len(drawn) == len(counts)
    for layer in drawn:
        (left, top), (right, _), (low_right, bottom), (low_left, _) = corners(layer.points)
        assert (top, bottom) == (0, HEIGHT)
        assert 0 <= left <= right <= WIDTH
        assert left + right == pytest.approx(WIDTH, abs=0.02)
        assert low_left + low_right == pytest.approx(WIDTH, abs=0.02)
        assert right - left == pytest.approx(max(layer.share * WIDTH, THINNEST), abs=0.02)
    for above, below in pairwise(drawn):
        assert corners(above.points)[3][0] == corners(below.points)[0][0]


def test_without_challenges_there_is_a_line_and_no_error() -> None:
    assert [layer.share for layer in layers([Reach("problems", 0, 0)], challenges=0)] == [0.0]


# --- money ------------------------------------------------------------------------------------------------------------

amounts = st.decimals(0, 10**9, places=2)
sums = st.builds(
    Sum,
    kind=st.sampled_from(["budget", "pilot", "tender"]),
    year=st.integers(2020, 2026),
    currency=st.sampled_from(["EUR", "PLN", "BGN"]),
    amount=amounts,
    count=st.integers(0, 50),
    unknown=st.integers(0, 50),
)


@given(st.lists(sums, max_size=40))
def test_nothing_is_lost_and_currencies_stay_apart(told: list[Sum]) -> None:
    found = by_year(told)
    for kind in ("budget", "pilot", "tender"):
        for currency in ("EUR", "PLN", "BGN"):
            of_kind = [one for one in told if (one.kind, one.currency) == (kind, currency)]
            parts: list[Part] = [getattr(one, kind) for one in found if one.currency == currency]
            assert sum((part.amount for part in parts), Decimal(0)) == sum((one.amount for one in of_kind), Decimal(0))
            assert sum(part.count for part in parts) == sum(one.count for one in of_kind)
    years = [one.year for one in found]
    assert years == sorted(years, reverse=True)
    assert len({(one.year, one.currency) for one in found}) == len(found)


def test_a_kind_that_there_is_not_is_an_error() -> None:
    with pytest.raises(KeyError):
        by_year([Sum("gift", 2026, "EUR", Decimal(1), 1, 0)])

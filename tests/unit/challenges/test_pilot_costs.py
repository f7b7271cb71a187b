"""What a pilot cost, and what one unit of its effect cost."""

from __future__ import annotations

from decimal import Decimal

import pytest

from citytandem.challenges.pilots.costs import Cost, cost_per_unit, summed
from citytandem.challenges.pilots.findings import finding
from citytandem.challenges.pilots.indicators import BadPilot, Indicator
from tests.unit.challenges.pilots import FILL, PERIOD, daily

COSTS = [
    Cost("equipment", Decimal("1200.10")), Cost("staff", hours=Decimal("12.5")), Cost("equipment", Decimal("0.20")),
    Cost("travel", Decimal(90), Decimal(3)),
]  # fmt: skip


def test_costs_are_summed_by_kind_to_the_cent() -> None:
    total = summed(COSTS)
    assert [(one.kind, one.amount, one.hours) for one in total.by_kind] == [
        ("equipment", Decimal("1200.30"), Decimal(0)),
        ("travel", Decimal(90), Decimal(3)),
        ("staff", Decimal(0), Decimal("12.5")),
    ]
    assert (total.amount, total.hours, total.total) == (Decimal("1290.30"), Decimal("15.5"), Decimal("1290.30"))
    assert (total.has_hours, total.currency) == (False, "EUR")


def test_hours_cost_money_where_a_rate_is_given() -> None:
    total = summed(COSTS, hourly_rate=Decimal(60))
    assert (total.total, total.has_hours) == (Decimal("2220.30"), True)


def test_no_costs_are_nothing() -> None:
    total = summed([])
    assert (total.total, total.by_kind, total.currency) == (Decimal(0), (), None)


def test_the_cost_of_one_unit_has_the_interval_of_the_effect() -> None:
    result = finding(FILL, daily([70, 72, 68, 71], [50, 52, 49, 50]), period=PERIOD)
    each = cost_per_unit(summed(COSTS), result)
    assert each is not None
    assert result.interval is not None
    assert each.estimate == pytest.approx(1290.30 / 20)
    assert each.interval.low == pytest.approx(1290.30 / -result.interval.low)
    assert each.interval.high == pytest.approx(1290.30 / -result.interval.high)
    assert each.interval.low < each.estimate < each.interval.high


@pytest.mark.parametrize(
    ("before", "after"),
    [([70, 50, 60], [71, 52, 62]), ([50, 52, 49], [70, 72, 68]), ([70], [50]), ([60, 60], [50, 50])],
)
def test_without_a_clear_improvement_a_unit_has_no_cost(before: list[float], after: list[float]) -> None:
    assert cost_per_unit(summed(COSTS), finding(FILL, daily(before, after), period=PERIOD)) is None


def test_a_unit_of_values_that_go_up_has_a_cost_above_zero_too() -> None:
    up = Indicator("bicycles", "per day", "up")
    each = cost_per_unit(summed(COSTS), finding(up, daily([50, 52, 49], [70, 72, 68]), period=PERIOD))
    assert each is not None
    assert 0 < each.interval.low < each.estimate < each.interval.high


@pytest.mark.parametrize(
    ("code", "kind", "amount", "hours", "currency"),
    [
        ("cost.kind", " ", "1", "0", "EUR"),
        ("cost.amount", "staff", "-1", "0", "EUR"),
        ("cost.amount", "staff", "NaN", "0", "EUR"),
        ("cost.amount", "staff", "Infinity", "0", "EUR"),
        ("cost.hours", "staff", "1", "-0.5", "EUR"),
        ("cost.currency", "staff", "1", "0", "euro"),
        ("cost.currency", "staff", "1", "0", "eur"),
    ],
)
def test_wrong_costs_are_refused(code: str, kind: str, amount: str, hours: str, currency: str) -> None:
    with pytest.raises(BadPilot) as refused:
        Cost(kind, Decimal(amount), Decimal(hours), currency)
    assert refused.value.code == code


def test_currencies_are_not_added() -> None:
    with pytest.raises(BadPilot) as refused:
        summed([Cost("staff", Decimal(1)), Cost("staff", Decimal(1), currency="PLN")])
    assert (refused.value.code, refused.value.told) == ("cost.currencies", "EUR, PLN")
    with pytest.raises(BadPilot) as refused:
        summed(COSTS, hourly_rate=Decimal(-1))
    assert refused.value.code == "cost.hourly_rate"

"""What a pilot cost, and what one unit of its effect cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from citytandem.challenges.pilots.effects import Interval
from citytandem.challenges.pilots.findings import Finding
from citytandem.challenges.pilots.indicators import BadPilot


@dataclass(frozen=True, slots=True)
class Cost:
    """One entry. kind: what for (a code of the shell's); amount: money paid; hours: worked by the city's own staff."""

    kind: str
    amount: Decimal = Decimal(0)
    hours: Decimal = Decimal(0)
    currency: str = "EUR"

    def __post_init__(self) -> None:
        if not self.kind.strip():
            raise BadPilot("cost.kind")
        for code, number in (("cost.amount", self.amount), ("cost.hours", self.hours)):
            if not number.is_finite() or number < 0:
                raise BadPilot(code, self.kind, str(number))
        if len(self.currency) != 3 or not self.currency.isascii() or not self.currency.isupper():
            raise BadPilot("cost.currency", self.kind, self.currency)


@dataclass(frozen=True, slots=True)
class KindSum:
    """All entries of one kind."""

    kind: str
    amount: Decimal
    hours: Decimal


@dataclass(frozen=True, slots=True)
class CostSum:
    """by_kind: the dearest first. total: amount, and the hours where an hourly rate was given. currency: None if free."""

    by_kind: tuple[KindSum, ...]
    amount: Decimal
    hours: Decimal
    total: Decimal
    has_hours: bool
    currency: str | None


@dataclass(frozen=True, slots=True)
class CostPerUnit:
    """Money per unit by which the indicator got better. The interval is that of the effect, turned round."""

    estimate: float
    interval: Interval
    currency: str | None


def summed(costs: Sequence[Cost], *, hourly_rate: Decimal | None = None) -> CostSum:
    """Sums by kind. Raises BadPilot where currencies differ, or a rate is no amount. `hourly_rate`: what an hour costs."""
    if hourly_rate is not None and (not hourly_rate.is_finite() or hourly_rate < 0):
        raise BadPilot("cost.hourly_rate", "", str(hourly_rate))
    currencies = sorted({cost.currency for cost in costs})
    if len(currencies) > 1:
        raise BadPilot("cost.currencies", "", ", ".join(currencies))
    kinds: dict[str, KindSum] = {}
    for cost in costs:
        known = kinds.get(cost.kind, KindSum(cost.kind, Decimal(0), Decimal(0)))
        kinds[cost.kind] = KindSum(cost.kind, known.amount + cost.amount, known.hours + cost.hours)
    amount = sum((kind.amount for kind in kinds.values()), Decimal(0))
    hours = sum((kind.hours for kind in kinds.values()), Decimal(0))
    return CostSum(
        by_kind=tuple(sorted(kinds.values(), key=lambda kind: (-kind.amount, -kind.hours, kind.kind))),
        amount=amount,
        hours=hours,
        total=amount + hours * (hourly_rate or Decimal(0)),
        has_hours=hourly_rate is not None,
        currency=currencies[0] if currencies else None,
    )


def cost_per_unit(costs: CostSum, finding: Finding) -> CostPerUnit | None:
    """What one unit of improvement cost; None unless the indicator got clearly better.

    Where the effect's interval holds zero, the cost of a unit may be anything up to infinity, and no number is honest.
    """
    if finding.verdict != "better" or finding.interval is None:
        return None
    sign = 1.0 if finding.indicator.direction == "up" else -1.0
    gain, total = finding.interval.times(sign), float(costs.total)
    if gain.low <= 0:
        return None
    return CostPerUnit(
        total / (sign * finding.difference), Interval(total / gain.high, total / gain.low), costs.currency
    )

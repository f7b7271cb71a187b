"""Money by year: what challenges may cost, what pilots did cost, what went to procurement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

KINDS = ("budget", "pilot", "tender")


@dataclass(frozen=True, slots=True)
class Sum:
    """One sum as the database has it. `kind`: one of KINDS; `unknown`: how many things of it have no amount."""

    kind: str
    year: int
    currency: str
    amount: Decimal
    count: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Part:
    """Amount of one kind in one year. `count`: of things with an amount; `unknown`: of those without."""

    amount: Decimal = Decimal(0)
    count: int = 0
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class MoneyYear:
    """One year in one currency: amounts of different currencies are never added up."""

    year: int
    currency: str
    budget: Part
    pilot: Part
    tender: Part


def by_year(sums: Iterable[Sum]) -> list[MoneyYear]:
    """The newest year first. Raises KeyError for a kind that there is not."""
    found: dict[tuple[int, str], dict[str, Part]] = {}
    for one in sums:
        parts = found.setdefault((one.year, one.currency), dict.fromkeys(KINDS, Part()))
        before = parts[one.kind]
        parts[one.kind] = Part(before.amount + one.amount, before.count + one.count, before.unknown + one.unknown)
    return [
        MoneyYear(year, currency, **parts)
        for (year, currency), parts in sorted(found.items(), key=lambda item: (-item[0][0], item[0][1]))
    ]

"""What a cohort has to keep to: the coordinator's rules, each with a name by which it is priced and blamed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Budget:
    """Money for the whole programme, and what one tandem and one tridem costs, in one currency."""

    total: float
    tandem: float = 1.0
    tridem: float = 1.5


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules of a matching. Minima are hard: they can contradict each other.

    small_towns_min, newcomers_min: so many of them get a place. border_groups_min: so many groups hold two cities that
    lie on each other's border. min_hours: who gives fewer, or says nothing, does not take part. fairness: those who get
    least come before the total.
    """

    sizes: tuple[int, ...] = (2, 3)
    never_same_country: bool = True
    everyone: bool = False
    tridems_min: int = 0
    tridems_max: int | None = None
    groups_min: int = 0
    groups_max: int | None = None
    must: tuple[Pair, ...] = ()
    must_not: tuple[Pair, ...] = ()
    border_groups_min: int = 0
    small_towns_min: int = 0
    newcomers_min: int = 0
    budget: Budget | None = None
    min_hours: float = 0.0
    fairness: bool = True

    def names(self) -> list[str]:
        """The rules that say something, in the order in which they are told."""
        return list(dict(self._each()))

    def without(self, name: str) -> Rules:
        """The same rules but one. Raises KeyError for a name that is not among `names`."""
        return dict(self._each())[name]

    def _each(self) -> Iterator[tuple[str, Rules]]:
        plain = Rules()
        if self.never_same_country:
            yield "never_same_country", replace(self, never_same_country=False)
        if self.sizes != plain.sizes:
            yield "sizes", replace(self, sizes=plain.sizes)
        for field in ("everyone", "tridems_min", "tridems_max", "groups_min", "groups_max"):
            if getattr(self, field) != getattr(plain, field):
                yield field, replace(self, **{field: getattr(plain, field)})
        for field in ("border_groups_min", "small_towns_min", "newcomers_min", "budget", "min_hours"):
            if getattr(self, field) != getattr(plain, field):
                yield field, replace(self, **{field: getattr(plain, field)})
        for pair in self.must:
            yield f"must: {pair[0]} + {pair[1]}", replace(self, must=_but(self.must, pair))
        for pair in self.must_not:
            yield f"must_not: {pair[0]} + {pair[1]}", replace(self, must_not=_but(self.must_not, pair))


def _but(pairs: tuple[Pair, ...], gone: Pair) -> tuple[Pair, ...]:
    return tuple(pair for pair in pairs if pair != gone)

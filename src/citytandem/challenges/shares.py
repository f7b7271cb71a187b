"""Weights as people type them, made to shares that sum to 1. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal

# What the column holds: a hundredth of a percent.
STEP = Decimal("0.0001")
# Nobody weighs finer or larger; it also keeps NaN and the infinities out.
LARGEST = Decimal(1_000_000)


class BadWeights(ValueError):
    """Weights that say nothing. `code` is stable; `place`: which of them, None where it is all of them."""

    def __init__(self, code: str, place: int | None = None) -> None:
        super().__init__(code)
        self.code, self.place = code, place


def shares(weights: Sequence[Decimal]) -> list[Decimal]:
    """Shares in steps of 0.0001 whose sum is exactly 1, in the order of the weights.

    What rounding leaves over goes to the largest remainders (Hamilton's method), to the first where they are equal.
    Raises BadWeights for a weight that is no number or negative, and where none counts.
    """
    for place, weight in enumerate(weights):
        if not weight.is_finite() or weight > LARGEST:
            raise BadWeights("criterion.weight_number", place)
        if weight < 0:
            raise BadWeights("criterion.weight_negative", place)
    total = sum(weights, Decimal(0))
    if total <= 0:
        raise BadWeights("criteria.no_weight")
    exact = [weight / total / STEP for weight in weights]
    whole = [one.to_integral_value(rounding=ROUND_FLOOR) for one in exact]
    left = int(1 / STEP - sum(whole, Decimal(0)))
    by_remainder = sorted(range(len(exact)), key=lambda place: (whole[place] - exact[place], place))
    for place in by_remainder[:left]:
        whole[place] += 1
    return [(one * STEP).quantize(STEP) for one in whole]


def is_whole(weights: Sequence[Decimal]) -> bool:
    """Whether the weights are shares already: they sum to 1, or to 100 as percentages do."""
    total = sum(weights, Decimal(0))
    return total in (Decimal(1), Decimal(100))


def percentages(weights: Sequence[Decimal]) -> list[Decimal]:
    """The weights as percentages with what is needed behind the comma; zeros where none counts."""
    try:
        parts = shares(weights)
    except BadWeights:
        return [Decimal(0)] * len(weights)
    whole = [part * 100 for part in parts]
    return [one.quantize(Decimal(1)) if one == one.to_integral_value() else one.normalize() for one in whole]

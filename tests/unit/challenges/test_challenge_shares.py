"""Weights as people type them: shares of a whole, whatever they add up to."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytandem.challenges.shares import BadWeights, is_whole, percentages, shares

weights = st.lists(
    st.decimals(min_value=0, max_value=1_000_000, places=4, allow_nan=False, allow_infinity=False),
    min_size=1,
    max_size=30,
).filter(any)


@given(weights)
def test_shares_sum_to_exactly_one(typed: list[Decimal]) -> None:
    parts = shares(typed)
    assert sum(parts) == 1
    assert all(0 <= part <= 1 for part in parts)
    assert all(part == part.quantize(Decimal("0.0001")) for part in parts)


@given(weights)
def test_each_share_is_as_near_as_four_digits_allow_and_zero_stays_zero(typed: list[Decimal]) -> None:
    total = sum(typed)
    for weight, part in zip(typed, shares(typed), strict=True):
        assert abs(part - weight / total) < Decimal("0.0001")
        assert weight or not part


@given(weights)
def test_who_weighs_more_never_counts_less(typed: list[Decimal]) -> None:
    parts = shares(typed)
    for weight, part in zip(typed, parts, strict=True):
        assert all(part >= other for one, other in zip(typed, parts, strict=True) if one < weight)


@given(weights)
def test_shares_of_shares_are_the_same(typed: list[Decimal]) -> None:
    parts = shares(typed)
    assert shares(parts) == parts
    assert is_whole(parts)
    assert sum(percentages(typed)) == 100


@pytest.mark.parametrize(
    ("typed", "code", "place"),
    [
        (["1", "NaN"], "criterion.weight_number", 1),
        (["Infinity"], "criterion.weight_number", 0),
        (["-Infinity"], "criterion.weight_number", 0),
        (["1000001"], "criterion.weight_number", 0),
        (["2", "1", "-0.1"], "criterion.weight_negative", 2),
        (["0", "0"], "criteria.no_weight", None),
        ([], "criteria.no_weight", None),
    ],
)
def test_weights_that_say_nothing_are_refused(typed: list[str], code: str, place: int | None) -> None:
    with pytest.raises(BadWeights) as caught:
        shares([Decimal(one) for one in typed])
    assert (caught.value.code, caught.value.place) == (code, place)


def test_thirds_are_told_in_percent() -> None:
    assert percentages([Decimal(1)] * 3) == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]
    assert percentages([Decimal(0)]) == [0]
    assert is_whole([Decimal(60), Decimal(40)])
    assert not is_whole([Decimal(60), Decimal(60)])

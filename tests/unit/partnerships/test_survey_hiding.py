"""Hidden numbers of surveys cannot be worked out: an attacker who knows the code tries every table that there can be."""

from __future__ import annotations

from collections import defaultdict
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citytandem.partnerships.surveys.hiding import hidden, may_be_told, tables

LEAST = 3


def every_table(cells: int, total: int) -> list[tuple[int, ...]]:
    return [table for table in product(range(total + 1), repeat=cells) if sum(table) == total]


@pytest.mark.parametrize(("cells", "total", "least"), [
    (2, 9, 3), (2, 12, 5), (3, 6, 3), (3, 9, 3), (3, 12, 5), (3, 16, 5), (4, 8, 3), (4, 12, 3), (4, 12, 4), (5, 10, 3),
    (5, 12, 3),
])  # fmt: skip
def test_no_cell_can_be_worked_out(cells: int, total: int, least: int) -> None:
    """All tables that look alike differ in each hidden cell."""
    alike = defaultdict(list)
    for table in every_table(cells, total):
        alike[hidden(table, least=least)].append(table)
    for told, behind in alike.items():
        for place in range(cells):
            if told is None or told[place] is None:
                assert len({table[place] for table in behind}) > 1, (told, behind)


@pytest.mark.parametrize(("cells", "total", "least"), [(3, 9, 3), (3, 14, 5), (4, 10, 3), (5, 12, 3)])
def test_the_tables_behind_a_picture_are_all_found(cells: int, total: int, least: int) -> None:
    alike = defaultdict(list)
    for table in every_table(cells, total):
        alike[hidden(table, least=least)].append(table)
    for told, behind in alike.items():
        if told is not None:
            assert tables(told, total, least=least) == sorted(behind)


def mean(table: tuple[int, ...]) -> float | None:
    """Of a scale from 1, the last cell being those who skipped it; as it is told: with one decimal."""
    answered = sum(table[:-1])
    return round(sum(place * count for place, count in enumerate(table[:-1], 1)) / answered, 1) if answered else None


@pytest.mark.parametrize(("cells", "total"), [(4, 10), (4, 12), (5, 12), (6, 11)])
def test_no_cell_can_be_worked_out_with_the_mean_in_hand(cells: int, total: int) -> None:
    """Nor without it, where it is kept back."""
    seen = defaultdict(list)
    for table in every_table(cells, total):
        told = hidden(table, least=LEAST)
        if told is None:
            continue
        behind = tables(told, total, least=LEAST)
        assert behind is not None
        figures = {other: mean(other) for other in behind}
        seen[told, mean(table) if may_be_told(table, figures, least=LEAST) else "kept back"].append(table)
    means = [figure for (told, figure) in seen if figure != "kept back" and None in told]
    assert means, "some means are told although cells are hidden"
    for (told, _figure), behind in seen.items():
        for place in range(cells):
            if told[place] is None:
                assert len({table[place] for table in behind}) > 1, (told, behind)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=3, max_size=7), st.integers(3, 8))
def test_what_is_told_is_true_and_large_enough(counts: list[int], least: int) -> None:
    told = hidden(counts, least=least)
    if told is None:
        return
    assert all(shown is None or shown == count for shown, count in zip(told, counts, strict=True))
    if None in told:
        assert all(shown is None or shown >= least for shown in told)
        assert sum(shown is None for shown in told) > 1


def test_few_answers_tell_nothing_and_large_ones_everything() -> None:
    assert hidden([4, 0, 0]) is None
    assert hidden([20, 0, 9]) == (20, 0, 9)
    assert hidden([20, 1, 9]) == (20, None, None)
    assert hidden([20, 1, 2, 9]) == (20, None, None, 9)
    assert hidden([30, 1, 9, 9]) == (30, None, None, None)
    with pytest.raises(ValueError, match="below 3"):
        hidden([3, 3], least=2)

"""Small numbers hidden so that nobody can work them out, not even with this file in hand. Pure.

Told is: how many answers each option got, and how many took part. The cells of one question are a partition (the options
and those who skipped it), so that what is hidden has a known sum. `hidden` is a function of the numbers alone and treats
equal numbers alike. Two consequences, which `tests/unit/partnerships/test_survey_hiding.py` proves by trying all tables:

- whatever stands in the hidden cells may stand there in another order as well, and
- where they are all equal, moving one answer from one to another gives the same picture,

so each hidden cell has at least two possible values. Figures that rest on hidden cells (a mean) are told only where that
stays true with the figure in hand, and where not telling it says nothing either (`may_be_told`).
Source for the terms: Hundepool and others, Statistical Disclosure Control (2012), chapter 4.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from itertools import combinations, product
from math import comb

import numpy as np

from citytandem.core.statistics import LEAST_CELL

Cells = tuple[int | None, ...]
# Tables that could stand behind what is told: beyond so many, figures that rest on hidden cells are not told.
MOST_TABLES = 200_000
_LOWEST_LEAST = 3


def hidden(counts: Sequence[int], *, least: int = LEAST_CELL) -> Cells | None:
    """The counts, small ones hidden (None); None for all if too few would be left to read. Raises ValueError if least < 3.

    Zeros are told only where nothing is hidden: among hidden cells a zero says as much as a one. One hidden cell alone,
    or hidden cells that are all as large as they can be, could be worked out from the sum: then the smallest of the others
    are hidden with them, all of the same size together.
    """
    if least < _LOWEST_LEAST:
        raise ValueError(f"cells below {_LOWEST_LEAST} cannot be hidden in a way that holds")
    total = sum(counts)
    if total < least:
        return None
    small = {place for place, count in enumerate(counts) if count < least}
    if not any(counts[place] for place in small):
        return tuple(counts)
    if len(small) == 1 or all(counts[place] == least - 1 for place in small):
        rest = [count for place, count in enumerate(counts) if place not in small]
        small |= {place for place, count in enumerate(counts) if rest and count == min(rest)}
    if 2 * sum(count for place, count in enumerate(counts) if place not in small) <= total:
        return None
    return tuple(None if place in small else count for place, count in enumerate(counts))


def tables(told: Cells, total: int, *, least: int = LEAST_CELL) -> list[tuple[int, ...]] | None:
    """All tables that look like `told`; None if there are too many to go through."""
    places = [place for place, count in enumerate(told) if count is None]
    missing = total - sum(count for count in told if count is not None)
    if not places:
        return [tuple(count or 0 for count in told)]
    if least ** len(places) > MOST_TABLES:
        return None
    found = []
    for values in {*_small(len(places), missing, least), *_with_larger(len(places), missing, least)}:
        table = list(told)
        for place, value in zip(places, values, strict=True):
            table[place] = value
        whole = tuple(int(value or 0) for value in table)
        if hidden(whole, least=least) == told:
            found.append(whole)
    return sorted(found)


def may_be_told(table: Sequence[int], figures: dict[tuple[int, ...], Hashable], *, least: int = LEAST_CELL) -> bool:
    """Whether the figure of `table` leaves every hidden cell open. `figures`: that of each table that looks alike.

    The tables whose figure would give a cell away stay without one; if these alone gave a cell away, none is told at all.
    """
    told = hidden(table, least=least)
    if told is None:
        return False
    places = [place for place, count in enumerate(told) if count is None]
    if not places:
        return True
    alike: dict[Hashable, list[tuple[int, ...]]] = {}
    for other, figure in figures.items():
        alike.setdefault(figure, []).append(other)
    kept_back = [other for group in alike.values() if not _is_open(group, places) for other in group]
    if kept_back and not _is_open(kept_back, places):
        return False
    return tuple(table) not in kept_back


def _is_open(group: Sequence[tuple[int, ...]], places: Sequence[int]) -> bool:
    return all(len({table[place] for table in group}) > 1 for place in places)


def _small(cells: int, total: int, least: int) -> set[tuple[int, ...]]:
    """All cells below `least`."""
    if total > cells * (least - 1):
        return set()
    grid = np.array(list(product(range(least), repeat=cells)), dtype=np.int16)
    return {tuple(int(value) for value in row) for row in grid[grid.sum(axis=1) == total]}


def _with_larger(cells: int, total: int, least: int) -> set[tuple[int, ...]]:
    """Small cells (one, or all as large as they can be) with larger ones of one size."""
    found: set[tuple[int, ...]] = set()
    for small in range(1, cells):
        larger = cells - small
        for value in range(1, least) if small == 1 else (least - 1,):
            left = total - small * value
            if left > 0 and left % larger == 0 and left // larger >= least and comb(cells, small) <= MOST_TABLES:
                found |= _arranged((value,) * small + (left // larger,) * larger)
    return found


def _arranged(values: tuple[int, ...]) -> set[tuple[int, ...]]:
    """All different orders of two kinds of values."""
    first, second = values[0], values[-1]
    return {
        tuple(first if place in chosen else second for place in range(len(values)))
        for chosen in combinations(range(len(values)), values.count(first))
    }

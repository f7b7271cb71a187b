"""Exact search for the best partners: every pair of places in different countries is scored. Pure.

score = exchange + size + distance + language. `exchange` is the harmonic mean of what each can teach the other, so that
a pair in which only one side gains gets nothing; every term is the same from both ends, and so is the score. What is not
known of a place (its population, its position) gives the term the value of an ordinary pair, neither good nor bad.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citytandem.partnerships.peers.table import Index, Matrix, Table

EXCHANGE = 4.0
# Learned from known twinnings by conditional logit (docs/develop/twinnings.md), rounded.
SIZE = -0.85
DISTANCE = -1.55
NEAR_KM = 20.0
# Terms of a pair of which the population or the position of one is not known: the middle of all pairs of Europe.
SIZE_UNKNOWN = -1.2
DISTANCE_UNKNOWN = -6.2
EARTH_KM = 6371.0
TOP = 20
# Tiles of rows by columns that stay in the cache of a processor core.
ROWS, COLUMNS = 128, 2_048
# More groups give a closer bound for the last of the best, at more cost.
GROUPS = 512
NOWHERE = np.float32(-np.inf)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a score is made of; they add up to it."""

    exchange: float
    size: float
    distance: float
    language: float

    @property
    def score(self) -> float:
        """Their sum."""
        return self.exchange + self.size + self.distance + self.language


def scores(table: Table, rows: Index) -> Matrix:
    """Scores of `rows` with all places, (rows, n); minus infinity within a country."""
    found = np.empty((len(rows), len(table)), dtype=np.float32)
    language = table.language[table.country[rows]].copy()
    language[np.arange(len(rows)), table.country[rows]] = NOWHERE
    for start in range(0, len(table), COLUMNS):
        part = slice(start, start + COLUMNS)
        tile = _distance(table, rows, part)
        tile += _size(table, rows, part)
        tile += np.take(language, table.country[part], axis=1)
        tile += _exchange(table, rows, part)
        found[:, part] = tile
    return found


def best(table: Table, row: int, *, top: int = TOP, among: NDArray[np.bool_] | None = None) -> tuple[Index, Matrix]:
    """The best partners of one place and their scores, best first; `among` (n,) tells who may be one."""
    found = scores(table, np.array([row]))[0]
    if among is not None:
        found = np.where(among, found, NOWHERE)
    return _top(found, top)


def best_of_all(table: Table, *, top: int = TOP) -> Iterator[tuple[int, Index, Matrix]]:
    """For every place in order: its number, its best partners, their scores."""
    for start in range(0, len(table), ROWS):
        rows = np.arange(start, min(start + ROWS, len(table)))
        block = scores(table, rows)
        for position, row in enumerate(rows):
            yield int(row), *_top(block[position], top)


def terms(table: Table, one: int, other: int) -> Terms:
    """Why two places score as they do."""
    rows, part = np.array([one]), slice(other, other + 1)
    return Terms(
        exchange=float(_exchange(table, rows, part)[0, 0]),
        size=float(_size(table, rows, part)[0, 0]),
        distance=float(_distance(table, rows, part)[0, 0]),
        language=float(table.language[table.country[one], table.country[other]]),
    )


def kilometres(table: Table, one: int, other: int) -> float | None:
    """The chord between two places; None if the position of one is not known."""
    chord = float(np.linalg.norm(table.points[one].astype(np.float64) - table.points[other].astype(np.float64)))
    return None if np.isnan(chord) else EARTH_KM * chord


def _top(found: Matrix, top: int) -> tuple[Index, Matrix]:
    """Numbers and values of the largest, ties by number. The places are read in groups first: as many maxima of groups
    as places are wanted are a bound that only few places reach.
    """
    whole = len(found) - len(found) % GROUPS
    if top <= 0 or not len(found):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
    bound = NOWHERE
    if whole and top <= GROUPS:
        bound = np.partition(found[:whole].reshape(-1, GROUPS).max(axis=0), GROUPS - top)[GROUPS - top]
    candidates = np.flatnonzero((found >= bound) & (found > NOWHERE))
    order = np.lexsort((candidates, -found[candidates]))[:top]
    return candidates[order], found[candidates[order]]


def _exchange(table: Table, rows: Index, part: slice) -> Matrix:
    gain = table.learns[rows] @ table.teaches[part].T
    give = table.teaches[rows] @ table.learns[part].T
    total = gain + give
    gain *= give
    gain *= np.float32(2 * EXCHANGE)
    np.maximum(total, np.float32(1e-9), out=total)
    gain /= total
    return gain


def _size(table: Table, rows: Index, part: slice) -> Matrix:
    gap = np.abs(table.size[rows][:, None] - table.size[part][None, :])
    gap *= np.float32(SIZE)
    return _known(gap, table.size[rows], table.size[part], SIZE_UNKNOWN)


def _distance(table: Table, rows: Index, part: slice) -> Matrix:
    """By the chord through the Earth, which within Europe is at most a fortieth shorter than the way above it.

    From differences: by a product of the points, neighbours would be off by 2 km in this precision.
    """
    here, there = table.points[rows], table.points[part]
    far = np.zeros((len(here), len(there)), dtype=np.float32)
    for axis in range(3):
        step = here[:, axis][:, None] - there[:, axis][None, :]
        step *= step
        far += step
    np.sqrt(far, out=far)
    far *= np.float32(EARTH_KM)
    far += np.float32(NEAR_KM)
    np.log(far, out=far)
    far *= np.float32(DISTANCE)
    far -= np.float32(DISTANCE * np.log(NEAR_KM))
    return _known(far, here[:, 0], there[:, 0], DISTANCE_UNKNOWN)


def _known(tile: Matrix, rows: Matrix, columns: Matrix, otherwise: float) -> Matrix:
    """The tile, with `otherwise` where the row or the column is not known."""
    tile[np.isnan(rows)] = otherwise
    tile[:, np.isnan(columns)] = otherwise
    return tile

"""All places in columns, as the search reads them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from citytandem.partnerships.twinnings.tongues import related, shared

Matrix = NDArray[np.float32]
Index = NDArray[np.int64]

# A language in common spares interpreting. Known twinnings tell nothing of it once countries are near, so this is judged.
SHARED_LANGUAGE = 0.4
# Learned from known twinnings (docs/develop/twinnings.md), rounded.
RELATED_LANGUAGE = 0.4


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """n places. country: (n,) number of the country; size: (n,) log of people, NaN if unknown; points: (n, 3) on the unit
    sphere, NaN if unknown; teaches, learns: (n, themes) rows of length 1 or 0; language: (c, c) value of each two countries.
    """

    country: NDArray[np.int16]
    countries: tuple[str, ...]
    size: Matrix
    points: Matrix
    teaches: Matrix
    learns: Matrix
    language: Matrix

    def __len__(self) -> int:
        return len(self.country)


def table_of(
    *,
    countries: Sequence[str],
    populations: Sequence[float | None],
    positions: Sequence[tuple[float, float] | None],
    teaches: Matrix,
    learns: Matrix,
) -> Table:
    """The table of places in the given order; positions are (latitude, longitude) in degrees, themes (n, themes) counts.

    Raises ValueError if the columns are not equally long.
    """
    lengths = {len(countries), len(populations), len(positions), len(teaches), len(learns)}
    if len(lengths) != 1:
        raise ValueError(f"columns of different lengths: {sorted(lengths)}")
    codes, country = np.unique(np.array(countries, dtype=str), return_inverse=True)
    people = np.array([population or np.nan for population in populations], dtype=np.float64)
    degrees = np.array([position or (np.nan, np.nan) for position in positions], dtype=np.float64).reshape(-1, 2)
    return Table(
        country=country.astype(np.int16),
        countries=tuple(str(code) for code in codes),
        size=np.log(people).astype(np.float32),
        points=_points(np.radians(degrees)),
        teaches=unit_rows(teaches),
        learns=unit_rows(learns),
        language=np.array([[_language(str(a), str(b)) for b in codes] for a in codes], dtype=np.float32),
    )


def with_profile(table: Table, row: int, *, teaches: Matrix, learns: Matrix) -> Table:
    """The table with the themes (themes,) of one place changed; the others are not copied but for their themes' rows."""
    taught, learned = table.teaches.copy(), table.learns.copy()
    taught[row], learned[row] = unit_rows(teaches[None, :])[0], unit_rows(learns[None, :])[0]
    return replace(table, teaches=taught, learns=learned)


def unit_rows(counts: Matrix) -> Matrix:
    """Rows of length 1; rows of zeros stay."""
    length = np.sqrt((counts.astype(np.float64) ** 2).sum(axis=1, keepdims=True))
    return (counts / np.where(length > 0, length, 1)).astype(np.float32)


def _language(one: str, other: str) -> float:
    if shared(one, other):
        return SHARED_LANGUAGE
    return RELATED_LANGUAGE / 2 if related(one, other) else 0.0


def _points(radians: NDArray[np.float64]) -> Matrix:
    latitude, longitude = radians[:, 0], radians[:, 1]
    flat = np.cos(latitude)
    return np.column_stack([flat * np.cos(longitude), flat * np.sin(longitude), np.sin(latitude)]).astype(np.float32)

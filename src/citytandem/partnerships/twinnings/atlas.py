"""What is known of each place and each pair of places without any twinning: sizes, distances, countries, names. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from citytandem.partnerships.naming import fold
from citytandem.partnerships.twinnings.records import Place
from citytandem.partnerships.twinnings.tongues import related, shared

Matrix = NDArray[np.float32]
Index = NDArray[np.int64]
Sparse: TypeAlias = sparse.csr_matrix

EARTH_KM = 6371.0
# Names less alike than this are different names.
LIKE_NAME = 0.3
# Widths of nearness: a part of the same town (or the town under a second identifier), the neighbour town, the district, the
# region.
REACHES_KM = (2, 10, 30, 100)
# Nearness below this is none; it keeps the matrices sparse.
FAR = 0.02
# All pairs are held in memory: 12,000 places take 0.6 GB.
MOST_PLACES = 12_000


@dataclass(frozen=True, slots=True, eq=False)
class Atlas:
    """Places in a fixed order; n places, c countries.

    country: (n,) number of the country; countries: their codes; size: (n,) log of people; standing: (n,) log of the place
    that it takes among the places of its country by people, the largest 0; kilometres: (n, n);
    names: (n, trigrams) unit rows; near: nearness to the other places of the same country by reach, (n, n) each, zero
    diagonal; tongue, kin: (c, c), 1 where countries share a language or a family of languages.
    """

    places: Sequence[Place]
    country: Index
    countries: tuple[str, ...]
    size: Matrix
    standing: Matrix
    kilometres: Matrix
    names: Sparse
    near: dict[int, Sparse]
    tongue: Matrix
    kin: Matrix

    def __len__(self) -> int:
        return len(self.places)

    def foreign(self, rows: Index) -> NDArray[np.bool_]:
        """(rows, n): whether the place lies in another country."""
        return self.country[rows][:, None] != self.country[None, :]


def atlas_of(places: Sequence[Place]) -> Atlas:
    """The atlas of `places`. Raises ValueError above MOST_PLACES."""
    if len(places) > MOST_PLACES:
        raise ValueError(f"{len(places)} places; at most {MOST_PLACES} can be compared pair by pair")
    countries, country = np.unique([place.country for place in places], return_inverse=True)
    kilometres = distances(places)
    home = country[:, None] == country[None, :]
    codes = [str(code) for code in countries]
    size = np.log([place.population for place in places]).astype(np.float32)
    return Atlas(
        places=places,
        country=country.astype(np.int64),
        countries=tuple(codes),
        size=size,
        standing=_standing(size, country),
        kilometres=kilometres,
        names=_trigrams([place.name for place in places]),
        near={reach: _nearness(kilometres, home, reach) for reach in REACHES_KM},
        tongue=np.array([[bool(shared(a, b)) for a in codes] for b in codes], dtype=np.float32),
        kin=np.array([[related(a, b) for a in codes] for b in codes], dtype=np.float32),
    )


def _standing(size: Matrix, country: NDArray[np.intp]) -> Matrix:
    """Places of one size share the best of their places."""
    found = np.empty(len(size), dtype=np.float32)
    for number in np.unique(country):
        inside = np.flatnonzero(country == number)
        larger = len(inside) - np.searchsorted(np.sort(size[inside]), size[inside], side="right")
        found[inside] = np.log1p(larger)
    return found


def distances(places: Sequence[Place]) -> Matrix:
    """Great circles between all places in km, (n, n), by the chord through the Earth."""
    latitude = np.radians([place.latitude for place in places])
    longitude = np.radians([place.longitude for place in places])
    points = np.column_stack(
        [np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)]
    )
    half_chord = np.sqrt(np.maximum(0.0, 2.0 - 2.0 * (points @ points.T))) / 2.0
    return (2 * EARTH_KM * np.arcsin(np.clip(half_chord, 0.0, 1.0))).astype(np.float32)


def _nearness(kilometres: Matrix, home: NDArray[np.bool_], reach: int) -> Sparse:
    near = np.exp(-0.5 * (kilometres / reach) ** 2)
    near[(near < FAR) | ~home] = 0
    np.fill_diagonal(near, 0)
    return sparse.csr_matrix(near.astype(np.float32))


def _trigrams(names: Sequence[str]) -> Sparse:
    """Unit rows of the letters in threes of each name, rare ones heavier."""
    rows: list[int] = []
    columns: list[int] = []
    known: dict[str, int] = defaultdict(lambda: len(known))
    for number, name in enumerate(names):
        word = f" {''.join(letter for letter in fold(name) if letter.isalnum())} "
        threes = sorted({word[start : start + 3] for start in range(len(word) - 2)})
        rows += [number] * len(threes)
        columns += [known[three] for three in threes]
    counts = sparse.csr_matrix(
        (np.ones(len(rows), np.float32), (rows, columns)), shape=(len(names), max(1, len(known)))
    )
    rarity = np.log(1 + len(names) / np.maximum(1, np.asarray(counts.sum(axis=0)).ravel()))
    weighted = counts @ sparse.diags(rarity.astype(np.float32))
    length = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    return (sparse.diags((1 / np.maximum(length, 1e-9)).astype(np.float32)) @ weighted).tocsr()

"""Why one city would be a good partner for another, as terms that can be read one by one. Pure.

There is no total: how much a shared language counts against a shared theme is for people to say. Every term tells what
it rests on, and all of them are derived from the profiles and records, so pages say "derived".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]

# Above this cosine a wish and an offer speak of the same thing: on the phrases of the programme's fifteen cities every
# pair above it is one that a reader agrees with, and below it chance pairs begin.
SAME_THING = 0.58
# A wish that names the city itself needs less likeness to find the offer that it means.
NAMED = 0.4
SAME_SIZE = 2.0
CLOSE_BY_KM = 250.0
MOST_THEMES = 4
# Two cities with this many records each on a theme share it as fully as one can tell.
FULL_THEME = 3


@dataclass(frozen=True, slots=True)
class Side:
    """What is known of one of the two cities. `vectors` are unit rows, one per text, offers first, then wishes."""

    name: str
    names: tuple[str, ...] = ()
    country: str = ""
    languages: tuple[str, ...] = ()
    population: int | None = None
    offers: Sequence[str] = ()
    wishes: Sequence[str] = ()
    vectors: Matrix | None = None
    themes: Mapping[str, int] = field(default_factory=dict)

    @property
    def offer_vectors(self) -> Matrix | None:
        """Rows of the offers."""
        return None if self.vectors is None else self.vectors[: len(self.offers)]

    @property
    def wish_vectors(self) -> Matrix | None:
        """Rows of the wishes."""
        return None if self.vectors is None else self.vectors[len(self.offers) :]


@dataclass(frozen=True, slots=True)
class Pairing:
    """A wish of one city and the offer of the other that answers it; `likeness` is their cosine."""

    wish: str
    offer: str
    likeness: float


@dataclass(frozen=True, slots=True)
class Term:
    """One ground for a partnership. `strength` in [0, 1]; what else it holds depends on `code`, see `terms`."""

    code: str
    strength: float
    pairings: Sequence[Pairing] = ()
    values: Mapping[str, str | int | float] = field(default_factory=dict)
    items: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Ties:
    """What already joins the two. `partnership` is the name of a common one, `twinned_since` 0 if the year is unknown."""

    partnership: str = ""
    is_twinned: bool = False
    twinned_since: int = 0
    distance_km: float | None = None


def terms(home: Side, other: Side, *, ties: Ties) -> list[Term]:
    """The grounds there are, in a fixed order: what is learned first, what eases it after.

    Codes: `they_teach`, `we_teach` (pairings), `themes` (items: theme ids), `size` (values: home, other), `law`,
    `language` (items: codes), `close` (values: km), `partnership` (values: slug), `twinned` (values: since).
    """
    found = [
        _teaching("they_teach", learner=home, teacher=other),
        _teaching("we_teach", learner=other, teacher=home),
        _themes(home, other),
        _size(home, other),
    ]
    if home.country == other.country:
        found.append(Term("law", 1.0, values={"country": home.country}))
    shared = [code for code in home.languages if code in other.languages]
    if shared:
        found.append(Term("language", 1.0, items=shared))
    if ties.distance_km is not None and ties.distance_km <= CLOSE_BY_KM:
        found.append(Term("close", 1 - 0.75 * ties.distance_km / CLOSE_BY_KM, values={"km": round(ties.distance_km)}))
    if ties.partnership:
        found.append(Term("partnership", 1.0, values={"slug": ties.partnership}))
    if ties.is_twinned:
        found.append(Term("twinned", 1.0, values={"since": ties.twinned_since}))
    return [term for term in found if term is not None]


def pairings(learner: Side, teacher: Side) -> list[Pairing]:
    """Each wish of the learner with the teacher's offer that answers it best, if one does; closest first."""
    wishes, offers = learner.wish_vectors, teacher.offer_vectors
    if wishes is None or offers is None or not len(wishes) or not len(offers):
        return []
    likeness = wishes @ offers.T
    found = []
    for index, wish in enumerate(learner.wishes):
        best = int(likeness[index].argmax())
        value = float(likeness[index, best])
        named = any(name and name.casefold() in wish.casefold() for name in (teacher.name, *teacher.names))
        if value >= (NAMED if named else SAME_THING):
            found.append(Pairing(wish, teacher.offers[best], round(value, 3)))
    return sorted(found, key=lambda pair: -pair.likeness)


def _teaching(code: str, *, learner: Side, teacher: Side) -> Term | None:
    pairs = pairings(learner, teacher)
    if not pairs:
        return None
    return Term(code, min(1.0, len(pairs) / max(1, min(3, len(learner.wishes)))), pairings=pairs)


def _themes(home: Side, other: Side) -> Term | None:
    weight = {
        theme: min(count, other.themes[theme], FULL_THEME) / FULL_THEME
        for theme, count in home.themes.items()
        if other.themes.get(theme)
    }
    if not weight:
        return None
    strongest = sorted(weight, key=lambda theme: (-weight[theme], theme))
    strength = min(1.0, sum(weight.values()) / MOST_THEMES)
    return Term("themes", round(strength, 3), items=strongest[:MOST_THEMES], values={"count": len(weight)})


def _size(home: Side, other: Side) -> Term | None:
    if not home.population or not other.population:
        return None
    ratio = max(home.population, other.population) / min(home.population, other.population)
    if ratio > SAME_SIZE:
        return None
    return Term("size", round(1 / ratio, 3), values={"home": home.population, "other": other.population})

"""Who needs an interpreter at a meeting: derived from the languages of those whom the cities have named. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations


@dataclass(frozen=True, slots=True)
class Pair:
    """Two cities, and what they speak in common (languages by code, sorted); nothing: they need an interpreter."""

    cities: tuple[str, str]
    shared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Need:
    """What a meeting needs.

    `common`: languages that everybody named speaks. `pairs`: each two cities. `into`: for a meeting in `spoken`, the
    languages into which it has to be interpreted, each with the cities that need it. `unknown`: cities of which nobody's
    languages are known.
    """

    common: tuple[str, ...]
    pairs: Sequence[Pair]
    spoken: tuple[str, ...]
    into: Mapping[str, tuple[str, ...]]
    unknown: tuple[str, ...]

    @property
    def is_needed(self) -> bool:
        """Whether anybody would not understand."""
        return bool(self.into)


def need(people: Mapping[str, Sequence[frozenset[str]]], *, spoken: Sequence[str] = ()) -> Need:
    """Derive it from the languages of each person that a city has named, by city (its language where nobody is named).

    A city speaks with another what one person of each has in common; a meeting is understood by a city if everybody whom it
    has named speaks one of the languages `spoken`. Without `spoken` a language that all have in common is taken, else the
    one that most people speak (the first by code among equals). People without any known language are left out.
    """
    known = {city: [one for one in each if one] for city, each in people.items()}
    unknown = tuple(sorted(city for city, each in known.items() if not each))
    everybody = [one for each in known.values() for one in each]
    common = tuple(sorted(frozenset.intersection(*everybody))) if everybody else ()
    languages = tuple(dict.fromkeys(spoken)) or common[:1] or _most_spoken(everybody)
    into: dict[str, tuple[str, ...]] = {}
    for city in sorted(known):
        for person in known[city]:
            if languages and person.isdisjoint(languages):
                target = min(person, key=lambda code: (code not in into, code))
                into[target] = tuple(dict.fromkeys((*into.get(target, ()), city)))
    pairs = [
        Pair((one, other), tuple(sorted(_spoken_in(known[one]) & _spoken_in(known[other]))))
        for one, other in combinations(sorted(city for city in known if known[city]), 2)
    ]
    return Need(common, pairs, languages, into, unknown)


def _spoken_in(people: Sequence[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*people)


def _most_spoken(everybody: Sequence[frozenset[str]]) -> tuple[str, ...]:
    counts: dict[str, int] = {}
    for person in everybody:
        for code in person:
            counts[code] = counts.get(code, 0) + 1
    return (min(counts, key=lambda code: (-counts[code], code)),) if counts else ()

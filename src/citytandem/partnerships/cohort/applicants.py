"""Who applies to a programme: the facts by which cities are matched."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

SMALL_TOWN = 50_000


@dataclass(frozen=True, slots=True)
class Applicant:
    """One city that applies. `name` is unique in a cohort; what is not known stays empty or None.

    country: ISO 3166-1 alpha-2. languages: codes in which the city can work. themes, teaches, learns: ids of themes or
    free text. partners: names of cities that it is twinned with or has worked with. networks: names. borders: countries
    whose border it lies on. hours: what its people can give, in one unit for the whole cohort. maturity: 1 to 5.
    """

    name: str
    country: str = ""
    population: int | None = None
    languages: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    teaches: tuple[str, ...] = ()
    learns: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    hours: float | None = None
    networks: tuple[str, ...] = ()
    borders: tuple[str, ...] = ()
    maturity: float | None = None
    is_newcomer: bool = False

    @property
    def is_small(self) -> bool:
        """A town below 50,000 people; where the number is not known, it is not counted as one."""
        return self.population is not None and self.population < SMALL_TOWN

    @property
    def key(self) -> str:
        """Under which it is found, however it is written."""
        return key_of(self.name)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in a table or in rules, and where. `code` is stable; `told` is the value as it stood there."""

    code: str
    where: str = ""
    told: str = ""


class BadCohort(Exception):
    """The input cannot be used at all; `faults` say why."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(f"{fault.code} {fault.where} {fault.told}".strip() for fault in faults))
        self.faults = faults


def key_of(name: str) -> str:
    """Case, compatibility forms and runs of blanks do not part names: "Köln" decomposed is "KÖLN" composed."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def in_order(applicants: Iterable[Applicant], *, seed: int = 0) -> tuple[Applicant, ...]:
    """In the order in which they are reckoned with, so that the order of a table changes nothing.

    The order decides between solutions that are equally good: by name, or with a seed in a drawn order.
    Raises BadCohort where two have the same name.
    """
    ordered = tuple(sorted(applicants, key=lambda one: (one.key, one.name, one.country)))
    twice = [one.name for one, other in itertools.pairwise(ordered) if one.key == other.key]
    if twice:
        raise BadCohort(*(Fault("applicant.twice", told=name) for name in twice))
    return (
        ordered if not seed else tuple(sorted(ordered, key=lambda one: sha256(f"{seed}:{one.key}".encode()).digest()))
    )

"""What other modules tell the pages of departments and organisations: they register it in `apps.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from citytandem.accounts.actors import Actor


@dataclass(frozen=True, slots=True)
class DepartmentFigures:
    """How a department answers, in words of the reader; empty where there is too little to say. `told` in the last year."""

    told: str
    answered: str
    median: str
    in_time: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Belonging:
    """Something that belongs to an organisation, as a list shows it."""

    kind: str
    kind_label: str
    title: str
    language: str
    path: str
    state: str


FiguresOf = Callable[[], Mapping[UUID, DepartmentFigures]]
BelongingsOf = Callable[[Actor, UUID, str], tuple[Sequence[Belonging], int]]
_figures: list[FiguresOf] = []
_belongings: list[BelongingsOf] = []


def register_figures(source: FiguresOf) -> None:
    """Numbers of all departments, as everybody may see them; the last registration counts."""
    _figures[:] = [source]


def register_belongings(source: BelongingsOf) -> None:
    """What of a kind belongs to an organisation: `source(actor, organisation, reader)` gives the newest, and how many."""
    if source not in _belongings:
        _belongings.append(source)


def department_figures() -> Mapping[UUID, DepartmentFigures]:
    """The registered numbers; none where nobody counts."""
    return _figures[0]() if _figures else {}


def belongings_of(actor: Actor, organisation: UUID, *, reader: str) -> list[tuple[Sequence[Belonging], int]]:
    """Everything that the actor may see of an organisation, by kind."""
    return [source(actor, organisation, reader) for source in _belongings]

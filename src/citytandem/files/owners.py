"""What files can hang on. Each module registers its kinds, and answers who may read and write them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import ANYBODY, Actor
from citytandem.core.errors import NotFound
from citytandem.core.subjects import subject, subject_kind


@dataclass(frozen=True, slots=True)
class Place:
    """Where the thing stands: what a page of its files is headed with and leads back to."""

    title: str
    path: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Owner:
    """How a module answers for its things."""

    readable: Callable[[Actor, Sequence[UUID]], set[UUID]]
    writable: Callable[[Actor, UUID], bool]
    place: Callable[[Actor, UUID], Place | None]


_owners: dict[str, Owner] = {}


def register_owner(
    kind: str,
    *,
    writable: Callable[[Actor, UUID], bool],
    readable: Callable[[Actor, Sequence[UUID]], set[UUID]] | None = None,
    place: Callable[[Actor, UUID], Place | None] | None = None,
) -> None:
    """Let files hang on things of this kind.

    `writable` tells whether an actor may add and remove files of a thing, `readable` gives those of some ids that an actor
    may read, `place` where the thing stands for this reader. Kinds of `core.subjects` need only the first.
    """
    _owners[kind] = Owner(
        readable or partial(_readable_subjects, kind), writable, place or partial(_subject_place, kind)
    )


def _readable_subjects(kind: str, actor: Actor, ids: Sequence[UUID]) -> set[UUID]:
    found = subject_kind(kind)
    return found.readable(actor, ids) if found else set()


def _subject_place(kind: str, _actor: Actor, object_id: UUID) -> Place | None:
    found = subject(kind, object_id, reader=get_language() or "en")
    return Place(found.title, found.path, found.language) if found else None


def is_registered(kind: str) -> bool:
    """Whether files can hang on this."""
    return kind in _owners


def readable(kind: str, ids: Sequence[UUID], actor: Actor) -> set[UUID]:
    """Those of some things that the actor may read; none of an unknown kind."""
    return _owners[kind].readable(actor, ids) if kind in _owners and ids else set()


def is_writable(kind: str, object_id: UUID, actor: Actor) -> bool:
    """Whether the actor may add and remove files of this thing."""
    return kind in _owners and _owners[kind].writable(actor, object_id)


def is_public(kind: str, object_id: UUID) -> bool:
    """Whether everybody may read this thing."""
    return object_id in readable(kind, [object_id], ANYBODY)


def place_of(kind: str, object_id: UUID, actor: Actor) -> Place | None:
    """Where the thing stands, if its module tells. Raises NotFound if the actor may not know of it."""
    if object_id not in readable(kind, [object_id], actor):
        raise NotFound("file.unknown_thing", _("What these files belong to does not exist, or it is not public."))
    return _owners[kind].place(actor, object_id)

"""What can be shared: modules register what they publish and what they show; the federation knows no domain.

Outwards: a module names a kind of its own (`problem`), and how to read it as an object. Inwards: a module takes over the
objects of a kind of the protocol (`Problem`). The two sides need not be the same module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from citytandem.core.versions import Translations


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A thing as it is to be published. `texts`: `name`, `summary`, `content`, each as a `TranslatedField` keeps it.

    `also`: types of ActivityStreams for readers who do not know ours. `details`: plain JSON, without anything about people;
    numbers are strings where they need more than 15 digits. `watched`: texts within `details` that are screened for
    personal data as well. `path`: the page here, told to readers as `details.page`.
    """

    kind: str
    texts: Mapping[str, Translations]
    published: datetime
    updated: datetime | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    visibility: str = "partners"
    audience: Sequence[str] = ()
    in_reply_to: str = ""
    expires: datetime | None = None
    also: Sequence[str] = ("Article",)
    watched: Sequence[str] = ()
    path: str = ""


@dataclass(frozen=True, slots=True)
class Incoming:
    """An object of another node, proven and cleaned of markup, as the module that shows it takes it over.

    `texts` as in `Outgoing`. `visibility` is `public`, `partners` or `named`. `page`: address of its page at the origin, empty
    unless it lies there. `peer_name`: what we call the origin, or its host.
    """

    uri: str
    origin: str
    kind: str
    version: int
    texts: Mapping[str, Translations]
    details: Mapping[str, Any]
    visibility: str
    in_reply_to: str
    published: datetime
    updated: datetime
    expires: datetime | None
    page: str = ""
    peer_name: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A kind of ours that can be published. `read` leaves out ids that must not, or no longer, be published."""

    local_kind: str
    kind: str
    read: Callable[[Sequence[UUID]], dict[UUID, Outgoing]]
    all_ids: Callable[[], Iterable[UUID]]


@dataclass(frozen=True, slots=True)
class Taker:
    """Who shows objects of a kind. Both are called within a transaction, with an object of any partner, again and again.

    `take` raises DomainError with a code for an object it cannot use. `drop` gets the uris of what was withdrawn, expired,
    or came from a partner that has ended, also of objects of other kinds; unknown uris are not an error. With `keeps_older`
    a version stays on show although there is a newer one that cannot be read here.
    """

    kind: str
    take: Callable[[Incoming], None]
    drop: Callable[[Sequence[str]], None]
    keeps_older: bool = False


# What a text is screened with before it travels: codes of what it holds about people. Set by `moderation`.
Screen = Callable[[str], Sequence[str]]

_sources: dict[str, Source] = {}
_takers: dict[str, Taker] = {}
_screens: list[Screen] = []


def register_source(source: Source) -> None:
    """Make a kind of ours publishable; the last registration of a name counts."""
    _sources[source.local_kind] = source


def register_taker(taker: Taker) -> None:
    """Take over objects of a kind; the last registration counts."""
    _takers[taker.kind] = taker


def register_screen(screen: Screen) -> None:
    """Screen texts before they are published; registering the same twice does nothing."""
    if screen not in _screens:
        _screens.append(screen)


def source_of(local_kind: str) -> Source | None:
    """How a kind of ours is published, None if it is not."""
    return _sources.get(local_kind)


def sources() -> list[Source]:
    """All kinds of ours that can be published."""
    return list(_sources.values())


def taker_of(kind: str) -> Taker | None:
    """Who shows objects of a kind; None: they are kept and passed on, not shown."""
    return _takers.get(kind)


def takers() -> list[Taker]:
    """Everybody who shows objects of partners."""
    return list(_takers.values())


def screened(text: str) -> list[str]:
    """What about people is in a text, as codes; empty if nothing."""
    return [code for screen in _screens for code in screen(text)]

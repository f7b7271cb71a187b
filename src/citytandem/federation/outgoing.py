"""From a thing as a module tells it to the object that is signed: whether it has changed, and what keeps it back. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from citytandem.federation.protocol.did import base_address
from citytandem.federation.protocol.errors import ProtocolError
from citytandem.federation.protocol.instants import instant
from citytandem.federation.protocol.objects import KINDS, Checked, Visibility, check, new_object, tombstone
from citytandem.federation.registry import Outgoing

PERSONAL = "federation.personal_data"


@dataclass(frozen=True, slots=True)
class Held:
    """The version that partners can have now: its number, its digest, and the object without its proof."""

    version: int
    digest: str
    is_tombstone: bool
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kept:
    """What is not published, and why: a code of the protocol, or `federation.personal_data` with what was found where."""

    code: str
    details: Mapping[str, Any] = field(default_factory=dict)


Screened = Callable[[str], Sequence[str]]


def next_version(
    thing: Outgoing, held: Held | None, *, origin: str, uuid: UUID, screened: Screened
) -> Checked | Kept | None:
    """The object to publish, still without proof; None if nothing has changed but the hour; Kept if it must not travel."""
    try:
        if held is not None and not held.is_tombstone:
            same = _made(thing, origin=origin, uuid=uuid, version=held.version, updated=held.body.get("updated", ""))
            if check(same).digest == held.digest:
                return None
        found = personal_data(thing, screened)
        if found:
            return Kept(PERSONAL, {"found": found})
        version = held.version + 1 if held else 1
        return check(_made(thing, origin=origin, uuid=uuid, version=version, updated=_updated(thing)))
    except ProtocolError as error:
        return Kept(error.code, error.details)


def withdrawn(held: Held, *, deleted: str) -> Checked:
    """The tombstone that follows the version held."""
    return check(tombstone(check(dict(held.body)).envelope, deleted=deleted))


def personal_data(thing: Outgoing, screened: Screened) -> dict[str, list[str]]:
    """What about people stands in the texts: place (`summary.de`, `details`) to codes."""
    texts = [
        (f"{name}.{language}", version["text"])
        for name, versions in thing.texts.items()
        for language, version in versions.items()
    ]
    found: dict[str, list[str]] = {}
    for place, text in [*texts, *(("details", text) for text in thing.watched)]:
        for code in screened(text):
            if code not in found.setdefault(place, []):
                found[place].append(code)
    return {place: codes for place, codes in found.items() if codes}


def _updated(thing: Outgoing) -> str:
    return instant(thing.updated) if thing.updated and thing.updated > thing.published else ""


def _made(thing: Outgoing, *, origin: str, uuid: UUID, version: int, updated: str) -> dict[str, Any]:
    details = dict(thing.details)
    if thing.path:
        details["page"] = base_address(origin) + thing.path
    body = new_object(
        thing.kind,
        origin=origin,
        uuid=uuid,
        version=version,
        published=instant(thing.published),
        texts={name: _versions(versions) for name, versions in thing.texts.items() if versions},
        details=details or None,
        visibility=Visibility(thing.visibility),
        audience=tuple(sorted(thing.audience)),
        updated=updated,
        expires=instant(thing.expires) if thing.expires else "",
        in_reply_to=thing.in_reply_to,
    )
    if thing.kind not in KINDS and thing.also:
        body["type"] = [thing.kind, *thing.also]
    return body


def _versions(versions: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    return {language: dict(version) for language, version in versions.items() if version.get("text")}

"""The envelope that travels: whose object it is, which version, for whom, until when; and what may be in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import sha256
from typing import Any
from uuid import UUID

from citytandem.federation.protocol.canonical import SAFE_INTEGER, Form, canonical_form
from citytandem.federation.protocol.did import base_address
from citytandem.federation.protocol.errors import BadDocument, BadObject
from citytandem.federation.protocol.instants import is_instant
from citytandem.federation.protocol.personal import personal_member
from citytandem.federation.protocol.reading import DEPTH, OBJECT_BYTES, deeper
from citytandem.federation.protocol.texts import Versions, check_texts, language_maps

SCHEMA = 1
CONTEXT = ["https://www.w3.org/ns/activitystreams", {"@vocab": "urn:citytandem:1:"}]
MOST_PARTS = 10_000
STRING_BYTES = 64 * 1024
MOST_AUDIENCE = 100
SMALLEST_NUMBER = 1e-12
TOMBSTONE = "Tombstone"
# Our word, and the ActivityStreams type that a reader who does not know it falls back to. Other words are kept as they are.
KINDS: Mapping[str, str] = {
    "CityProfile": "Organization",
    "Problem": "Article",
    "Solution": "Article",
    "Evidence": "Article",
    "Challenge": "Article",
    "Reuse": "Note",
    "Proposal": "Note",
    "Agreement": "Document",
    "Dataset": "Document",
    "Layer": "Document",
    "Guide": "Article",
    "Event": "Event",
    "PartnershipRecord": "Note",
}
ANSWERS = frozenset(["Reuse", "Proposal"])
REUSE_STATES = frozenset(["planned", "running", "done", "stopped"])
_TOMBSTONE_MEMBERS = frozenset(
    ["@context", "id", "type", "formerType", "attributedTo", "schema", "version", "published", "deleted"]
    + ["visibility", "audience", "proof"]
)
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_OWN_PATH = re.compile(rf"(?:/(?!\.{{1,2}}/)[A-Za-z0-9._-]{{1,64}}){{0,6}}/{_UUID}", re.ASCII)
_ADDRESS = re.compile(r"https?://[a-z0-9.-]{1,253}(?::\d{1,5})?/[!-~]{0,700}", re.ASCII)
_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9:._-]{0,79}", re.ASCII)
_NEEDS_RANGE = re.compile(rb"\d[.eE]|\d{16}")
_NUMBER = re.compile(rb"-?\d[0-9.eE+-]*")


class Visibility(StrEnum):
    """Who may see an object beyond its origin."""

    PUBLIC = "public"
    PARTNERS = "partners"
    NAMED = "named"


class Order(StrEnum):
    """How one version of an object stands to another one."""

    NEWER = "newer"
    OLDER = "older"
    SAME = "same"
    EQUIVOCATES = "equivocates"


@dataclass(frozen=True, slots=True)
class Envelope:
    """What every node reads of every object, also of a kind it does not know."""

    id: str
    kind: str
    types: tuple[str, ...]
    origin: str
    schema: int
    version: int
    published: str
    updated: str = ""
    expires: str = ""
    deleted: str = ""
    visibility: Visibility = Visibility.PARTNERS
    audience: tuple[str, ...] = ()
    in_reply_to: str = ""

    @property
    def is_tombstone(self) -> bool:
        """Withdrawn: only the envelope is left."""
        return self.kind == TOMBSTONE

    @property
    def is_understood(self) -> bool:
        """Whether this node knows what is inside; it keeps and forwards the others."""
        return self.schema <= SCHEMA and (self.kind in KINDS or self.is_tombstone)

    def may_see(self, did: str, *, is_partner: bool) -> bool:
        """Whether `did` may get it: its origin always, else as the origin said."""
        if self.visibility is Visibility.PUBLIC or did == self.origin:
            return True
        return did in self.audience if self.visibility is Visibility.NAMED else is_partner

    def is_over(self, now: str) -> bool:
        """Whether it disappears from results, withdrawn or not."""
        return self.is_tombstone or bool(self.expires and self.expires <= now)


@dataclass(frozen=True, slots=True)
class Checked:
    """An object within the limits: its envelope, its canonical bytes without proof, and their SHA-256."""

    envelope: Envelope
    data: bytes
    digest: str


def compared(version: int, digest: str, *, held_version: int, held_digest: str) -> Order:
    """What to do with a version that came, against the one held: take it, leave it, or call the origin out."""
    if version != held_version:
        return Order.NEWER if version > held_version else Order.OLDER
    return Order.SAME if digest == held_digest else Order.EQUIVOCATES


def new_object(
    kind: str,
    *,
    origin: str,
    uuid: UUID,
    version: int,
    published: str,
    texts: dict[str, Versions],
    details: dict[str, Any] | None = None,
    visibility: Visibility = Visibility.PARTNERS,
    audience: tuple[str, ...] = (),
    updated: str = "",
    expires: str = "",
    in_reply_to: str = "",
) -> dict[str, Any]:
    """An object of this node, checked, still without proof. Raises BadObject as `check` does."""
    optional = {
        "updated": updated,
        "expires": expires,
        "inReplyTo": in_reply_to,
        "audience": list(audience),
        "details": details,
    }
    made = {
        "@context": CONTEXT,
        "id": f"{base_address(origin)}/federation/objects/{uuid}",
        "type": [kind, KINDS[kind]] if kind in KINDS else kind,
        "attributedTo": origin,
        "schema": SCHEMA,
        "version": version,
        "published": published,
        "visibility": visibility.value,
        **{name: value for name, value in optional.items() if value},
        **language_maps(texts),
    }
    check(made)
    return made


def tombstone(held: Envelope, *, deleted: str) -> dict[str, Any]:
    """What is left of an object when its origin withdraws it: id, the next version, and no word of the body.

    It says whom the object was for, since exactly those must learn that it is gone. Still without proof.
    """
    made = {
        "@context": CONTEXT,
        "id": held.id,
        "type": TOMBSTONE,
        "formerType": held.kind,
        "attributedTo": held.origin,
        "schema": SCHEMA,
        "version": held.version + 1,
        "published": held.published,
        "deleted": deleted,
        "visibility": held.visibility.value,
    }
    if held.audience:
        made["audience"] = list(held.audience)
    check(made)
    return made


def check(value: Any) -> Checked:
    """Read an object that a partner sent (already through `reading.parsed`), or one of ours before it is proven.

    Raises BadObject with `object.form`, `object.context`, `object.too_large` (256 KiB canonical, without proof),
    `object.depth` (32), `object.too_many_parts` (10,000 members and items), `object.text_too_long` (64 KiB),
    `object.text_nul`, `object.number` (beyond 2^53-1, or closer to 0 than 1e-12: PostgreSQL writes those otherwise),
    `object.personal` (a member that holds a person's data), `object.id`, `object.type`, `object.origin`,
    `object.version`, `object.time`, `object.audience`, `object.texts`, `object.answer`, `object.tombstone`.
    """
    if not isinstance(value, dict):
        raise BadObject("object.form")
    body = {name: item for name, item in value.items() if name != "proof"}
    form = canonical_form(body)
    _within_limits(form)
    name = personal_member(body, form.strings)
    if name:
        raise BadObject("object.personal", member=name)
    return Checked(envelope=_envelope(body), data=form.data, digest=sha256(form.data).hexdigest())


def _within_limits(form: Form) -> None:
    data, outside = form.data, form.outside
    if len(data) > OBJECT_BYTES:
        raise BadObject("object.too_large", bytes=len(data), most=OBJECT_BYTES)
    if deeper(outside, DEPTH):
        raise BadObject("object.depth", most=DEPTH)
    # Each container that is not empty has one part more than it has commas.
    filled = outside.count(b"[") + outside.count(b"{") - outside.count(b"[]") - outside.count(b"{}")
    if outside.count(b",") + filled > MOST_PARTS:
        raise BadObject("object.too_many_parts", most=MOST_PARTS)
    if len(data) > STRING_BYTES and max(map(len, form.strings), default=0) > STRING_BYTES:
        raise BadObject("object.text_too_long", most=STRING_BYTES)
    if b"\\u0000" in data and any(b"\\u0000" in text for text in form.strings):
        raise BadObject("object.text_nul")
    if _NEEDS_RANGE.search(outside) and not all(_in_range(float(text)) for text in _NUMBER.findall(outside)):
        raise BadObject("object.number")


def _in_range(value: float) -> bool:
    return value == 0 or SMALLEST_NUMBER <= abs(value) <= SAFE_INTEGER


def _envelope(body: dict[str, Any]) -> Envelope:
    if body.get("@context") != CONTEXT:
        raise BadObject("object.context")
    origin, name = body.get("attributedTo"), body.get("id")
    if not isinstance(origin, str) or not isinstance(name, str):
        raise BadObject("object.form")
    _check_id(name, origin)
    types = _types(body.get("type"))
    visibility, audience = _audience(body)
    found = Envelope(
        id=name,
        kind=types[0],
        types=types,
        origin=origin,
        schema=_counted(body, "schema"),
        version=_counted(body, "version"),
        published=_time(body, "published", required=True),
        updated=_time(body, "updated"),
        expires=_time(body, "expires"),
        visibility=visibility,
        audience=audience,
    )
    if found.updated and found.updated < found.published:
        raise BadObject("object.time", member="updated")
    if found.is_tombstone:
        return _tombstone(body, found)
    check_texts(body)
    return _answer(body, found)


def _check_id(name: str, origin: str) -> None:
    try:
        base = base_address(origin)
    except BadDocument:
        raise BadObject("object.origin") from None
    if not name.startswith(base) or not _OWN_PATH.fullmatch(name, len(base)):
        raise BadObject("object.id")


def _types(value: Any) -> tuple[str, ...]:
    types = tuple(value) if isinstance(value, list) else (value,)
    if not 1 <= len(types) <= 4 or not all(isinstance(item, str) and _TYPE.fullmatch(item) for item in types):
        raise BadObject("object.type")
    if TOMBSTONE in types[1:]:
        raise BadObject("object.type")
    return types


def _counted(body: dict[str, Any], member: str) -> int:
    value = body.get(member)
    if type(value) is not int or not 1 <= value <= SAFE_INTEGER:
        raise BadObject("object.version", member=member)
    return value


def _time(body: dict[str, Any], member: str, *, required: bool = False) -> str:
    value = body.get(member)
    if value is None and not required and member not in body:
        return ""
    if not is_instant(value):
        raise BadObject("object.time", member=member)
    return str(value)


def _audience(body: dict[str, Any]) -> tuple[Visibility, tuple[str, ...]]:
    try:
        visibility = Visibility(str(body.get("visibility")))
    except ValueError:
        raise BadObject("object.audience") from None
    named = body.get("audience", [])
    if not isinstance(named, list) or len(named) > MOST_AUDIENCE or (visibility is Visibility.NAMED) != bool(named):
        raise BadObject("object.audience")
    try:
        for did in named:
            base_address(did if isinstance(did, str) else "")
    except BadDocument:
        raise BadObject("object.audience") from None
    return visibility, tuple(named)


def _tombstone(body: dict[str, Any], found: Envelope) -> Envelope:
    former = body.get("formerType")
    if not _TOMBSTONE_MEMBERS.issuperset(body) or not isinstance(former, str) or not _TYPE.fullmatch(former):
        raise BadObject("object.tombstone")
    return replace(found, deleted=_time(body, "deleted", required=True))


def _answer(body: dict[str, Any], found: Envelope) -> Envelope:
    target = body.get("inReplyTo", "")
    if "inReplyTo" in body and not (isinstance(target, str) and _ADDRESS.fullmatch(target)):
        raise BadObject("object.answer", member="inReplyTo")
    if found.schema > SCHEMA or found.kind not in ANSWERS:
        return replace(found, in_reply_to=target) if target else found
    details = body.get("details")
    if not target or not isinstance(details, dict):
        raise BadObject("object.answer", member="details")
    frame = details.get("frame")
    if found.kind == "Reuse" and not (isinstance(frame, dict) and frame and details.get("status") in REUSE_STATES):
        raise BadObject("object.answer", member="frame")
    return replace(found, in_reply_to=target)

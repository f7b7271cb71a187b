"""From stored objects to what people see: each goes to the module that shows its kind, again and again until it took it."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import orjson
from django.db import transaction
from django.db.models import F, Q, QuerySet

from citytandem.core import clock, events
from citytandem.core.errors import DomainError
from citytandem.federation.agreed import terms_with
from citytandem.federation.faults import is_passing
from citytandem.federation.models import Peer, SharedObject
from citytandem.federation.protocol.agreement import Terms
from citytandem.federation.protocol.did import base_address
from citytandem.federation.protocol.instants import moment
from citytandem.federation.protocol.objects import SCHEMA, Visibility
from citytandem.federation.protocol.texts import cleaned, texts_of
from citytandem.federation.registry import Incoming, taker_of
from citytandem.federation.services.dropping import NOT_DROPPED, drop_shown
from citytandem.federation.services.identity import own_did
from citytandem.federation.services.publishing import together
from citytandem.federation.services.storing import NOT_ALLOWED

logger = logging.getLogger(__name__)
A_TIME = 50
# Kept and passed on, not shown: until a module for it is installed.
NOT_SHOWN = "object.kind_unknown"
UNUSABLE = "object.unusable"
_NOT_FOR_US = "object.audience"
# The newest version cannot be read, so that nobody knows whether the one before still holds.
_UNREADABLE = frozenset([NOT_SHOWN, UNUSABLE])
# The newest version may not be read here.
_NOT_OURS = frozenset([NOT_ALLOWED, _NOT_FOR_US])
_WAITING = Q(is_own=False, refusal="") & ~Q(applied_version=F("version"))


def waiting() -> QuerySet[SharedObject]:
    """What a module has not taken over yet, in the order in which it came."""
    return SharedObject.objects.filter(_WAITING).order_by("id")


def apply_waiting(limit: int = A_TIME) -> int:
    """Hand over what waits, in the order in which it came; returns how many objects were seen to.

    One that a module cannot use, for whatever reason, is put aside and stops no other: with the module's code, or as
    unusable where it has none. Raises what lies at the database and passes.
    """
    try:
        return _apply(waiting(), limit)
    except Exception as error:
        if is_passing(error):
            raise
        logger.warning("some of a batch cannot be used: each is tried by itself", exc_info=True)
    return sum(_alone(*one) for one in list(waiting().values_list("id", "version")[:limit]))


def _alone(number: int, version: int) -> int:
    """Hand over one object in a transaction of its own, or put it aside."""
    mine = waiting().filter(id=number, version=version)
    try:
        return _apply(mine, 1)
    except Exception as error:
        if is_passing(error):
            raise
        logger.exception("cannot use object %s", number)
        return mine.update(applied_version=version, refusal=UNUSABLE)


@transaction.atomic
@together()
def _apply(which: QuerySet[SharedObject], limit: int) -> int:
    with events.gathered(events.RecordChanged) as happened:
        done = _seen_to(which, limit, happened)
    events.emit_all(happened)
    return done


def _seen_to(which: QuerySet[SharedObject], limit: int, happened: list[events.RecordChanged]) -> int:
    rows = list(which.select_for_update(skip_locked=True)[:limit])
    names = dict(Peer.objects.filter(did__in={row.origin for row in rows}).values_list("did", "name"))
    own, now = own_did(), clock.now()
    gone = [row for row in rows if row.is_tombstone or row.is_gone or (row.expires is not None and row.expires <= now)]
    kept = drop_shown(gone)
    for row in gone:
        row.is_gone = True
    left = {row.id for row in gone}
    coming = [row for row in rows if row.id not in left]
    kept |= _drop_of_other_kinds(coming)
    flows = _flows({row.from_peer_id for row in rows})
    for row in coming:
        before = len(happened)
        row.refusal = _beyond(row, flows) or _taken(row, name=names.get(row.origin, ""), own=own)
        if row.refusal:
            del happened[before:]
    kept |= drop_shown([row for row in coming if _hides_older(row)])
    for row in rows:
        row.applied_version = row.version
        row.refusal = NOT_DROPPED if row.uri in kept else row.refusal
    SharedObject.objects.bulk_update(rows, ["applied_version", "refusal", "is_gone"])
    return len(rows)


def _drop_of_other_kinds(rows: Iterable[SharedObject]) -> set[str]:
    """What an older version was shown as disappears, should the newer one be of another kind; returns what did not."""
    by_kind: dict[str, list[SharedObject]] = defaultdict(list)
    for row in rows:
        if row.applied_version:
            by_kind[row.kind].append(row)
    return {uri for kind, changed in by_kind.items() for uri in drop_shown(changed, but_as=kind)}


def _hides_older(row: SharedObject) -> bool:
    """Whether an older version must not stay on show, as if it were the newest, since the newer one could not be taken."""
    taker = taker_of(row.kind)
    if taker is None or not row.applied_version:
        return False
    return row.refusal in _NOT_OURS or (row.refusal in _UNREADABLE and not taker.keeps_older)


def _flows(peer_ids: Iterable[UUID | None]) -> dict[UUID, tuple[str, Terms]]:
    """What is agreed now with partners that something came from. At the end of an agreement what came under it stays."""
    found = {}
    for peer in Peer.objects.filter(id__in=[number for number in peer_ids if number]):
        terms = terms_with(peer)
        if terms is not None:
            found[peer.id] = (peer.did, terms)
    return found


def _beyond(row: SharedObject, flows: Mapping[UUID, tuple[str, Terms]]) -> str:
    """The code of an object that is not agreed any more; the partner it came from answers for it, also as a relay."""
    sender, terms = flows.get(row.from_peer_id, ("", None)) if row.from_peer_id else ("", None)
    is_allowed = terms is None or terms.allows(sender, row.kind, Visibility(row.visibility))
    return "" if is_allowed else NOT_ALLOWED


def _taken(row: SharedObject, *, name: str, own: str) -> str:
    """Give one object to its module; returns why it could not take it, or nothing."""
    taker = taker_of(row.kind)
    if taker is None or row.schema > SCHEMA:
        return NOT_SHOWN
    if row.visibility == "named" and own not in row.audience:
        return _NOT_FOR_US
    try:
        with transaction.atomic():
            taker.take(incoming(row, peer_name=name))
    except DomainError as error:
        return error.code[:60]
    except Exception as error:
        if is_passing(error):
            raise
        logger.warning("cannot use %s", row.uri, exc_info=True)
        return UNUSABLE
    return ""


def incoming(row: SharedObject, *, peer_name: str = "") -> Incoming:
    """A stored object as modules take it over: proven when it was stored, and without markup in any of its texts."""
    body: dict[str, Any] = orjson.loads(row.body)
    details = _clean(body.get("details") or {})
    updated = body.get("updated")
    page = details.get("page") if isinstance(details, dict) else ""
    return Incoming(
        uri=row.uri,
        origin=row.origin,
        kind=row.kind,
        version=row.version,
        texts=texts_of(body),
        details=details if isinstance(details, dict) else {},
        visibility=row.visibility,
        in_reply_to=row.in_reply_to,
        published=row.published,
        updated=moment(updated) if updated else row.published,
        expires=row.expires,
        page=page if isinstance(page, str) and _lies_at(page, row.origin) else "",
        peer_name=peer_name or urlsplit(base_address(row.origin)).netloc,
    )


def _clean(value: Any) -> Any:
    """Names and texts in a JSON value without markup; its depth was limited when it was read."""
    if isinstance(value, str):
        return cleaned(value)
    if isinstance(value, dict):
        return {cleaned(name): _clean(item) for name, item in value.items()}
    return [_clean(item) for item in value] if isinstance(value, list) else value


def _lies_at(address: str, origin: str) -> bool:
    """Whether a page is one of the node itself: a partner cannot send our readers anywhere else."""
    is_plain = address.isascii() and address.isprintable() and "\\" not in address and " " not in address
    return is_plain and len(address) <= 700 and (address + "/").startswith(base_address(origin) + "/")


def take_up_shown() -> int:
    """What waits for a module that is there now is tried again; returns how many."""
    kept = SharedObject.objects.filter(is_own=False, refusal=NOT_SHOWN, schema__lte=SCHEMA)
    kinds = [kind for kind in kept.values_list("kind", flat=True).distinct() if taker_of(kind) is not None]
    return kept.filter(kind__in=kinds).update(refusal="", applied_version=0) if kinds else 0

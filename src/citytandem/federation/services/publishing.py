"""What of ours becomes objects in our log: published, changed, withdrawn, proven anew."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from functools import reduce
from itertools import islice
from operator import or_
from typing import Any
from uuid import UUID

import orjson
from django.db import OperationalError, transaction
from django.db.models import Q

from citytandem.core import clock, jobs
from citytandem.core.errors import DomainError
from citytandem.core.events import RecordChanged
from citytandem.federation.models import Changed, HeldBack, Peer, PeerState, SharedObject
from citytandem.federation.outgoing import Held, Kept, next_version, withdrawn
from citytandem.federation.protocol.did import method
from citytandem.federation.protocol.instants import instant, moment
from citytandem.federation.protocol.keys import public_key
from citytandem.federation.protocol.objects import Checked
from citytandem.federation.protocol.proofs import proof_set, proven
from citytandem.federation.registry import Outgoing, Source, screened, source_of, sources
from citytandem.federation.services.identity import Signer, keys_to_replace, signer
from citytandem.federation.services.log import Passed, append, appending

logger = logging.getLogger(__name__)
_gathered: ContextVar[dict[str, set[UUID]] | None] = ContextVar("gathered", default=None)
# One transaction holds the log for so many things; others wait for it.
_BATCH = 200
# As `renewal` counts: what is published today holds for a year at least.
_RENEWED_BEFORE = timedelta(days=365)
_WRITTEN = (
    "kind", "schema", "version", "digest", "visibility", "audience", "in_reply_to", "published", "expires", "is_tombstone",
    "body", "local_kind", "local_id", "received_at",
)  # fmt: skip


def publish_later(local_kind: str, object_id: UUID) -> None:
    """Note that a thing may have to be published, changed or withdrawn; within the transaction that changes it.

    What is noted stays so until it is in the log: the job makes it quick, and the clock finds what no job was left for.
    """
    if source_of(local_kind) is None:
        return
    gathered = _gathered.get()
    if gathered is None:
        _note({local_kind: {object_id}})
    else:
        gathered[local_kind].add(object_id)


@contextmanager
def together() -> Iterator[None]:
    """Inside, things are noted once at the end, and each once: for bulk work within one transaction."""
    gathered: dict[str, set[UUID]] = defaultdict(set)
    token = _gathered.set(gathered)
    try:
        yield
    finally:
        _gathered.reset(token)
    _note(gathered)


def _note(things: Mapping[str, Iterable[UUID]]) -> None:
    rows = [Changed(local_kind=local_kind, local_id=key) for local_kind, ids in things.items() for key in sorted(ids)]
    if rows:
        Changed.objects.bulk_create(rows)
        jobs.enqueue_after_commit("federation.publish", queue="federation", once="federation.publish")


def on_record_changed(event: RecordChanged) -> None:
    """What can be found is mostly what can be published."""
    publish_later(event.kind, event.object_id)


def publish(local_kind: str, ids: Iterable[UUID]) -> int:
    """Bring what partners can have of some things of ours up to date; returns how many objects went into the log.

    What its module no longer tells is withdrawn. What has not changed is left alone, and what holds personal data or
    does not fit the protocol is held back (`HeldBack`); an earlier version of it stays as it was. While there is no
    partner nothing is published, but withdrawn. The number of queries does not depend on how many there are in a batch.
    """
    source = source_of(local_kind)
    if source is None:
        return 0
    return sum(_publish(source, batch) for batch in _batches(ids))


def publish_changed() -> int:
    """As `publish`, for all that was noted; returns how many objects went into the log.

    A note is gone with the transaction that publishes its thing, and not before. Raises Conflict where this node cannot
    sign now; then all notes stay. Things that their module cannot tell stop no others and stay noted.
    """
    done, failed = 0, set[int]()
    while True:
        with transaction.atomic():
            # What was noted by a change that has not committed cannot be seen yet: it waits for its own job.
            notes = Changed.objects.exclude(id__in=failed).order_by("id").select_for_update(skip_locked=True)
            batch = list(notes[:_BATCH])
            if not batch:
                return done
            done += _publish_noted(batch, failed)
            Changed.objects.filter(id__in=[one.id for one in batch if one.id not in failed]).delete()


def _publish_noted(notes: Sequence[Changed], failed: set[int]) -> int:
    """Publish what some notes name, each by itself where that fails; those that fail alone are added to `failed`."""
    ids: dict[str, list[UUID]] = defaultdict(list)
    for one in notes:
        ids[one.local_kind].append(one.local_id)
    try:
        with transaction.atomic():
            return sum(publish(local_kind, keys) for local_kind, keys in ids.items())
    except (OperationalError, DomainError):
        raise
    except Exception:
        if len(notes) > 1:
            return sum(_publish_noted([one], failed) for one in notes)
        logger.exception("cannot publish %s", notes[0])
        failed.add(notes[0].id)
        return 0


def publish_all() -> int:
    """Everything of ours that partners may have, and what they should no longer have: when the first partner comes."""
    _note({source.local_kind: _every_id(source) for source in sources()})
    return publish_changed()


def _every_id(source: Source) -> set[UUID]:
    published = SharedObject.objects.filter(is_own=True, is_tombstone=False, local_kind=source.local_kind)
    return {*source.all_ids(), *(key for key in published.values_list("local_id", flat=True) if key)}


def renew() -> int:
    """Publish anew what has no end or one in less than a year, and try again what was held back; how many are in the log.

    Readers drop what nobody renews. What its module wants to end stays as it is, since nothing of it has changed.
    """
    soon = Q(expires=None) | Q(expires__lt=clock.now() + _RENEWED_BEFORE)
    ending = SharedObject.objects.filter(soon, is_own=True, is_tombstone=False)
    waiting: dict[str, set[UUID]] = {}
    for local_kind, key in [
        *ending.values_list("local_kind", "local_id"),
        *HeldBack.objects.values_list("local_kind", "local_id"),
    ]:
        if key:
            waiting.setdefault(local_kind, set()).add(key)
    return sum(publish(local_kind, keys) for local_kind, keys in waiting.items())


def _batches(ids: Iterable[UUID]) -> Iterator[list[UUID]]:
    left = iter(dict.fromkeys(ids))
    while batch := list(islice(left, _BATCH)):
        yield batch


def _publish(source: Source, ids: Sequence[UUID]) -> int:
    own = SharedObject.objects.filter(is_own=True, local_kind=source.local_kind, local_id__in=ids)
    has_partners = Peer.objects.filter(state__in=[PeerState.ACTIVE, PeerState.PAUSED]).exists()
    if not has_partners and not own.exists():
        return 0
    # The log first: who came before has written all it read, so that an older state is never put after a newer one.
    with appending():
        rows = {row.local_id: row for row in own if row.local_id}
        things, by = source.read(ids), signer()
        made: dict[UUID, Checked] = {}
        kept: dict[UUID, Kept] = {}
        for key in ids:
            found = _decided(things.get(key), rows.get(key), key, by=by, has_partners=has_partners)
            if isinstance(found, Kept):
                kept[key] = found
            elif found is not None:
                made[key] = found
        _hold_back(source, ids, kept)
        return _put(source, made, rows, by)


def _decided(
    thing: Outgoing | None, row: SharedObject | None, key: UUID, *, by: Signer, has_partners: bool
) -> Checked | Kept | None:
    held = Held(row.version, row.digest, row.is_tombstone, orjson.loads(row.body)) if row else None
    if thing is not None:
        return next_version(thing, held, origin=by.did, uuid=key, screened=screened) if has_partners else None
    if held is None or held.is_tombstone:
        return None
    return withdrawn(held, deleted=instant(clock.now()))


def _hold_back(source: Source, ids: Sequence[UUID], kept: Mapping[UUID, Kept]) -> None:
    HeldBack.objects.filter(local_kind=source.local_kind, local_id__in=[key for key in ids if key not in kept]).delete()
    now = clock.now()
    HeldBack.objects.bulk_create(
        [
            HeldBack(local_kind=source.local_kind, local_id=key, code=one.code, details=dict(one.details), at=now)
            for key, one in kept.items()
        ],
        update_conflicts=True,
        unique_fields=["local_kind", "local_id"],
        update_fields=["code", "details", "at"],
    )


def _put(source: Source, made: Mapping[UUID, Checked], rows: Mapping[UUID, SharedObject], by: Signer) -> int:
    now = clock.now()
    written = []
    for key, found in made.items():
        one, before = found.envelope, rows.get(key)
        written.append(
            SharedObject(
                uri=one.id,
                origin=by.did,
                kind=before.kind if before and one.is_tombstone else one.kind,
                schema=one.schema,
                version=one.version,
                digest=found.digest,
                visibility=one.visibility.value,
                audience=list(one.audience),
                in_reply_to=one.in_reply_to,
                published=moment(one.published),
                expires=moment(one.expires) if one.expires else None,
                is_tombstone=one.is_tombstone,
                body=_proven(orjson.loads(found.data), by),
                is_own=True,
                local_kind=source.local_kind,
                local_id=key,
                received_at=now,
            )
        )
    SharedObject.objects.bulk_create(written, update_conflicts=True, unique_fields=["uri"], update_fields=_WRITTEN)
    return len(append([Passed(row.uri, row.digest, row.version, row.is_tombstone) for row in written]))


def _proven(body: dict[str, Any], by: Signer) -> str:
    return orjson.dumps(proven(body, by.key, did=by.did, created=instant(clock.now()))).decode()


def prove_anew() -> int:
    """Prove with the key in use what revoked and old keys had proven, and put that at the end of the log again.

    Version and digest stay, so partners change their proof only. Returns how many there were.
    """
    revoked = keys_to_replace()
    if not revoked:
        return 0
    # Any mention of the key finds it, and what is only a mention is left out below.
    suspects = SharedObject.objects.filter(reduce(or_, (Q(body__contains=key) for key in revoked)), is_own=True)
    done, last = 0, 0
    while True:
        with appending():
            rows = list(suspects.filter(id__gt=last).order_by("id")[:_BATCH])
            if not rows:
                return done
            done += _prove(rows, revoked)
        last = rows[-1].id


def _prove(rows: Sequence[SharedObject], revoked: Sequence[str]) -> int:
    by = signer()
    names = {method(by.did, public_key(key)) for key in revoked}
    changed = []
    for row in rows:
        body = orjson.loads(row.body)
        if any(one.get("verificationMethod") in names for one in proof_set(body.pop("proof", None))):
            row.body = _proven(body, by)
            changed.append(row)
    SharedObject.objects.bulk_update(changed, ["body"])
    return len(append([Passed(row.uri, row.digest, row.version, row.is_tombstone) for row in changed]))

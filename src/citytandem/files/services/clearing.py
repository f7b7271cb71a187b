"""What nobody needs any more goes: forms never sent, refused and removed files, bytes that belong to nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from citytandem.core import clock, jobs
from citytandem.files import storage
from citytandem.files.models import BASKET, Attachment, State

BASKET_KEPT = timedelta(days=1)
# Long enough for the sender to read why.
REFUSED_KEPT = timedelta(days=7)
# Complaints against a decision of moderation are possible for six months (Regulation (EU) 2022/2065, art. 20).
REMOVED_KEPT = timedelta(days=184)
UNDESCRIBED_KEPT = timedelta(days=90)
_UNFINISHED = timedelta(minutes=4)


def clear_away() -> int:
    """Delete what has had its time; returns how many files went."""
    now = clock.now()
    over = (
        Q(kind=BASKET, created_at__lt=now - BASKET_KEPT)
        | Q(state=State.REFUSED, ended_at__lt=now - REFUSED_KEPT)
        | Q(state=State.REMOVED, reason="", ended_at__lt=now - REFUSED_KEPT)
        | Q(state=State.REMOVED, ended_at__lt=now - REMOVED_KEPT)
        | Q(state=State.WAITING, prepared_at__isnull=False, created_at__lt=now - UNDESCRIBED_KEPT)
    )
    gone = files_delete(list(Attachment.objects.filter(over).values_list("id", flat=True)))
    return gone + _drop_strays(before=now - BASKET_KEPT)


def files_delete(ids: list[UUID]) -> int:
    """Rows and bytes, for good; the bytes once the surrounding transaction has committed."""
    Attachment.objects.filter(id__in=ids).delete()
    for identifier in ids:
        transaction.on_commit(partial(storage.drop, identifier))
    return len(ids)


def try_again() -> int:
    """Files that nobody is checking any more (the scanner did not answer, a worker was killed) are due again."""
    waiting = Attachment.objects.filter(
        state=State.WAITING, prepared_at=None, created_at__lt=clock.now() - _UNFINISHED
    ).values_list("id", flat=True)
    for identifier in waiting:
        jobs.enqueue("files.prepare", once=f"files.prepare:{identifier}", file_id=str(identifier))
    return len(waiting)


def _drop_strays(*, before: datetime) -> int:
    """Bytes without a row: of requests that were undone, and of rows that were deleted while bytes were in use."""
    old = [identifier for identifier in storage.kept() if _made_at(identifier) < before]
    known = set(Attachment.objects.filter(id__in=old).values_list("id", flat=True))
    strays = [identifier for identifier in old if identifier not in known]
    for identifier in strays:
        storage.drop(identifier)
    return len(strays)


def _made_at(identifier: UUID) -> datetime:
    """The time in a UUIDv7."""
    return datetime.fromtimestamp((identifier.int >> 80) / 1_000, tz=UTC)

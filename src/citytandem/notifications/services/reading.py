"""What was read."""

from __future__ import annotations

from uuid import UUID

from citytandem.accounts.contract import Actor
from citytandem.notifications.models import Notice
from citytandem.notifications.services.choosing import own_id


def notices_mark_read(*, by: Actor, notice_id: UUID | None = None, until: UUID | None = None) -> int:
    """Mark one notice as read, or all up to the newest that stood on the page; returns how many were new."""
    mine = Notice.objects.filter(person_id=own_id(by), is_new=True)
    if notice_id is not None:
        mine = mine.filter(id=notice_id)
    elif until is not None:
        mine = mine.filter(id__lte=until)
    return mine.update(is_new=False)

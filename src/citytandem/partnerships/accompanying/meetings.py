"""What happens to meetings and actions: held, cancelled, done, done after all not; and the calendar's secret address."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.core import clock
from citytandem.core.errors import Conflict, Invalid
from citytandem.core.node import this_node
from citytandem.core.text import MAX_TEXT, clean_text
from citytandem.partnerships.accompanying.members import member_ids
from citytandem.partnerships.accompanying.writing import (
    contact_on,
    in_words,
    own_record,
    partnership_locked,
    record_of,
    tell,
)
from citytandem.partnerships.models import ActionDone, Meeting, MeetingState, WorkCalendar


@transaction.atomic
def meeting_hold(meeting_id: UUID, *, partnership_id: UUID, by: Actor) -> Meeting:
    """It took place: the cities were in touch on that day. Raises Conflict before it began, or where it was cancelled."""
    partnership = partnership_locked(partnership_id, by=by)
    row: Meeting = own_record("meeting", meeting_id, partnership=partnership)
    if row.state == MeetingState.HELD:
        return row
    if row.state == MeetingState.CANCELLED:
        raise Conflict("meeting.cancelled", _("This meeting was cancelled."))
    if row.starts_at > clock.now():
        raise Conflict("meeting.ahead", _("This meeting has not begun yet."))
    _enter(row, MeetingState.HELD)
    contact_on(partnership, timezone.localdate(row.starts_at))
    return row


@transaction.atomic
def meeting_cancel(meeting_id: UUID, *, partnership_id: UUID, because: str, by: Actor) -> Meeting:
    """It does not take place. It stays in calendars, crossed out. Raises Conflict where it was held, Invalid without a reason."""
    partnership = partnership_locked(partnership_id, by=by)
    row: Meeting = own_record("meeting", meeting_id, partnership=partnership)
    told = clean_text(because)[:MAX_TEXT]
    if not told:
        raise Invalid("meeting.reason_missing", _("Say why it is cancelled."), field="because")
    if row.state == MeetingState.HELD:
        raise Conflict("meeting.held", _("This meeting took place."))
    row.because = in_words(told, hint=row.language)[1]
    _enter(row, MeetingState.CANCELLED)
    return row


@transaction.atomic
def action_done(action_id: UUID, *, partnership_id: UUID, by: Actor, note: str = "", on: date | None = None) -> Any:
    """Our city says that an action is done, also one that a partner wrote. Doing it twice changes nothing."""
    partnership = partnership_locked(partnership_id, by=by)
    action = record_of("action", action_id, partnership=partnership)
    known = ActionDone.objects.filter(action=action).first()
    if known is not None:
        return known
    today = timezone.localdate(clock.now())
    if on is not None and on > today:
        raise Invalid("action.done_ahead", _("It cannot be done on a day that has not come."), field="on")
    home, now = this_node().home_city, clock.now()
    told = clean_text(note)[:MAX_TEXT]
    row = ActionDone.objects.create(
        partnership=partnership, action=action, on=on or today, created_by_id=by.id, created_at=now, changed_at=now,
        city_id=home if home in member_ids(partnership) else action.city_id,
        language=action.language, title=action.title, text=in_words(told, hint=action.language)[1],
    )  # fmt: skip
    tell(row)
    return row


@transaction.atomic
def action_reopen(action_id: UUID, *, partnership_id: UUID, by: Actor) -> None:
    """It is not done after all. Raises Conflict where a partner said so: their word stays."""
    partnership = partnership_locked(partnership_id, by=by)
    action = record_of("action", action_id, partnership=partnership)
    row = ActionDone.objects.filter(action=action).first()
    if row is None:
        return
    if row.origin:
        raise Conflict("partnership.of_partner", _("Your partner wrote this: only they can change it."))
    tell(row)
    row.delete()


@transaction.atomic
def calendar_renew(*, partnership_id: UUID, by: Actor) -> WorkCalendar:
    """A secret address of the calendar; the one before leads nowhere from now on."""
    partnership = partnership_locked(partnership_id, by=by)
    values = {"key": secrets.token_urlsafe(32), "made_at": clock.now()}
    return WorkCalendar.objects.update_or_create(partnership=partnership, defaults=values)[0]


def _enter(row: Meeting, state: MeetingState) -> None:
    row.state, row.changed_at = state, clock.now()
    row.sequence += 1
    row.save()
    tell(row)

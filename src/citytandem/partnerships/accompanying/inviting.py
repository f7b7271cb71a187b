"""Invitations to meetings: to the people whom our city names, whoever planned it, with a file for their calendar."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citytandem.core import clock, events
from citytandem.core.node import this_node
from citytandem.notifications.contract import CalendarFile, Paragraph, Told, notify_each, register_template
from citytandem.partnerships.accompanying.calendar import calendar
from citytandem.partnerships.accompanying.calendars import entry_of
from citytandem.partnerships.accompanying.events import WorkRecordChanged
from citytandem.partnerships.accompanying.members import contacts_of, member_ids
from citytandem.partnerships.accompanying.overview import when
from citytandem.partnerships.accompanying.reminding import CONTACT, WORK
from citytandem.partnerships.accompanying.shown import reading
from citytandem.partnerships.models import Meeting, MeetingState

INVITED, CANCELLED = "partnership_invited", "partnership_meeting_cancelled"


def register_all() -> None:
    """Called once when Django is ready."""
    example: dict[str, Any] = {
        "title": gettext_lazy("Network meeting"),
        "when": "2026-05-12, 10:00–12:00",
    }
    register_template(
        INVITED,
        label=gettext_lazy("Invitation to a meeting of a partnership"),
        subject=lambda told: _("Invitation: %(title)s") % told,
        body=lambda told: [
            Paragraph(_("The cities of the partnership meet: “%(title)s”.") % told),
            Paragraph(told["when"]),
            Paragraph(_("The file brings it into your calendar, and its changes as well.")),
        ],
        action=gettext_lazy("Open the meeting"),
        example=example,
        files=meeting_files,
        now=_now,
    )
    register_template(
        CANCELLED,
        label=gettext_lazy("A meeting of a partnership is cancelled"),
        subject=lambda told: _("Cancelled: %(title)s") % told,
        body=lambda told: [
            Paragraph(_("“%(title)s” does not take place.") % told),
            Paragraph(told["when"]),
        ],
        action=gettext_lazy("Open the meeting"),
        example=example,
        files=meeting_files,
        now=_now,
    )
    events.listen_within(WorkRecordChanged, on_work_record_changed)


def meeting_files(told: Mapping[str, Any]) -> list[CalendarFile]:
    """The meeting as it is when the mail leaves."""
    row = _meeting(told)
    if row is None:
        return []
    return [CalendarFile("meeting.ics", calendar([entry_of(row, row.partnership.slug)]))]


def _meeting(told: Mapping[str, Any]) -> Meeting | None:
    """None in a preview, and once it is gone."""
    key = told.get("meeting")
    return Meeting.objects.select_related("partnership").filter(id=UUID(key)).first() if key else None


def _now(told: Mapping[str, Any]) -> dict[str, str]:
    """Title and time in the reader's language, as they are now; nothing for the example of a preview."""
    if "meeting" not in told:
        return {}
    row = _meeting(told)
    return {"title": reading(row, "title").text, "when": when(row)} if row else {"title": "", "when": ""}


def on_work_record_changed(event: WorkRecordChanged) -> None:
    """Planned, moved or cancelled, here or at a partner's: our people hear of it once each time."""
    if event.kind != "meeting":
        return
    row = Meeting.objects.select_related("partnership").filter(id=event.record).first()
    home = this_node().home_city
    if row is None or row.state == MeetingState.HELD or row.ends_at <= clock.now():
        return
    if home is None or home not in member_ids(row.partnership):
        return
    is_off = row.state == MeetingState.CANCELLED
    people = {one.person_id for one in contacts_of([home]) if one.person_id is not None}
    told = [
        Told(
            person,
            parameters={"meeting": str(row.id)},
            path=f"/partnerships/{row.partnership.slug}/work/meetings/{row.id}",
            once=f"invited:{row.id}:{row.sequence}:{row.state}",
        )
        for person in sorted(people)
        # Whoever planned it knows; the file stands on its page.
        if is_off or row.sequence or person != row.created_by_id
    ]
    notify_each(told, kind=WORK, template=CANCELLED if is_off else INVITED, why=CONTACT)

"""What the programme's list, its calendar and its report tell of a planned event once it is public."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from citytandem.core.versions import read
from citytandem.partnerships.models import EventPlan, EventState, MeetingFormat, ProgrammeEvent, SessionKind

_WRITTEN = ("title", "dates", "starts_on", "format", "place", "country", "facts")
# As the sources of past events call it.
_FORMATS = {MeetingFormat.ONSITE: "on-site", MeetingFormat.ONLINE: "online", MeetingFormat.HYBRID: "hybrid"}


def record_refresh(plan: EventPlan) -> None:
    """Write, refresh or take away the record. Within the caller's transaction, the plan locked."""
    if plan.state != EventState.PUBLISHED:
        known = plan.record_id
        plan.record = None
        plan.save(update_fields=["record"])
        if known is not None:
            ProgrammeEvent.objects.filter(id=known).delete()
        return
    # Read anew: what was joined before the event was locked may be old, and attendance is noted there.
    found = ProgrammeEvent.objects.select_for_update().filter(id=plan.record_id).first() if plan.record_id else None
    row = found or ProgrammeEvent(slug=plan.slug)
    zone = ZoneInfo(plan.zone)
    # An event that ends at midnight ends on the day before.
    first = plan.starts_at.astimezone(zone).date()
    last = (plan.ends_at - timedelta(microseconds=1)).astimezone(zone).date()
    row.title = plan.title[plan.language]["text"]
    row.dates = [first.isoformat()] if first == last else [first.isoformat(), last.isoformat()]
    row.starts_on, row.format = first, _FORMATS[MeetingFormat(plan.format)]
    row.place, row.country = plan.place, plan.country
    row.facts = {"planned": True, "language": plan.language, "sessions": _sessions(plan)}
    text = plan.text.get(plan.language, {}).get("text", "")
    if text:
        row.facts["content"] = text
    row.save(update_fields=_WRITTEN if found else None)
    if plan.record_id != row.id:
        plan.record = row
        plan.save(update_fields=["record"])


def attendance_tell(plan: EventPlan, number: int) -> None:
    """How many came, as far as somebody noted it."""
    if plan.record_id is not None:
        ProgrammeEvent.objects.filter(id=plan.record_id).update(participants=str(number) if number else "")


def _sessions(plan: EventPlan) -> list[str]:
    rows = plan.sessions.exclude(kind=SessionKind.BREAK).order_by("starts_at", "room", "id")
    told = (read(row.title, reader=plan.language, original=plan.language).text for row in rows)
    return [text for text in told if text]

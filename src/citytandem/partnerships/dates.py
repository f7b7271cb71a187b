"""What stands in people's own calendars: the events of the programme."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time

from citytandem.accounts.contract import Actor
from citytandem.core import clock
from citytandem.notifications.contract import CalendarEvent, register_calendar
from citytandem.partnerships.models import ProgrammeEvent
from citytandem.partnerships.selectors import dated_events


def register_all() -> None:
    """Called once when Django is ready."""
    register_calendar(source=programme_events)


def programme_events(_actor: Actor) -> Sequence[CalendarEvent]:
    """The events of which the day is known: they are public, so everybody has them. One query."""
    # Nobody notes when an event was changed: calendars look at them anew each day.
    today = datetime.combine(clock.now().astimezone(UTC).date(), time(), UTC)
    return [_event(event, today) for event in dated_events()]


def _event(event: ProgrammeEvent, today: datetime) -> CalendarEvent:
    first = event.starts_on
    assert first is not None  # noqa: S101 - those are not asked for
    last = _day(event.dates[-1]) if event.dates else None
    return CalendarEvent(
        uid=f"event-{event.id}",
        title=event.title,
        starts=first,
        ends=last if last is not None and last >= first else None,
        updated=today,
        path=f"/events/{event.slug}" if event.facts.get("planned") else "/programme",
        place=event.place,
    )


def _day(text: str) -> date | None:
    """A date as the source gives it; None where it tells the month only."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None

"""An event as its page shows it, in the reader's language and on the clocks of the event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.formats import date_format, time_format
from django.utils.translation import get_language

from citytandem.accounts.contract import Actor
from citytandem.core import clock
from citytandem.core.versions import Reading, read
from citytandem.files.contract import AttachmentView, attachments_of
from citytandem.notifications.contract import absolute
from citytandem.partnerships.convening import exporting, telling
from citytandem.partnerships.convening.clashes import by_day, clashes
from citytandem.partnerships.convening.files import KIND
from citytandem.partnerships.convening.planning import people_of, slot_of
from citytandem.partnerships.convening.reading import materials_of
from citytandem.partnerships.models import (
    EventPlan,
    EventSession,
    EventState,
    MeetingFormat,
    SessionKind,
)
from citytandem.ui.countries import country_name


@dataclass(frozen=True, slots=True)
class MaterialShown:
    """Material. `session`: the title of the session it belongs to."""

    id: UUID
    title: Reading
    address: str
    files: Sequence[AttachmentView]
    session: str


@dataclass(frozen=True, slots=True)
class SessionShown:
    """A session. `clock`: from when to when; `busy`: people of it who are announced elsewhere at the same time."""

    id: UUID
    clock: str
    title: Reading
    text: Reading
    kind_label: str
    is_break: bool
    room: str
    spoken: str
    people: Sequence[str]
    busy: Sequence[str]


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the agenda: rows of sessions that begin together."""

    label: str
    key: str
    rows: Sequence[tuple[str, Sequence[SessionShown]]]


@dataclass(frozen=True, slots=True)
class EventCard:
    """An event in a list."""

    slug: str
    title: Reading
    text: Reading
    kind_label: str
    format_label: str
    when: str
    where: str
    state: str
    state_label: str
    is_over: bool

    @property
    def path(self) -> str:
        """Address of its page."""
        return f"/events/{self.slug}"


def reader() -> str:
    """The language of the page."""
    return get_language() or "en"


def card_of(plan: EventPlan) -> EventCard:
    """For lists and for the head of the page."""
    state = EventState(plan.state)
    place = telling.where(plan)
    return EventCard(
        slug=plan.slug,
        title=read(plan.title, reader=reader(), original=plan.language),
        text=read(plan.text, reader=reader(), original=plan.language),
        kind_label=plan.get_kind_display(),
        format_label=str(MeetingFormat(plan.format).label),
        when=telling.when(plan),
        where=f"{place} ({country_name(plan.country)})" if place and plan.country else place,
        state=state.value,
        state_label=str(state.label),
        is_over=plan.ends_at <= clock.now(),
    )


def agenda(plan: EventPlan, sessions: Sequence[EventSession]) -> list[Day]:
    """The sessions by day and time. No query."""
    zone = ZoneInfo(plan.zone)
    slots = [slot_of(row) for row in sessions]
    busy: dict[str, list[str]] = {}
    for clash in clashes(slots):
        if clash.kind == "person":
            busy.setdefault(clash.one, []).append(clash.what)
            busy.setdefault(clash.two, []).append(clash.what)
    shown = {str(row.id): _session(row, zone, plan.language, busy.get(str(row.id), [])) for row in sessions}
    days = []
    for day, groups in by_day(slots, zone):
        rows = [
            (time_format(group[0].starts.astimezone(zone).time(), "TIME_FORMAT"), [shown[slot.key] for slot in group])
            for group in groups
        ]
        days.append(Day(date_format(day, "DATE_FORMAT"), day.isoformat(), rows))
    return days


def materials(plan: EventPlan, actor: Actor, *, sessions: Sequence[EventSession]) -> list[MaterialShown]:
    """Oldest first, with their files. Two queries."""
    rows = materials_of(plan)
    files = attachments_of(KIND, [row.id for row in rows], actor=actor, vouched=True) if rows else {}
    titles = {row.id: read(row.title, reader=reader(), original=plan.language).text for row in sessions}
    return [
        MaterialShown(
            row.id, read(row.title, reader=reader(), original=plan.language), row.address, files.get(row.id, []),
            titles.get(row.session_id, "") if row.session_id else "",
        )
        for row in rows
    ]  # fmt: skip


def as_conference(plan: EventPlan, sessions: Sequence[EventSession], *, language: str) -> exporting.Conference:
    """For the exports, in one language. One query."""
    links: dict[UUID | None, list[tuple[str, str]]] = {}
    for row in plan.materials.exclude(address="").order_by("created_at", "id"):
        title = read(row.title, reader=language, original=plan.language).text
        links.setdefault(row.session_id, []).append((title, row.address))
    path = absolute(f"/events/{plan.slug}")
    return exporting.Conference(
        id=plan.id,
        slug=plan.slug,
        title=read(plan.title, reader=language, original=plan.language).text,
        text=read(plan.text, reader=language, original=plan.language).text,
        kind=plan.kind,
        category=plan.programme.slug,
        starts=plan.starts_at,
        ends=plan.ends_at,
        zone=plan.zone,
        place=plan.place,
        venue=plan.venue,
        path=path,
        version=plan.changed_at.isoformat(timespec="seconds"),
        talks=[_talk(row, plan, language, path, links) for row in sessions],
    )


def _talk(
    row: EventSession, plan: EventPlan, language: str, path: str, links: Mapping[UUID | None, list[tuple[str, str]]]
) -> exporting.Talk:
    return exporting.Talk(
        id=row.id,
        title=read(row.title, reader=language, original=plan.language).text,
        text=read(row.text, reader=language, original=plan.language).text,
        kind=row.kind,
        language=row.spoken,
        starts=row.starts_at,
        ends=row.ends_at,
        room=row.room,
        people=people_of(row),
        path=f"{path}#session-{row.id}",
        links=links.get(row.id, []),
    )


def _session(row: EventSession, zone: ZoneInfo, original: str, busy: Sequence[str]) -> SessionShown:
    start, end = row.starts_at.astimezone(zone), row.ends_at.astimezone(zone)
    clock_text = f"{time_format(start.time(), 'TIME_FORMAT')}–{time_format(end.time(), 'TIME_FORMAT')}"
    if end.date() > (start + timedelta(microseconds=1)).date():
        clock_text += f" ({date_format(end, 'SHORT_DATE_FORMAT')})"
    return SessionShown(
        id=row.id,
        clock=clock_text,
        title=read(row.title, reader=reader(), original=original),
        text=read(row.text, reader=reader(), original=original),
        kind_label=row.get_kind_display(),
        is_break=row.kind == SessionKind.BREAK,
        room=row.room,
        spoken=row.spoken,
        people=people_of(row),
        busy=list(dict.fromkeys(busy)),
    )

"""The list of meetings and actions, and the page of a meeting: agenda, minutes, what comes back, who interprets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from citytandem.core import clock
from citytandem.core.languages import NATIVE_NAMES
from citytandem.core.versions import Reading
from citytandem.partnerships.accompanying import reading
from citytandem.partnerships.accompanying.agenda import Action, comes_back, overrun, times
from citytandem.partnerships.accompanying.interpreting import Need, need
from citytandem.partnerships.accompanying.members import contacts_of
from citytandem.partnerships.accompanying.overview import action_line, done_of, meeting_line, when
from citytandem.partnerships.accompanying.shown import Frame, Line, line_of
from citytandem.partnerships.accompanying.shown import reading as read_text
from citytandem.partnerships.models import ActionItem, AgendaItem, Meeting, Partnership


@dataclass(frozen=True, slots=True)
class ActionShown:
    """An action and what can be done with it."""

    line: Line
    is_done: bool
    done_path: str
    reopen_path: str


@dataclass(frozen=True, slots=True)
class Meetings:
    """What is planned, what was, and all actions: the open ones first."""

    ahead: Sequence[Line]
    past: Sequence[Line]
    open: Sequence[ActionShown]
    done: Sequence[ActionShown]


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the agenda: from when, how long, and what was said."""

    line: Line
    at: str
    minutes: int
    told: Reading


@dataclass(frozen=True, slots=True)
class Interpreting:
    """Who needs an interpreter, in words."""

    is_needed: bool
    spoken: str
    into: Sequence[tuple[str, str]]
    pairs: Sequence[tuple[str, str]]
    unknown: Sequence[str]


@dataclass(frozen=True, slots=True)
class MeetingPage:
    """A meeting."""

    line: Line
    state: str
    when: str
    facts: Sequence[tuple[str, str]]
    link: str
    because: Reading
    points: Sequence[Point]
    overrun: int
    back: Sequence[ActionShown]
    agreed: Sequence[ActionShown]
    interpreting: Interpreting
    is_own: bool
    may_hold: bool


def meetings(partnership: Partnership, frame: Frame) -> Meetings:
    """Two queries."""
    now, today = clock.now(), timezone.localdate(clock.now())
    rows = reading.meetings_of(partnership)
    ahead = sorted((row for row in rows if row.ends_at >= now), key=lambda row: row.starts_at)
    actions = [action_shown(row, frame, today=today) for row in reading.actions_of(partnership)]
    return Meetings(
        ahead=[meeting_line(row, frame) for row in ahead],
        past=[meeting_line(row, frame) for row in rows if row.ends_at < now],
        open=[one for one in actions if not one.is_done],
        done=[one for one in actions if one.is_done],
    )


def meeting_page(meeting: Meeting, partnership: Partnership, frame: Frame) -> MeetingPage:
    """Three queries."""
    now, today = clock.now(), timezone.localdate(clock.now())
    items = reading.items_of(meeting)
    actions = {row.id: row for row in reading.actions_of(partnership)}
    known = [Action(row.id, row.created_at, row.due_on, done_of(row)) for row in actions.values()]
    agreed = [row for row in actions.values() if row.meeting_id == meeting.id]
    back = [actions[one.id] for one in comes_back(known, meeting=meeting.starts_at) if actions[one.id] not in agreed]
    is_own = not meeting.origin
    return MeetingPage(
        line=meeting_line(meeting, frame),
        state=meeting.state,
        when=when(meeting),
        facts=_facts(meeting, frame),
        link=meeting.link,
        because=read_text(meeting, "because"),
        points=_points(meeting, items, frame),
        overrun=overrun(meeting.starts_at, meeting.ends_at, [item.minutes for item in items]),
        back=[action_shown(row, frame, today=today) for row in back],
        agreed=[action_shown(row, frame, today=today) for row in agreed],
        interpreting=interpreting_of(frame, spoken=meeting.working_languages),
        is_own=is_own,
        may_hold=is_own and meeting.state == "planned" and meeting.starts_at <= now,
    )


def action_shown(row: ActionItem, frame: Frame, *, today: date) -> ActionShown:
    """An action in a line, with the ways to close and to open it."""
    line = action_line(row, frame, today=today)
    done = getattr(row, "done", None)
    path = f"{frame.path}/actions/{row.id}"
    is_ours = done is not None and not done.origin
    return ActionShown(line, done is not None, "" if done else f"{path}/done", f"{path}/reopen" if is_ours else "")


def interpreting_of(frame: Frame, *, spoken: Sequence[str]) -> Interpreting:
    """From the languages of the contacts; where a city has named nobody, from the languages of the city. One query."""
    people: dict[str, list[frozenset[str]]] = {str(city.id): [] for city in frame.members}
    for contact in contacts_of([city.id for city in frame.members]):
        people[str(contact.city_id)].append(frozenset(contact.languages))
    for city in frame.members:
        if not any(people[str(city.id)]) and city.languages:
            people[str(city.id)] = [frozenset(city.languages)]
    return _in_words(need(people, spoken=spoken), {str(city): name for city, name in frame.names.items()})


def _in_words(found: Need, names: Mapping[str, str]) -> Interpreting:
    return Interpreting(
        is_needed=found.is_needed,
        spoken=", ".join(_language(code) for code in found.spoken),
        into=[(_language(code), ", ".join(names[city] for city in cities)) for code, cities in found.into.items()],
        pairs=[
            (" – ".join(names[city] for city in pair.cities), ", ".join(_language(code) for code in pair.shared))
            for pair in found.pairs
        ],
        unknown=[names[city] for city in found.unknown],
    )


def _language(code: str) -> str:
    return NATIVE_NAMES.get(code, code)


def _facts(meeting: Meeting, frame: Frame) -> list[tuple[str, str]]:
    host = frame.names.get(meeting.host_id, "") if meeting.host_id else ""
    told = [
        (_("When"), when(meeting)),
        (_("How"), str(meeting.get_format_display())),
        (_("Host"), host),
        (_("Where"), meeting.place),
        (_("Languages that are spoken"), ", ".join(_language(code) for code in meeting.working_languages)),
        (_("Moderation"), meeting.moderation),
        (_("Experts"), meeting.experts),
        (_("Excursions"), meeting.excursions),
        (_("Travel"), meeting.travel),
    ]
    return [(label, value) for label, value in told if value]


def _points(meeting: Meeting, items: Sequence[AgendaItem], frame: Frame) -> list[Point]:
    zone = ZoneInfo(meeting.zone)
    begins: list[datetime] = times(meeting.starts_at.astimezone(zone), [item.minutes for item in items])
    return [
        Point(
            line=line_of(item, frame, facts=[(_("Who leads it"), _name(frame, item.city_id))]),
            at=date_format(at, "TIME_FORMAT"),
            minutes=item.minutes,
            told=read_text(item, "told"),
        )
        for item, at in zip(items, begins, strict=True)
    ]


def _name(frame: Frame, city: UUID | None) -> str:
    return frame.names.get(city, "") if city is not None else ""

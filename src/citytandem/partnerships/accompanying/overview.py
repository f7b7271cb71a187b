"""The overview of the work: topics, the roadmap, what is open, what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from citytandem.core import clock
from citytandem.core.versions import Reading
from citytandem.partnerships.accompanying import reading
from citytandem.partnerships.accompanying.agenda import urgency
from citytandem.partnerships.accompanying.roadmap import Roadmap, State, Step, order, roadmap, state_of
from citytandem.partnerships.accompanying.shown import Frame, Line, day, line_of, span
from citytandem.partnerships.accompanying.shown import reading as read_text
from citytandem.partnerships.models import ActionItem, Meeting, Milestone, Partnership

MOST_NEXT = 3


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark below the drawing."""

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class StepRow:
    """A row of the table behind the drawing."""

    number: int
    line: Line
    topic: Reading | None
    when: str
    state: State
    state_label: str
    sign: str


@dataclass(frozen=True, slots=True)
class RoadmapShown:
    """The drawing and its table."""

    plot: Roadmap
    marks: Sequence[Mark]
    rows: Sequence[StepRow]

    @property
    def view_box(self) -> str:
        """Of the SVG."""
        return f"0 0 {self.plot.width:g} {self.plot.height:g}"

    @property
    def foot(self) -> float:
        """Where the axis lies."""
        return self.plot.height - 22


@dataclass(frozen=True, slots=True)
class Overview:
    """The first part of the work page."""

    topics: Sequence[Line]
    roadmap: RoadmapShown | None
    actions: Sequence[Line]
    meetings: Sequence[Line]
    last_contact: str


def overview(partnership: Partnership, frame: Frame) -> Overview:
    """Four queries."""
    today, now = timezone.localdate(clock.now()), clock.now()
    meetings = [row for row in reading.meetings_of(partnership) if row.state == "planned" and row.ends_at >= now]
    actions = [row for row in reading.actions_of(partnership) if done_of(row) is None]
    return Overview(
        topics=[line_of(row, frame) for row in reading.topics_of(partnership)],
        roadmap=roadmap_shown(reading.milestones_of(partnership), frame, today=today),
        actions=[action_line(row, frame, today=today) for row in actions],
        meetings=[meeting_line(row, frame) for row in sorted(meetings, key=lambda row: row.starts_at)[:MOST_NEXT]],
        last_contact=day(partnership.last_contact_on),
    )


def roadmap_shown(rows: Sequence[Milestone], frame: Frame, *, today: date) -> RoadmapShown | None:
    """Worded and drawn; None where there is none."""
    if not rows:
        return None
    steps = [Step(row.starts_on, row.due_on, row.done_on) for row in rows]
    places = order(steps)
    rows, steps = [rows[place] for place in places], [steps[place] for place in places]
    plot = roadmap(steps, today=today)
    words = {"done": _("reached"), "late": _("late"), "running": _("under way"), "ahead": _("ahead")}
    signs = {"done": "check", "late": "alert", "running": "stage", "ahead": "time"}
    shown = []
    for number, (row, step) in enumerate(zip(rows, steps, strict=True), start=1):
        state = state_of(step, today=today)
        topic = read_text(row.topic, "title") if row.topic is not None else None
        line = line_of(row, frame)
        shown.append(StepRow(number, line, topic, span(row.starts_on, row.due_on), state, words[state], signs[state]))
    return RoadmapShown(plot, [Mark(tick.x, date_format(tick.day, "m/Y")) for tick in plot.ticks], shown)


def done_of(row: ActionItem) -> date | None:
    """When an action was said to be done."""
    told = getattr(row, "done", None)
    return told.on if told is not None else None


def action_line(row: ActionItem, frame: Frame, *, today: date) -> Line:
    """An action: which city, who of ours, until when."""
    done = done_of(row)
    pressing = urgency(row.due_on, today=today) if done is None else "later"
    badge = {"late": _("overdue"), "soon": _("due soon"), "later": ""}[pressing]
    facts = [
        (_("City"), frame.names.get(row.city_id, row.city.name)),
        (_("Who"), row.person.name if row.person is not None else ""),
        (_("Until"), day(row.due_on)),
        (_("Done on"), day(done)),
    ]
    return line_of(row, frame, facts=facts, badge=_("done") if done else badge, is_urgent=pressing == "late")


def meeting_line(row: Meeting, frame: Frame) -> Line:
    """A meeting: when, how, where."""
    host = frame.names.get(row.host_id, "") if row.host_id else ""
    facts = [
        (_("When"), when(row)),
        (_("How"), str(row.get_format_display())),
        (_("Where"), ", ".join(part for part in (row.place, host) if part)),
    ]
    return line_of(row, frame, facts=facts, badge=str(row.get_state_display()), path=f"{frame.path}/meetings/{row.id}")


def when(row: Meeting) -> str:
    """Start and end on the clock of the meeting's zone, which is told."""
    from zoneinfo import ZoneInfo

    zone = ZoneInfo(row.zone)
    starts, ends = row.starts_at.astimezone(zone), row.ends_at.astimezone(zone)
    end = date_format(ends, "TIME_FORMAT" if ends.date() == starts.date() else "DATETIME_FORMAT")
    times = {"start": date_format(starts, "DATETIME_FORMAT"), "end": end, "zone": row.zone.replace("_", " ")}
    return _("%(start)s to %(end)s (%(zone)s)") % times

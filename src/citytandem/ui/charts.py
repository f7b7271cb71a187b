"""Geometry of our own small charts and maps: numbers in, shapes out. Pure.

A template draws what comes from here as SVG and puts the table behind it; nothing here knows colours or words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import hypot

from citytandem.ui.europe import HEIGHT, VIEW_BOX, WIDTH, is_on_map, project

# How far the line between two cities bends, as a share of its length: enough that crossing lines stay apart.
BEND = 0.16
# Names are set beside their dot; below this distance two names would lie on each other.
NAME_HEIGHT = 30.0
NAME_WIDTH = 15.0


@dataclass(frozen=True, slots=True)
class Place:
    """A place to be drawn. `group` is the stream, or how much it stands out: the template knows what it means."""

    name: str
    longitude: float
    latitude: float
    href: str = ""
    group: str = ""
    language: str = ""
    is_home: bool = False


@dataclass(frozen=True, slots=True)
class Dot:
    """A place on the drawing. The name starts at (`text_x`, `text_y`); `anchor` is SVG's text-anchor."""

    place: Place
    x: float
    y: float
    text_x: float
    text_y: float
    anchor: str


@dataclass(frozen=True, slots=True)
class Line:
    """A tie between two places, a gentle arc: `path` is SVG path data."""

    name: str
    path: str
    href: str
    group: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """A map: the window of Europe it shows, and what lies on it.

    `scale` is how much larger it is than the whole, `letters` how much larger than usual its names and dots are.
    """

    view_box: str
    dots: Sequence[Dot]
    lines: Sequence[Line]
    scale: float
    letters: float = 1.0

    @property
    def is_whole(self) -> bool:
        """Whether all of Europe is shown."""
        return self.scale == 1


@dataclass(frozen=True, slots=True)
class Tie:
    """Two places that belong together, by their position in the list of places."""

    one: int
    other: int
    name: str
    href: str = ""
    group: str = ""


def europe(places: Sequence[Place], *, ties: Iterable[Tie] = ()) -> Drawing:
    """All of Europe with places and the ties between them. Places outside the drawing are left out, with their ties."""
    return _drawing(places, list(ties), window=None)


def around(
    places: Sequence[Place], *, ties: Iterable[Tie] = (), least: float = 160.0, letters: float = 1.0, room: float = 1.7
) -> Drawing:
    """The part of Europe in which the places lie, `room` times as large as they need.

    `least` is the smallest width of the window; `letters` makes names larger where the map is shown small.
    """
    points = [
        project(place.longitude, place.latitude) for place in places if is_on_map(place.longitude, place.latitude)
    ]
    if not points:
        return _drawing(places, list(ties), window=None, letters=letters)
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    top, bottom = min(y for _, y in points), max(y for _, y in points)
    width = min(WIDTH, max(least, (right - left) * room, (bottom - top) * room * 4 / 3))
    height = width * 3 / 4
    x = min(max((left + right) / 2 - width / 2, 0), WIDTH - width)
    y = min(max((top + bottom) / 2 - height / 2, 0), max(HEIGHT - height, 0))
    return _drawing(places, list(ties), window=(x, y, width, height), letters=letters)


def _drawing(
    places: Sequence[Place],
    ties: Sequence[Tie],
    *,
    window: tuple[float, float, float, float] | None,
    letters: float = 1.0,
) -> Drawing:
    scale = WIDTH / window[2] if window else 1.0
    at = {
        index: project(place.longitude, place.latitude)
        for index, place in enumerate(places)
        if is_on_map(place.longitude, place.latitude)
    }
    view_box = " ".join(f"{value:.1f}" for value in window) if window else VIEW_BOX
    frame = window or (0.0, 0.0, WIDTH, HEIGHT)
    lines = [
        Line(tie.name, _arc(at[tie.one], at[tie.other]), tie.href, tie.group)
        for tie in ties
        if tie.one in at and tie.other in at
    ]
    return Drawing(view_box, _named(places, at, scale=scale / letters, frame=frame), lines, scale, letters)


def _arc(start: tuple[float, float], end: tuple[float, float]) -> str:
    (x1, y1), (x2, y2) = sorted((start, end))
    middle_x, middle_y = (x1 + x2) / 2, (y1 + y2) / 2
    control_x, control_y = middle_x + (y2 - y1) * BEND, middle_y - (x2 - x1) * BEND
    return f"M{x1:.1f} {y1:.1f}Q{control_x:.1f} {control_y:.1f} {x2:.1f} {y2:.1f}"


def _named(
    places: Sequence[Place],
    at: dict[int, tuple[float, float]],
    *,
    scale: float,
    frame: tuple[float, float, float, float],
) -> list[Dot]:
    """Put each name on that side of its dot where it meets the fewest other names and dots."""
    dots: list[Dot] = []
    taken: list[tuple[float, float, float, float]] = [
        (x - 8 / scale, y - 8 / scale, x + 8 / scale, y + 8 / scale) for x, y in at.values()
    ]
    for index in sorted(at, key=lambda i: (not places[i].is_home, at[i][1])):
        place, (x, y) = places[index], at[index]
        best = min(
            _name_boxes(place.name, x, y, scale),
            key=lambda option: (
                _overlap(option[1], taken)
                + _outside(option[1], frame)
                + _doubt(option[1], (x, y), at.values()) * NAME_HEIGHT * NAME_WIDTH * len(place.name) / scale**2
            ),
        )
        (text_x, text_y, anchor), box = best
        taken.append(box)
        dots.append(Dot(place, round(x, 1), round(y, 1), round(text_x, 1), round(text_y, 1), anchor))
    return sorted(dots, key=lambda dot: dot.x)


def _name_boxes(
    name: str, x: float, y: float, scale: float
) -> list[tuple[tuple[float, float, str], tuple[float, float, float, float]]]:
    wide, high, gap = len(name) * NAME_WIDTH / scale, NAME_HEIGHT / scale, 14 / scale
    down = high * 0.32
    return [
        ((x + gap, y + down, "start"), (x + gap, y - high / 2, x + gap + wide, y + high / 2)),
        ((x - gap, y + down, "end"), (x - gap - wide, y - high / 2, x - gap, y + high / 2)),
        ((x, y - gap, "middle"), (x - wide / 2, y - gap - high, x + wide / 2, y - gap)),
        ((x, y + gap + high * 0.7, "middle"), (x - wide / 2, y + gap, x + wide / 2, y + gap + high)),
        ((x + gap, y - gap * 0.6, "start"), (x + gap, y - gap * 0.6 - high, x + gap + wide, y - gap * 0.6)),
        (
            (x + gap, y + gap * 0.6 + high * 0.7, "start"),
            (x + gap, y + gap * 0.6, x + gap + wide, y + gap * 0.6 + high),
        ),
        ((x - gap, y - gap * 0.6, "end"), (x - gap - wide, y - gap * 0.6 - high, x - gap, y - gap * 0.6)),
        ((x - gap, y + gap * 0.6 + high * 0.7, "end"), (x - gap - wide, y + gap * 0.6, x - gap, y + gap * 0.6 + high)),
    ]


def _overlap(box: tuple[float, float, float, float], others: Iterable[tuple[float, float, float, float]]) -> float:
    total = 0.0
    for left, top, right, bottom in others:
        wide = min(box[2], right) - max(box[0], left)
        high = min(box[3], bottom) - max(box[1], top)
        if wide > 0 and high > 0:
            total += wide * high
    return total


def _doubt(
    box: tuple[float, float, float, float], own: tuple[float, float], all_dots: Iterable[tuple[float, float]]
) -> int:
    """How many other dots lie nearer to a name than its own, so that a reader could take it for theirs."""

    def away(dot: tuple[float, float]) -> float:
        return hypot(max(box[0] - dot[0], 0, dot[0] - box[2]), max(box[1] - dot[1], 0, dot[1] - box[3]))

    limit = away(own)
    return sum(away(dot) <= limit for dot in all_dots if dot != own)


def _outside(box: tuple[float, float, float, float], frame: tuple[float, float, float, float]) -> float:
    x, y, width, height = frame
    beyond = max(x - box[0], 0) + max(box[2] - x - width, 0) + max(y - box[1], 0) + max(box[3] - y - height, 0)
    return beyond * 1000


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a bar chart. `width` in percent of the longest possible."""

    label: str
    value: float
    text: str
    width: float
    group: str = ""


def bars(values: Sequence[tuple[str, float, str]], *, most: float | None = None, group: str = "") -> list[Bar]:
    """Horizontal bars of (label, value, value in words); the longest, or `most`, is 100 %. Zero has no width."""
    top = most if most is not None else max((value for _, value, _ in values), default=0.0)
    return [
        Bar(label, value, text, round(100 * min(max(value / top, 0.0), 1.0), 2) if top > 0 else 0.0, group)
        for label, value, text in values
    ]


# The square in which shares are plotted against shares, with room for the axes, in SVG units.
PLOT = 300.0
PLOT_LEFT = 56.0
PLOT_TOP = 16.0


@dataclass(frozen=True, slots=True)
class PlotPoint:
    """A point of a plot. `radius` grows with the number of cases behind it."""

    x: float
    y: float
    radius: float
    share_said: float
    share_found: float
    cases: int


@dataclass(frozen=True, slots=True)
class Plot:
    """Said against found, both shares in [0, 1]. `ticks` are (position along x, position along y, share)."""

    points: Sequence[PlotPoint]
    line: str
    ticks: Sequence[tuple[float, float, float]]
    left: float = PLOT_LEFT
    top: float = PLOT_TOP
    size: float = PLOT

    @property
    def right(self) -> float:
        """Where the square ends."""
        return self.left + self.size

    @property
    def bottom(self) -> float:
        """Where the square ends."""
        return self.top + self.size


def reliability(bins: Iterable[tuple[float, float, int]]) -> Plot:
    """A reliability diagram of (share said, share found, number of cases); on the diagonal a score says what is true."""
    points = [
        PlotPoint(
            x=round(PLOT_LEFT + PLOT * said, 1),
            y=round(PLOT_TOP + PLOT * (1 - found), 1),
            radius=round(3.5 + min(cases, 2000) ** 0.5 / 5, 1),
            share_said=said,
            share_found=found,
            cases=cases,
        )
        for said, found, cases in bins
        if cases > 0
    ]
    line = "M" + "L".join(f"{point.x} {point.y}" for point in points) if points else ""
    ticks = [(PLOT_LEFT + PLOT * n / 5, PLOT_TOP + PLOT * (1 - n / 5), n / 5) for n in range(6)]
    return Plot(points, line, ticks)


def distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Kilometres between two (longitude, latitude) on the drawing's projection, good to a few percent in Europe."""
    from citytandem.ui.europe import to_laea

    (x1, y1), (x2, y2) = to_laea(*one), to_laea(*other)
    return hypot(x2 - x1, y2 - y1) / 1000

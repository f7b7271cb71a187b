"""The two pictures of a report as SVG: the cities with their ties on a map, the events in time. Pure.

Letters and lines take the colour of the text around them, so that they can be read on dark ground as well.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import combinations
from xml.sax.saxutils import escape, quoteattr

from citytandem.partnerships.reporting.doubting import day
from citytandem.partnerships.reporting.records import City, Event, Partnership
from citytandem.ui import charts

BLUE, ORANGE = "#1a4f8b", "#b3541e"
_SYMBOL = re.compile(r"<symbol[^>]*>(.*)</symbol>", re.DOTALL)
WIDTH, ROW, LEFT = 720, 26, 60


def map_of(cities: Sequence[City], partnerships: Sequence[Partnership]) -> str:
    """The part of Europe in which the cities lie, a line for each two that worked together; empty without any place."""
    placed = [city for city in cities if city.latitude is not None and city.longitude is not None]
    if not placed:
        return ""
    positions = {city.slug: number for number, city in enumerate(placed)}
    ties = [
        charts.Tie(positions[one], positions[other], partnership.title)
        for partnership in partnerships
        for one, other in combinations([member for member in partnership.members if member in positions], 2)
    ]
    places = [
        charts.Place(city.name.text, city.longitude or 0.0, city.latitude or 0.0, language=city.name.language)
        for city in placed
    ]
    drawing = charts.around(places, ties=ties, least=400, room=1.25)
    return _map(drawing)


def _map(drawing: charts.Drawing) -> str:
    unit = drawing.letters / drawing.scale
    parts = [f'<g fill="#e4ded4" stroke="#fff" stroke-width="1.2" stroke-linejoin="round">{_land()}</g>']
    parts += [
        f'<path d="{line.path}" fill="none" stroke="{ORANGE}" stroke-width="{3.5 * unit:.2f}"/>'
        for line in drawing.lines
    ]
    for dot in drawing.dots:
        language = f" xml:lang={quoteattr(dot.place.language)}" if dot.place.language else ""
        parts.append(f'<circle cx="{dot.x:.1f}" cy="{dot.y:.1f}" r="{8 * unit:.2f}" fill="{BLUE}"/>')
        parts.append(
            f'<text x="{dot.text_x:.1f}" y="{dot.text_y:.1f}" text-anchor="{dot.anchor}" font-size="{24 * unit:.2f}" '
            f'font-family="Libertinus Serif, sans-serif" fill="#1b1b1b" stroke="#fff" stroke-width="{4 * unit:.2f}" '
            f'paint-order="stroke"{language}>{escape(dot.place.name)}</text>'
        )
    _x, _y, width, height = (float(part) for part in drawing.view_box.split())
    return _svg(
        drawing.view_box,
        width / height,
        [f'<rect x="{_x}" y="{_y}" width="{width}" height="{height}" fill="#dfe9ef"/>', *parts],
    )


@cache
def _land() -> str:
    text = files("citytandem.ui").joinpath("static/basemap/europe.svg").read_text(encoding="utf-8")
    found = _SYMBOL.search(text)
    # Names of countries as ids would stand twice on a page that shows the map as well.
    return re.sub(r'\s(?:class|id)="[^"]*"', "", found[1]) if found else ""


def timeline(events: Sequence[Event]) -> str:
    """Events that have a whole date as points in time, a row for each: hollow where the date is uncertain."""
    dated = sorted(
        ((found, event) for event in events if event.dates and (found := day(event.dates[0])) is not None),
        key=lambda pair: (pair[0], pair[1].slug),
    )
    if not dated:
        return ""
    first, last = date(dated[0][0].year, 1, 1), date(dated[-1][0].year + 1, 1, 1)
    span = (last - first).days
    height = ROW * len(dated) + 40
    parts = []
    for year in range(first.year, last.year + 1):
        x = _across((date(year, 1, 1) - first).days, span)
        parts.append(f'<path d="M{x:.1f} 24V{height}" stroke="currentColor" stroke-width="0.6" opacity="0.5"/>')
        if year < last.year:
            parts.append(_text(x + 6, 18, str(year)))
    for row, (found, event) in enumerate(dated):
        x, y = _across((found - first).days, span), 24 + ROW * row + ROW / 2
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y}" r="6" fill="{"none" if event.note else BLUE}" stroke="{BLUE}" '
            f'stroke-width="2"/>'
        )
        parts.append(_text(x + 12, y + 5, f"{event.number}" if event.number is not None else "–"))
    return _svg(f"0 0 {WIDTH} {height}", WIDTH / height, parts)


def _across(days: int, span: int) -> float:
    return LEFT + (WIDTH - LEFT - 30) * days / span


def _text(x: float, y: float, text: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="15" font-family="Libertinus Serif, sans-serif" '
        f'fill="currentColor">{escape(text)}</text>'
    )


def _svg(view_box: str, ratio: float, parts: Sequence[str]) -> str:
    size = f'width="{WIDTH}" height="{WIDTH / ratio:.0f}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="{view_box}">{"".join(parts)}</svg>'

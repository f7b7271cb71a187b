"""One indicator as a page shows it: words, pictures, and the table beneath. From what `finding_stored` keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from citytandem.challenges import finding_words as words
from citytandem.challenges.finding_pictures import Course, Dots, Row, course, dots

SIGNS = {"better": "check", "worse": "alert", "no_clear_change": "differs", "too_few": "info"}


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table beneath a picture."""

    label: str
    mean: str
    interval: str
    values: str


@dataclass(frozen=True, slots=True)
class Picture:
    """Dots on a scale with the words of their rows and of the line."""

    shape: Dots
    rows: Sequence[tuple[Any, str]]
    ticks: Sequence[tuple[float, str]]
    line: str


@dataclass(frozen=True, slots=True)
class Over:
    """A course over time with the words of its axes, and its values as a table."""

    shape: Course
    up: Sequence[tuple[float, str]]
    across: Sequence[tuple[float, str, str]]
    table: Sequence[tuple[str, str, str]]
    target: str
    has_expected: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """One indicator with what it showed. `verdict`: its code; `sign`: its icon."""

    number: int
    name: str
    unit: str
    aim: str
    verdict: str
    label: str
    sign: str
    headline: str
    sentences: Sequence[str]
    method: str
    target: str
    is_reached: str
    cost: str
    levels: Picture | None
    change: Picture | None
    over: Over | None
    lines: Sequence[Line]


def shown(number: int, one: words.Stored, *, currency: str) -> Shown:
    """Words and pictures of one indicator."""
    found = one["finding"]
    verdict = found["verdict"] if found else "too_few"
    aim = _("More is better") if one["direction"] == "up" else _("Less is better")
    return Shown(
        number=number,
        name=one["name"],
        unit=one["unit"],
        aim=aim,
        verdict=verdict,
        label=str(words.VERDICTS[verdict]) if found else _("Nothing to show yet"),
        sign=SIGNS[verdict],
        headline=words.headline(one),
        sentences=words.sentences(one),
        method=str(words.METHODS[found["method"]]) if found else "",
        target=words.target(one),
        is_reached=(found["target"] or "") if found else "",
        cost=words.per_unit(one, currency),
        levels=_levels(one) if found else None,
        change=_change(one) if found else None,
        over=_over(one) if found and found["series"] else None,
        lines=_lines(one) if found else (),
    )


def _levels(one: words.Stored) -> Picture:
    found = one["finding"]
    sides = {"before": _("Before"), "expected": _("Expected without the pilot"), "after": _("After the start")}
    rows = [Row("before", found["before"]["mean"], found["before"]["low"], found["before"]["high"])]
    if found["method"] == "series":
        rows.append(Row("expected", found["series"]["expected"]))
    rows.append(Row("after", found["after"]["mean"], found["after"]["low"], found["after"]["high"]))
    target = one["target_value"]
    line = _("Target %(target)s") % {"target": words.amount(target)} if target is not None else ""
    return _picture(rows, target, {row.key: f"{sides[row.key]}: {words.amount(row.value)}" for row in rows}, line)


def _change(one: words.Stored) -> Picture:
    found = one["finding"]
    rows = [Row("change", found["difference"], found["low"], found["high"])]
    return _picture(rows, 0.0, {"change": words.change(found["difference"], one["unit"])}, _("No change"))


def _picture(rows: Sequence[Row], line: float | None, labels: Mapping[str, str], told: str) -> Picture:
    shape = dots(rows, line=line)
    return Picture(
        shape=shape,
        rows=[(mark, labels[mark.key]) for mark in shape.marks],
        ticks=[(tick.at, words.amount(tick.value)) for tick in shape.ticks],
        line=told,
    )


def _over(one: words.Stored) -> Over | None:
    points = one["finding"]["series"]["points"]
    if one["finding"]["method"] != "series":
        # Another method has decided: what a series would have expected is not what was compared with.
        points = [[*point[:3], point[2], None, None, None] for point in points]
    shape = course(points, target=one["target_value"])
    if shape is None:
        return None
    last = len(shape.across) - 1
    anchors = {0: "start", last: "end"}
    return Over(
        shape=shape,
        up=[(tick.at, words.amount(tick.value)) for tick in shape.up],
        across=[(at, _short_day(day), anchors.get(place, "middle")) for place, (at, day) in enumerate(shape.across)],
        table=[
            (_day(spot.on), words.amount(spot.value), "" if spot.expected is None else words.amount(spot.expected))
            for spot in shape.spots
        ],
        target="" if one["target_value"] is None else words.amount(one["target_value"]),
        has_expected=one["finding"]["method"] == "series",
    )


def _lines(one: words.Stored) -> list[Line]:
    found = one["finding"]
    lines = [
        _line(_("Before"), found["before"], one["measured_before"]),
        _line(_("After the start"), found["after"], one["measured_after"]),
    ]
    if found["method"] == "series":
        expected = {"mean": found["series"]["expected"], "low": None, "high": None}
        lines.insert(1, _line(_("Expected without the pilot"), expected, None))
    difference = {"mean": found["difference"], "low": found["low"], "high": found["high"]}
    return [*lines, _line(pgettext("difference", "Change"), difference, None)]


def _line(label: str, side: Mapping[str, Any], values: int | None) -> Line:
    has_interval = side["low"] is not None and side["high"] is not None
    ends = {"low": words.amount(side["low"]), "high": words.amount(side["high"])} if has_interval else {}
    return Line(
        label=label,
        mean=words.amount(side["mean"]),
        interval=_("%(low)s to %(high)s") % ends if has_interval else "–",
        values="" if values is None else words.amount(float(values)),
    )


def _short_day(day: str) -> str:
    return date_format(date.fromisoformat(day), "MONTH_DAY_FORMAT")


def _day(day: str) -> str:
    return date_format(date.fromisoformat(day), "SHORT_DATE_FORMAT")

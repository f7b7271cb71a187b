"""The pages of statistics in the reader's words: for the staff with filters, for everybody as a summary of the city."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from citytandem.accounts.contract import DepartmentCard, department_by_slug, departments
from citytandem.core import clock
from citytandem.core.languages import NATIVE_NAMES
from citytandem.core.statistics import LEAST_CELL, Share, Survival, suppressed
from citytandem.core.themes import theme_label
from citytandem.streams.lists import Choice, Select
from citytandem.streams.staff.figures import Figures, Group, figures
from citytandem.ui import plots

PERIODS = (3, 12, 36)
USUAL = 12
MOST_THEMES = 20


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: a label and its numbers in words; `percent` is the length of its bar."""

    label: str
    cells: Sequence[str]
    percent: float = 0.0
    language: str = ""


@dataclass(frozen=True, slots=True)
class TableOf:
    """A table behind or beside a chart. The first of `columns` names the labels."""

    title: str
    columns: Sequence[str]
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Headline:
    """A number that leads the page, and the sentence that explains it."""

    label: str
    value: str
    note: str


@dataclass(frozen=True, slots=True)
class Statistics:
    """Everything that a page of statistics shows. `hides`: whether small numbers are hidden from this reader."""

    since: date
    at: datetime
    headlines: Sequence[Headline]
    months: plots.Columns | None
    answer: plots.Steps | None
    tables: Mapping[str, TableOf]
    selects: Sequence[Select]
    query: str
    hides: bool
    is_empty: bool


def since_of(months: int, *, today: date) -> date:
    """The first day of the period: of the month so many months ago, counting the current one."""
    before = today.year * 12 + today.month - months
    return date(before // 12, before % 12 + 1, 1)


def statistics(
    wishes: Mapping[str, str], *, hides: bool, public_only: bool, reader: str, with_filters: bool = True
) -> Statistics:
    """The page for a period and a department (a short name; what is unknown counts as all)."""
    months = next((n for n in PERIODS if str(n) == wishes.get("months")), USUAL) if with_filters else USUAL
    department = department_by_slug(wishes.get("department", "")) if with_filters else None
    since = since_of(months, today=timezone.localdate(clock.now()))
    found = figures(since=since, department=department.id if department else None, public_only=public_only)
    query = f"months={months}" + (f"&department={department.slug}" if department else "")
    return Statistics(
        since=since,
        at=found.at,
        headlines=_headlines(found, hides=hides),
        months=_months_chart(found, hides=hides),
        answer=_curve(found.all.to_answer, hides=hides),
        tables=_tables(found, hides=hides, reader=reader),
        selects=_selects(months, department, reader=reader) if with_filters else [],
        query=query,
        hides=hides,
        is_empty=found.all.told == 0,
    )


def _headlines(found: Figures, *, hides: bool) -> list[Headline]:
    whole = found.all
    numbers = {"told": whole.told, "answered": whole.answered, "solved": whole.solved}
    shown = {name: _few() if hides and 0 < n < LEAST_CELL else _number(n) for name, n in numbers.items()}
    is_few = hides and whole.told < LEAST_CELL
    return [
        Headline(_("Problems told"), shown["told"], ""),
        Headline(_("Answered"), shown["answered"], ""),
        Headline(
            _("Half are answered within"),
            _few() if is_few else days_words(whole.to_answer.median),
            _("Those that still wait are counted with the time they have waited so far."),
        ),
        Headline(
            _("Nine in ten are answered within"), _few() if is_few else days_words(whole.to_answer.quantile(0.9)), ""
        ),
        Headline(
            _("Answered in time"), share_words(whole.in_time, hides=hides), interval_words(whole.in_time, hides=hides)
        ),
        Headline(_("Half are solved within"), _few() if is_few else days_words(found.to_solution.median), ""),
    ]


def days_words(days: float | None) -> str:
    """A number of days; where too many still wait, that it is not known yet."""
    if days is None:
        return _("not known yet")
    return ngettext("%(count)s day", "%(count)s days", round(days)) % {"count": round(days)}


def share_words(share: Share, *, hides: bool) -> str:
    """A share in percent; of too few, that they are too few."""
    if not share.total:
        return _("nothing was due")
    if hides and share.total < LEAST_CELL:
        return _few()
    return _("%(percent)s %%") % {"percent": number_format(round(100 * share.value), decimal_pos=0)}


def interval_words(share: Share, *, hides: bool) -> str:
    """Between which shares the true one lies, and of how many."""
    if not share.total or (hides and share.total < LEAST_CELL):
        return ""
    values = {
        "low": number_format(round(100 * share.low), decimal_pos=0),
        "high": number_format(round(100 * share.high), decimal_pos=0),
        "total": number_format(share.total, force_grouping=True),
    }
    return _("Of %(total)s that were due; with so many, between %(low)s and %(high)s %%.") % values


def _few() -> str:
    return _("fewer than %(least)s") % {"least": LEAST_CELL}


def _number(count: int | None) -> str:
    """A number in a table; None is a small one, or one from which a small one could be worked out."""
    return _("hidden") if count is None else str(number_format(count, force_grouping=True))


def _months_of(found: Figures) -> list[tuple[date, tuple[int, int]]]:
    """Every month of the period, also those in which nothing was told."""
    months, month, last = [], found.since, timezone.localdate(found.at)
    while month <= last:
        months.append((month, found.months.get(month, (0, 0))))
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return months


def _month_cells(found: Figures, *, hides: bool) -> list[tuple[date, int | None, int | None]]:
    rows = _months_of(found)
    told: Mapping[date, int | None] = {month: numbers[0] for month, numbers in rows}
    answered: Mapping[date, int | None] = {month: numbers[1] for month, numbers in rows}
    if hides:
        told = suppressed({month: numbers[0] for month, numbers in rows})
        answered = suppressed({month: numbers[1] for month, numbers in rows})
    return [(month, told[month], answered[month]) for month, _numbers in rows]


def _months_chart(found: Figures, *, hides: bool) -> plots.Columns | None:
    cells = _month_cells(found, hides=hides)
    if not found.all.told:
        return None
    groups = []
    for month, told, answered in cells:
        name = date_format(month, "M y")
        titles = (f"{name}: {_number(told)}", f"{name}: {_number(answered)}")
        groups.append((name, [(float(told or 0), titles[0]), (float(answered or 0), titles[1])]))
    return plots.columns(groups)


def _curve(survival: Survival, *, hides: bool) -> plots.Steps | None:
    if not survival.over or (hides and survival.cases < LEAST_CELL):
        return None
    # The last tenth of the way is a few cases that waited very long.
    until = survival.quantile(0.9) or float(survival.days[-1])
    shown = survival.days <= max(until, 7)
    return plots.steps(
        survival.days[shown].tolist(), survival.waiting[shown].tolist(), until=max(until, 7.0), median=survival.median
    )


def _tables(found: Figures, *, hides: bool, reader: str) -> dict[str, TableOf]:
    told, answered = _("Told"), _("Answered")
    months = [
        Line(date_format(month, "F Y"), [_number(one), _number(other)])
        for month, one, other in reversed(_month_cells(found, hides=hides))
    ]
    return {
        "months": TableOf(_("By month"), [_("Month"), told, answered], months),
        "departments": _department_table(found, hides=hides, reader=reader),
        "themes": _theme_table(found, hides=hides, reader=reader),
        "languages": _language_table(found, hides=hides),
    }


def _department_table(found: Figures, *, hides: bool, reader: str) -> TableOf:
    names: dict[UUID | None, str] = {one.id: one.name_for(reader) for one in departments()}
    counts = {one: group.told for one, group in found.departments.items()}
    shown = suppressed(counts) if hides else dict(counts)
    most = max(counts.values(), default=0)
    ordered = sorted(found.departments.items(), key=lambda item: (item[0] is None, -item[1].told))
    lines = [
        Line(
            names.get(one, _("Nobody yet") if one is None else _("A former department")),
            _department_cells(group, shown[one], hides=hides),
            100 * (shown[one] or 0) / most if most else 0.0,
        )
        for one, group in ordered
    ]
    columns = [_("Department"), _("Told"), _("Answered"), _("In time"), _("Half within"), _("Nine in ten within")]
    return TableOf(_("By department"), columns, lines)


def _department_cells(group: Group, told: int | None, *, hides: bool) -> list[str]:
    if told is None:
        return [_number(None), "–", "–", "–", "–"]
    answered = _few() if hides and 0 < group.answered < LEAST_CELL else _number(group.answered)
    return [
        _number(told),
        answered,
        share_words(group.in_time, hides=hides),
        days_words(group.to_answer.median),
        days_words(group.to_answer.quantile(0.9)),
    ]


def _theme_table(found: Figures, *, hides: bool, reader: str) -> TableOf:
    counts = {theme: told for theme, (told, _answered) in found.themes.items()}
    shown = suppressed(counts) if hides else dict(counts)
    most = max(counts.values(), default=0)
    lines = []
    for theme, (_told, answered) in list(found.themes.items())[:MOST_THEMES]:
        number = shown[theme]
        served = "–" if number is None else _few() if hides and 0 < answered < LEAST_CELL else _number(answered)
        percent = 100 * (number or 0) / most if most else 0.0
        lines.append(Line(theme_label(theme, reader), [_number(number), served], percent))
    return TableOf(_("By theme"), [_("Theme"), _("Told"), _("Answered")], lines)


def _language_table(found: Figures, *, hides: bool) -> TableOf:
    counts = dict(sorted(found.languages.items(), key=lambda item: -item[1]))
    shown = suppressed(counts) if hides else dict(counts)
    most = max(counts.values(), default=0)
    lines = [
        Line(NATIVE_NAMES.get(code, code), [_number(shown[code])], 100 * (shown[code] or 0) / most, code)
        for code in counts
    ]
    return TableOf(_("By language"), [_("Language"), _("Told")], lines)


def _selects(months: int, department: DepartmentCard | None, *, reader: str) -> list[Select]:
    periods = [
        Choice(str(n), ngettext("%(count)s month", "%(count)s months", n) % {"count": n}, n == months) for n in PERIODS
    ]
    slug = department.slug if department else ""
    places = [Choice("", _("All departments"), not slug)]
    places += [Choice(one.slug, one.name_for(reader), one.slug == slug) for one in departments()]
    return [Select("months", _("Told within"), [("", periods)]), Select("department", _("Department"), [("", places)])]


def csv_rows(page: Statistics) -> list[list[str]]:
    """All tables of a page as one long table: table, label, column, value."""
    return [
        [table.title, line.label, column, cell]
        for table in page.tables.values()
        for line in table.lines
        for column, cell in zip(table.columns[1:], line.cells, strict=True)
    ]

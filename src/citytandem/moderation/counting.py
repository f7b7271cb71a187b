"""How moderation works in numbers: what everybody may know (in the manner of DSA art. 15 and 24)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.db.models import Aggregate, Count, F, FloatField
from django.db.models.functions import Extract, TruncMonth
from django.utils import timezone

from citytandem.moderation.models import Appeal, Case, Decision, Outcome, Report, State, Verdict
from citytandem.moderation.reasons import group_of
from citytandem.moderation.statement import PRESUMED

MONTHS = 12


class Median(Aggregate):
    """The middle value: `percentile_cont(0.5)`."""

    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


@dataclass(slots=True)
class Month:
    """The numbers of one month. `hours`: the median time from the opening of a case to its first decision."""

    first: date
    reports: dict[str, int] = field(default_factory=dict)
    detections: int = 0
    verdicts: dict[str, int] = field(default_factory=dict)
    appeals: int = 0
    overturned: int = 0
    hours: float | None = None

    @property
    def report_total(self) -> int:
        """All reports, whatever their ground."""
        return sum(self.reports.values())

    @property
    def decision_total(self) -> int:
        """All decisions, whatever was decided."""
        return sum(self.verdicts.values())

    def verdict(self, verdict: str) -> int:
        """How often this was decided."""
        return self.verdicts.get(verdict, 0)


@dataclass(frozen=True, slots=True)
class Counts:
    """Twelve months, the present one last, and their sums.

    `detections`: by reason, in how many cases the automatic check found it; one case can have several reasons.
    `removals`: by ground, how often something was taken down or merged. `appeals`: by outcome; "" still waits.
    """

    since: date
    until: date
    months: Sequence[Month]
    reports: Mapping[str, int]
    detections: Mapping[str, int]
    cases_detected: int
    verdicts: Mapping[str, int]
    removals: Mapping[str, int]
    appeals: Mapping[str, int]
    hours: float | None
    waiting: int

    @property
    def report_total(self) -> int:
        """All reports."""
        return sum(self.reports.values())

    @property
    def decision_total(self) -> int:
        """All decisions."""
        return sum(self.verdicts.values())

    @property
    def appeal_total(self) -> int:
        """All appeals."""
        return sum(self.appeals.values())

    @property
    def overturned(self) -> int:
        """Appeals that changed a decision."""
        return self.appeals.get(Outcome.OVERTURNED, 0)


def first_of_months(today: date, *, months: int = MONTHS) -> list[date]:
    """The first days of this month and of those before it, the oldest first. Pure."""
    last = today.year * 12 + today.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(last - months + 1, last + 1)]


def counts() -> Counts:
    """The numbers of twelve months; eight queries, whatever there is."""
    today = timezone.localdate()
    months = {first: Month(first) for first in first_of_months(today)}
    begins = timezone.make_aware(datetime.combine(next(iter(months)), time.min))
    reports = _reports(months, begins)
    detections, cases_detected = _detections(months, begins)
    removals = _decisions(months, begins)
    appeals = _appeals(months, begins)
    verdicts: dict[str, int] = {}
    for month in months.values():
        for verdict, number in month.verdicts.items():
            verdicts[verdict] = verdicts.get(verdict, 0) + number
    return Counts(
        since=next(iter(months)),
        until=today,
        months=list(months.values()),
        reports=_most_first(reports),
        detections=_most_first(detections),
        cases_detected=cases_detected,
        verdicts=verdicts,
        removals=_most_first(removals),
        appeals=appeals,
        hours=_hours(months, begins),
        waiting=Case.objects.filter(state=State.OPEN).count(),
    )


def _by_month(rows: Any, at: str, *names: str) -> Any:
    return rows.annotate(month=TruncMonth(at)).values("month", *names).annotate(n=Count("id")).order_by()


def _reports(months: Mapping[date, Month], begins: datetime) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in _by_month(Report.objects.filter(at__gte=begins), "at", "ground"):
        months[timezone.localdate(row["month"])].reports[row["ground"]] = row["n"]
        found[row["ground"]] = found.get(row["ground"], 0) + row["n"]
    return found


def _detections(months: Mapping[date, Month], begins: datetime) -> tuple[dict[str, int], int]:
    """By reason, and the number of cases with at least one."""
    found: dict[str, int] = {}
    cases = 0
    for row in _by_month(Case.objects.filter(opened_at__gte=begins), "opened_at", "codes"):
        of_check = [code for code in row["codes"] if group_of(code) in PRESUMED]
        if of_check:
            cases += row["n"]
            months[timezone.localdate(row["month"])].detections += row["n"]
        for code in of_check:
            found[code] = found.get(code, 0) + row["n"]
    return found, cases


def _decisions(months: Mapping[date, Month], begins: datetime) -> dict[str, int]:
    """Fill in the verdicts; gives the grounds of what was taken down or merged."""
    found: dict[str, int] = {}
    for row in _by_month(Decision.objects.filter(at__gte=begins), "at", "verdict", "ground"):
        month, verdict = months[timezone.localdate(row["month"])], row["verdict"]
        month.verdicts[verdict] = month.verdicts.get(verdict, 0) + row["n"]
        if verdict in {Verdict.REMOVE, Verdict.MERGE}:
            found[row["ground"]] = found.get(row["ground"], 0) + row["n"]
    return found


def _appeals(months: Mapping[date, Month], begins: datetime) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in _by_month(Appeal.objects.filter(at__gte=begins), "at", "outcome"):
        month, outcome = months[timezone.localdate(row["month"])], row["outcome"]
        month.appeals += row["n"]
        month.overturned += row["n"] if outcome == Outcome.OVERTURNED else 0
        found[outcome] = found.get(outcome, 0) + row["n"]
    return found


def _hours(months: Mapping[date, Month], begins: datetime) -> float | None:
    """Median hours to the first decision: of each month, and of all."""
    first = Decision.objects.filter(at__gte=begins, supersedes=None)
    taken = first.annotate(seconds=Extract(F("at") - F("case__opened_at"), "epoch"))
    for row in taken.annotate(month=TruncMonth("at")).values("month").annotate(middle=Median("seconds")).order_by():
        months[timezone.localdate(row["month"])].hours = row["middle"] / 3_600
    middle = taken.aggregate(middle=Median("seconds"))["middle"]
    return None if middle is None else middle / 3_600


def _most_first(found: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))

"""The numbers of moderation as a table: one line per month, measure and key."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from citytandem.moderation.counting import Counts

HEAD = ("month", "measure", "key", "value")


def as_csv(counts: Counts) -> str:
    """Long form, so that a new ground or reason needs no new column. Months as YYYY-MM."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEAD)
    writer.writerows(lines(counts))
    return out.getvalue()


def lines(counts: Counts) -> Iterator[tuple[str, str, str, str]]:
    """Month by month; zeros are left out except in the sums of a month."""
    for month in counts.months:
        told = f"{month.first:%Y-%m}"
        yield told, "reports", "", str(month.report_total)
        for ground, number in sorted(month.reports.items()):
            yield told, "reports", ground, str(number)
        yield told, "cases_found_by_check", "", str(month.detections)
        yield told, "decisions", "", str(month.decision_total)
        for verdict, number in sorted(month.verdicts.items()):
            yield told, "decisions", verdict, str(number)
        yield told, "appeals", "", str(month.appeals)
        yield told, "appeals", "overturned", str(month.overturned)
        if month.hours is not None:
            yield told, "median_hours_to_decision", "", f"{month.hours:.1f}"

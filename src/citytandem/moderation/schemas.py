"""The numbers of moderation as the API gives them out."""

from __future__ import annotations

from datetime import date

from citytandem.core.api import Shape
from citytandem.moderation.counting import Counts


class MonthOut(Shape):
    """The numbers of one month; `first` is its first day."""

    first: date
    reports: dict[str, int]
    cases_found_by_check: int
    decisions: dict[str, int]
    appeals: int
    appeals_overturned: int
    median_hours_to_decision: float | None


class CountsOut(Shape):
    """Twelve months, the present one last, and their sums. `appeals` by outcome; `waiting` has none yet."""

    since: date
    until: date
    reports: dict[str, int]
    cases_found_by_check: int
    found_by_check: dict[str, int]
    decisions: dict[str, int]
    taken_down: dict[str, int]
    appeals: dict[str, int]
    median_hours_to_decision: float | None
    waiting: int
    months: list[MonthOut]

    @classmethod
    def of(cls, counts: Counts) -> CountsOut:
        """The shape of these numbers."""
        return cls(
            since=counts.since,
            until=counts.until,
            reports=dict(counts.reports),
            cases_found_by_check=counts.cases_detected,
            found_by_check=dict(counts.detections),
            decisions=dict(counts.verdicts),
            taken_down=dict(counts.removals),
            appeals={outcome or "waiting": number for outcome, number in counts.appeals.items()},
            median_hours_to_decision=_rounded(counts.hours),
            waiting=counts.waiting,
            months=[
                MonthOut(
                    first=month.first,
                    reports=month.reports,
                    cases_found_by_check=month.detections,
                    decisions=month.verdicts,
                    appeals=month.appeals,
                    appeals_overturned=month.overturned,
                    median_hours_to_decision=_rounded(month.hours),
                )
                for month in counts.months
            ],
        )


def _rounded(hours: float | None) -> float | None:
    return None if hours is None else round(hours, 1)

"""The page that tells how moderation works, with its numbers in words, bars and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from citytandem.moderation.counting import Counts
from citytandem.moderation.drawing import Columns, columns
from citytandem.moderation.grounds import GROUNDS, Ground, house_rules, laws
from citytandem.moderation.models import Outcome, Verdict
from citytandem.moderation.reasons import label_of
from citytandem.moderation.services.appeals import DAYS_TO_ANSWER
from citytandem.moderation.services.opening import DAYS_TO_DECIDE
from citytandem.ui.charts import Bar, bars

ORDER = (Verdict.KEEP, Verdict.REMOVE, Verdict.RESTORE, Verdict.MERGE, Verdict.SPLIT)


@dataclass(frozen=True, slots=True)
class MonthRow:
    """One line of the table behind the columns."""

    name: str
    reports: int
    detections: int
    decisions: int
    removed: int
    appeals: int
    overturned: int
    hours: str


@dataclass(frozen=True, slots=True)
class AboutPage:
    """All that the page shows."""

    counts: Counts
    rules: Sequence[Ground]
    laws: Sequence[Ground]
    days_to_decide: int
    days_to_answer: int
    months: Sequence[MonthRow]
    drawing: Columns
    by_ground: Sequence[Bar]
    by_reason: Sequence[Bar]
    by_verdict: Sequence[Bar]
    by_removal: Sequence[Bar]
    median: str
    appeals: str

    @property
    def is_empty(self) -> bool:
        """Whether nothing has happened in twelve months."""
        found = self.counts
        return not (found.report_total or found.decision_total or found.cases_detected or found.appeal_total)


def about_page(counts: Counts) -> AboutPage:
    """The page in the language of the moment."""
    months = [
        MonthRow(
            name=date_format(month.first, "YEAR_MONTH_FORMAT"),
            reports=month.report_total,
            detections=month.detections,
            decisions=month.decision_total,
            removed=month.verdict(Verdict.REMOVE) + month.verdict(Verdict.MERGE),
            appeals=month.appeals,
            overturned=month.overturned,
            hours=duration(month.hours),
        )
        for month in counts.months
    ]
    drawn = columns(
        [date_format(month.first, "M") for month in counts.months],
        [[row.reports for row in months], [row.detections for row in months], [row.removed for row in months]],
    )
    return AboutPage(
        counts=counts,
        rules=house_rules(),
        laws=laws(),
        days_to_decide=DAYS_TO_DECIDE,
        days_to_answer=DAYS_TO_ANSWER,
        months=months,
        drawing=drawn,
        by_ground=_bars({str(GROUNDS[code].label): number for code, number in counts.reports.items()}),
        by_reason=_bars({str(label_of(code)): number for code, number in counts.detections.items()}),
        by_verdict=_bars({str(one.label): counts.verdicts[one] for one in ORDER if counts.verdicts.get(one)}),
        by_removal=_bars({str(GROUNDS[code].label): number for code, number in counts.removals.items()}),
        median=duration(counts.hours),
        appeals=_appeals(counts),
    )


def duration(hours: float | None) -> str:
    """Hours in words: minutes below one hour, days from two on."""
    if hours is None:
        return ""
    if hours < 1:
        minutes = max(1, round(hours * 60))
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    if hours < 48:
        whole = round(hours)
        return ngettext("%(n)s hour", "%(n)s hours", whole) % {"n": whole}
    days = number_format(round(hours / 24, 1), decimal_pos=1)
    return _("%(n)s days") % {"n": days}


def _appeals(counts: Counts) -> str:
    decided = counts.overturned + counts.appeals.get(Outcome.UPHELD, 0)
    if not counts.appeal_total:
        return _("Nobody has appealed.")
    return _("Appeals: %(total)s. Decided: %(decided)s. Decisions that they changed: %(overturned)s.") % {
        "total": counts.appeal_total,
        "decided": decided,
        "overturned": counts.overturned,
    }


def _bars(found: Mapping[str, int]) -> list[Bar]:
    return bars([(label, number, str(number_format(number, force_grouping=True))) for label, number in found.items()])

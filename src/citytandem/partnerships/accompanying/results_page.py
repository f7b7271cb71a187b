"""What came of a partnership, and who was in touch: the last part of the work page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from citytandem.core.versions import Reading
from citytandem.partnerships.accompanying import reading
from citytandem.partnerships.accompanying.shown import Frame, Line, day, line_of
from citytandem.partnerships.accompanying.shown import reading as read_text
from citytandem.partnerships.models import Finding, FindingKind, Partnership, Quote


@dataclass(frozen=True, slots=True)
class FindingShown:
    """A finding: a figure tells its value and unit first. `by`: the partner city that wrote it, empty for ours."""

    id: UUID
    title: Reading
    text: Reading
    figure: str
    by: str


@dataclass(frozen=True, slots=True)
class QuoteShown:
    """A quote; `may_be_used` once the person agreed."""

    id: UUID
    text: Reading
    speaker: str
    may_be_used: bool


@dataclass(frozen=True, slots=True)
class Results:
    """Findings by kind, quotes, contacts."""

    groups: Sequence[tuple[str, Sequence[FindingShown]]]
    quotes: Sequence[QuoteShown]
    contacts: Sequence[Line]


def results(partnership: Partnership, frame: Frame) -> Results:
    """Three queries."""
    found = reading.findings_of(partnership)
    shown = {kind: [_finding(row, frame) for row in found if row.kind == kind] for kind in FindingKind.values}
    contacts = [
        line_of(row, frame, facts=[(_("Day"), day(row.on)), (_("How"), str(row.get_way_display()))])
        for row in reading.contact_notes_of(partnership)
    ]
    return Results(
        groups=[(str(FindingKind(kind).label), rows) for kind, rows in shown.items() if rows],
        quotes=[_quote(row, frame) for row in reading.quotes_of(partnership)],
        contacts=contacts,
    )


def _finding(row: Finding, frame: Frame) -> FindingShown:
    line = line_of(row, frame)
    return FindingShown(row.id, line.title, line.text, f"{row.value} {row.unit}".strip(), line.by)


def _quote(row: Quote, frame: Frame) -> QuoteShown:
    city = frame.names.get(row.city_id, "") if row.city_id else ""
    speaker = ", ".join(part for part in (row.speaker, row.function, city) if part)
    return QuoteShown(row.id, read_text(row, "text"), speaker, row.consented_at is not None)

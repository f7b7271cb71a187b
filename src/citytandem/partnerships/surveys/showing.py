"""What pages show of a survey's results: names of questions and options, bars, words for changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citytandem.core.versions import Reading, read
from citytandem.partnerships.models import Survey, SurveyQuestion
from citytandem.partnerships.surveys.analysing import Cell, Finding
from citytandem.partnerships.surveys.changing import Change
from citytandem.partnerships.surveys.forms import scale_choices
from citytandem.partnerships.surveys.reading import Found
from citytandem.partnerships.surveys.standard import TOPICS
from citytandem.partnerships.surveys.texts import TextGroup


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of the chart and its table. `width` in hundredths; None: hidden."""

    label: str
    count: int | None
    width: int | None
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Shown:
    """One question with what it found. `topic`: named where it begins."""

    key: str
    topic: str
    text: Reading
    kind: str
    finding: Finding
    bars: Sequence[Bar]
    change: Change | None
    groups: Sequence[TextGroup]

    @property
    def points(self) -> int:
        """The change of a share in hundredths, below 0 where it fell."""
        return round(100 * self.change.value) if self.change else 0


def shown(survey: Survey, found: Found, *, reader: str) -> list[Shown]:
    """All questions in their order."""
    last, cards = "", []
    for row, finding in zip(found.questions, found.numbers.findings, strict=True):
        topic = str(TOPICS[row.topic]) if row.topic in TOPICS and row.topic != last else ""
        last = row.topic
        cards.append(
            Shown(
                key=row.key, topic=topic, text=read(row.text, reader=reader, original=survey.language), kind=row.kind,
                finding=finding, bars=list(_bars(survey, row, finding, reader)), change=found.changes.get(row.key),
                groups=found.groups.get(row.key, ()),
            )
        )  # fmt: skip
    return cards


def names_of(survey: Survey, row: SurveyQuestion, reader: str) -> dict[str, str]:
    """What each cell of a question is called."""
    if row.kind == "scale":
        return dict(scale_choices(row, reader, survey.language))
    return {option["key"]: read(option["text"], reader=reader, original=survey.language).text for option in row.options}


def _bars(survey: Survey, row: SurveyQuestion, finding: Finding, reader: str) -> Iterator[Bar]:
    if finding.answered == 0:
        return  # nothing to draw: a share of nobody would look like a finding
    names = names_of(survey, row, reader)
    for cell in finding.cells:
        yield _bar(names.get(cell.key, cell.key), cell)
    if finding.is_told and finding.cells and row.kind != "multi":
        yield Bar(_("Not answered"), finding.skipped, None, None, None)


def _bar(label: str, cell: Cell) -> Bar:
    if cell.share is None:
        return Bar(label, cell.count, None, None, None)
    share = cell.share
    return Bar(label, cell.count, round(100 * share.value), round(100 * share.low), round(100 * share.high))


def as_rows(survey: Survey, found: Found, *, reader: str) -> Iterator[list[Any]]:
    """For a table: wave, key, question, answer, count, share, low, high, mean, mean_low, mean_high; hidden ones empty."""
    for row, finding in zip(found.questions, found.numbers.findings, strict=True):
        start = [found.wave.number, row.key, read(row.text, reader=reader, original=survey.language).text]
        names = names_of(survey, row, reader)
        for cell in finding.cells:
            share = (
                [None] * 3
                if cell.share is None
                else [round(x, 4) for x in (cell.share.value, cell.share.low, cell.share.high)]
            )
            yield [*start, names.get(cell.key, cell.key), cell.count, *share, None, None, None]
        if finding.is_told:
            mean = finding.mean
            figures = [None] * 3 if mean is None else [mean.value, mean.low, mean.high]
            yield [*start, _("Answered"), finding.answered, None, None, None, *figures]


NO_WAVE = gettext_lazy("There is no such wave of the survey.")
HEADER = ("wave", "key", "question", "answer", "count", "share", "low", "high", "mean", "mean_low", "mean_high")

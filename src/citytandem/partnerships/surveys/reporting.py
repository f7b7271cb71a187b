"""What surveys give to the report of a programme: published results only, small numbers hidden."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from citytandem.core.versions import read
from citytandem.partnerships.models import Programme, Survey
from citytandem.partnerships.reporting.records import Answer, Words
from citytandem.partnerships.surveys.reading import found_in
from citytandem.partnerships.surveys.showing import names_of


def survey_answers(programme: Programme, *, reader: str, base: str) -> list[Answer]:
    """The latest published wave of each survey, question by question; open questions are left to the survey's own page.

    `base`: what addresses begin with.
    """
    rows = (
        Survey.objects.filter(programme=programme, waves__published_at__isnull=False).distinct().order_by("created_at")
    )
    return [answer for survey in rows for answer in _of(survey, reader, base)]


def _of(survey: Survey, reader: str, base: str) -> Iterator[Answer]:
    waves = list(survey.waves.filter(published_at__isnull=False).order_by("number"))
    found = found_in(survey, waves, waves[-1], everything=False)
    if found.numbers.took_part is None:
        return
    href = base + reverse("partnerships:survey-results", args=[survey.slug])
    for row, finding in zip(found.questions, found.numbers.findings, strict=True):
        if not finding.is_told or not finding.cells or finding.answered == 0:
            continue
        names = names_of(survey, row, reader)
        counts = [(names.get(cell.key, cell.key), cell.count) for cell in finding.cells]
        if row.kind != "multi":
            counts.append((_("Not answered"), finding.skipped))
        question = _words(row.text, survey, reader)
        yield Answer(question, found.numbers.took_part, counts, _words(survey.title, survey, reader), href)


def _words(value: Mapping[str, Any], survey: Survey, reader: str) -> Words:
    text = read(value, reader=reader, original=survey.language)
    return Words(text.text, "" if text.language == reader else text.language)

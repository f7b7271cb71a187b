"""Reading surveys and what they found. Who may not coordinate sees what was published, small numbers hidden."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.core.cache import cache
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.core.errors import NotFound
from citytandem.core.permissions import allowed, require
from citytandem.partnerships.models import Programme, Survey, SurveyQuestion, SurveyWave
from citytandem.partnerships.surveys.analysing import Finding, Wave, analysed, values_of
from citytandem.partnerships.surveys.answering import plain
from citytandem.partnerships.surveys.changing import Change, of_means, of_shares, paired
from citytandem.partnerships.surveys.grouping import MOST, grouped
from citytandem.partnerships.surveys.hiding import hidden
from citytandem.partnerships.surveys.questions import Question
from citytandem.search import vectors
from citytandem.search.detect import detect_language

# Vectors of what people wrote anonymously are not stored with the texts of records; the groups are kept for a while.
_KEPT = 3_600
Given = tuple[str, dict[str, Any], bool]


@dataclass(frozen=True, slots=True)
class Quote:
    """A text that somebody wrote, with its language."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class TextGroup:
    """Texts that mean much the same: how many, and those that may be shown. `count` None: too few to be told."""

    count: int | None
    quotes: Sequence[Quote]


@dataclass(frozen=True, slots=True)
class Found:
    """What a wave found: `changes` and `groups` by the key of the question."""

    wave: SurveyWave
    numbers: Wave
    changes: dict[str, Change]
    groups: dict[str, Sequence[TextGroup]]


def surveys_of(actor: Actor, programme: Programme) -> list[Survey]:
    """The surveys of a programme, latest first; for others than its coordination those with published results."""
    rows = Survey.objects.filter(programme=programme).order_by("-created_at", "id")
    rows = rows.annotate(
        shown=Count("waves", filter=Q(waves__published_at__isnull=False), distinct=True),
        asked=Count("waves", distinct=True),
    )  # fmt: skip
    if not allowed("partnerships.coordinate", actor, programme):
        rows = rows.filter(shown__gt=0)
    return list(rows)


def survey_get(actor: Actor, slug: str) -> Survey:
    """A survey for its coordination; raises NotFound, Forbidden."""
    row = Survey.objects.select_related("programme", "partnership").filter(slug=slug).first()
    if row is None:
        raise NotFound("survey.unknown", _("There is no such survey."))
    require("partnerships.coordinate", actor, row.programme)
    return row


def survey_shown(actor: Actor, slug: str) -> tuple[Survey, list[SurveyWave]]:
    """A survey with the waves whose results the reader may see, first one first; raises NotFound where there are none."""
    row = Survey.objects.select_related("programme", "partnership").filter(slug=slug).first()
    if row is not None:
        # Results that grow tell what the last one answered: nobody sees them while a wave is open.
        waves = row.waves.filter(closed_at__isnull=False).order_by("number")
        if not allowed("partnerships.coordinate", actor, row.programme):
            waves = waves.filter(published_at__isnull=False)
        found = list(waves)
        if found:
            return row, found
    raise NotFound("survey.unknown", _("There is no such survey."))


def questions_of(survey: Survey) -> list[SurveyQuestion]:
    """In their order."""
    return list(survey.questions.order_by("position"))


def waves_counted(survey: Survey) -> list[SurveyWave]:
    """The waves with `asked`, `used` and `given`: invitations, those used, and answers. Latest first."""
    rows = survey.waves.order_by("-number").annotate(
        asked=Count("tickets", distinct=True),
        used=Count("tickets", filter=Q(tickets__is_used=True), distinct=True),
        given=Count("answers", distinct=True),
    )  # fmt: skip
    return list(rows)


def found_in(
    survey: Survey, waves: Sequence[SurveyWave], wave: SurveyWave, *, everything: bool, with_texts: bool = True
) -> Found:
    """What one wave found, with the change since the one before it among `waves`.

    `everything`: for the coordination of a survey that is not anonymous: nothing is hidden. Else small numbers are, from
    the coordination of an anonymous survey as well. Two queries for each wave.
    """
    rows = questions_of(survey)
    least = 0 if everything and not survey.is_anonymous else survey.least
    questions = [plain(row) for row in rows]
    answers = _answers(wave)
    numbers = analysed(questions, [values for _who, values, _quoted in answers], least=least)
    before = next((other for other in reversed(waves) if other.number < wave.number), None)
    changes: dict[str, Change] = {}
    if before is not None:
        earlier = _answers(before)
        first = analysed(questions, [values for _who, values, _quoted in earlier], least=least)
        for one, other in zip(first.findings, numbers.findings, strict=True):
            change = _change(one, other, earlier, answers, named=least == 0)
            if change is not None:
                changes[one.question.key] = change
    open_ones = [row for row in rows if with_texts and row.kind == "text"]
    groups = {row.key: _groups(row.key, answers, least=least, everything=everything) for row in open_ones}
    return Found(wave, numbers, changes, groups)


def _answers(wave: SurveyWave) -> list[Given]:
    """(pseudonym or empty, values, may be quoted) of each, in the order of their random numbers."""
    rows = wave.answers.order_by("id").values_list("pseudonym", "values", "may_be_quoted")
    return [(str(pseudonym or ""), values, quoted) for pseudonym, values, quoted in rows]


def _change(
    one: Finding, other: Finding, earlier: Sequence[Given], later: Sequence[Given], *, named: bool
) -> Change | None:
    question = one.question
    if question.kind in ("scale", "number"):
        if named:
            pairs = paired(_by_person(question, earlier), _by_person(question, later))
            if pairs is not None:
                return pairs
        return of_means(one, other)
    if question.kind == "choice" and one.cells and other.cells and one.cells[0].share and other.cells[0].share:
        return of_shares(one.cells[0].share, other.cells[0].share)
    return None


def _by_person(question: Question, answers: Sequence[Given]) -> dict[str, float]:
    told = {who: values_of(question, [values]) for who, values, _quoted in answers if who}
    return {who: found[0] for who, found in told.items() if found}


def _groups(key: str, answers: Sequence[Given], *, least: int, everything: bool) -> Sequence[TextGroup]:
    """Texts grouped by meaning. Others than the coordination see quotes with consent, and no counts of few."""
    told = [(str(values[key]), quoted) for _who, values, quoted in answers if values.get(key)]
    if not told or (least and len(answers) < least):
        return []
    told = sorted(told)[:MOST]
    languages = [detect_language(text) for text, _quoted in told]
    members = _members([text for text, _quoted in told], languages)
    counts: Sequence[int | None] = [len(group) for group in members]
    if not everything:
        counts = hidden([len(group) for group in members], least=least) or [None] * len(members)
    found = []
    for group, count in zip(members, counts, strict=True):
        quotes = [Quote(told[place][0], languages[place]) for place in group if everything or told[place][1]]
        if quotes or count is not None:
            found.append(TextGroup(count, quotes))
    return found


def _members(texts: Sequence[str], languages: Sequence[str]) -> list[list[int]]:
    name = "survey.groups:" + vectors.text_hash("\x1f".join(texts), vectors.space().name).hex()
    known = cache.get(name)
    if known is None:
        known = [list(group.members) for group in grouped(_vectors(texts, languages))]
        cache.set(name, known, _KEPT)
    return list(known)


def _vectors(texts: Sequence[str], languages: Sequence[str]) -> Any:
    """(n, d) of unit length, less the mean of each language, so that languages do not stand apart."""
    raw, means = vectors.raw_vectors(texts), vectors.means_in_use()
    rows = [
        vectors.corrected(raw[place : place + 1], kind="problem", language=language, means=means)[0]
        for place, language in enumerate(languages)
    ]
    found = np.asarray(rows, dtype=np.float32)
    return found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)

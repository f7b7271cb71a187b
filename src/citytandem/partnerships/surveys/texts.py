"""What people wrote in their own words, grouped by meaning: by a job when a wave is closed, since reading takes its time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from citytandem.partnerships.models import SurveyWave
from citytandem.partnerships.surveys.answers import Given, given_in
from citytandem.partnerships.surveys.grouping import MOST, Vectors, grouped
from citytandem.partnerships.surveys.hiding import hidden
from citytandem.search import vectors
from citytandem.search.detect import detect_language


@dataclass(frozen=True, slots=True)
class Quote:
    """A text that somebody wrote, with its language; empty until it was read."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class TextGroup:
    """Texts that mean much the same: how many, and those that may be shown. `count` None: too few to be told."""

    count: int | None
    quotes: Sequence[Quote]


def texts_group(wave_id: UUID) -> None:
    """Group the texts of a closed wave, question by question. Doing it again changes nothing. Raises Unavailable."""
    wave = SurveyWave.objects.select_related("survey").get(id=wave_id)
    if wave.closed_at is None or wave.groups is not None:
        return
    answers = given_in(wave)
    keys = wave.survey.questions.filter(kind="text").values_list("key", flat=True)
    groups = {key: _grouped({one.id: str(one.values[key]) for one in answers if key in one.values}) for key in keys}
    SurveyWave.objects.filter(id=wave_id).update(groups=groups)


def groups_of(
    wave: SurveyWave, key: str, answers: Sequence[Given], *, least: int, everything: bool
) -> Sequence[TextGroup]:
    """The groups of a question, largest first; all texts as one before the job has been there.

    Others than the coordination (`everything`) see texts whose writers agreed, and no counts of few people.
    """
    told = {one.id: one for one in answers if key in one.values}
    if not told or (least and len(answers) < least):
        return []
    known = (wave.groups or {}).get(key)
    if known is None:
        waiting = [Quote(str(one.values[key]), "") for one in told.values() if everything or one.may_be_quoted]
        return [TextGroup(None, sorted(waiting, key=lambda quote: quote.text))] if waiting else []
    # Answers that were erased since are gone.
    members = [[(told[answer], language) for answer, language in group if answer in told] for group in known]
    members = [group for group in members if group]
    sizes = [len(group) for group in members]
    counts: Sequence[int | None] = sizes if everything else hidden(sizes, least=least) or [None] * len(sizes)
    found = []
    for group, count in zip(members, counts, strict=True):
        shown = [Quote(str(one.values[key]), language) for one, language in group if everything or one.may_be_quoted]
        if shown or count is not None:
            found.append(TextGroup(count, shown))
    return found


def _grouped(texts: Mapping[str, str]) -> list[list[tuple[str, str]]]:
    """(answer, language) of each text, by groups; beyond MOST each text stays alone."""
    ids = sorted(texts, key=lambda answer: (texts[answer], answer))
    languages = [detect_language(texts[answer]) for answer in ids]
    first = [texts[answer] for answer in ids[:MOST]]
    places: list[Sequence[int]] = [group.members for group in grouped(_vectors(first, languages))] if first else []
    places += [[place] for place in range(len(first), len(ids))]
    return [[(ids[place], languages[place]) for place in group] for group in places]


def _vectors(texts: Sequence[str], languages: Sequence[str]) -> Vectors:
    """(n, d) of unit length, less the mean of each language, so that languages do not stand apart.

    They are kept nowhere: what somebody wrote without a name is not to be found among the texts of records.
    """
    raw, means = vectors.raw_vectors(texts), vectors.means_in_use()
    rows = [
        vectors.corrected(raw[place : place + 1], kind="problem", language=language, means=means)[0]
        for place, language in zip(range(len(texts)), languages, strict=False)
    ]
    found = np.asarray(rows, dtype=np.float32)
    return np.asarray(found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9), dtype=np.float32)

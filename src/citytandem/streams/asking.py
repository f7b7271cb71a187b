"""What a reader asks the match with: read from an address, searched for, ready for the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from citytandem.accounts.contract import Actor
from citytandem.core.languages import NATIVE_NAMES, is_language
from citytandem.core.node import this_node
from citytandem.core.text import MAX_QUERY, clean_text
from citytandem.core.versions import Reading, human_versions, read
from citytandem.streams.hits import Results, hits_of
from citytandem.streams.match import Question, match, question_of_text
from citytandem.streams.remembered import match_of_record
from citytandem.streams.selectors import newest_of_city_and_others, record_get

FEW = 5
MANY = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """A text as typed, or a record. `notes` tell what could not be taken as it was."""

    text: str
    kind: str
    language: str
    is_language_said: bool
    record: Any
    title: Reading | None
    top: int
    notes: Sequence[str]
    question: Question

    @property
    def can_search(self) -> bool:
        """Whether there is anything to search with."""
        return self.record is not None or bool(self.question.text.strip())

    @property
    def language_name(self) -> str:
        """The language of the text by its own name."""
        return NATIVE_NAMES.get(self.language, self.language)

    @property
    def languages(self) -> Sequence[tuple[str, str]]:
        """What the text can be written in."""
        return tuple(NATIVE_NAMES.items())


def asked_of(actor: Actor, wishes: Mapping[str, str], *, reader: str) -> Asked:
    """Read `q`, `language`, `kind`, `more`, or `problem`/`solution` with a record's key; raises NotFound for that."""
    for stream in ("problem", "solution"):
        if wishes.get(stream):
            return _asked_with_record(actor, kind=stream, key=wishes[stream], reader=reader, wishes=wishes)
    text = wishes.get("q", "")
    kind = "solution" if wishes.get("kind") == "solution" else "problem"
    language, notes = wishes.get("language", ""), []
    if language and not is_language(language):
        notes.append(_("This language is not one of the nine. We found out the language of your text instead."))
        language = ""
    if len(clean_text(text)) > MAX_QUERY:
        notes.append(_("Your text is long: we compare its first 2,000 characters."))
    question = question_of_text(text, language=language, hint=reader, kind=kind)
    return Asked(
        text=text,
        kind=kind,
        language=question.language,
        is_language_said=bool(language),
        record=None,
        title=None,
        top=MANY if wishes.get("more") else FEW,
        notes=notes,
        question=question,
    )


def _asked_with_record(actor: Actor, *, kind: str, key: str, reader: str, wishes: Mapping[str, str]) -> Asked:
    record = record_get(actor, kind=kind, key=key)
    return Asked(
        text="",
        kind=kind,
        language=record.language,
        is_language_said=True,
        record=record,
        title=read(human_versions(record.title), reader=reader, original=record.language),
        top=MANY if wishes.get("more") else FEW,
        notes=[],
        question=question_of_text("", language=record.language, kind=kind),
    )


def results_of(asked: Asked, *, actor: Actor, reader: str, quick: bool = False) -> Results:
    """Search. `quick` leaves out what takes longer: while somebody types, the nearest phrases."""
    if asked.record is not None:
        return hits_of(match_of_record(asked.record, actor=actor, reader=reader, top=asked.top))
    found = match(
        asked.question, reader=reader, top=3 if quick else asked.top, phrases=not quick, public_only=not actor.is_staff
    )
    return hits_of(found)


@dataclass(frozen=True, slots=True)
class Example:
    """A problem to try the match with."""

    title: Reading
    path: str


def examples(actor: Actor, *, reader: str, most: int = 4) -> list[Example]:
    """A few of the city's own newest problems."""
    own, others = newest_of_city_and_others(actor, kind="problem", city=this_node().home_city, own=most, others=most)
    return [
        Example(read(human_versions(row.title), reader=reader, original=row.language), f"/match?problem={row.code}")
        for row in [*own, *others][:most]
    ]

"""What a report is composed from: the record of a programme, as plain values. Pure.

`works` of a fact are numbers, counted from 1, into the `works` of the record; `href` leads to the page on which the fact
stands in the record. Texts keep the language in which they were written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Words:
    """A text with its language (ISO 639-1); empty: that of the report."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that the record says, perhaps with a heading of its own."""

    words: Words
    href: str
    works: Sequence[int] = ()
    title: Words = field(default_factory=lambda: Words(""))


@dataclass(frozen=True, slots=True)
class Work:
    """A work that facts come from. `url` is empty where it cannot be read online."""

    title: str
    language: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class City:
    """A city of the programme; `population` None: nobody has said it."""

    slug: str
    name: Words
    country: str
    country_name: str
    population: int | None
    latitude: float | None
    longitude: float | None
    href: str


@dataclass(frozen=True, slots=True)
class Event:
    """An event. `dates`: as the source gives them (`2022-02-10`, `2022-05`); `participants`: its words (`almost 50`)."""

    slug: str
    number: int | None
    title: Words
    dates: Sequence[str]
    when: str
    form: str
    place: str
    participants: str
    participants_kind: str
    href: str
    note: str = ""
    works: Sequence[int] = ()
    told: Sequence[tuple[str, Sequence[Fact]]] = ()


@dataclass(frozen=True, slots=True)
class Quote:
    """What somebody said. Only `may_be_shown` ones stand in a report: consent was given and not taken back."""

    words: Words
    speaker: str
    function: str
    may_be_shown: bool
    href: str


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure of a partnership, as its source gives it."""

    label: Words
    value: str
    unit: str
    href: str
    works: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Partnership:
    """A partnership with what came of it; `parts` by the names in `composing.PARTS`."""

    slug: str
    kind: str
    kind_name: str
    title: str
    members: Sequence[str]
    status: Words
    href: str
    reasons: Sequence[str]
    works: Sequence[int]
    parts: dict[str, Sequence[Fact]]
    twinning_since: int | None = None
    quotes: Sequence[Quote] = ()
    figures: Sequence[Measure] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """One question of a survey with how many gave each answer. Small cells are hidden before they come here.

    `asked`: how many took part, whether or not they answered this question. `survey`: what asked it, with `href` to its
    results. The same question may be asked by several.
    """

    question: Words
    asked: int
    counts: Sequence[tuple[str, int | None]]
    survey: Words
    href: str


@dataclass(frozen=True, slots=True)
class Note:
    """A contradiction that was noted with the record: where, and what."""

    where: Words
    text: Words
    works: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Stated:
    """How many the source says there are, as it says it (`>20`, `15`)."""

    key: str
    value: str
    works: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """The record of a programme. `starts`, `ends`: ISO dates, empty where unknown."""

    slug: str
    title: Words
    text: Words
    starts: str
    ends: str
    href: str
    cities: Sequence[City]
    partnerships: Sequence[Partnership]
    events: Sequence[Event]
    works: Sequence[Work]
    stated: Sequence[Stated] = ()
    notes: Sequence[Note] = ()
    answers: Sequence[Answer] = ()

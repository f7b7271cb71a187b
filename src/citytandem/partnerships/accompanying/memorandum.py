"""A memorandum out of the record: the draft from what the cities work on, and the digest that they sign. Pure."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Part:
    """A heading of a draft with its lines; each line is a fact of the record."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of a draft in its language. `{cities}`, `{since}` and `{day}` stand for facts."""

    between: str
    twinned: str
    topics: str
    steps: str
    step: str
    contact: str
    meetings: str
    money: str
    stays: str
    closing: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What the record tells. `steps`: (by when, what); each other item a line."""

    cities: tuple[str, ...]
    twinned_since: int | None = None
    topics: tuple[str, ...] = ()
    steps: tuple[tuple[date, str], ...] = ()
    functions: tuple[str, ...] = ()
    meetings: tuple[str, ...] = ()
    money: tuple[str, ...] = ()
    stays: tuple[str, ...] = ()


def draft(facts: Facts, words: Wording) -> str:
    """The draft as plain text: one part for all that the record has, none for what it has not, steps by time.

    Nothing is in it that is neither in the words nor in the facts. Raises ValueError for less than two cities.
    """
    if len(facts.cities) < 2:
        raise ValueError("a memorandum is between cities")
    opening = [words.between.format(cities=_listed(facts.cities))]
    if facts.twinned_since is not None:
        opening.append(words.twinned.format(since=facts.twinned_since))
    steps = tuple(
        words.step.format(day=day.isoformat(), what="{}").replace("{}", what) for day, what in sorted(facts.steps)
    )
    parts = [
        Part(words.topics, facts.topics),
        Part(words.steps, steps),
        Part(words.contact, facts.functions),
        Part(words.meetings, facts.meetings),
        Part(words.stays, facts.stays),
        Part(words.money, facts.money),
    ]
    body = [f"{part.heading}\n" + "\n".join(f"- {line}" for line in part.lines) for part in parts if part.lines]
    return "\n\n".join([" ".join(opening), *body, words.closing])


def digest(title: str, text: str) -> str:
    """What is signed: SHA-256 of title and text (NFC, UTF-8, a zero byte between), as 64 hex digits."""
    plain = "\x00".join(unicodedata.normalize("NFC", part) for part in (title, text))
    return hashlib.sha256(plain.encode()).hexdigest()


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)

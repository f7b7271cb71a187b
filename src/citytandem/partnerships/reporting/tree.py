"""A document as headings, sentences, tables and pictures: one order and wording for every kind of file. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from citytandem.partnerships.reporting.records import Words, Work


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, the address of the record that it comes from, and the numbers of its works. `lead` stands before it."""

    words: Words
    href: str = ""
    works: Sequence[int] = ()
    lead: Words | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """A section of level 1, 2 … `anchor`: its name in an address."""

    level: int
    words: Words
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences that follow each other."""

    sentences: Sequence[Sentence]


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of sentences."""

    items: Sequence[Sentence]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table, perhaps with the address of its record."""

    words: Words
    href: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a header; `widths` in shares; `numbers` are columns set to the right."""

    summary: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    widths: Sequence[int]
    numbers: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as SVG, and in words. What it shows stands in the table after it. `share`: of the width of the text."""

    name: str
    svg: str
    alt: str
    share: int = 100


@dataclass(frozen=True, slots=True)
class Quotation:
    """What somebody said who agreed to be quoted."""

    sentence: Sentence
    said_by: str


Block = Heading | Paragraph | Bullets | Table | Picture | Quotation


@dataclass(frozen=True, slots=True)
class Document:
    """A document whose framing words are in one language. `source_word`: what a mark of a source is called."""

    title: Words
    language: str
    blocks: Sequence[Block]
    works: Sequence[Work]
    source_word: str

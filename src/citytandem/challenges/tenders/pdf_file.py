"""A tender package as an accessible PDF (PDF/UA-1), set by typst in memory with the fonts that it brings."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any

import typst

from citytandem.challenges.tenders.document import Block, Document, Table, tender_document
from citytandem.challenges.tenders.kinds import BadTender, Fault
from citytandem.challenges.tenders.package import TenderPackage

_NOT_SHOWN = re.compile(r'the text `"(.+?)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
# Writing systems and pictures of which the fonts have nothing at all: no need to meet them one by one.
_ABSENT = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "DEVANAGARI", "BENGALI", "TAMIL", "ETHIOPIC")
_MOST_TRIES = 40
# A word without a place to break would run out of its cell.
_LONG_WORD = re.compile(r"[^\s/.?&=_-]{40}(?=[^\s/.?&=_-])")


def tender_pdf(package: TenderPackage, *, made: datetime, words: Mapping[str, str] | None = None) -> bytes:
    """The file's bytes. `made`: the date written into it. Raises BadTender as `tender_document` does."""
    return written(tender_document(package, words=words), made=made)


def written(document: Document, *, made: datetime) -> bytes:
    """A document as PDF/UA-1. A character that no font has is written as its number: [U+1F600]."""
    data = json.dumps(
        {
            "title": document.title,
            "language": document.language,
            "blocks": [_told(block) for block in document.blocks],
        },
        default=float,
        ensure_ascii=False,
    )
    for _try in range(_MOST_TRIES):
        try:
            return _compiled(data, made)
        except typst.TypstError as error:
            lost = _NOT_SHOWN.search(error.message)
            if lost is None:
                raise
            data = _named(data, _ESCAPED.sub(lambda found: chr(int(found[1], 16)), lost[1]))
    raise BadTender(Fault("pdf.characters"))


def _told(block: Block) -> dict[str, Any]:
    told = {"is": type(block).__name__.lower(), **asdict(block)}
    if isinstance(block, Table):
        told["rows"] = [[_LONG_WORD.sub("\\g<0>\u200b", cell) for cell in row] for row in block.rows]
    return told


def _compiled(data: str, made: datetime) -> bytes:
    # A compiler per file: it is not said to be safe to share between threads, and costs a few milliseconds.
    compiler = typst.Compiler(_look(), ignore_system_fonts=True)
    pdf = compiler.compile(
        format="pdf", sys_inputs={"data": data}, pdf_standards=["ua-1"], timestamp=int(made.timestamp())
    )
    if not isinstance(pdf, bytes):
        raise TypeError("typst gave no single file")
    return pdf


@lru_cache(maxsize=1)
def _look() -> bytes:
    return files(__package__).joinpath("tender.typ.txt").read_bytes()


def _named(data: str, lost: str) -> str:
    """The data with the characters that cannot be shown, and their like, as numbers."""
    absent = {character for character in lost if ord(character) > 127}
    if not absent:
        raise BadTender(Fault("pdf.characters", told=lost))
    absent |= {character for character in set(data) if _is_absent(character)}
    return data.translate({ord(character): f"[U+{ord(character):04X}]" for character in absent})


def _is_absent(character: str) -> bool:
    return ord(character) >= 0x1F000 or unicodedata.name(character, "").startswith(_ABSENT)

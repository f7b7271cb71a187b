"""A report as an accessible PDF (PDF/UA-1), set by typst in memory with the fonts that it brings. Pure."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any

import typst

from citytandem.core.pdf_checks import faults
from citytandem.partnerships.reporting.tree import Block, Document, Picture

_NOT_SHOWN = re.compile(r'the text `"(.+?)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
_MOST_TRIES = 40
# At 180 dots an inch a picture as wide as the text has 1,200 of them.
_DOTS_PER_INCH = 180.0


class BadReport(ValueError):
    """A report could not be set as an accessible file; `faults` say why."""

    def __init__(self, *found: str) -> None:
        super().__init__("; ".join(found))
        self.faults = found


def report_pdf(document: Document, *, made: datetime) -> bytes:
    """The file's bytes, checked against PDF/UA-1. `made`: the date written into it. Raises BadReport.

    A character that no font has is written as its number: [U+1F600].
    """
    blocks = [told(block) for block in document.blocks]
    data = json.dumps(
        {"title": asdict(document.title), "language": document.language, "blocks": blocks}, ensure_ascii=False
    )
    pdf = _set(data, made)
    found = faults(pdf)
    if found:
        raise BadReport(*found)
    return pdf


def told(block: Block) -> dict[str, Any]:
    """A block as plain values; each sentence with the mark that leads to its record."""
    values = {"is": type(block).__name__.lower(), **asdict(block)}
    for sentence in (*values.get("sentences", ()), *values.get("items", ()), values.get("sentence")):
        if sentence is not None:
            sentence["mark"] = mark(sentence["works"])
    return values


def mark(works: list[int] | tuple[int, ...]) -> str:
    """What stands for a source behind a sentence: the numbers of its works, or an arrow to the record alone."""
    return f"[{', '.join(map(str, works))}]" if works else "[→]"


def _set(data: str, made: datetime) -> bytes:
    for _try in range(_MOST_TRIES):
        try:
            return _compiled(data, made)
        except typst.TypstError as error:
            lost = _NOT_SHOWN.search(error.message)
            absent = {one for one in _unescaped(lost[1]) if ord(one) > 127} if lost else set()
            if not absent:
                raise BadReport(error.message) from error
            data = data.translate({ord(one): f"[U+{ord(one):04X}]" for one in absent})
    raise BadReport("characters that no font has")


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


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
    return files(__package__).joinpath("report.typ.txt").read_bytes()


def picture_png(picture: Picture) -> bytes:
    """A picture as pixels, for files that know no SVG."""
    source = (
        b'#set page(width: 17cm, height: auto, margin: 0pt)\n#image(bytes(sys.inputs.svg), format: "svg", width: 100%)'
    )
    compiler = typst.Compiler(source, ignore_system_fonts=True)
    png = compiler.compile(format="png", sys_inputs={"svg": picture.svg}, ppi=_DOTS_PER_INCH)
    if not isinstance(png, bytes):
        raise TypeError("typst gave no single picture")
    return png

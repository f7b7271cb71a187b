"""Plain text and tables as text: in which characters they come, and that nothing else hides in them. Pure."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Sequence

from citytandem.core.text import clean_text
from citytandem.files.limits import Limits
from citytandem.files.refusals import Reason, Refused

TEXT, CSV = "text/plain", "text/csv"
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# What a browser or a shell would run, by how it begins (WHATWG MIME sniffing, 7.1).
_ACTIVE = re.compile(
    r"\s*(?:<!--|<!doctype|<\?(?:php|xml)|<(?:html|head|body|script|iframe|svg|style|a|img|br|p|div)[\s>/]|#!)",
    re.IGNORECASE,
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f]")
_SAMPLE = 20_000
_FEWEST_ROWS = 2


def text_type(content: bytes) -> str:
    """`text/csv` where the lines are rows of one table, else `text/plain`. Raises Refused for what is no text."""
    text = _decoded(content)
    lines = text[:_SAMPLE].splitlines()
    return CSV if _is_table(lines if len(text) <= _SAMPLE else lines[:-1]) else TEXT


def text_rewritten(content: bytes, *, limits: Limits) -> bytes:
    """In UTF-8, with line ends of one kind, without control characters. Raises Refused."""
    text = _decoded(content)
    if text.count("\n") > limits.text_lines:
        raise Refused(Reason.BOMB)
    return (clean_text(text) + "\n").encode()


def _decoded(content: bytes) -> str:
    """UTF-8, UTF-16 with its mark, else what Windows writes in western Europe."""
    for mark, name in _MARKS:
        if content.startswith(mark):
            return _strictly(content[len(mark) :], name)
    if b"\x00" in content:
        raise Refused(Reason.TYPE)
    try:
        return _without_controls(content.decode("utf-8"))
    except UnicodeDecodeError:
        return _strictly(content, "cp1252")


def _strictly(content: bytes, name: str) -> str:
    try:
        return _without_controls(content.decode(name))
    except UnicodeDecodeError as error:
        raise Refused(Reason.TYPE) from error


def _without_controls(text: str) -> str:
    """The text, if it holds nothing but characters that people write, and ends of lines and pages."""
    if _ACTIVE.match(text[:_SAMPLE]):
        raise Refused(Reason.ACTIVE)
    if _CONTROL.search(text):
        raise Refused(Reason.TYPE)
    return text


def _is_table(sample: Sequence[str]) -> bool:
    lines = [line for line in sample if line.strip()][:50]
    for separator in ";\t,|":
        widths = {len(row) for row in csv.reader(lines, delimiter=separator)} if len(lines) >= _FEWEST_ROWS else {1}
        if len(widths) == 1 and widths != {1}:
            return True
    return False

"""Tables as the spreadsheets of Europe write them: semicolons with decimal commas, commas, or tabs. Pure."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+")
# Where a comma is the decimal sign this may be one thousand or one: a person has to say which.
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:\.[0-9]{3})+")


def opened(text: str) -> tuple[str, str]:
    """The text without a byte order mark, and what separates its cells, as the first line shows."""
    lines = text.removeprefix("\ufeff")
    return lines, max(",;\t", key=lines.split("\n", 1)[0].count)


def number(told: str, *, delimiter: str) -> float:
    """The number in a cell, which may be infinite where it is too large. Raises ValueError for what is none."""
    plain = told.strip().replace("\u2212", "-")
    if delimiter == ";" and _THOUSANDS.fullmatch(plain):
        raise ValueError("one thousand, or one?")
    if delimiter == ";" and _GROUPED.fullmatch(plain):
        plain = plain.replace(".", "")
    if delimiter != "," and "." not in plain:
        plain = plain.replace(",", ".")
    if not _NUMBER.fullmatch(plain):
        raise ValueError("no number")
    return float(plain)

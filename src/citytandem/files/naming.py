"""Names of files as people see them: no paths, nothing that cannot be seen, the ending that fits the content. Pure."""

from __future__ import annotations

import re

from citytandem.core.text import clean_line, shorten

LONGEST = 120
_SEPARATORS = re.compile(r"[/\\]")
# Windows refuses these in names; marks of writing direction can hide an ending.
_AWKWARD = re.compile('[<>:"|?*\u200b-\u200f\u2028\u2029\u061c]')
_JOINTS = re.compile(r"[_\-]+")
_ENDING = re.compile(r"\.[0-9A-Za-z]{1,8}$")


def clean_name(name: str, *, ending: str) -> str:
    """What the sender called it, with the `ending` of what it is, such as `.jpg`; “file” where nothing is left."""
    stem = _ENDING.sub("", _last(name)).strip(" .")
    return f"{stem[: LONGEST - len(ending)].rstrip(' .') or 'file'}{ending}"


def words_of(name: str) -> str:
    """A name as it stands, and as the words that it joins: “Anna_Schmidt” names somebody as well."""
    stem = _ENDING.sub("", name)
    return f"{stem}\n{_JOINTS.sub(' ', stem)}"


def plain_name(ending: str, *, is_picture: bool) -> str:
    """A name that tells nothing, for files whose own name tells too much."""
    return f"{'photo' if is_picture else 'document'}{ending}"


def is_renamed(kept: str, *, sent: str) -> bool:
    """Whether a file is called something else than its sender called it."""
    return kept != clean_name(sent, ending=f".{kept.rpartition('.')[2]}")


def shown_name(name: str) -> str:
    """What the sender called it, for telling that it is not taken; not longer than a line."""
    return shorten(_last(name) or "file", limit=60)


def _last(name: str) -> str:
    return _AWKWARD.sub("", _SEPARATORS.split(clean_line(name).rstrip("/\\"))[-1])

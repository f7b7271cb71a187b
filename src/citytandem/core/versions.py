"""Content in several languages: `{"de": {"text": "…", "by": "human"}}`. Pure.

`by` tells who wrote a version (`human` or `machine`), so that a page can say so. UI strings are gettext's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from citytandem.core.languages import reading_order

Translations = dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Reading:
    """One language version of a text, as a reader gets it."""

    text: str
    language: str
    by: str
    is_original: bool

    @property
    def is_machine(self) -> bool:
        """Whether a machine wrote this version; pages must say so."""
        return self.by == "machine"

    def __str__(self) -> str:
        return self.text


def translations(*, by: str = "human", **texts: str) -> Translations:
    """`translations(de="…", en="…")` in the stored shape; empty texts are left out."""
    return {language: {"text": text, "by": by} for language, text in texts.items() if text}


def texts_of(value: Mapping[str, Mapping[str, str]] | None) -> dict[str, str]:
    """The bare texts by language."""
    return {language: version["text"] for language, version in (value or {}).items()}


def human_versions(value: Mapping[str, Mapping[str, str]] | None) -> Translations:
    """The versions that people wrote: what is searched and quoted."""
    return {code: dict(version) for code, version in (value or {}).items() if version.get("by") != "machine"}


def read(value: Mapping[str, Mapping[str, str]] | None, *, reader: str, original: str = "") -> Reading:
    """The best version for a reader: own language by a human, own by machine, English, the original, then any."""
    versions = value or {}
    order = [*reading_order(reader, original), *versions]
    for language in order:
        version = versions.get(language)
        if version and version.get("text"):
            return Reading(version["text"], language, version.get("by", "human"), language == (original or language))
    return Reading(text="", language=reader, by="human", is_original=True)

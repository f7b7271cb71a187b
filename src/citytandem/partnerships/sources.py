"""Where a fact comes from, as a page names it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Work:
    """A work that a fact comes from. `url` is empty where it is not to be read online."""

    title: str
    url: str
    licence: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """The works behind a page, and where the coordinates come from. `place` names the point that stands for a merger."""

    works: Sequence[Work] = ()
    coordinates: Work | None = None
    place: str = ""
    name_note: str = ""
    by_key: Mapping[str, Work] = field(default_factory=dict)

    def of(self, keys: Sequence[str]) -> list[Work]:
        """The works of some keys, those that are known."""
        return [self.by_key[key] for key in keys if key in self.by_key]


def source_of(stored: Mapping[str, Any] | None) -> Source:
    """From the stored shape; a place without works has itself as its source."""
    stored = stored or {}
    listed = stored.get("works") or ([stored] if stored.get("title") else [])
    works = {str(work.get("key", work["title"])): _work(work) for work in listed if work.get("title")}
    coordinates = stored.get("coordinates")
    return Source(
        works=list(works.values()),
        coordinates=_work(coordinates) if coordinates else None,
        place=str((coordinates or {}).get("point_of", "")),
        name_note=str(stored.get("name", "")),
        by_key=works,
    )


def _work(stored: Mapping[str, Any]) -> Work:
    return Work(str(stored["title"]), _web(str(stored.get("url") or "")), str(stored.get("licence") or ""))


def _web(address: str) -> str:
    """Only addresses that a browser may open; a partner's data could hold anything."""
    return address if address.startswith(("https://", "http://")) else ""

"""Entries that may say the same: of the same city, near in meaning across languages, and not in another quarter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from citytandem.core.geo import kilometres
from citytandem.core.text import MAX_QUERY
from citytandem.search.selectors import nearest, prepare
from citytandem.streams.selectors import records_by_id

# On the programme's problems the same entry in another language is found at 0.65 in 87 of 100 cases, and 14 of 100 find
# another entry, most of them rightly; at 0.75 it would be 50 and 6 of 100.
LEAST_ALIKE = 0.65
FARTHEST_KM = 1.0
MOST = 3
_LOOKED_AT = 20


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody is about to say. `place` is (latitude, longitude) of a point, or None."""

    kind: str
    title: str
    text: str
    language: str
    city: UUID | None
    place: tuple[float, float] | None = None


def near_duplicates(said: Said, *, most: int = MOST, but: UUID | None = None, public_only: bool = True) -> list[Any]:
    """Records of the same stream that may say the same, most alike first. One search and one read."""
    text = f"{said.title}\n{said.text}".strip()[:MAX_QUERY]
    if not text:
        return []
    asked = prepare(text, language=said.language, kind=said.kind)
    hits = nearest(asked, kinds=[said.kind], limit=_LOOKED_AT, public_only=public_only)
    alike = [hit.object_id for hit in hits if hit.similarity >= LEAST_ALIKE and hit.object_id != but]
    found = records_by_id(alike, kind=said.kind, public_only=public_only)
    ordered: Sequence[Any] = [found[one] for one in dict.fromkeys(alike) if one in found]
    return [one for one in ordered if one.city == said.city and _is_near(one, said.place)][:most]


def said_by(record: Any) -> Said:
    """What a record says, in its own language."""
    words = [versions.get(record.language, {}).get("text", "") for versions in (record.title, record.text)]
    return Said(record._meta.model_name, words[0], words[1], record.language, record.city, _place(record))  # noqa: SLF001


def _place(record: Any) -> tuple[float, float] | None:
    return (record.latitude, record.longitude) if record.place_kind == "point" else None


def _is_near(record: Any, place: tuple[float, float] | None) -> bool:
    """Where one of the two is not placed exactly, the words decide alone."""
    theirs = _place(record)
    return place is None or theirs is None or kilometres(place, theirs) <= FARTHEST_KM

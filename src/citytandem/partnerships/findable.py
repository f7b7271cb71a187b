"""How the cities of a programme enter the one index; the many places without a profile do not."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from citytandem.core import clock
from citytandem.core.text import shorten
from citytandem.partnerships.models import City
from citytandem.search.registry import Draft, Findable, register

# What a city can teach is its title in the index; it is cut where a reader would stop reading, too.
LONGEST_TITLE = 500


def _drafts(ids: Sequence[UUID]) -> list[Draft]:
    return [_draft(city) for city in City.objects.filter(id__in=ids, is_profiled=True)]


def _draft(city: City) -> Draft:
    """One entry, in English: the facts about cities are noted in English."""
    teaches = "; ".join(item["text"] for item in city.can_teach)
    about = "; ".join(city.topics)
    return Draft(
        kind="city",
        object_id=city.id,
        language="en",
        title=shorten(teaches or city.name, limit=LONGEST_TITLE),
        text=". ".join(part for part in (about, city.profile) if part),
        changed_at=clock.now(),
        city=city.id,
        country=city.country,
    )


def _all_ids() -> Sequence[UUID]:
    return list(City.objects.filter(is_profiled=True).values_list("id", flat=True))


def register_all() -> None:
    """Called once when Django is ready."""
    register(Findable(kind="city", read=_drafts, all_ids=_all_ids))

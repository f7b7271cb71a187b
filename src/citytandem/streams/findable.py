"""How problems and solutions enter the one index."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from citytandem.core.versions import human_versions, texts_of
from citytandem.partnerships.contract import cities_by_id
from citytandem.search.registry import Draft, Findable, register
from citytandem.streams.models import Moderation, Visibility, record_model


def _drafts(kind: str, ids: Sequence[UUID]) -> list[Draft]:
    open_ones = record_model(kind)._default_manager.filter(id__in=ids, moderation=Moderation.FINE)  # noqa: SLF001 - the manager
    rows = list(open_ones.exclude(visibility=Visibility.DRAFT))
    cities = cities_by_id(row.city for row in rows)
    drafts = []
    for row in rows:
        # What a machine translated says nothing new: it would only find the same record twice.
        texts = texts_of(human_versions(row.text))
        city = cities.get(row.city) if row.city else None
        for language, title in texts_of(human_versions(row.title)).items():
            drafts.append(
                Draft(
                    kind=kind,
                    object_id=row.id,
                    language=language,
                    title=title,
                    text=texts.get(language, ""),
                    changed_at=row.changed_at,
                    is_original=language == row.language,
                    themes=row.themes,
                    city=row.city,
                    country=city.country if city else "",
                    is_public=row.visibility == Visibility.PUBLIC,
                )
            )
    return drafts


def _findable(kind: str) -> Findable:
    def ids() -> Sequence[UUID]:
        return list(record_model(kind)._default_manager.values_list("id", flat=True))  # noqa: SLF001

    return Findable(kind=kind, read=lambda wanted: _drafts(kind, wanted), all_ids=ids)


def register_all() -> None:
    """Called once when Django is ready."""
    for kind in ("problem", "solution"):
        register(_findable(kind))

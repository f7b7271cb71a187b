"""Files of shared documents: for those who work in the partnership alone."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from citytandem.accounts.contract import Actor
from citytandem.core.permissions import allowed
from citytandem.files.contract import Place, register_owner
from citytandem.partnerships.accompanying.shown import reading
from citytandem.partnerships.models import Document

KIND = "partnership_document"


def register_all() -> None:
    """Called once when Django is ready."""
    register_owner(KIND, writable=_writable, readable=_readable, place=_place)


def _readable(actor: Actor, ids: Sequence[UUID]) -> set[UUID]:
    rows = Document.objects.filter(id__in=list(ids)).select_related("partnership")
    return {row.id for row in rows if allowed("partnerships.work", actor, row.partnership)}


def _writable(actor: Actor, document_id: UUID) -> bool:
    row = Document.objects.filter(id=document_id, origin="").select_related("partnership").first()
    return row is not None and allowed("partnerships.work", actor, row.partnership)


def _place(_actor: Actor, document_id: UUID) -> Place | None:
    row = Document.objects.filter(id=document_id).select_related("partnership").first()
    if row is None:
        return None
    title = reading(row, "title")
    return Place(title.text, f"/partnerships/{row.partnership.slug}/work/papers", title.language)

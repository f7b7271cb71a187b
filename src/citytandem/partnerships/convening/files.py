"""Files of materials: everybody may read those of an event that is public."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import get_language

from citytandem.accounts.contract import Actor
from citytandem.core.permissions import allowed
from citytandem.core.versions import read
from citytandem.files.contract import Place, register_owner
from citytandem.partnerships.models import EventMaterial, EventState

KIND = "event_material"


def register_all() -> None:
    """Called once when Django is ready."""
    register_owner(KIND, writable=_writable, readable=_readable, place=_place)


def _readable(actor: Actor, ids: Sequence[UUID]) -> set[UUID]:
    rows = EventMaterial.objects.filter(id__in=list(ids)).select_related("plan__programme")
    return {row.id for row in rows if row.plan.state != EventState.DRAFT or _coordinates(actor, row)}


def _writable(actor: Actor, material_id: UUID) -> bool:
    row = EventMaterial.objects.filter(id=material_id).select_related("plan__programme").first()
    return row is not None and _coordinates(actor, row)


def _coordinates(actor: Actor, row: EventMaterial) -> bool:
    return allowed("partnerships.coordinate", actor, row.plan.programme)


def _place(_actor: Actor, material_id: UUID) -> Place | None:
    row = EventMaterial.objects.filter(id=material_id).select_related("plan").first()
    if row is None:
        return None
    title = read(row.title, reader=get_language() or "en", original=row.plan.language)
    return Place(title.text, f"/events/{row.plan.slug}", title.language)

"""Reading files: those of some things, one of them, those of a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, JSONObject
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.core.errors import NotFound
from citytandem.core.permissions import allowed
from citytandem.files import owners
from citytandem.files.models import BASKET, Attachment, State
from citytandem.files.rules import Held, key_hash


def files_of(
    kind: str, ids: Sequence[UUID], *, actor: Actor, key: str = "", vouched: bool = False
) -> dict[UUID, list[Attachment]]:
    """The files of some things by their id, in order: published ones, and those of one's own that are not yet; one query.

    `vouched`: the caller knows that the actor may read these things.
    """
    seen = ids if vouched else list(owners.readable(kind, ids, actor))
    found: dict[UUID, list[Attachment]] = defaultdict(list)
    if seen:
        wanted = Q(state=State.READY) | _own(actor, key)
        rows = Attachment.objects.filter(wanted, kind=kind, object_id__in=seen).exclude(state=State.REMOVED)
        for row in rows:
            found[row.object_id].append(row)
    return dict(found)


def file_count(kind: str) -> Coalesce:
    """How many published files a thing has, as an expression for a query over such things by their `id`."""
    rows = Attachment.objects.filter(kind=kind, object_id=OuterRef("id"), state=State.READY).order_by()
    return Coalesce(Subquery(rows.values("object_id").annotate(n=Count("id")).values("n")), 0)


def published_files(kind: str) -> ArraySubquery:
    """The published files of a thing in order, as an expression for a query over such things by their `id`."""
    rows = Attachment.objects.filter(kind=kind, object_id=OuterRef("id"), state=State.READY).order_by("position", "id")
    return ArraySubquery(rows.values(told=JSONObject(id="id", name="name", media_type="media_type", size="size")))


def all_files_of(kind: str, object_id: UUID) -> list[Attachment]:
    """Every file of a thing that is not removed, for those who may change it."""
    return list(Attachment.objects.filter(kind=kind, object_id=object_id).exclude(state=State.REMOVED))


def basket_of(basket: UUID, *, actor: Actor, key: str = "") -> list[Attachment]:
    """The files that were sent with a form which is not complete yet, by this sender."""
    rows = Attachment.objects.filter(_sent_by(actor, key), kind=BASKET, object_id=basket)
    return list(rows.exclude(state__in=[State.REMOVED, State.REFUSED]))


def file_get(identifier: UUID, *, actor: Actor, key: str = "") -> Attachment:
    """One file; raises NotFound also where the actor may not know of it."""
    file = Attachment.objects.filter(id=identifier).exclude(state=State.REMOVED).first()
    if file is None or not allowed("files.read", actor, Held(file, key)):
        raise unknown()
    return file


def unknown() -> NotFound:
    """What is said of a file that is not there for this reader."""
    return NotFound("file.unknown", _("This file does not exist, or it is not public."))


def _sent_by(actor: Actor, key: str) -> Q:
    if actor.id is not None:
        return Q(uploaded_by_id=actor.id)
    return Q(upload_key=key_hash(key)) if key else Q(pk__in=[])


def _own(actor: Actor, key: str) -> Q:
    return Q(pk__isnull=False) if actor.is_staff else _sent_by(actor, key)

"""Programmes that come from a named source, with the seats of their partnerships."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.core import clock
from citytandem.core.errors import Invalid
from citytandem.core.ids import stable_id
from citytandem.core.permissions import require
from citytandem.partnerships.models import City, Partnership, Programme, Seat

PROGRAMME_FIELDS = frozenset({"language", "title", "text", "state", "starts_on", "ends_on", "facts", "source"})


@dataclass(frozen=True, slots=True)
class Left:
    """That a city left a partnership: when, and why in the words of the source (by language)."""

    on: date
    because: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def programme_import(*, slug: str, fields: Mapping[str, Any], by: Actor) -> Programme:
    """Write or refresh a programme; doing it twice changes nothing. Raises Forbidden, Invalid."""
    require("partnerships.import", by)
    for name in fields:
        if name not in PROGRAMME_FIELDS:
            raise Invalid("field.unknown", _("This field cannot be written."), field=name)
    programme = Programme.objects.filter(slug=slug).first()
    if programme is None:
        programme = Programme(id=stable_id("programme", slug), slug=slug, created_at=clock.now())
    elif all(getattr(programme, name) == value for name, value in fields.items()):
        return programme
    for name, value in fields.items():
        setattr(programme, name, value)
    programme.changed_at = clock.now()
    programme.save()
    return programme


@transaction.atomic
def seats_import(*, programme: str, partnerships: Mapping[str, Mapping[str, Left]], state: str, by: Actor) -> int:
    """Put partnerships into their programme and their members on their seats; what is there already stays as it is.

    partnerships: by short name, with who has left it, by short name of the city. Returns how many seats are new.
    Raises Forbidden, Invalid if the programme is not there.
    """
    require("partnerships.import", by)
    its_programme = Programme.objects.filter(slug=programme).first()
    if its_programme is None:
        raise Invalid("programme.unknown", _("There is no programme of this name here."), field="programme")
    Partnership.objects.filter(slug__in=partnerships, programme=None).update(programme=its_programme, state=state)
    rows = list(Partnership.objects.filter(slug__in=partnerships))
    slugs = dict(City.objects.filter(id__in=[city for row in rows for city in row.members]).values_list("id", "slug"))
    wanted = [
        _seat(row, city, partnerships[row.slug].get(slugs[city]), slugs[city]) for row in rows for city in row.members
    ]
    known = set(Seat.objects.filter(id__in=[seat.id for seat in wanted]).values_list("id", flat=True))
    return len(Seat.objects.bulk_create([seat for seat in wanted if seat.id not in known]))


def _seat(row: Partnership, city: UUID, left: Left | None, slug: str) -> Seat:
    ending: dict[str, Any] = {"until": left.on, "left_because": dict(left.because)} if left else {}
    return Seat(id=stable_id("seat", f"{row.slug} {slug}"), partnership=row, city_id=city, **ending)

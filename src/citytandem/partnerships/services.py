"""Writing cities, partnerships and events that come from a named source."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.core import events
from citytandem.core.errors import Invalid
from citytandem.core.ids import stable_id
from citytandem.core.permissions import require
from citytandem.partnerships.models import City, Partnership, ProgrammeEvent
from citytandem.partnerships.naming import sort_key

M = TypeVar("M", bound=models.Model)

CITY_FIELDS = frozenset({
    "name_latin", "region", "languages", "population", "latitude", "longitude", "geonameid", "profile", "strategy",
    "topics", "can_teach", "wants_to_learn", "twinnings", "networks", "borders", "facts", "source",
})  # fmt: skip
# What a city writes in its profile; once it has, no import takes it back.
_SAID_BY_THE_CITY = frozenset({
    "region", "languages", "population", "strategy", "topics", "can_teach", "wants_to_learn", "twinnings", "networks",
    "borders",
})  # fmt: skip
PARTNERSHIP_FIELDS = frozenset({"status", "twinning_since", "facts", "source"})
EVENT_FIELDS = frozenset({"number", "dates", "format", "place", "country", "participants", "facts", "source"})


def city_id(slug: str) -> UUID:
    """The id that every node gives the city of this short name."""
    return stable_id("city", slug)


@transaction.atomic
def city_import(*, slug: str, name: str, country: str, fields: Mapping[str, Any], by: Actor) -> City:
    """Write or refresh the profile of a city; doing it twice changes nothing.

    fields: any of CITY_FIELDS; what the city has said itself since stays. Raises Forbidden, Invalid. A place that was
    loaded from GeoNames under the same number gives way, so that the city is not there twice.
    """
    require("partnerships.import", by)
    _known_only(fields, CITY_FIELDS)
    identifier = city_id(slug)
    geonameid = fields.get("geonameid")
    if geonameid is not None:
        City.objects.filter(geonameid=geonameid, is_profiled=False).exclude(id=identifier).delete()
    values = {
        **fields,
        "slug": slug,
        "name": name,
        "country": country,
        "is_profiled": True,
        "sort_key": sort_key(name, latin=fields.get("name_latin", "")),
    }
    city, is_changed = _write(City, identifier, values)
    if is_changed:
        events.emit(events.RecordChanged(kind="city", object_id=city.id))
    return city


@transaction.atomic
def partnership_import(
    *, slug: str, kind: str, members: list[str], fields: Mapping[str, Any], by: Actor
) -> Partnership:
    """Write or refresh a partnership; doing it twice changes nothing.

    members: slugs of cities that are here already. fields: any of PARTNERSHIP_FIELDS. Raises Forbidden, Invalid.
    """
    require("partnerships.import", by)
    _known_only(fields, PARTNERSHIP_FIELDS)
    ids = [city_id(member) for member in members]
    if City.objects.filter(id__in=ids).count() != len(ids):
        raise Invalid("partnership.members", _("A member of this partnership is not known here."), field="members")
    expected = {"tandem": 2, "tridem": 3}.get(kind)
    if expected != len(ids):
        raise Invalid("partnership.size", _("A tandem has two members, a tridem three."), field="members")
    values = {**fields, "slug": slug, "kind": kind, "members": ids}
    return _write(Partnership, stable_id("partnership", slug), values)[0]


@transaction.atomic
def event_import(*, slug: str, title: str, fields: Mapping[str, Any], by: Actor) -> ProgrammeEvent:
    """Write or refresh an event of a programme; doing it twice changes nothing.

    fields: any of EVENT_FIELDS; `dates` are texts as the source gives them, `2022-05` where the day is not known.
    Raises Forbidden, Invalid.
    """
    require("partnerships.import", by)
    _known_only(fields, EVENT_FIELDS)
    dates = fields.get("dates", [])
    values = {**fields, "slug": slug, "title": title, "starts_on": _full_date(dates[0]) if dates else None}
    return _write(ProgrammeEvent, stable_id("event", slug), values)[0]


def _write(model: type[M], identifier: UUID, values: Mapping[str, Any]) -> tuple[M, bool]:
    """Insert or update a row under a fixed id, only if something differs. Tells whether it was written."""
    row = model._default_manager.filter(pk=identifier).first()  # noqa: SLF001 - the manager that every model has
    if isinstance(row, City) and row.said_at is not None:
        values = {name: value for name, value in values.items() if name not in _SAID_BY_THE_CITY}
    if row is not None and all(getattr(row, name) == value for name, value in values.items()):
        return row, False
    is_new = row is None
    row = row if row is not None else model(pk=identifier)
    for name, value in values.items():
        setattr(row, name, value)
    _check(row)
    row.save(force_insert=is_new)
    return row, True


def _check(row: models.Model) -> None:
    empty = [field.name for field in row._meta.concrete_fields if getattr(row, field.attname) in field.empty_values]  # noqa: SLF001 - Django's public meta API
    try:
        row.clean_fields(exclude=[name for name in empty if name not in {"slug", "name", "title", "country"}])
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise Invalid("import.invalid", messages[0], field=field) from error


def _known_only(fields: Mapping[str, Any], known: frozenset[str]) -> None:
    for name in fields:
        if name not in known:
            raise Invalid("field.unknown", _("This field cannot be written."), field=name)


def _full_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None

"""Values of a record as plain JSON, and back: by the type of their column, so that a new kind needs nothing of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models

from citytandem.core.errors import Invalid
from citytandem.federation import details
from citytandem.partnerships.accompanying.kinds import Kind
from citytandem.partnerships.models import City
from citytandem.partnerships.nodes import city_meant

_MOST = 10_000


def packed(row: Any, kind: Kind, *, named: Mapping[UUID, Mapping[str, Any]]) -> dict[str, Any]:
    """The columns of a record that travel; what is empty is left out. `named`: how nodes name cities."""
    values = {name: _out(getattr(row, name), named) for name in kind.fields if not _is_city(row, name)}
    cities = {name: _city_out(row, name, named) for name in kind.fields if _is_city(row, name)}
    return {name: value for name, value in {**values, **cities}.items() if value not in (None, "", [])}


def unpacked(kind: Kind, told: Mapping[str, Any]) -> dict[str, Any]:
    """The columns as Python's values; what is missing or has another shape is the column's own start.

    Raises Invalid where a column is needed and has none.
    """
    found = {}
    for name in kind.fields:
        field: Any = kind.model._meta.get_field(name)  # noqa: SLF001 - Django's public meta API
        value = _in(field, told.get(name))
        if value is None and not field.null:
            if not field.has_default() and not field.blank:
                raise Invalid("partnership_record.unreadable", f"{kind.name}: {name}", field=name)
            value = field.get_default()
        found[name] = value
    return found


def texts_watched(values: Mapping[str, Any]) -> list[str]:
    """All words in values that travel."""
    return [value for value in values.values() if isinstance(value, str)]


def _is_city(row: Any, name: str) -> bool:
    return row._meta.get_field(name).related_model is City  # noqa: SLF001 - Django's public meta API


def _city_out(row: Any, name: str, named: Mapping[UUID, Mapping[str, Any]]) -> dict[str, Any] | None:
    key = getattr(row, f"{name}_id")
    return dict(named[key]) if key in named else None


def _out(value: Any, _named: Any) -> Any:
    if value is None or isinstance(value, bool | int | str | list):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _in(field: Any, value: Any) -> Any:
    """One value by the type of its column; None for what is none."""
    if field.related_model is City:
        return city_meant(value) if isinstance(value, Mapping) else None
    if isinstance(field, ArrayField):
        return _items(field, details.listed(value))
    reader = next((reads for kind, reads in _READERS if isinstance(field, kind)), None)
    return reader(value) if reader is not None else _words(field, value)


def _truth(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _whole(value: Any) -> int | None:
    return details.whole(value, least=0, most=_MOST)


# A moment is a day, too: so it stands first.
_READERS: tuple[tuple[type[Any], Callable[[Any], Any]], ...] = (
    (models.DateTimeField, details.instant),
    (models.DateField, details.day),
    (models.DecimalField, details.amount),
    (models.BooleanField, _truth),
    (models.IntegerField, _whole),
)


def _items(field: Any, value: list[Any]) -> list[Any]:
    kind = int if isinstance(field.base_field, models.IntegerField) else str
    longest = field.base_field.max_length or _MOST
    return [one for one in value[:20] if type(one) is kind and len(str(one)) <= longest]


def _words(field: Any, value: Any) -> str | None:
    if field.choices:
        return details.choice(value, {code for code, _label in field.choices}) or None
    if isinstance(field, models.URLField):
        return details.web(value, limit=field.max_length or 500)
    if isinstance(field, models.TextField):
        return details.lines(value, limit=_MOST)
    return details.line(value, limit=field.max_length or 200)

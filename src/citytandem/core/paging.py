"""Keyset paging: the next page starts behind the last row seen, at the same cost on page 1 and page 10,000."""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db import DataError
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from citytandem.core.errors import Invalid

M = TypeVar("M", bound=Model)
PAGE_SIZE = 20
MAX_PAGE_SIZE = 100
# Our own cursors tell the zone; Django would only warn of a time without one.
_NAIVE_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ][\d:.]+")


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """Some rows, and the cursors of the pages beside them."""

    items: list[M]
    next_cursor: str | None
    is_first: bool


def encode_cursor(values: list[Any]) -> str:
    """Opaque, URL-safe text of the last row's sort values."""
    packed = json.dumps(values, default=str, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def decode_cursor(cursor: str, *, length: int) -> list[Any]:
    """Sort values of a cursor; raises Invalid for anything we did not write."""
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, UnicodeDecodeError, RecursionError) as error:
        raise invalid_cursor() from error
    well_formed = isinstance(values, list) and len(values) == length and all(isinstance(v, str | int) for v in values)
    if not well_formed or any(isinstance(v, str) and ("\x00" in v or len(v) > 200) for v in values):
        raise invalid_cursor()
    return values


def keyset_page(rows: QuerySet[M], *, order: tuple[str, str], after: str | None, size: int = PAGE_SIZE) -> Page[M]:
    """One page of `rows` in `order`, two field names, the second unique (`-` in front for descending, both alike)."""
    first, second = (name.removeprefix("-") for name in order)
    step = "lt" if order[0].startswith("-") else "gt"
    try:
        if after:
            high, low = decode_cursor(after, length=2)
            if _NAIVE_TIME.fullmatch(str(high)):
                raise invalid_cursor()
            behind = Q(**{f"{first}__{step}": high}) | Q(**{first: high, f"{second}__{step}": low})
            # The bound says nothing new, but from it the database knows where in the index to begin.
            rows = rows.filter(behind, **{f"{first}__{step}e": high})
        found = list(rows.order_by(*order)[: size + 1])
    except (ValueError, TypeError, OverflowError, ValidationError, DataError) as error:
        raise invalid_cursor() from error
    cursor = None
    if len(found) > size:
        found = found[:size]
        cursor = cursor_of(found[-1], order=order)
    return Page(found, cursor, is_first=not after)


def cursor_of(row: Any, *, order: tuple[str, str]) -> str:
    """The cursor of the page that begins behind `row`."""
    return encode_cursor([_plain(getattr(row, name.removeprefix("-"))) for name in order])


def invalid_cursor() -> Invalid:
    """For an address of a page that we did not write."""
    return Invalid(
        "cursor.invalid", _("This page address is not valid. Start again from the first page."), field="after"
    )


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else str(value) if not isinstance(value, int) else value

"""What is kept about people: each module registers its holdings in `apps.py`, so that the privacy page, the export,
the erasure and the retention rules know all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO
from uuid import UUID

from django.db.models import QuerySet
from django.utils.functional import Promise

Content = bytes | Callable[[], BinaryIO]


@dataclass(frozen=True, slots=True)
class Exported:
    """What one module keeps about a person: JSON-able rows, and files as (name, content).

    Large contents are handed over as a function that opens them, so that an export holds one at a time.
    """

    rows: Any
    files: Sequence[tuple[str, Content]] = ()


@dataclass(frozen=True, slots=True)
class Holding:
    """One kind of personal data. All texts are shown to people on the privacy page, so they are sentences.

    `export(person)` gives everything of a person. `erase(person)` deletes or anonymises it, inside the transaction of
    the whole erasure; what stays public stays without the person. `sweep(before)` deletes what is older, and returns how
    many; `days` is how long it is kept unless the administrator chose otherwise (None: as long as the sign-in), but never
    less than `shortest`.
    """

    name: str
    label: str | Promise
    purpose: str | Promise
    legal_basis: str | Promise
    kept: str | Promise
    export: Callable[[UUID], Exported]
    erase: Callable[[UUID], None]
    days: int | None = None
    sweep: Callable[[datetime], int] | None = None
    shortest: int = 1
    # The names of consents (`consents.py`) without which this is not kept.
    consents: Sequence[str] = field(default_factory=tuple)
    # Querysets of a person's rows, so that their own page tells how many there are, in one query for all holdings.
    counted: Callable[[UUID], Sequence[QuerySet[Any]]] | None = None


_holdings: dict[str, Holding] = {}


def register(holding: Holding) -> None:
    """Make a holding known; the last registration of a name counts."""
    _holdings[holding.name] = holding


def holdings() -> list[Holding]:
    """All holdings, as registered."""
    return list(_holdings.values())

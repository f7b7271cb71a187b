"""Indexes that hold what lists are ordered and narrowed by, so that a list reads no row that it does not show."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import Case, DateField, F, Index, Q, Value, When

NEVER = date(9999, 12, 31)
# By the last day of the service time; what is answered or has no such day comes last.
DUE_FIRST = Case(
    When(answered_at__isnull=True, due_on__isnull=False, then=F("due_on")),
    default=Value(NEVER),
    output_field=DateField(),
)


def newest_first(name: str, *, by: Sequence[str]) -> list[Index]:
    """For lists in order of entry, narrowed `by` some fields: of what everybody may read, and of everything."""
    return [
        Index(
            fields=["-created_at", "-id"],
            include=list(by),
            condition=Q(visibility="public", moderation=""),
            name=f"{name}_public_list",
        ),
        Index(fields=["-created_at", "-id"], include=["visibility", "moderation", *by], name=f"{name}_list"),
    ]


def for_the_rare(name: str, *fields: str) -> list[Index]:
    """For values that few rows have, and for what is not open; what is common is found quickly in the lists."""
    closed = Index(fields=["moderation"], condition=~Q(moderation=""), name=f"{name}_moderation")
    return [*(Index(fields=[field], name=f"{name}_{field}") for field in fields), closed]


def due_first(name: str, *, by: Sequence[str]) -> Index:
    """For the desk: what is due first."""
    return Index(DUE_FIRST, "id", include=["due_on", "answered_at", "visibility", "moderation", *by], name=name)

"""Shapes of answers: events that a programme plans, with their sessions and materials. Nothing of who registered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from citytandem.core.api import Shape
from citytandem.core.versions import texts_of
from citytandem.partnerships.convening.planning import people_of
from citytandem.partnerships.convening.registering import takes_registrations
from citytandem.partnerships.models import EventMaterial, EventPlan, EventSession


class EventSessionOut(Shape):
    """A session. `spoken` is empty where several languages are spoken; texts by language."""

    id: UUID
    kind: str
    title: dict[str, str]
    text: dict[str, str]
    starts_at: datetime
    ends_at: datetime
    room: str
    spoken: str
    people: list[str]

    @classmethod
    def of(cls, row: EventSession) -> Self:
        """From a session."""
        return cls(
            id=row.id,
            kind=row.kind,
            title=texts_of(row.title),
            text=texts_of(row.text),
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            room=row.room,
            spoken=row.spoken,
            people=list(people_of(row)),
        )


class EventMaterialOut(Shape):
    """Material. `session` is null where it belongs to the whole event."""

    id: UUID
    session: UUID | None
    title: dict[str, str]
    address: str

    @classmethod
    def of(cls, row: EventMaterial) -> Self:
        """From material."""
        return cls(id=row.id, session=row.session_id, title=texts_of(row.title), address=row.address)


class EventPlanOut(Shape):
    """An event. Times in UTC, `zone` the clock that people there read; `places` is null where everybody can come."""

    id: UUID
    slug: str
    programme: str
    kind: str
    format: str
    state: str
    title: dict[str, str]
    text: dict[str, str]
    starts_at: datetime
    ends_at: datetime
    zone: str
    place: str
    venue: str
    country: str
    places: int | None
    takes_registrations: bool
    path: str

    @classmethod
    def of(cls, row: EventPlan) -> Self:
        """From an event."""
        return cls(**_columns(row))


class EventPlanWhole(EventPlanOut):
    """An event with its sessions in the order of time, and its materials."""

    sessions: list[EventSessionOut]
    materials: list[EventMaterialOut]

    @classmethod
    def with_parts(cls, row: EventPlan, sessions: Sequence[EventSession], materials: Sequence[EventMaterial]) -> Self:
        """From an event and what it holds."""
        return cls(
            **_columns(row),
            sessions=[EventSessionOut.of(one) for one in sessions],
            materials=[EventMaterialOut.of(one) for one in materials],
        )


class EventPlanList(Shape):
    """All events that are public, in the order of time."""

    items: list[EventPlanOut]


def _columns(row: EventPlan) -> dict[str, Any]:
    plain = (
        "id",
        "slug",
        "kind",
        "format",
        "state",
        "starts_at",
        "ends_at",
        "zone",
        "place",
        "venue",
        "country",
        "places",
    )
    return {name: getattr(row, name) for name in plain} | {
        "programme": row.programme.slug,
        "title": texts_of(row.title),
        "text": texts_of(row.text),
        "takes_registrations": takes_registrations(row),
        "path": f"/events/{row.slug}",
    }

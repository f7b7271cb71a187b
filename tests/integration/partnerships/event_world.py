"""A programme with an event that people can register for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from citytandem.accounts.contract import ANYBODY, Actor
from citytandem.core import clock
from citytandem.notifications.models import Notice
from citytandem.partnerships.convening.planning import event_begin, event_publish
from citytandem.partnerships.convening.registering import confirm, register, token_of
from citytandem.partnerships.models import EventPlan, Programme, Registration


def in_days(days: float, hour: int = 9) -> datetime:
    """A moment so many days from today."""
    return (clock.now() + timedelta(days=days)).astimezone(UTC).replace(hour=hour, minute=0, second=0, microsecond=0)


def values(**given: Any) -> dict[str, Any]:
    """What `EventForm` gives."""
    return {
        "title": "Spring meeting", "text": "Learning from each other.", "language": "en", "kind": "network",
        "format": "onsite", "zone": "Europe/Berlin", "starts_at": in_days(30), "ends_at": in_days(30, 15),
        "place": "Krefeld", "venue": "Town hall", "country": "DE", "link": "", "takes_registrations": True, "places": None,
        "registers_until": None, "months": 3,
    } | given  # fmt: skip


def an_event(programme: Programme, by: Actor, *, public: bool = True, **given: Any) -> EventPlan:
    """An event, public unless told otherwise."""
    plan = event_begin(programme_id=programme.id, values=values(**given), by=by)
    if public:
        event_publish(plan.id, by=by)
    plan.refresh_from_db()
    return plan


def asked(plan: EventPlan, name: str, **given: Any) -> str:
    """Somebody without a sign-in registers; returns the token that is in their mail."""
    told = {"name": name, "email": f"{name}@example.org", "organisation": "", "needs": "", "online": False} | given
    assert register(plan.id, values=told, language="en", by=ANYBODY) is None
    return token_of(Registration.objects.get(plan=plan, key=told["email"].casefold()).id)


def coming(plan: EventPlan, *names: str, **given: Any) -> list[Registration]:
    """People who registered and confirmed."""
    return [confirm(asked(plan, name, **given)) for name in names]


def states(plan: EventPlan) -> dict[str, str]:
    """Who is where, by name."""
    return dict(Registration.objects.filter(plan=plan).values_list("name", "state"))


def mails(template: str) -> list[str]:
    """To whom mails of this template were left, in order."""
    return list(Notice.objects.filter(template=template).order_by("created_at", "id").values_list("address", flat=True))

"""A public event with a session, material and a registration, for the table of who may do what."""

from __future__ import annotations

from datetime import timedelta

from citytandem.core import clock
from citytandem.core.ids import stable_id
from citytandem.partnerships.convening.registering import token_of
from citytandem.partnerships.models import EventMaterial, EventPlan, EventSession, Programme, Registration

PLAN, REGISTRATION = stable_id("test", "event"), stable_id("test", "registration")


def event_values() -> dict[str, str]:
    """What stands for each parameter of an address below an event."""
    now = clock.now()
    written = {"created_at": now, "changed_at": now}
    times = {"starts_at": now + timedelta(days=9), "ends_at": now + timedelta(days=10)}
    programme = Programme.objects.create(slug="with-an-event", state="call", **written)
    plan = EventPlan.objects.create(
        id=PLAN, slug="spring", programme=programme, language="en", title={"en": {"text": "Spring", "by": "human"}},
        kind="workshop", format="online", state="published", **times, **written,
    )  # fmt: skip
    session = EventSession.objects.create(plan=plan, kind="talk", **times)
    material = EventMaterial.objects.create(plan=plan, created_at=now)
    Registration.objects.create(
        id=REGISTRATION, plan=plan, state="coming", name="Somebody", email="somebody@post.example",
        key="somebody@post.example", language="en", asked_at=now, changed_at=now,
    )  # fmt: skip
    return {"slug": plan.slug, "session_id": str(session.id), "material_id": str(material.id)}


def registration_token() -> str:
    """The end of the address of their registration."""
    return token_of(REGISTRATION)

"""What the database refuses of events, whatever code stands in front."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from citytandem.core.ids import stable_id
from citytandem.partnerships.models import EventPlan, EventSession, Programme, Registration
from tests.constraints import NOW, Fault, check_refused, table, untested

pytestmark = pytest.mark.django_db
PLAN = stable_id("test", "plan")
TIMES: dict[str, Any] = {"starts_at": NOW, "ends_at": NOW + timedelta(hours=2)}
WRITTEN: dict[str, Any] = {"created_at": NOW, "changed_at": NOW}


def programme() -> Programme:
    return Programme.objects.get_or_create(slug="programme", defaults=WRITTEN)[0]


def plan() -> EventPlan:
    defaults = {"slug": "plan", "programme": programme(), "language": "en", "kind": "workshop", "format": "onsite"}
    return EventPlan.objects.get_or_create(id=PLAN, defaults={**defaults, **TIMES, **WRITTEN})[0]


GOOD: dict[type[Any], Callable[[], dict[str, Any]]] = {
    EventPlan: lambda: {
        "slug": "other", "programme": programme(), "language": "en", "kind": "workshop", "format": "onsite", **TIMES, **WRITTEN,
    },
    EventSession: lambda: {"plan": plan(), "kind": "talk", **TIMES},
    Registration: lambda: {
        "plan": plan(), "state": "coming", "name": "A", "email": "a@example.org", "key": "a@example.org", "language": "en",
        "asked_at": NOW, "changed_at": NOW,
    },
}  # fmt: skip


def good(model: type[Any]) -> dict[str, Any]:
    """A row that is taken."""
    return GOOD[model]()


FAULTS = table(
    Fault("event_ends_after_start", EventPlan, {"ends_at": NOW}),
    Fault("event_places", EventPlan, {"places": 0}),
    Fault("event_months", EventPlan, {"months": 0}),
    Fault("event_registers_before_end", EventPlan, {"registers_until": NOW + timedelta(days=1)}),
    Fault("event_draft_has_no_record", EventPlan, {"record_id": PLAN}),
    Fault("event_session_ends_after_start", EventSession, {"ends_at": NOW}),
    Fault("registration_once", Registration, first={}),
    Fault("registration_waits_since", Registration, {"state": "waiting"}),
    Fault("registration_attended_if_coming", Registration, {"state": "cancelled", "attended": True}),
)
MODULES = {
    "citytandem.partnerships.models.convening",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_row_that_must_not_be_is_refused(fault: Fault) -> None:
    check_refused(fault, good)


def test_every_constraint_has_such_a_row() -> None:
    assert untested(FAULTS, MODULES) == set()

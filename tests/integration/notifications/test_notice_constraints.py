"""What the database refuses of notices, whatever code stands in front of it."""

from __future__ import annotations

from typing import Any

import pytest

from citytandem.accounts.models import Person
from citytandem.notifications.models import Notice, Pace, Preference, Suppression
from tests.constraints import NOW, Fault, check_refused, table, untested

pytestmark = pytest.mark.django_db


def good(model: type[Any]) -> dict[str, Any]:
    """A row that is taken."""
    if model is Suppression:
        return {"key": "0" * 64, "reason": "hard", "first_at": NOW, "last_at": NOW}
    person = {"person": Person.objects.create(email="anna@test.example")}
    if model is Notice:
        return {**person, "kind": "comment", "template": "comment", "created_at": NOW, "send_after": NOW}
    return {**person, "kind": "comment", "how": "daily"} if model is Preference else person


FAULTS = table(
    Fault("notice_state_known", Notice, {"state": "lost"}),
    Fault("notice_person_or_address", Notice, {"person": None}),
    Fault("notice_person_or_address", Notice, {"address": "boris@test.example"}),
    Fault("notice_about_both", Notice, {"about_kind": "problem"}),
    Fault("notice_sent_when", Notice, {"state": "sent"}),
    Fault("notice_once", Notice, {"once": "comment:1"}, first={"once": "comment:1"}),
    Fault("preference_once", Preference, first={}),
    Fault("preference_how_known", Preference, {"how": "hourly"}),
    Fault("pace_hour", Pace, {"hour": 24}),
    Fault("pace_weekday", Pace, {"weekday": 7}),
    Fault("suppression_reason_known", Suppression, {"reason": "mood"}),
)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_row_that_must_not_be_is_refused(fault: Fault) -> None:
    check_refused(fault, good)


def test_every_constraint_has_such_a_row() -> None:
    assert untested(FAULTS, {"citytandem.notifications.models"}) == set()

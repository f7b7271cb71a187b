"""What the database refuses of saved views, whatever code stands in front of it."""

from __future__ import annotations

from typing import Any

import pytest

from citytandem.accounts.models import Person
from citytandem.streams.models_staff import SavedView
from tests.constraints import NOW, Fault, check_refused, table, untested

pytestmark = pytest.mark.django_db


def good(model: type[Any]) -> dict[str, Any]:
    """A row that is taken."""
    assert model is SavedView
    return {"person": Person.objects.create(email="anna@test.example"), "name": "Late", "created_at": NOW}


FAULTS = table(
    Fault("saved_view_name_once", SavedView, {"name": "LATE"}, first={}),
    Fault("saved_view_one_default", SavedView, {"name": "New", "is_default": True}, first={"is_default": True}),
    Fault("saved_view_is_somebodys", SavedView, {"person": None}),
    Fault("saved_view_is_somebodys", SavedView, {"person": None, "is_default": True}),
)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_row_that_must_not_be_is_refused(fault: Fault) -> None:
    check_refused(fault, good)


def test_every_constraint_has_such_a_row() -> None:
    assert untested(FAULTS, {"citytandem.streams.models_staff"}) == set()

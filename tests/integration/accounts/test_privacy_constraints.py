"""What the database refuses of consent, exports and invitations, whatever code stands in front of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from citytandem.accounts.models import Person
from citytandem.accounts.models_privacy import Consent, Export, Invitation
from tests.constraints import NOW, Fault, check_refused, table, untested

pytestmark = pytest.mark.django_db


def good(model: type[Any]) -> dict[str, Any]:
    """A row that is taken."""
    if model is Invitation:
        return {"email": "boris@test.example", "language": "en", "created_at": NOW, "sent_at": NOW}
    person = {"person": Person.objects.create(email="anna@test.example")}
    if model is Export:
        return {**person, "asked_at": NOW}
    wording = {"language": "en", "wording": "I agree.", "wording_hash": "0" * 64}
    return {**person, "purpose": "news", "given_at": NOW, **wording}


FAULTS = table(
    Fault("consent_once_in_force", Consent, first={}),
    Fault("consent_days_in_order", Consent, {"withdrawn_at": NOW - timedelta(days=1)}),
    Fault("export_ready_or_failed", Export, {"ready_at": NOW, "failed_at": NOW}),
    Fault("export_one_at_a_time", Export, first={}),
    Fault("invitation_accepted_or_withdrawn", Invitation, {"email": "", "accepted_at": NOW, "withdrawn_at": NOW}),
    Fault("invitation_address_while_open", Invitation, {"email": ""}),
    Fault("invitation_address_while_open", Invitation, {"accepted_at": NOW}),
    Fault("invitation_address_while_open", Invitation, {"withdrawn_at": NOW}),
)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_row_that_must_not_be_is_refused(fault: Fault) -> None:
    check_refused(fault, good)


def test_every_constraint_has_such_a_row() -> None:
    assert untested(FAULTS, {"citytandem.accounts.models_privacy"}) == set()

"""An administrator makes the node a hub, and takes it back; nobody else does."""

from __future__ import annotations

import pytest

from citytandem.federation.models import Identity
from tests.integration.federation.pairs import paired
from tests.integration.federation.test_partner_pages import signed_in, text_of

pytestmark = pytest.mark.django_db


def passes_on() -> bool:
    return Identity.objects.filter(passes_on=True).exists()


def test_the_switch_is_on_the_page_of_partners_and_works_both_ways() -> None:
    paired()
    administrator = signed_in("administrator")
    assert 'name="passes_on"' in text_of(administrator.get("/federation"))
    assert administrator.post("/federation/hub", {"passes_on": "on"}).status_code == 302
    assert passes_on()
    assert administrator.post("/federation/hub", {}).status_code == 302
    assert not passes_on()


@pytest.mark.parametrize("role", ["innovation_unit", "programme_coordinator", "resident"])
def test_nobody_else_decides_it(role: str) -> None:
    paired()
    assert signed_in(role).post("/federation/hub", {"passes_on": "on"}).status_code == 403
    assert not passes_on()

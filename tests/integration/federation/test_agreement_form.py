"""The agreement's form begins with what is in force: who changes one thing changes nothing else, and is told no less."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from citytandem.core import clock
from citytandem.federation.models import AgreementVersion
from citytandem.federation.services.identity import own_did
from tests.integration.federation.pairs import agreed, paired
from tests.integration.federation.test_partner_pages import chosen, signed, signed_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator() -> Client:
    return signed_in("administrator")


def shown(client: Client, path: str) -> dict[str, Any]:
    """What the form would send if nobody touched it."""
    form = client.get(path).context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if value not in (None, False)}


def test_who_touches_nothing_changes_nothing_and_who_narrows_a_kind_changes_nothing_else(administrator: Client) -> None:
    # Neither the instant nor the hour is one that the form would have made.
    until = clock.now().replace(hour=13, minute=14, second=15, microsecond=0) + timedelta(days=700)
    peer = agreed(until=until)
    path = f"/federation/partners/{peer.id}/agreement"
    untouched = shown(administrator, path)
    assert str(untouched["until"]) == until.date().isoformat()
    page = administrator.post(path, {**untouched, "do": "look"})
    assert "this is what is in force already" in text_of(page)
    narrowed = {**untouched, "ours_Solution": ""}
    told = administrator.post(path, {**narrowed, "do": "look"}).context["changes"]
    assert [str(one.text) for one in told] == ["We send: Solutions", "We send: what later versions bring"]
    details = signed(administrator, path, narrowed)
    assert details["until"] == until.strftime("%Y-%m-%dT%H:%M:%SZ")
    undone = shown(administrator, path)
    assert undone["ours_Solution"] == ""
    told = administrator.post(path, {**undone, "ours_Solution": "like", "do": "look"}).context["changes"]
    assert [(str(one.text), one.is_wider) for one in told] == [
        ("We send: Solutions", True),
        ("We send: what later versions bring", True),
    ]


def test_the_list_and_the_page_name_the_same_last_day(administrator: Client) -> None:
    peer = agreed()
    path = f"/federation/partners/{peer.id}/agreement"
    sooner = (clock.now() + timedelta(days=100)).date()
    signed(administrator, path, {**shown(administrator, path), "until": sooner.isoformat()})
    listed = administrator.get("/federation").context["page"].rows[0]
    assert listed.until == sooner
    assert administrator.get(f"/federation/partners/{peer.id}").context["page"].agreement.until == sooner


def test_another_office_is_told_and_can_be_signed(administrator: Client) -> None:
    peer = agreed()
    path = f"/federation/partners/{peer.id}/agreement"
    details = signed(administrator, path, {**shown(administrator, path), "office": "Digital office"})
    assert details["contacts"][own_did()]["office"] == "Digital office"


def test_what_begins_later_is_not_said_to_count_at_once(administrator: Client) -> None:
    peer = agreed()
    path = f"/federation/partners/{peer.id}/agreement"
    later = (clock.now() + timedelta(days=30)).date().isoformat()
    page = text_of(
        administrator.post(path, {**shown(administrator, path), "starts": later, "ours_*": "", "do": "look"})
    )
    changes = page.partition('class="fe-changes"')[2].partition("</ul>")[0]
    assert "nothing" in changes
    assert "at once" not in changes


def test_what_was_signed_is_on_its_way_until_it_has_failed(administrator: Client) -> None:
    peer = paired()
    path = f"/federation/partners/{peer.id}"
    signed(administrator, f"{path}/agreement", chosen())
    assert "On its way." in text_of(administrator.get(path))
    AgreementVersion.objects.update(tries=1)
    assert "could not be delivered yet" in text_of(administrator.get(path))

"""A city keeps its own profile, and names two people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from citytandem.accounts.contract import SYSTEM, Actor
from citytandem.accounts.models import Person
from citytandem.core.errors import Conflict, Forbidden, Invalid
from citytandem.core.events import RecordChanged, gathered
from citytandem.core.node import node_set
from citytandem.partnerships.models import City, CityContact, Partnership, Seat
from citytandem.partnerships.programmes.forms_profile import ProfileForm, profile_values
from citytandem.partnerships.programmes.profiles import Named, contacts_set, profile_write
from citytandem.partnerships.services import city_import

pytestmark = pytest.mark.django_db
FULL = {
    "population": "228550", "degurba": "1", "languages": ["de", "en"], "borders": ["NL"], "hours": "12",
    "exchange_budget": "1.500,50", "currency": "EUR", "can_travel": "yes", "topics": "structural change",
    "can_teach": "data ethics board\nhackathons", "wants_to_learn": "running pilots", "teach_themes": ["waste"],
    "twinnings": "Venlo; NL; 1964", "networks": "Eurocities", "level_data": "3", "because_data": "A platform.",
    "strategy_title": "Digital Krefeld",
}  # fmt: skip


@pytest.fixture
def krefeld(db: None) -> City:
    fields = {"languages": ["de"], "can_teach": [{"text": "data ethics board", "basis": "derived"}], "source": {}}
    city = city_import(slug="krefeld", name="Krefeld", country="DE", fields=fields, by=SYSTEM)
    node_set(name="Krefeld", home_city=city.id, home_slug="krefeld", language="de", demo="")
    return city


def values(**changes: Any) -> dict[str, Any]:
    form = ProfileForm({**FULL, **changes})
    assert form.is_valid(), form.errors
    return form.cleaned_data


def test_what_a_city_says_is_kept_and_told_to_the_index(krefeld: City, innovation_unit: Actor) -> None:
    with gathered(RecordChanged) as changed:
        city = profile_write(slug="krefeld", values=values(), by=innovation_unit)
    assert [(event.kind, event.object_id) for event in changed] == [("city", krefeld.id)]
    city.refresh_from_db()
    assert (city.degurba, city.hours, str(city.exchange_budget), city.can_travel) == (1, 12, "1500.50", True)
    assert city.maturity == {"data": {"level": 3, "because": "A platform."}}
    assert [item["basis"] for item in city.can_teach] == ["derived", "stated"]
    assert city.twinnings == [{"name": "Venlo", "country": "NL", "since": 1964}]
    assert ProfileForm(profile_values(city)).is_valid()


def test_an_import_does_not_take_back_what_the_city_said(krefeld: City, innovation_unit: Actor) -> None:
    profile_write(slug="krefeld", values=values(), by=innovation_unit)
    city_import(slug="krefeld", name="Krefeld", country="DE", fields={"languages": ["de"], "profile": "New"}, by=SYSTEM)
    krefeld.refresh_from_db()
    assert (krefeld.languages, krefeld.profile) == (["de", "en"], "New")


def test_who_writes_over_somebody_else_is_told(krefeld: City, innovation_unit: Actor) -> None:
    profile_write(slug="krefeld", values=values(), by=innovation_unit)
    with pytest.raises(Conflict) as error:
        profile_write(slug="krefeld", values=values(hours="1"), by=innovation_unit)
    version = error.value.details["current_version"]
    assert profile_write(slug="krefeld", values=values(hours="1"), version=version, by=innovation_unit).hours == 1


def test_another_city_and_other_people_cannot_be_spoken_for(krefeld: City, make_actor: Callable[[str], Actor]) -> None:
    city_import(slug="venlo", name="Venlo", country="NL", fields={}, by=SYSTEM)
    with pytest.raises(Forbidden):
        profile_write(slug="venlo", values=values(), by=make_actor("innovation_unit"))
    for role in ("resident", "department_staff", "programme_coordinator"):
        with pytest.raises(Forbidden):
            profile_write(slug="krefeld", values=values(), by=make_actor(role))


def test_two_people_are_named_and_whoever_leaves_stays_in_the_record(krefeld: City, innovation_unit: Actor) -> None:
    partner = city_import(slug="venlo", name="Venlo", country="NL", fields={}, by=SYSTEM)
    row = Partnership.objects.create(slug="a", kind="tandem", members=[krefeld.id, partner.id])
    seat = Seat.objects.create(partnership=row, city=krefeld)
    first, second = Named("A. One", "", "a@x.example", consents=True), Named("B. Two", "", "b@x.example", consents=True)
    contacts_set(slug="krefeld", contact=first, deputy=second, by=innovation_unit)
    seat.refresh_from_db()
    assert seat.contact is not None
    assert seat.deputy is not None
    assert (seat.contact.name, seat.deputy.name) == ("A. One", "B. Two")
    contacts_set(slug="krefeld", contact=second, deputy=Named(), by=innovation_unit)
    assert CityContact.objects.filter(until=None).count() == 1
    assert CityContact.objects.count() == 3
    seat.refresh_from_db()
    assert seat.deputy is None


@pytest.mark.parametrize(
    ("contact", "deputy", "code"),
    [
        (Named("A", "", "a@x.example"), Named(), "contact.consent_missing"),
        (Named("A", "", "", consents=True), Named(), "contact.address_missing"),
        (
            Named("A", "", "a@x.example", consents=True),
            Named("A", "", "A@x.example", consents=True),
            "contact.same_person",
        ),
    ],
)
def test_nobody_is_named_without_consent_address_or_as_their_own_deputy(
    krefeld: City, innovation_unit: Actor, contact: Named, deputy: Named, code: str
) -> None:
    with pytest.raises(Invalid) as error:
        contacts_set(slug="krefeld", contact=contact, deputy=deputy, by=innovation_unit)
    assert error.value.code == code


def test_the_pages_keep_what_was_typed(krefeld: City, innovation_unit: Actor) -> None:
    assert Client().get("/cities/krefeld/edit").status_code == 302
    client = Client(headers={"accept-language": "en"})
    client.force_login(Person.objects.get(id=innovation_unit.id))
    assert "There is no plan for digital matters." in client.get("/cities/krefeld/edit").content.decode()
    wrong = client.post("/cities/krefeld/edit", {**FULL, "hours": "-1", "topics": "kept"})
    assert wrong.status_code == 422
    assert "kept" in wrong.content.decode()
    assert client.post("/cities/krefeld/edit", FULL).status_code == 302
    assert client.post("/cities/krefeld/edit", FULL).status_code == 409
    named = {"contact_name": "A. One", "contact_email": "a@x.example"}
    assert client.post("/cities/krefeld/contacts", named).status_code == 422
    assert client.post("/cities/krefeld/contacts", {**named, "contact_consents": "on"}).status_code == 302
    page = client.get("/cities/krefeld").content.decode()
    assert "/cities/krefeld/edit" in page
    assert "/cities/krefeld/edit" not in Client().get("/cities/krefeld").content.decode()

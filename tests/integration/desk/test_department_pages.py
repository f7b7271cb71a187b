"""Pages of departments and organisations: who may do what, and that nothing gets lost or overwritten."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from citytandem.accounts.contract import Actor
from citytandem.accounts.models import Department, Entry, Membership, Organisation, Person
from citytandem.accounts.places.services.departments import Draft, department_save, state_of
from citytandem.accounts.places.services.organisations import Draft as About
from citytandem.accounts.places.services.organisations import (
    member_remove,
    member_set_lead,
    organisation_confirm,
    organisation_edit,
    organisation_leave,
    organisation_make,
)
from citytandem.accounts.selectors import actor_by_id
from citytandem.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from citytandem.streams.models import Problem
from tests.integration.desk.conftest import Town

EN = {"accept-language": "en"}


def form_of(department: Department, **changes: Any) -> dict[str, Any]:
    """What the page of a department sends."""
    return {
        "name_de": "Abfall",
        "name_en": "Waste",
        "service_days": "7",
        "themes": ["waste", "environment"],
        "areas": "51.1, 6.1\n51.1, 6.2\n51.2, 6.2\n\n51.3, 6.1\n51.3, 6.2\n51.4, 6.2",
        "is_active": "on",
        "seen": state_of(department),
        **changes,
    }


def test_everybody_reads_who_answers_for_what(town: Town) -> None:
    page = Client().get("/departments", headers=EN).content.decode()
    assert all(name in page for name in ("Waste", "Traffic", "Digital"))
    one = Client().get("/departments/waste", headers=EN).content.decode()
    assert "5 working days" in one
    assert "Traffic" in one
    for nothing in ("nope", "%00", "x" * 200):
        assert Client().get(f"/departments/{nothing}").status_code == 404
    cache.clear()
    with CaptureQueriesContext(connection) as queries:
        Client().get("/departments", headers=EN)
    assert len(queries) <= 12


def test_an_administrator_sets_a_department_up_and_changes_it(town: Town, make_actor: Any, browser_of: Any) -> None:
    browser = browser_of(make_actor("administrator"))
    assert browser.get("/administration/departments").status_code == 200
    assert browser.get("/administration/departments/new").status_code == 200
    empty = browser.post(
        "/administration/departments/new", {"service_days": "0", "areas": "nonsense", "telephone": "call me"}
    )
    assert empty.status_code == 422
    assert "nonsense" in empty.content.decode()
    made = browser.post(
        "/administration/departments/new", {"name_en": "Green spaces", "service_days": "12", "is_active": "on"}
    )
    assert made.status_code == 302
    green = Department.objects.get(slug="green-spaces")
    assert (green.service_days, green.name) == (12, {"en": {"text": "Green spaces", "by": "human"}})
    values = form_of(town.waste, escalate_to=str(green.id), is_fallback="on")
    assert browser.post("/administration/departments/waste", values).status_code == 302
    waste = Department.objects.get(slug="waste")
    assert (waste.service_days, waste.escalate_to_id, waste.is_fallback, len(waste.areas)) == (7, green.id, True, 2)
    assert waste.themes == ["waste", "environment"]
    assert not Department.objects.get(slug="digital").is_fallback
    page = browser.get("/administration/departments/waste").content.decode()
    assert "51.3, 6.1" in page
    assert Entry.objects.filter(what="department.changed", object_id=str(waste.id)).exists()


def test_two_people_do_not_overwrite_each_other(town: Town, make_actor: Any, browser_of: Any) -> None:
    browser = browser_of(make_actor("administrator"))
    values = form_of(town.waste)
    assert browser.post("/administration/departments/waste", values).status_code == 302
    second = browser.post("/administration/departments/waste", {**values, "name_en": "Rubbish"})
    assert second.status_code == 409
    assert "Rubbish" in second.content.decode()
    assert "Waste" in str(Department.objects.get(slug="waste").name)
    seen = second.context["form"].data["seen"]
    assert (
        browser.post("/administration/departments/waste", {**values, "name_en": "Rubbish", "seen": seen}).status_code
        == 302
    )


def test_who_leads_a_department_changes_its_words_but_not_its_place(town: Town, staff_of: Any, browser_of: Any) -> None:
    lead, colleague = staff_of(town.waste, is_lead=True), staff_of(town.waste)
    assert browser_of(colleague).get("/administration/departments/waste").status_code == 403
    browser = browser_of(lead)
    assert browser.get("/administration/departments/waste").status_code == 200
    assert browser.get("/administration/departments").status_code == 403
    assert browser.get("/administration/departments/traffic").status_code == 403
    answer = browser.post(
        "/administration/departments/waste", form_of(town.waste, service_days="300", is_fallback="on")
    )
    assert answer.status_code == 302
    waste = Department.objects.get(slug="waste")
    assert (waste.service_days, waste.is_fallback, waste.is_active) == (5, False, True)
    assert waste.themes == ["waste", "environment"]


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (Draft(names={"en": " "}), "department.name_missing"),
        (Draft(names={"en": "x" * 121}), "department.name_too_long"),
        (Draft(names={"en": "x"}, service_days=0), "department.service_days"),
        (Draft(names={"en": "x"}, themes=["nonsense"]), "theme.unknown"),
        (Draft(names={"en": "x"}, areas=[{}] * 51), "department.areas_too_many"),
    ],
)
def test_a_department_that_makes_no_sense_is_refused(db: None, make_actor: Any, draft: Draft, code: str) -> None:
    with pytest.raises(DomainError) as caught:
        department_save(draft=draft, by=make_actor("administrator"))
    assert caught.value.code == code


def test_a_department_does_not_escalate_to_itself(town: Town, make_actor: Any) -> None:
    draft = Draft(names={"en": "Waste"}, escalate_to=town.waste.id)
    with pytest.raises(Invalid):
        department_save(draft=draft, by=make_actor("administrator"), department_id=town.waste.id)


@pytest.mark.parametrize("role", ["resident", "innovation_unit", "moderator", "department_staff"])
def test_only_administrators_set_up_departments(town: Town, make_actor: Any, role: str) -> None:
    with pytest.raises(Forbidden):
        department_save(draft=Draft(names={"en": "Mine"}), by=make_actor(role))


def test_staff_are_added_by_their_address_and_taken_out(
    town: Town, make_actor: Any, browser_of: Any, resident: Actor
) -> None:
    browser = browser_of(make_actor("administrator"))
    path = "/administration/departments/waste/staff"
    unknown = browser.post(path, {"staff-email": "nobody@test.example"})
    assert unknown.status_code == 422
    assert "nobody@test.example" in unknown.content.decode()
    email = Person.objects.get(id=resident.id).email.upper()
    assert browser.post(path, {"staff-email": email, "staff-is_lead": "on"}).status_code == 302
    membership = Membership.objects.get(person_id=resident.id)
    assert membership.is_lead
    assert resident.name in browser.get("/administration/departments/waste").content.decode()
    assert Entry.objects.filter(what="department.staff", looked=True).exists()
    assert browser.post(f"{path}/{membership.id}/remove").status_code == 302
    assert not Membership.objects.filter(person_id=resident.id).exists()


def test_staff_of_another_department_are_not_taken_out_by_a_wrong_address(town: Town, make_actor: Any, browser_of: Any, staff_of: Any) -> None:  # fmt: skip
    membership = Membership.objects.get(person_id=staff_of(town.traffic).id)
    browser_of(make_actor("administrator")).post(f"/administration/departments/waste/staff/{membership.id}/remove")
    assert Membership.objects.filter(id=membership.id).exists()


def test_an_organisation_is_read_by_everybody_once_it_is_confirmed(
    town: Town, resident: Actor, browser_of: Any, make_actor: Any, told: Any
) -> None:
    browser, administrator = browser_of(resident), make_actor("administrator")
    assert Client().get("/organisations/new").status_code == 302
    values = {
        "name": "Cyclists of Krefeld",
        "kind": "association",
        "language": "en",
        "about": "We count.",
        "url": "bikes.example",
    }
    assert browser.post("/organisations/new", {**values, "name": ""}).status_code == 422
    assert browser.post("/organisations/new", values)["Location"] == "/organisations/cyclists-of-krefeld"
    organisation = Organisation.objects.get()
    assert (organisation.is_confirmed, organisation.url) == (False, "https://bikes.example")
    path = "/organisations/cyclists-of-krefeld"
    assert Client().get(path).status_code == 404
    assert "Cyclists" not in Client().get("/organisations").content.decode()
    assert browser.get(path).status_code == 200
    assert "Cyclists" in browser_of(administrator).get("/administration/organisations").content.decode()
    browser_of(administrator).post("/administration/organisations", {"slug": organisation.slug, "action": "confirm"})
    Problem.objects.filter(id=told("Potholes").id).update(organisation=organisation)
    hidden = told("Secret draft", visibility="draft")
    Problem.objects.filter(id=hidden.id).update(organisation=organisation)
    page = Client().get(path, headers=EN).content.decode()
    assert "We count." in page
    assert "Potholes" in page
    assert "Secret draft" not in page
    assert "Cyclists" in Client().get("/organisations?kind=association").content.decode()
    assert "Cyclists" not in Client().get("/organisations?kind=firm").content.decode()
    for wrong in ("?kind=nonsense", "?kind=%00"):
        assert Client().get(f"/organisations{wrong}").status_code == 200


def test_its_leads_change_an_organisation_and_others_do_not(
    town: Town, resident: Actor, make_actor: Any, browser_of: Any
) -> None:
    made = organisation_make(draft=About("Cyclists", "association"), by=resident)
    lead = actor_by_id(resident.id, name="")  # type: ignore[arg-type]
    with pytest.raises(Forbidden):
        organisation_edit(organisation_id=made.id, draft=About("Mine", "firm"), by=make_actor("moderator"))
    with pytest.raises(Forbidden):
        organisation_confirm(organisation_id=made.id, by=lead)
    browser = browser_of(lead)
    page = browser.get("/organisations/cyclists/edit")
    seen = page.context["form"].initial["seen"]
    values = {"name": "Cyclists e. V.", "kind": "association", "language": "de", "about": "Wir zählen.", "seen": seen}
    assert browser.post("/organisations/cyclists/edit", values).status_code == 302
    stale = browser.post("/organisations/cyclists/edit", {**values, "name": "Something else"})
    assert stale.status_code == 409
    assert "Something else" in stale.content.decode()
    with pytest.raises(Conflict):
        organisation_edit(organisation_id=made.id, draft=About("X", "firm"), by=lead, seen=seen)


def test_the_city_vouches_for_a_name_and_not_for_the_next_one(
    town: Town, resident: Actor, make_actor: Any, browser_of: Any
) -> None:
    administrator = make_actor("administrator")
    made = organisation_make(draft=About("Cyclists", "association"), by=resident)
    organisation_confirm(organisation_id=made.id, by=administrator)
    lead = actor_by_id(resident.id)  # type: ignore[arg-type]
    values = {"name": "Cyclists", "kind": "association", "language": "de", "about": "Wir zählen."}
    assert browser_of(lead).post("/organisations/cyclists/edit", values).status_code == 302
    assert Client().get("/organisations/cyclists").status_code == 200

    browser_of(lead).post("/organisations/cyclists/edit", {**values, "name": "The mayor's office"})

    assert Client().get("/organisations/cyclists").status_code == 404
    organisation_edit(organisation_id=made.id, draft=About("Cyclists", "association"), by=administrator)
    organisation_confirm(organisation_id=made.id, by=administrator)
    assert Client().get("/organisations/cyclists").status_code == 200


def test_somebody_always_leads(town: Town, resident: Actor, make_actor: Any, browser_of: Any) -> None:
    made = organisation_make(draft=About("Cyclists", "association"), by=resident)
    lead, other = actor_by_id(resident.id), make_actor("resident")  # type: ignore[arg-type]
    own = Membership.objects.get(person_id=lead.id)
    second = Membership.objects.create(
        person_id=other.id, role="organisation_member", organisation=made, since=made.created_at
    )
    with pytest.raises(Invalid, match="Nobody else leads"):
        organisation_leave(organisation_id=made.id, by=lead)
    with pytest.raises(Invalid, match="Nobody else leads"):
        member_set_lead(membership_id=own.id, is_lead=False, by=lead)
    with pytest.raises(Forbidden):
        member_remove(membership_id=own.id, by=actor_by_id(other.id))
    page = browser_of(lead).get("/organisations/cyclists/members")
    assert other.name in page.content.decode()
    browser_of(lead).post("/organisations/cyclists/members", {"membership": str(second.id), "action": "lead"})
    organisation_leave(organisation_id=made.id, by=lead)
    with pytest.raises(NotFound):
        organisation_leave(organisation_id=made.id, by=lead)
    answer = browser_of(other).post("/organisations/cyclists/members", {"action": "leave"})
    assert answer.status_code == 302
    assert not Membership.objects.filter(organisation=made).exists()


def test_members_are_for_members(town: Town, resident: Actor, make_actor: Any, browser_of: Any) -> None:
    made = organisation_make(draft=About("Cyclists", "association"), by=resident)
    Organisation.objects.filter(id=made.id).update(is_confirmed=True)
    path = "/organisations/cyclists/members"
    assert Client().get(path).status_code == 302
    assert browser_of(make_actor("innovation_unit")).get(path).status_code == 403
    assert browser_of(make_actor("administrator")).get(path).status_code == 200
    other = organisation_make(draft=About("Walkers", "association"), by=make_actor("resident"))
    foreign = Membership.objects.get(organisation=other)
    browser_of(resident).post(path, {"membership": str(foreign.id), "action": "remove"})
    assert Membership.objects.filter(id=foreign.id).exists()


def test_an_organisation_that_is_none_is_refused(town: Town, resident: Actor, make_actor: Any, browser_of: Any) -> None:
    organisation_make(draft=About("Spam & Co", "firm"), by=resident)
    browser_of(make_actor("administrator")).post(
        "/administration/organisations", {"slug": "spam-co", "action": "refuse"}
    )
    assert not Organisation.objects.exists()


def test_names_in_any_script_get_an_address(town: Town, resident: Actor, make_actor: Any) -> None:
    greek = organisation_make(draft=About("Ποδηλάτες", "association"), by=resident)
    assert greek.slug.startswith("organisation-")
    assert organisation_make(draft=About("New", "firm"), by=resident).slug.startswith("new-")
    department = department_save(draft=Draft(names={"bg": "Чистота"}), by=make_actor("administrator"))
    assert department.slug.startswith("department-")

"""From the application to published partnerships."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from citytandem.accounts.contract import Actor
from citytandem.accounts.models import Person
from citytandem.core.errors import Conflict, Forbidden, Invalid
from citytandem.partnerships.models import Application, CohortSolution, Partnership, Seat
from citytandem.partnerships.programmes.applying import application_decide, application_withdraw, application_write
from citytandem.partnerships.programmes.profiles import Named, contacts_set
from citytandem.partnerships.programmes.solving import (
    partnership_activate,
    solution_ask,
    solution_compute,
    solution_pin,
    solution_publish,
)
from tests.integration.partnerships.programme_world import EQUAL, programme_world, solved

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(make_actor: Callable[[str], Actor], quick_embedder: object) -> SimpleNamespace:
    return programme_world(make_actor)


def browser(actor: Actor) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(Person.objects.get(id=actor.id))
    return client


def test_groups_are_those_that_learn_from_each_other_and_the_terms_add_up(world: SimpleNamespace) -> None:
    row = solved(world.programme, world.coordinator)
    groups = {tuple(group["cities"]) for group in row.result["groups"]}
    assert groups == {("arezzo", "hamm"), ("alba", "pirna"), ("basel", "venlo")}
    for group in row.result["groups"]:
        for pair in group["pairs"]:
            assert sum(term["value"] for term in pair["terms"]) == pytest.approx(pair["score"], abs=1e-9)
    assert row.result["unplaced"] == []
    solution_compute(row.id)  # again: nothing changes
    assert CohortSolution.objects.get(id=row.id).result == row.result


def test_a_pair_kept_apart_or_together_is_computed_anew(world: SimpleNamespace) -> None:
    first = solved(world.programme, world.coordinator)
    apart = solution_pin(solution=first, first="hamm", second="arezzo", pin="must_not", by=world.coordinator)
    solution_compute(apart.id)
    apart.refresh_from_db()
    assert not any({"hamm", "arezzo"} <= set(group["cities"]) for group in apart.result["groups"])
    free = solution_pin(solution=apart, first="arezzo", second="hamm", pin="free", by=world.coordinator)
    assert free.rules["must_not"] == []
    kept = solution_pin(solution=first, first="hamm", second="alba", pin="must", by=world.coordinator)
    solution_compute(kept.id)
    kept.refresh_from_db()
    assert any({"hamm", "alba"} <= set(group["cities"]) for group in kept.result["groups"])
    page = browser(world.coordinator).get(
        f"/programmes/{world.programme.slug}/solutions/compare", {"first": first.number, "second": kept.number}
    )
    assert page.status_code == 200


def test_rules_that_contradict_each_other_are_named(world: SimpleNamespace) -> None:
    row = solved(world.programme, world.coordinator, must=[["hamm", "pirna"]])
    assert row.result["groups"] == []
    assert "never_same_country" in row.result["contradiction"]


def test_publishing_makes_partnerships_once(world: SimpleNamespace) -> None:
    row = solved(world.programme, world.coordinator)
    with pytest.raises(Forbidden):
        solution_publish(solution_id=row.id, by=world.unit)
    made = solution_publish(solution_id=row.id, by=world.coordinator)
    assert [one.slug for one in made] == [
        one.slug for one in solution_publish(solution_id=row.id, by=world.coordinator)
    ]
    assert (Partnership.objects.count(), Seat.objects.count()) == (3, 6)
    other = solved(world.programme, world.coordinator)
    with pytest.raises(Conflict):
        solution_publish(solution_id=other.id, by=world.coordinator)


def test_a_city_that_took_its_consent_back_is_not_published(world: SimpleNamespace) -> None:
    row = solved(world.programme, world.coordinator)
    application_withdraw(application_id=world.applications["hamm"].id, by=world.unit)
    with pytest.raises(Conflict) as error:
        solution_publish(solution_id=row.id, by=world.coordinator)
    assert error.value.code == "solution.outdated"
    assert "hamm" not in {one["name"] for one in solved(world.programme, world.coordinator).applicants}


def test_no_partnership_begins_without_two_people_in_each_city(world: SimpleNamespace) -> None:
    solution_publish(solution_id=solved(world.programme, world.coordinator).id, by=world.coordinator)
    row = Partnership.objects.get(slug="arezzo-hamm")
    with pytest.raises(Conflict) as error:
        partnership_activate(partnership_id=row.id, by=world.coordinator)
    assert set(error.value.details["cities"]) == {"arezzo", "hamm"}
    people = Named("A. One", "", "a@x.example", consents=True), Named("B. Two", "", "b@x.example", consents=True)
    contacts_set(slug="hamm", contact=people[0], deputy=people[1], by=world.unit)
    with pytest.raises(Conflict):
        partnership_activate(partnership_id=row.id, by=world.coordinator)


def test_applying_has_its_rules(world: SimpleNamespace) -> None:
    city = world.cities["hamm"]
    told = {"programme_id": world.programme.id, "city_id": city.id, "text": "x", "language": "en", "hand_in": True}
    with pytest.raises(Conflict) as twice:
        application_write(**told, consents=True, by=world.unit)
    assert twice.value.code == "application.twice"
    application_withdraw(application_id=world.applications["hamm"].id, by=world.unit)
    with pytest.raises(Invalid):
        application_write(**told, consents=False, by=world.unit)
    assert application_write(**told, consents=True, by=world.unit).state == "handed_in"
    assert Application.objects.filter(city=city).count() == 1
    with pytest.raises(Invalid):
        application_decide(application_id=world.applications["hamm"].id, admit=False, reason=" ", by=world.coordinator)


def test_too_few_cities_odd_weights_and_strangers_are_refused(world: SimpleNamespace) -> None:
    def code(**changed: object) -> str:
        given = {"weights": EQUAL, "rules": {}, **changed}
        with pytest.raises(Invalid) as error:
            solution_ask(programme_id=world.programme.id, by=world.coordinator, **given)  # type: ignore[arg-type]
        return error.value.code

    assert code(weights={"exchange": 0}) == "cohort.weights"
    assert code(rules={"must": [["hamm", "atlantis"]]}) == "cohort.pair"
    Application.objects.exclude(city__slug="hamm").delete()
    assert code() == "cohort.too_few"


def test_the_pages_of_the_bench(world: SimpleNamespace) -> None:
    slug = world.programme.slug
    row = solved(world.programme, world.coordinator)
    client = browser(world.coordinator)
    paths = ("bench", "edit", f"solutions/{row.number}")
    for path in paths:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/programmes/{slug}/{path}").status_code == 200
        assert len(queries) <= 12
        assert Client().get(f"/programmes/{slug}/{path}").status_code == 302
        assert browser(world.unit).get(f"/programmes/{slug}/{path}").status_code == 403
    assert client.post(f"/programmes/{slug}/bench", {"preset": "own"}).status_code == 422
    asked = client.post(f"/programmes/{slug}/bench", {"preset": "learning", "tridems": "on"})
    assert asked.status_code == 302
    assert "progress" in client.get(asked["Location"]).content.decode()
    assert browser(world.unit).get(f"/programmes/{slug}/apply").status_code == 200
    assert Client().get("/programmes").status_code == 200
    published = client.post(f"/programmes/{slug}/solutions/{row.number}/publish")
    assert published.status_code == 302
    assert Partnership.objects.count() == 3

"""Passports: what is known is filled in, tasks follow the differences, and only those see them who may."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from citytandem.accounts.contract import Actor
from citytandem.core import clock
from citytandem.core.errors import Conflict, Forbidden, Invalid, NotFound
from citytandem.partnerships.models import City, Passport
from citytandem.partnerships.passports.comparing import Side
from citytandem.partnerships.passports.selectors import passports_visible_to
from citytandem.partnerships.passports.services import (
    passport_begin,
    passport_change,
    passport_settle,
    task_add,
    task_change,
)
from citytandem.streams.models import Solution
from tests.integration.challenges.making import resident, second, unit

pytestmark = pytest.mark.django_db
CONTRACT_ENDED = {
    "publiccodeYmlVersion": "0.2",
    "usedBy": ["Comune di Capaccio", "CST Sistemi Sud"],
    "intendedAudience": {"countries": ["IT"]},
    "maintenance": {"type": "contract", "contractors": [{"name": "CST", "until": "2022-08-01"}]},
    "localisation": {"availableLanguages": ["it"]},
}


@pytest.fixture
def arezzo() -> City:
    return City.objects.create(slug="arezzo", name="Arezzo", country="IT", languages=["it"], is_profiled=True)


@pytest.fixture
def hamm() -> City:
    return City.objects.create(slug="hamm", name="Hamm", country="DE", languages=["de"], hours=20, is_profiled=True)


@pytest.fixture
def solution(arezzo: City) -> Solution:
    text = {"it": {"text": "Mappa degli alberi", "by": "human"}}
    return Solution.objects.create(
        code="geocity", language="it", title=text, text=text, city=arezzo.id, visibility="public", licence="EUPL-1.2",
        standards=["WMS"], stage="in_use", publiccode=CONTRACT_ENDED, created_at=clock.now(), changed_at=clock.now(),
        frame_conditions={"responsibilities": {"it": {"text": "Il comune", "by": "human"}}},
    )  # fmt: skip


def begun(by: Actor, target: City) -> Passport:
    return passport_begin(solution_key="geocity", target=target, language="en", by=by)


def open_tasks(passport: Passport) -> set[str]:
    return set(passport.tasks.filter(done_at=None).values_list("condition", flat=True))


def test_what_is_known_is_filled_in_and_the_rest_is_asked(solution: Solution, hamm: City, arezzo: City) -> None:
    passport = begun(unit(), hamm)
    assert (passport.solution, passport.origin, passport.target) == (solution.id, arezzo, hamm)
    assert passport.origin_conditions["licence"]["value"] == ["EUPL-1.2"]
    assert passport.origin_conditions["evidence"]["value"] == "in_use_elsewhere"
    assert passport.origin_conditions["responsible_body"]["note"] == "Il comune"
    assert passport.target_conditions["staff"]["value"] == 20
    assert set(passport.publiccode["warnings"]) == {"contract_ended", "country_left_out"}
    assert open_tasks(passport) == {
        "law", "responsible_body", "staff", "cost", "interfaces", "licence", "language", "evidence", "contract_ended",
        "country_left_out",
    }  # fmt: skip


def test_beginning_twice_gives_the_same_passport(solution: Solution, hamm: City) -> None:
    one = begun(unit(), hamm)
    assert begun(second(), hamm).id == one.id
    assert Passport.objects.count() == 1


def test_the_city_that_it_comes_from_is_no_target(solution: Solution, arezzo: City) -> None:
    with pytest.raises(Invalid) as caught:
        begun(unit(), arezzo)
    assert caught.value.code == "passport.same_city"
    assert not Passport.objects.exists()


def test_tasks_follow_what_differs_and_done_ones_stay(solution: Solution, hamm: City) -> None:
    by = unit()
    passport = begun(by, hamm)
    task_change(passport.tasks.get(condition="licence").id, due_on=None, is_done=True, by=by)
    origin = {"staff": Side(10), "licence": Side(["EUPL-1.2"]), "language": Side(["it"])}
    target = {"staff": Side(20), "licence": Side(["EUPL-1.2"]), "language": Side(["de"]), "law": Side("same")}
    passport_change(passport.id, origin=origin, target=target, seen=passport.changed_at, by=by)
    assert {"staff", "law"} & open_tasks(passport) == set()
    assert "language" in open_tasks(passport)
    assert passport.tasks.filter(condition="licence", done_at__isnull=False).exists()


def test_two_people_do_not_overwrite_each_other(solution: Solution, hamm: City) -> None:
    by = unit()
    passport = begun(by, hamm)
    seen = passport.changed_at
    with clock.at(clock.now() + timedelta(seconds=1)):
        passport_change(passport.id, origin={}, target={"staff": Side(5)}, seen=seen, by=by)
        with pytest.raises(Conflict) as caught:
            passport_change(passport.id, origin={}, target={"staff": Side(9)}, seen=seen, by=second())
    assert caught.value.code == "passport.changed"
    passport.refresh_from_db()
    assert passport.target_conditions["staff"]["value"] == 5


def test_what_cannot_be_compared_is_refused_with_its_field(solution: Solution, hamm: City) -> None:
    passport = begun(unit(), hamm)
    with pytest.raises(Invalid) as caught:
        passport_change(passport.id, origin={"staff": Side("many")}, target={}, seen=passport.changed_at, by=unit())
    assert (caught.value.code, caught.value.field) == ("passport.condition", "staff")


def test_a_day_of_use_needs_use_and_must_have_come(solution: Solution, hamm: City) -> None:
    passport, by = begun(unit(), hamm), unit()
    settled: dict[str, Any] = {"outcome": "", "is_public": False, "by": by}
    today = clock.now().date()
    with pytest.raises(Invalid, match="in use"):
        passport_settle(passport.id, state="adapting", in_use_since=today, **settled)
    with pytest.raises(Invalid, match="not come"):
        passport_settle(passport.id, state="in_use", in_use_since=today + timedelta(days=2), **settled)
    with pytest.raises(Invalid):
        passport_settle(passport.id, state="lost", in_use_since=None, **settled)
    passport_settle(passport.id, state="in_use", in_use_since=today, **settled | {"outcome": "Trees are mapped."})
    assert Passport.objects.get().outcome["en"]["text"] == "Trees are mapped."


def test_only_who_works_here_writes_and_only_public_ones_are_read_by_all(solution: Solution, hamm: City) -> None:
    passport = begun(unit(), hamm)
    with pytest.raises(Forbidden):
        begun(resident(), hamm)
    with pytest.raises(Forbidden):
        task_add(passport.id, text="Ask", due_on=None, by=resident())
    assert list(passports_visible_to(resident())) == []
    passport_settle(passport.id, state="draft", outcome="", in_use_since=None, is_public=True, by=unit())
    assert [one.id for one in passports_visible_to(resident())] == [passport.id]


def test_a_solution_that_is_hidden_hides_its_passport(client: Client, solution: Solution, hamm: City) -> None:
    passport = begun(unit(), hamm)
    Passport.objects.update(is_public=True)
    assert client.get(f"/passports/{passport.id}").status_code == 200
    Solution.objects.update(visibility="internal")
    assert client.get(f"/passports/{passport.id}").status_code == 404
    assert "Mappa" not in client.get("/passports").content.decode()


def sign_in(client: Client, actor: Actor) -> None:
    from citytandem.accounts.models import Person

    client.force_login(Person.objects.get(id=actor.id), backend="citytandem.accounts.backends.Backend")


def test_unknown_ones_are_not_there(client: Client) -> None:
    nowhere = UUID(int=7)
    assert client.get(f"/passports/{nowhere}").status_code == 404
    with pytest.raises(NotFound):
        task_change(nowhere, due_on=None, is_done=True, by=unit())


def test_public_data_tells_no_names(client: Client, solution: Solution, hamm: City) -> None:
    by = unit()
    passport = begun(by, hamm)
    task_add(passport.id, text="Invite the utility", due_on=date(2026, 1, 1), by=by)
    Passport.objects.update(is_public=True)
    told = json.loads(client.get(f"/passports/{passport.id}/data.json").content)
    assert (told["solution"], told["origin"], told["target"], len(told["conditions"])) == (
        "geocity",
        "arezzo",
        "hamm",
        8,
    )
    assert {"text": "Invite the utility", "due_on": "2026-01-01", "done": False} in told["tasks"]
    page = client.get(f"/passports/{passport.id}").content.decode()
    assert by.name
    assert by.name not in page


def test_visitors_sign_in_before_they_write(client: Client, solution: Solution, hamm: City) -> None:
    passport = begun(unit(), hamm)
    for path in ("/solutions/geocity/passport", f"/passports/{passport.id}/edit"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/sign-in")

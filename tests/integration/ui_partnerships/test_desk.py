"""The innovation unit's desk: who may, deciding about matches, and weights that can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from citytandem.accounts.contract import ANYBODY
from citytandem.streams.models import Link, LinkState, Weighting
from citytandem.streams.services.feedback import feedback_give

BrowserOf = Callable[[str], Client]
UNIT, RESIDENT = "innovation_unit", "resident"


@pytest.mark.parametrize("page", ["/desk", "/desk/weights"])
def test_the_desk_is_for_the_innovation_unit(world: SimpleNamespace, browser_of: BrowserOf, page: str) -> None:
    assert Client().get(page).status_code == 302
    assert browser_of(RESIDENT).get(page).status_code == 403
    unit = browser_of(UNIT)
    for language in ("de", "el"):
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            answer = unit.get(page, headers={"accept-language": language})
        assert answer.status_code == 200
        assert len(queries) <= 12


@pytest.mark.parametrize("path", ["/desk/suggestions", "/desk/weights/propose", "/desk/weights/use"])
def test_only_the_innovation_unit_writes(world: SimpleNamespace, browser_of: BrowserOf, path: str) -> None:
    assert Client().post(path).status_code == 403
    assert browser_of(RESIDENT).post(path).status_code == 403
    assert browser_of(UNIT).get(path).status_code == 405


def test_a_match_is_confirmed_and_taken_back(world: SimpleNamespace, browser_of: BrowserOf) -> None:
    unit, path = browser_of(UNIT), f"/desk/links/{world.link.id}"
    assert "Bins overflow" in unit.get("/desk", headers={"accept-language": "en"}).content.decode()
    assert unit.post(path, {"decision": "confirm"}).status_code == 302
    assert Link.objects.get().state == LinkState.CONFIRMED
    row = unit.post(path, {"decision": "reject"}, headers={"hx-request": "true", "accept-language": "en"})
    assert row.status_code == 200
    assert row.content.decode().startswith("<li")
    assert "Confirm after all" in row.content.decode()
    assert Link.objects.get().state == LinkState.REJECTED


def test_a_decision_must_make_sense_and_be_allowed(world: SimpleNamespace, browser_of: BrowserOf) -> None:
    path = f"/desk/links/{world.link.id}"
    unit = browser_of(UNIT)
    assert unit.post(path, {"decision": "perhaps"}).status_code == 422
    assert unit.post(f"/desk/links/{uuid4()}", {"decision": "confirm"}).status_code == 404
    assert unit.get(path).status_code == 405
    assert browser_of(RESIDENT).post(path, {"decision": "confirm"}).status_code == 403
    assert Client().post(path, {"decision": "confirm"}).status_code == 403
    assert Link.objects.get().state == LinkState.SUGGESTED


def test_a_forged_form_is_refused(world: SimpleNamespace, browser_of: BrowserOf) -> None:
    person = browser_of(UNIT)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = person.cookies
    assert strict.post(f"/desk/links/{world.link.id}", {"decision": "confirm"}).status_code == 403


def test_weights_are_proposed_used_and_taken_back(world: SimpleNamespace, browser_of: BrowserOf) -> None:
    unit = browser_of(UNIT)
    assert (
        "At least 5 answers are needed" in unit.get("/desk/weights", headers={"accept-language": "en"}).content.decode()
    )
    told = unit.post("/desk/weights/propose", follow=True, headers={"accept-language": "en"}).content.decode()
    assert "too little feedback" in told
    for n in range(6):
        feedback_give(
            query=f"bins {n}", language="en", kind="solution", object_id=world.solution, is_useful=n % 2 == 0,
            terms={"similarity": 0.2 + n / 20, "theme": 0.5, "words": 0.1}, by=ANYBODY,
        )  # fmt: skip
    unit.post("/desk/weights/propose")
    proposed = Weighting.objects.get()
    assert not proposed.is_in_use
    used = unit.post(
        "/desk/weights/use", {"weighting": str(proposed.id)}, follow=True, headers={"accept-language": "en"}
    )
    page = used.content.decode()
    assert "Which weights counted when" in page
    assert Weighting.objects.get().is_in_use
    assert page.count("in use</span>") == 1
    unit.post("/desk/weights/use", {"weighting": ""})
    assert not Weighting.objects.get().is_in_use


@pytest.mark.parametrize(("number", "status"), [("999999", 404), ("-1", 200), ("1; DROP", 200), ("9" * 400, 200)])
def test_forged_weightings_change_nothing(
    world: SimpleNamespace, browser_of: BrowserOf, number: str, status: int
) -> None:
    answer = browser_of(UNIT).post("/desk/weights/use", {"weighting": number}, follow=True)
    assert answer.status_code == status
    assert not Weighting.objects.filter(is_in_use=True).exists()


def test_looking_for_matches_suggests_nothing_twice(world: SimpleNamespace, browser_of: BrowserOf) -> None:
    unit = browser_of(UNIT)
    before = Link.objects.count()
    for _ in range(2):
        assert unit.post("/desk/suggestions").status_code == 302
    pairs = list(Link.objects.values_list("problem_id", "solution_id"))
    assert len(pairs) == len(set(pairs))
    assert len(pairs) >= before

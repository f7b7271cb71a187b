"""Reuse instead of buying: what differs between the city that gives and the reader's."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from citytandem.core.node import node_set
from citytandem.streams.models import Solution
from tests.conftest import QuickEmbedder
from tests.integration.challenges.making import resident, unit
from tests.integration.challenges.tendering import browser
from tests.small_world import World, small_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(quick_embedder: QuickEmbedder) -> World:
    """Krefeld's node, with solutions of several cities."""
    made = small_world()
    node_set(name="Krefeld", home_city=made.cities["krefeld"].id, home_slug="krefeld", language="en")
    return made


@pytest.fixture
def solution(world: World) -> Solution:
    """One of Sofia that says what it needs."""
    row = world.solutions[0]
    row.city = world.cities["sofia"].id
    row.frame_conditions = {
        "law": {"en": {"text": "Bulgarian waste act", "by": "human"}},
        "staff": {"en": {"text": "Two technicians", "by": "human"}},
    }
    row.standards = ["LoRaWAN", "OGC SensorThings"]
    row.save()
    return row


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_page_asks_for_each_condition_that_is_named(solution: Solution, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(12):
        text = text_of(Client().get(f"/solutions/{solution.code}/reuse"))
    assert "Bulgarian waste act" in text
    assert 'name="law-answer"' in text
    assert 'name="standards-value"' in text
    assert 'name="data-answer"' not in text
    # The node's own city is another one: what is known of it is filled in.
    assert 'name="population-value" value="227000"' in text
    assert re.search(r'name="law-answer" value="differs"[^>]*checked', text)


def test_the_checklist_puts_first_what_differs_and_decides(solution: Solution) -> None:
    answer = Client().post(
        f"/solutions/{solution.code}/reuse",
        {
            "law-answer": "differs", "law-note": "German law", "staff-answer": "same", "standards-value": ["LoRaWAN"],
            "population-value": "227.000", "language-value": ["de"],
        },
    )  # fmt: skip
    text = text_of(answer)
    order = list(re.findall(r"<h3>([^<]+)</h3>", text))
    assert answer.status_code == 200
    assert order[:3] == ["Law", "Standards", "Language"]
    assert order[-1] == "Staff"
    assert "German law" in text
    assert "Have your legal office look at it" in text
    assert "The other city has not said it. Ask them." in text
    assert "Plan training" not in text


def test_nothing_said_is_not_known(solution: Solution) -> None:
    text = text_of(Client().post(f"/solutions/{solution.code}/reuse", {}))
    assert "ct-checklist__row--differs" not in text
    assert "ct-checklist__row--same" not in text
    assert "ct-checklist__row--unknown" in text


@pytest.mark.parametrize(
    "told",
    [
        {"population-value": "many"}, {"population-value": "-3"}, {"population-value": "1.5"}, {"law-answer": "maybe"},
        {"law-note": "x" * 301}, {"language-value": ["xx"]}, {"standards-value": ["MQTT"]},
    ],
)  # fmt: skip
def test_bad_input_is_an_error_of_the_form(solution: Solution, told: dict[str, Any]) -> None:
    answer = Client().post(f"/solutions/{solution.code}/reuse", told)
    assert answer.status_code == 422
    assert "Please look at this again" in answer.content.decode()
    assert "ct-checklist" not in answer.content.decode()


def test_a_solution_of_ones_own_city_is_not_compared_with_itself(solution: Solution, world: World) -> None:
    solution.city = world.cities["krefeld"].id
    solution.save()
    text = text_of(Client().get(f"/solutions/{solution.code}/reuse"))
    assert not re.search(r'name="population-value" value="[0-9]', text)


def test_without_conditions_it_says_so(world: World) -> None:
    row = world.solutions[1]
    row.frame_conditions, row.standards, row.licence, row.city = {}, [], "", None
    row.save()
    answer = Client().get(f"/solutions/{row.code}/reuse")
    assert answer.status_code == 200
    assert "has not said yet what it needs" in answer.content.decode()
    assert Client().post(f"/solutions/{row.code}/reuse", {}).status_code == 200


def test_who_may_not_read_the_solution_may_not_compare_it(world: World) -> None:
    row = world.solutions[2]
    row.visibility = "draft"
    row.save()
    for reader in (None, resident()):
        assert browser(reader).get(f"/solutions/{row.code}/reuse").status_code == 404
    assert browser(unit()).get(f"/solutions/{row.code}/reuse").status_code == 200
    assert Client().get("/solutions/nothere/reuse").status_code == 404


def test_the_page_of_a_solution_leads_there(solution: Solution) -> None:
    text = Client().get(f"/solutions/{solution.code}").content.decode()
    assert f'href="/solutions/{solution.code}/reuse"' in text

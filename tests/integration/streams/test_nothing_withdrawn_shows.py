"""What is not public, or no longer, shows nowhere: not in matches, counts, links or histories."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from citytandem.accounts.contract import ANYBODY, Actor
from citytandem.streams.counting import counts
from citytandem.streams.match import match, question_of_text
from citytandem.streams.models import Solution
from citytandem.streams.services.links import link_make
from tests.conftest import QuickEmbedder
from tests.small_world import World, small_world

SECRET = "only the council may know of this"


@pytest.fixture
def world(db: None, quick_embedder: QuickEmbedder) -> World:
    return small_world()


def withdraw(solution: Solution) -> None:
    """As when the index has not heard of it yet."""
    Solution.objects.filter(id=solution.id).update(visibility="internal")


def test_a_match_leaves_out_what_was_withdrawn_before_the_index_heard_of_it(world: World) -> None:
    asked = question_of_text("Fill-level sensors for bins at the market", language="en")
    assert world.solutions[0].id in {hit.id for hit in match(asked, top=20).solutions}
    withdraw(world.solutions[0])
    assert world.solutions[0].id not in {hit.id for hit in match(asked, top=20).solutions}
    assert world.solutions[0].id in {hit.id for hit in match(asked, top=20, public_only=False).solutions}


def test_counts_tell_visitors_nothing_of_links_to_internal_records(world: World, innovation_unit: Actor) -> None:
    assert counts(ANYBODY)["links_joined"] == 1
    withdraw(world.solutions[0])
    assert counts(ANYBODY)["links_joined"] == 0
    assert counts(ANYBODY)["problems_matched"] == 0
    assert counts(innovation_unit)["links_joined"] == 1


def test_the_reason_of_a_link_to_an_internal_record_is_in_no_public_history(
    world: World, innovation_unit: Actor
) -> None:
    withdraw(world.solutions[2])
    problem = world.problems[2]
    link_make(problem=problem.id, solution=world.solutions[2].id, why=SECRET, by=innovation_unit)
    page = Client().get(f"/problems/{problem.code}").content.decode()
    answer = Client().get(f"/api/v1/problems/{problem.code}")
    assert SECRET not in page
    assert SECRET not in json.dumps(answer.json(), ensure_ascii=False)
    assert str(world.solutions[2].id) not in json.dumps(answer.json())

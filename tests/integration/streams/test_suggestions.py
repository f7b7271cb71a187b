"""What the matcher suggests unasked: only what very likely helps, a little at a time, nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from citytandem.accounts.contract import SYSTEM, Actor
from citytandem.core import clock
from citytandem.core.languages import LANGUAGES
from citytandem.demo.load import demo_load
from citytandem.progress import quiet
from citytandem.streams import tasks
from citytandem.streams.matching import LIKELY
from citytandem.streams.models import Change, Link, LinkMaker, LinkState, Problem, Weighting
from citytandem.streams.selectors import links_waiting
from citytandem.streams.services.links import link_decide
from citytandem.streams.services.records import Wording, record_submit
from citytandem.streams.services.suggestions import MOST_WAITING, suggest_links
from tests.small_world import World, small_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_embedder")]


def weigh(bias: float) -> None:
    """Weights with which every hit is certain to help, or none."""
    weights = {"bias": bias, "similarity": 0.0, "theme": 0.0, "words": 0.0}
    Weighting.objects.update(is_in_use=False)
    Weighting.objects.create(weights=weights, reason="for a test", is_in_use=True, made_at=clock.now())


@pytest.fixture
def world() -> World:
    weigh(10)
    return small_world(records=6)


def suggested(problem: Problem) -> list[Link]:
    return list(problem.links.filter(state=LinkState.SUGGESTED))


def test_it_suggests_at_most_three_with_reasons_in_every_language(world: World) -> None:
    problem = world.problems[2]
    assert suggest_links("problem", ids=[problem.id]) == MOST_WAITING == 3
    for link in suggested(problem):
        assert link.maker == LinkMaker.MATCHER
        assert link.score is not None
        assert link.score >= LIKELY
        assert set(link.why) == set(LANGUAGES)
        assert {version["by"] for version in link.why.values()} == {"machine"}
        assert "same theme" in link.why["en"]["text"]
        assert "gleiche" in link.why["de"]["text"]
        assert "Отпадъци" in link.why["bg"]["text"]
        assert link in links_waiting()
    told = Change.objects.filter(object_id=problem.id, what="link_suggested")
    assert told.count() == 3
    assert {change.by_name for change in told} == {SYSTEM.name}


def test_a_second_time_it_suggests_nothing_more(world: World) -> None:
    ids = [problem.id for problem in world.problems]
    assert suggest_links("problem", ids=ids) > 0
    before = Link.objects.count()
    assert suggest_links("problem", ids=ids) == 0
    assert Link.objects.count() == before


def test_what_people_or_a_source_said_stays_as_it_is(world: World, innovation_unit: Actor) -> None:
    problem = world.problems[0]
    [known] = problem.links.all()
    suggest_links("problem", ids=[problem.id])
    for link in suggested(problem):
        link_decide(link_id=link.id, accept=False, by=innovation_unit)
    rejected = set(problem.links.filter(state=LinkState.REJECTED).values_list("solution_id", flat=True))
    suggest_links("problem", ids=[problem.id])
    assert not rejected & {link.solution_id for link in suggested(problem)}
    known.refresh_from_db()
    assert (known.maker, known.state) == (LinkMaker.SOURCE, LinkState.CONFIRMED)


def test_what_only_may_help_is_not_suggested(world: World) -> None:
    weigh(-0.5)
    before = Link.objects.count()
    assert suggest_links("problem", ids=[problem.id for problem in world.problems]) == 0
    assert Link.objects.count() == before


def test_drafts_and_problems_on_their_way_are_left_alone(world: World) -> None:
    solved = world.problems[3]
    Problem.objects.filter(id=solved.id).update(status="solved")
    assert suggest_links("problem", ids=[world.draft.id, solved.id]) == 0
    for solution in world.solutions:
        suggest_links("solution", ids=[solution.id])
    assert not Link.objects.filter(problem__in=[solved, world.draft]).exists()


def test_a_solution_is_suggested_to_problems_and_no_problem_gets_more_than_three(world: World) -> None:
    assert suggest_links("solution", ids=[world.solutions[5].id]) == 3
    assert Link.objects.filter(solution=world.solutions[5], state=LinkState.SUGGESTED).count() == 3
    suggest_links("solution", ids=[solution.id for solution in world.solutions])
    assert max(len(suggested(problem)) for problem in world.problems) == MOST_WAITING


def test_each_submission_asks_for_it_after_the_vectors(
    resident: Actor, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    wording = Wording("Die Mülleimer quellen über", "Jeden Samstag.", "de")
    with django_capture_on_commit_callbacks(execute=True):
        problem = record_submit(kind="problem", wording=wording, by=resident)
    job = ProcrastinateJob.objects.get(task_name="streams.suggest")
    assert (job.queue_name, job.args) == ("heavy", {"kind": "problem", "object_ids": [str(problem.id)]})
    assert job.priority < ProcrastinateJob.objects.get(task_name="search.embed").priority


def test_the_job_suggests(world: World) -> None:
    tasks.suggest(kind="problem", object_ids=[str(world.problems[2].id)])
    assert len(suggested(world.problems[2])) == 3


@pytest.mark.slow
def test_the_demo_has_its_suggestions_once() -> None:
    weigh(10)
    demo_load(say=quiet(), examples=False)
    waiting = Link.objects.filter(maker=LinkMaker.MATCHER)
    assert waiting.count() > 100
    before = set(waiting.values_list("id", flat=True))
    demo_load(say=quiet(), examples=False)
    assert set(waiting.values_list("id", flat=True)) == before


def test_the_demo_without_vectors_leaves_it_to_the_worker() -> None:
    demo_load(say=quiet(), vectors=False, examples=False)
    assert not Link.objects.filter(maker=LinkMaker.MATCHER).exists()
    job = ProcrastinateJob.objects.get(task_name="streams.suggest")
    assert len(job.args["object_ids"]) == Problem.objects.count()

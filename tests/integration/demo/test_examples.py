"""The demo's examples of the way from a problem to a contract: walked through by the services, as people do."""

from __future__ import annotations

import pytest

from citytandem.challenges.models import Challenge, Pilot, Proposal, Tender
from citytandem.challenges.services.log import log_check
from citytandem.core.ids import stable_id
from citytandem.demo.load import demo_load
from citytandem.progress import quiet
from citytandem.streams.models import Problem, Solution

pytestmark = pytest.mark.django_db


def test_the_whole_way_from_a_problem_to_a_published_solution_with_evidence() -> None:
    demo_load(say=quiet(), vectors=False)
    complete, running, still_open = (
        Challenge.objects.get(id=stable_id("challenge", name))
        for name in ("fill-levels-of-bins", "warm-buildings-less-energy", "participation-that-reaches-everybody")
    )
    assert [one.phase for one in (complete, running, still_open)] == ["decided", "decision", "open"]
    assert [log_check(one) for one in (complete, running, still_open)] == [None, None, None]
    pilot = Pilot.objects.get(challenge=complete)
    assert (pilot.state, pilot.decision, pilot.proposal.step) == ("decided", "scale", "implement")
    verdicts = [one["finding"]["verdict"] for one in pilot.findings["indicators"]]
    assert verdicts == ["better", "better", "better"]
    solution = Solution.objects.get(id=pilot.solution)
    assert solution.visibility == "public"
    assert solution.links.get().problem_id == stable_id("problem", "vvv-waste-collection")
    assert Problem.objects.get(slug="vvv-waste-collection").status == "solved"
    assert Pilot.objects.get(challenge=running).state == "running"
    assert Proposal.objects.filter(challenge=complete, moderation="merged").count() == 1
    assert Tender.objects.get(challenge=complete).pilot_id == pilot.id
    assert still_open.questions.filter(answered_at=None).count() == 1


def test_twice_changes_nothing() -> None:
    demo_load(say=quiet(), vectors=False)
    before = list(Challenge.objects.order_by("id").values_list("id", "log_head", "changed_at"))
    demo_load(say=quiet(), vectors=False)
    assert list(Challenge.objects.order_by("id").values_list("id", "log_head", "changed_at")) == before

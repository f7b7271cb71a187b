"""Links between the streams; what people say of a match, and weights learned from it: shown, reversible, never silently."""

from __future__ import annotations

from typing import Any

import pytest

from citytandem.accounts.contract import ANYBODY, Actor
from citytandem.core.errors import Forbidden, Invalid, NotFound
from citytandem.core.ids import uuid7
from citytandem.streams.counting import counts
from citytandem.streams.matching import Terms, Weights, probability
from citytandem.streams.models import Feedback, Link, Problem, Solution, Weighting
from citytandem.streams.selectors import history_of, links_of, links_waiting, weighting_switches
from citytandem.streams.services.feedback import LEAST_ANSWERS, feedback_give, weighting_propose, weighting_use
from citytandem.streams.services.links import link_decide, link_from_source, link_make, link_suggest
from citytandem.streams.services.records import Wording, record_submit
from citytandem.streams.weighting import shipped_weights, weights_in_use

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(resident: Actor) -> tuple[Problem, Solution]:
    problem = record_submit(kind="problem", wording=Wording("Volle Eimer", "", "de"), by=resident)
    solution = record_submit(kind="solution", wording=Wording("Sensoren", "", "de"), by=resident)
    return problem, solution


def test_staff_join_a_pair_by_any_key_and_say_why(pair: tuple[Problem, Solution], innovation_unit: Actor) -> None:
    problem, solution = pair
    link = link_make(
        problem=problem.code, solution=str(solution.id), why="Sie melden\x00 volle Eimer.", by=innovation_unit
    )
    assert (link.maker, link.state, link.made_by_id, link.score) == ("people", "confirmed", innovation_unit.id, None)
    assert link.why == {"de": {"text": "Sie melden volle Eimer.", "by": "human"}}
    change = history_of(problem)[0]
    assert (change.what, change.fields, change.reason) == (
        "linked",
        {"solution": str(solution.id)},
        "Sie melden volle Eimer.",
    )
    again = link_make(problem=problem.id, solution=solution.id, why="", by=innovation_unit)
    assert again.id == link.id
    assert Link.objects.get().why == link.why


def test_residents_and_visitors_do_not_link(pair: tuple[Problem, Solution], resident: Actor) -> None:
    for actor in (resident, ANYBODY):
        with pytest.raises(Forbidden):
            link_make(problem=pair[0].id, solution=pair[1].id, why="", by=actor)
        with pytest.raises(Forbidden):
            link_decide(link_id=uuid7(), accept=True, by=actor)
    assert not Link.objects.exists()


def test_nobody_links_what_is_not_there(pair: tuple[Problem, Solution], innovation_unit: Actor) -> None:
    with pytest.raises(NotFound):
        link_make(problem=pair[0].id, solution="nothing", why="", by=innovation_unit)
    with pytest.raises(NotFound):
        link_decide(link_id=uuid7(), accept=True, by=innovation_unit)


def test_a_suggestion_waits_until_people_decide_and_can_be_taken_back(
    pair: tuple[Problem, Solution], innovation_unit: Actor
) -> None:
    problem, solution = pair
    link = link_suggest(problem=problem.id, solution=solution.id, score=0.8, why={"en": "same theme"})
    assert link is not None
    assert (link.state, link.maker, link.why["en"]["by"]) == ("suggested", "matcher", "machine")
    assert links_waiting() == [link]
    assert counts(ANYBODY)["links_waiting"] == 1
    link_decide(link_id=link.id, accept=False, by=innovation_unit)
    assert links_of(ANYBODY, problem) == []
    assert links_of(innovation_unit, problem) == [link]
    assert link_suggest(problem=problem.id, solution=solution.id, score=0.9, why={}) is None
    assert Link.objects.get().state == "rejected"
    link_decide(link_id=link.id, accept=True, by=innovation_unit)
    assert [link.state for link in links_of(ANYBODY, solution)] == ["confirmed"]
    assert [change.what for change in history_of(problem)] == [
        "link_confirmed",
        "link_rejected",
        "link_suggested",
        "submitted",
    ]


def test_a_link_by_hand_confirms_a_suggestion(pair: tuple[Problem, Solution], innovation_unit: Actor) -> None:
    link = link_suggest(problem=pair[0].id, solution=pair[1].id, score=0.8, why={})
    made = link_make(problem=pair[0].id, solution=pair[1].id, why="Ja.", by=innovation_unit)
    assert link is not None
    assert (made.id, made.state, made.score) == (link.id, "confirmed", 0.8)


def test_a_source_links_once_and_keeps_its_moment(pair: tuple[Problem, Solution]) -> None:
    first = link_from_source(problem=pair[0].id, solution=pair[1].id, why={"de": "So steht es da."}, basis="stated")
    again = link_from_source(problem=pair[0].id, solution=pair[1].id, why={"de": "So steht es da."}, basis="stated")
    assert first.id == again.id
    assert first.created_at == Link.objects.get().created_at


def test_links_to_what_a_reader_may_not_read_are_not_told(
    pair: tuple[Problem, Solution], resident: Actor, innovation_unit: Actor
) -> None:
    Solution.objects.update(visibility="internal")
    link_make(problem=pair[0].id, solution=pair[1].id, why="", by=innovation_unit)
    assert links_of(ANYBODY, pair[0]) == []
    assert len(links_of(innovation_unit, pair[0])) == len(links_of(resident, pair[0])) == 1


GOOD = {"similarity": 0.3, "theme": 0.2, "words": 0.0}
BAD = {"similarity": 0.05, "theme": 0.9, "words": 0.0}


def answer(
    number: int, *, useful: bool, by: Actor = ANYBODY, terms: dict[str, float] | None = None, **more: Any
) -> Feedback:
    values = {
        "query": f"Frage {number}",
        "language": "de",
        "kind": "solution",
        "object_id": uuid7(),
        "terms": terms if terms is not None else GOOD if useful else BAD,
    }
    return feedback_give(is_useful=useful, by=by, **{**values, **more})


def test_an_answer_is_kept_with_its_terms(resident: Actor) -> None:
    kept = answer(1, useful=True, by=resident)
    assert (kept.query, kept.is_useful, kept.terms, kept.by_id) == ("Frage 1", True, GOOD, resident.id)


def test_a_persons_second_answer_replaces_the_first_and_a_visitors_does_not(resident: Actor) -> None:
    same = {"object_id": uuid7()}
    answer(1, useful=True, by=resident, **same)
    answer(1, useful=False, by=resident, **same)
    assert Feedback.objects.get().is_useful is False
    answer(1, useful=True, **same)
    answer(1, useful=True, **same)
    assert Feedback.objects.count() == 3


def test_feedback_about_anything_else_is_refused() -> None:
    with pytest.raises(Invalid) as caught:
        answer(1, useful=True, kind="person")
    assert caught.value.field == "kind"


def test_too_little_feedback_teaches_nothing(innovation_unit: Actor) -> None:
    for number in range(LEAST_ANSWERS - 1):
        answer(number, useful=True)
    answer(99, useful=True, terms={})
    with pytest.raises(Invalid):
        weighting_propose(by=innovation_unit)
    assert not Weighting.objects.exists()


def test_learning_proposes_and_changes_nothing_until_somebody_says_so(innovation_unit: Actor) -> None:
    for number in range(20):
        answer(number, useful=number % 2 == 0)
    proposed = weighting_propose(by=innovation_unit)
    assert (proposed.is_in_use, proposed.learned_from, proposed.made_by_id) == (False, 20, innovation_unit.id)
    assert weights_in_use() == shipped_weights()
    learned = Weights.of(proposed.weights)
    before, after = (
        [probability(Terms(**terms), weights) for terms in (GOOD, BAD)] for weights in (shipped_weights(), learned)
    )
    assert after[1] < before[1]
    assert after[0] - after[1] > before[0] - before[1]


def test_every_step_can_be_taken_back(innovation_unit: Actor) -> None:
    for number in range(10):
        answer(number, useful=True)
    first, second = weighting_propose(by=innovation_unit), weighting_propose(by=innovation_unit)
    assert weighting_use(weighting_id=first.id, by=innovation_unit) == weights_in_use() == Weights.of(first.weights)
    weighting_use(weighting_id=second.id, by=innovation_unit)
    assert list(Weighting.objects.filter(is_in_use=True)) == [second]
    assert weighting_use(weighting_id=None, by=innovation_unit) == weights_in_use() == shipped_weights()
    weighting_use(weighting_id=first.id, by=innovation_unit)
    with pytest.raises(NotFound):
        weighting_use(weighting_id=999_999, by=innovation_unit)
    assert weights_in_use() == Weights.of(first.weights), "a wrong number must not switch anything off"
    weighting_use(weighting_id=first.id, by=innovation_unit)
    told = [(switch.weighting_id, switch.by_name) for switch in weighting_switches()]
    assert told == [(number, innovation_unit.name) for number in (first.id, None, second.id, first.id)]


def test_only_staff_weigh(resident: Actor) -> None:
    for actor in (resident, ANYBODY):
        with pytest.raises(Forbidden):
            weighting_propose(by=actor)
        with pytest.raises(Forbidden):
            weighting_use(weighting_id=None, by=actor)


def test_who_vouches_for_a_suggestion_makes_it_theirs(pair: tuple[Problem, Solution], innovation_unit: Actor) -> None:
    problem, solution = pair
    link_suggest(problem=problem.id, solution=solution.id, score=0.7, why={"de": "ähnlich"})
    link_make(problem=problem.id, solution=solution.id, why="Wir haben es ausprobiert.", by=innovation_unit)
    kept = Link.objects.get()
    assert (kept.maker, kept.state, kept.made_by_id) == ("people", "confirmed", innovation_unit.id)
    assert kept.why == {"de": {"text": "Wir haben es ausprobiert.", "by": "human"}}


def test_a_source_does_not_overrule_people(pair: tuple[Problem, Solution], innovation_unit: Actor) -> None:
    problem, solution = pair
    told = {"problem": problem.id, "solution": solution.id, "why": {"en": "The report says so."}, "basis": "stated"}
    link = link_from_source(**told)
    link_decide(link_id=link.id, accept=False, by=innovation_unit)
    link_from_source(**told | {"why": {"en": "Corrected."}, "basis": "derived"})
    kept = Link.objects.get()
    assert (kept.state, kept.why["en"]["text"], kept.basis) == ("rejected", "Corrected.", "derived")


def test_what_a_source_said_stays_what_it_said(pair: tuple[Problem, Solution], innovation_unit: Actor) -> None:
    problem, solution = pair
    told = {"problem": problem.id, "solution": solution.id, "why": {"de": "So der Bericht."}, "basis": "stated"}
    link_from_source(**told)
    link_make(problem=problem.id, solution=solution.id, why="Wir haben es ausprobiert.", by=innovation_unit)
    kept = Link.objects.get()
    assert (kept.maker, kept.why["de"]["text"]) == ("source", "So der Bericht.")
    assert history_of(problem)[0].reason == "Wir haben es ausprobiert."


def test_a_reason_that_is_too_long_is_refused(pair: tuple[Problem, Solution], innovation_unit: Actor) -> None:
    with pytest.raises(Invalid) as caught:
        link_make(problem=pair[0].id, solution=pair[1].id, why="a" * 2_001, by=innovation_unit)
    assert caught.value.field == "why"

"""Writing, reviewing, publishing and ending a challenge: two people, dates that only move on, nobody falls out silently."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from citytandem.accounts.contract import SYSTEM, Actor
from citytandem.challenges.models import Challenge, DecisionEntry, Pilot, Proposal, StepTaken
from citytandem.challenges.services.challenges import (
    Dates,
    Draft,
    assessment_start,
    challenge_draft,
    challenge_edit,
    challenge_extend,
    challenge_publish,
    challenge_return,
    challenge_send,
    challenge_withdraw,
)
from citytandem.challenges.services.log import log_check
from citytandem.challenges.subjects import _challenge_writable
from citytandem.core import clock
from citytandem.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from citytandem.core.ids import short_code, uuid7
from citytandem.core.versions import translations
from citytandem.notifications.models import Notice
from citytandem.search.models import Entry
from citytandem.streams.models import Problem
from citytandem.streams.services.records import Wording, record_submit
from tests.conftest import QuickEmbedder
from tests.integration.challenges.making import (
    a_challenge,
    a_proposal,
    council,
    moderator,
    resident,
    second,
    staff,
    unit,
)

pytestmark = pytest.mark.django_db


def a_draft(**fields: Any) -> Draft:
    now = clock.now()
    given: dict[str, Any] = {
        "title": "Bins that tell when they are full",
        "language": "en",
        "text": "Bins at the market overflow. We look for a way to empty them in time.",
        "closes_at": now + timedelta(days=30),
        "questions_until": now + timedelta(days=20),
    }
    return Draft(**{**given, **fields})


def a_problem(by: Actor) -> Problem:
    made = record_submit(kind="problem", wording=Wording("Bins overflow", "Each Saturday.", "en"), by=by, details={})
    return Problem.objects.get(id=made.id)


def told(person: Actor) -> set[str]:
    return set(Notice.objects.filter(person_id=person.id).values_list("template", flat=True))


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    return lambda moment: monkeypatch.setattr(clock, "now", lambda: moment)


def test_from_a_problem_to_an_open_challenge_by_two_people(
    quick_embedder: QuickEmbedder, django_capture_on_commit_callbacks: Any
) -> None:
    author, problem, _other = resident("author"), a_problem(resident("author")), second()
    made = challenge_draft(a_draft(problems=[problem.id]), kind="sensor-pilot", by=unit())
    assert (made.phase, made.slug, made.criteria.count()) == ("draft", None, 8)
    assert made.criteria.get(key="impact").weight == Decimal("0.2")
    challenge_send(made.id, by=unit())
    assert "challenge_waits" in told(second())
    assert "challenge_waits" not in told(unit())
    with pytest.raises(Forbidden):
        challenge_publish(made.id, version=1, by=unit())
    with django_capture_on_commit_callbacks(execute=True):
        published = challenge_publish(made.id, version=1, by=second())
    assert (published.phase, published.slug) == ("open", "bins-that-tell-when-they-are-full")
    assert Problem.objects.get(id=problem.id).status == "in_challenge"
    assert "challenge_from_problem" in told(author)
    assert Entry.objects.filter(kind="challenge", object_id=made.id).count() == 1
    published.refresh_from_db()
    assert (published.log_count, log_check(published)) == (1, None)


def test_the_database_refuses_one_person_for_two() -> None:
    challenge = a_challenge("in_review")
    with pytest.raises(IntegrityError, match="challenge_second_person"), transaction.atomic():
        Challenge.objects.filter(id=challenge.id).update(published_by_id=unit().id)


@pytest.mark.parametrize("who", [resident, staff, council, moderator])
def test_nobody_else_publishes(who: Callable[[], Actor]) -> None:
    challenge = a_challenge("in_review")
    for act in (
        lambda: challenge_publish(challenge.id, version=1, by=who()),
        lambda: challenge_return(challenge.id, note="No.", by=who()),
    ):
        with pytest.raises(Forbidden):
            act()


def test_a_change_during_the_review_begins_it_anew() -> None:
    challenge = a_challenge("in_review")
    changed = challenge_edit(challenge.id, a_draft(title="Other words"), version=1, by=second())
    assert (changed.phase, changed.version) == ("draft", 2)
    assert changed.title["de"]["text"].startswith("Mülleimer")
    with pytest.raises(Conflict):
        challenge_publish(challenge.id, version=2, by=second())


def test_nobody_publishes_another_version_than_the_one_that_they_read() -> None:
    challenge = a_challenge("in_review")
    challenge_edit(challenge.id, a_draft(title="Other words"), version=1, by=unit())
    challenge_send(challenge.id, by=unit())
    with pytest.raises(Conflict) as caught:
        challenge_publish(challenge.id, version=1, by=second())
    assert caught.value.code == "challenge.changed_meanwhile"
    assert challenge_publish(challenge.id, version=2, by=second()).phase == "open"


def test_files_change_in_a_draft_only() -> None:
    for phase, writable in (("draft", True), ("in_review", False), ("open", False)):
        assert _challenge_writable(unit(), a_challenge(phase).id) is writable


def test_two_editors_do_not_overwrite_each_other() -> None:
    challenge = a_challenge("draft")
    challenge_edit(challenge.id, a_draft(), version=1, by=unit())
    with pytest.raises(Conflict) as caught:
        challenge_edit(challenge.id, a_draft(title="Mine"), version=1, by=second())
    assert (caught.value.code, caught.value.details["current_version"]) == ("challenge.changed_meanwhile", 2)


def test_given_back_with_a_note_that_its_authors_read() -> None:
    challenge = a_challenge("in_review")
    with pytest.raises(Invalid):
        challenge_return(challenge.id, note=" ", by=second())
    back = challenge_return(challenge.id, note="The site is missing.", by=second())
    assert (back.phase, back.returned_because) == ("draft", "The site is missing.")
    assert "challenge_returned" in told(unit())
    assert challenge_send(challenge.id, by=unit()).returned_because == ""


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"title": " "}, "title.missing", "title"),
        ({"title": "x" * 201}, "title.too_long", "title"),
        ({"text": "x" * 20_001}, "text.too_long", "text"),
        ({"language": "xx"}, "language.unknown", "language"),
        ({"languages": ["de", "xx"]}, "language.unknown", "languages"),
        ({"themes": ["nonsense"]}, "theme.unknown", "themes"),
        ({"form": "auction"}, "form.unknown", "form"),
        ({"openness": "never"}, "openness.unknown", "openness"),
        ({"currency": "XXX"}, "currency.unknown", "currency"),
        ({"budget_low": Decimal(2), "budget_high": Decimal(1)}, "budget.order", "budget_low"),
        ({"budget_low": Decimal("NaN")}, "budget.number", "budget_low"),
        ({"budget_high": Decimal("-1")}, "budget.number", "budget_high"),
        ({"budget_high": Decimal("Infinity")}, "budget.number", "budget_high"),
        ({"targets": [{"indicator": "", "unit": "kg", "value": "3"}]}, "target.incomplete", "targets"),
        ({"targets": [{"indicator": "Waste", "value": "3"}] * 21}, "targets.many", "targets"),
        ({"targets": [{"indicator": "x" * 201, "value": "3"}]}, "target.too_long", "targets"),
        ({"problems": [uuid7()]}, "problem.unknown", "problems"),
        ({"problems": [uuid7() for _ in range(31)]}, "problems.many", "problems"),
        ({"questions_until": clock.now() + timedelta(days=99)}, "dates.questions", "questions_until"),
        ({"assess_until": clock.now().date()}, "dates.order", "assess_until"),
        ({"closes_at": clock.now().replace(year=9999), "questions_until": None}, "dates.range", "closes_at"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(fields: dict[str, Any], code: str, field: str) -> None:
    draft = replace(a_draft(), **fields)
    with pytest.raises(Invalid) as caught:
        challenge_draft(draft, by=unit())
    assert (caught.value.code, caught.value.field) == (code, field)
    assert not Challenge.objects.exists()


def test_a_department_writes_for_itself_only() -> None:
    waste, traffic = staff("waste"), staff("traffic")
    own, other = next(iter(waste.departments)), next(iter(traffic.departments))
    for department, code in ((None, "department.missing"), (other, "department.not_yours")):
        with pytest.raises(Invalid) as caught:
            challenge_draft(a_draft(department=department), by=waste)
        assert caught.value.code == code
    made = challenge_draft(a_draft(department=own), by=waste)
    with pytest.raises(Forbidden):
        challenge_edit(made.id, a_draft(department=other), version=1, by=traffic)
    assert challenge_send(made.id, by=waste).phase == "in_review"
    with pytest.raises(Forbidden):
        challenge_draft(a_draft(), by=resident())


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"text": {}}, "text.missing"),
        ({"closes_at": None}, "closes_at.missing"),
        ({"closes_at": clock.now() - timedelta(days=1)}, "closes_at.missing"),
    ],
)
def test_what_bidders_need_is_asked_for_before_the_review(fields: dict[str, Any], code: str) -> None:
    challenge = a_challenge("draft", **fields)
    with pytest.raises(Invalid) as caught:
        challenge_send(challenge.id, by=unit())
    assert caught.value.code == code


def test_a_published_call_is_not_edited_any_more() -> None:
    with pytest.raises(Conflict) as caught:
        challenge_edit(a_challenge("open").id, a_draft(), version=1, by=unit())
    assert caught.value.code == "challenge.published"
    with pytest.raises(NotFound):
        challenge_edit(uuid7(), a_draft(), version=1, by=unit())


def test_two_of_one_title_have_two_addresses_and_no_title_takes_one_that_is_in_use() -> None:
    slugs = []
    for title in ("Same words", "Same words", "New", "Έξυπνοι κάδοι", "Умни кошчета", "!!!"):
        made = challenge_draft(replace(a_draft(), title=title), by=unit())
        challenge_send(made.id, by=unit())
        slugs.append((challenge_publish(made.id, version=1, by=second()).slug, made.code))
    (first, _), (again, code), (new, new_code), (greek, _), (bulgarian, _), (none, none_code) = slugs
    assert (first, again, new) == ("same-words", f"same-words-{code}", f"new-{new_code}")
    assert (greek, bulgarian, none) == ("exypnoi-kadoi", "umni-koshcheta", none_code)


@pytest.mark.parametrize("openness", ["at_once", "after_closing"])
def test_what_was_sealed_is_not_opened_for_bids_again(openness: str) -> None:
    challenge = a_challenge(closes_at=clock.now() - timedelta(hours=1), openness=openness)
    later = Dates(None, clock.now() + timedelta(days=7))
    if openness == "at_once":
        assert challenge_extend(challenge.id, later, by=unit()).closes_at == later.closes_at
        return
    with pytest.raises(Conflict) as caught:
        challenge_extend(challenge.id, later, by=unit())
    assert (caught.value.code, caught.value.field) == ("dates.closed", "closes_at")


def test_questions_that_end_with_proposals_do_not_end_before() -> None:
    challenge = a_challenge()
    with pytest.raises(Invalid) as caught:
        challenge_extend(challenge.id, Dates(clock.now() + timedelta(days=1), challenge.closes_at), by=unit())
    assert caught.value.code == "dates.earlier"


def test_dates_only_move_on_and_all_bidders_are_told() -> None:
    challenge, bidder = a_challenge(questions_until=clock.now() + timedelta(days=20)), resident("bidder")
    a_proposal(challenge, by=bidder)
    end = challenge.closes_at
    assert end is not None
    now = Dates(challenge.questions_until, end)
    for wrong, code in (
        (replace(now, closes_at=end - timedelta(minutes=1)), "dates.earlier"),
        (replace(now, questions_until=None), "dates.earlier"),
        (replace(now, questions_until=end + timedelta(days=9)), "dates.questions"),
        (replace(now, assess_until=(end - timedelta(days=9)).date()), "dates.order"),
    ):
        with pytest.raises(Invalid) as caught:
            challenge_extend(challenge.id, wrong, by=unit())
        assert caught.value.code == code
    later = replace(now, closes_at=end + timedelta(days=7))
    for nobody in (resident(), staff()):
        with pytest.raises(Forbidden):
            challenge_extend(challenge.id, later, by=nobody)
    extended = challenge_extend(challenge.id, later, by=unit())
    assert extended.closes_at == end + timedelta(days=7)
    assert told(bidder) == {"challenge_dates"}
    entry = DecisionEntry.objects.filter(challenge=challenge).latest("number")
    assert "challenge.dates" in entry.body
    assert log_check(Challenge.objects.get(id=challenge.id)) is None


def test_the_end_for_proposals_stays_once_they_are_assessed() -> None:
    challenge = a_challenge("assessment")
    assert challenge.closes_at is not None
    with pytest.raises(Conflict):
        challenge_extend(challenge.id, Dates(None, challenge.closes_at + timedelta(days=30)), by=unit())
    day = (clock.now() + timedelta(days=30)).date()
    moved = challenge_extend(challenge.id, Dates(None, challenge.closes_at, decide_until=day), by=unit())
    assert moved.decide_until == day


def test_the_assessment_starts_only_when_nobody_can_hand_in_any_more(at: Callable[[datetime], None]) -> None:
    challenge = a_challenge()
    assert challenge.closes_at is not None
    with pytest.raises(Conflict) as caught:
        assessment_start(challenge.id, by=unit())
    assert caught.value.code == "challenge.still_open"
    at(challenge.closes_at)
    with pytest.raises(Forbidden):
        assessment_start(challenge.id, by=staff())
    started = assessment_start(challenge.id, by=unit())
    assert (started.phase, started.frozen_at) == ("assessment", challenge.closes_at)


def test_withdrawn_in_public_and_each_sender_gets_a_step_with_the_reason() -> None:
    challenge = a_challenge("decision")
    waiting = [a_proposal(challenge, step) for step in ("submitted", "screened", "assessed", "shortlisted")]
    decided = [a_proposal(challenge, step) for step in ("implement", "concept_pool", "declined", "withdrawn")]
    with pytest.raises(Invalid):
        challenge_withdraw(challenge.id, reason=" ", by=unit())
    with pytest.raises(Forbidden):
        challenge_withdraw(challenge.id, reason="No money.", by=staff())
    gone = challenge_withdraw(challenge.id, reason="The market is moved to another square.", by=unit())
    assert gone.withdrawn_because["en"]["text"] == "The market is moved to another square."
    steps = dict(Proposal.objects.filter(challenge=challenge).values_list("id", "step"))
    assert {steps[one.id] for one in waiting} == {"declined"}
    assert [steps[one.id] for one in decided] == ["implement", "concept_pool", "declined", "withdrawn"]
    reasons = StepTaken.objects.filter(proposal__in=[one.id for one in waiting], step="declined")
    assert all("moved to another square" in one.reason and "not judged" in one.reason for one in reasons)
    assert reasons.count() == 4
    fresh = Challenge.objects.get(id=challenge.id)
    assert (fresh.log_count, log_check(fresh)) == (6, None)
    with pytest.raises(DomainError):
        challenge_withdraw(challenge.id, reason="Again.", by=unit())


def test_nothing_is_withdrawn_while_people_work_in_a_pilot() -> None:
    challenge = a_challenge("decision")
    proposal, now, identifier = a_proposal(challenge, "pilot"), clock.now(), uuid7()
    Pilot.objects.create(
        id=identifier, code=short_code(identifier), challenge=challenge, proposal=proposal, language="en",
        hypothesis=translations(en="It helps."), created_at=now, changed_at=now, state_since=now,
        starts_on=now.date(), ends_on=now.date(),
    )  # fmt: skip
    with pytest.raises(Conflict) as caught:
        challenge_withdraw(challenge.id, reason="No money.", by=unit())
    assert caught.value.code == "challenge.has_pilot"
    assert Proposal.objects.get(id=proposal.id).step == "pilot"


def test_the_system_writes_as_imports_do() -> None:
    assert challenge_draft(a_draft(), by=SYSTEM).created_by_id is None

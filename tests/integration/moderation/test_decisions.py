"""Decisions: what they do, what they need, and that nobody changes one afterwards (DSA art. 17)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from citytandem.accounts.contract import Actor
from citytandem.core import events
from citytandem.core.errors import Conflict, Forbidden, Invalid, NotFound
from citytandem.core.ids import uuid7
from citytandem.core.subjects import FINE, HELD, REMOVED
from citytandem.moderation.contract import ThingDecided, ThingHeld
from citytandem.moderation.models import Case, Decision, State, Verdict
from citytandem.moderation.services.decisions import (
    Reasoning,
    case_assign,
    case_decide,
    cases_keep,
    removal_end,
    words_seen,
)
from citytandem.moderation.services.mergers import case_merge, case_split
from citytandem.moderation.services.reminding import end_what_is_over, remind_of_overdue
from citytandem.moderation.services.reports import case_take_up
from citytandem.notifications.models import Notice
from tests.integration.moderation.board import PERSONAL, PLAIN, Board, refused

pytestmark = pytest.mark.django_db
REASONS = Reasoning("house.privacy", "The text holds an e-mail address.", "It belongs to somebody else.")


def held(board: Board, author: Actor) -> tuple[Any, Case]:
    note = board.write(PERSONAL, by=author)
    return note, Case.objects.get(object_id=note.id)


def test_keeping_opens_and_removing_takes_down(board: Board, resident: Actor, moderator: Actor) -> None:
    for verdict, state in (("keep", FINE), ("remove", REMOVED)):
        note, case = held(board, resident)
        with events.gathered(ThingDecided) as happened:
            made = case_decide(case_id=case.id, verdict=verdict, reasoning=REASONS, by=moderator)
        assert board.notes[note.id].moderation == state
        assert (made.was_detected, made.before, made.by_id) == (True, HELD, moderator.id)
        assert happened == [ThingDecided(kind="note", object_id=note.id, case_id=case.id, decision=verdict)]
        case.refresh_from_db()
        assert case.state == State.DECIDED
    told = Notice.objects.filter(person_id=resident.id, template="moderation_decision").order_by("id")
    assert [notice.parameters["decision"] for notice in told] == ["Stays open to everybody", "Taken down"]
    assert told[1].path == f"/moderation/{case.id}/statement"


def test_a_held_text_is_told_once_and_to_moderators_only(board: Board, resident: Actor, moderator: Actor) -> None:
    with events.gathered(ThingHeld) as happened:
        note, case = held(board, resident)
        board.mend(note.id, f"{PERSONAL} Soon.", by=resident)
    assert happened == [ThingHeld(kind="note", object_id=note.id, case_id=case.id)]
    assert [notice.person_id for notice in Notice.objects.filter(template="moderation_waiting")] == [moderator.id]


@pytest.mark.parametrize(
    ("reasoning", "code"),
    [
        (Reasoning("", "Facts.", "Why."), "ground.unknown"),
        (Reasoning("house.boring", "Facts.", "Why."), "ground.unknown"),
        (Reasoning("house.privacy", "", "Why."), "facts.missing"),
        (Reasoning("house.privacy", "Facts.", " "), "explanation.missing"),
        (Reasoning("law.other", "Facts.", ""), "explanation.missing"),
        (Reasoning("house.privacy", "Facts.", "x" * 4_001), "explanation.too_long"),
        (Reasoning("house.privacy", "Facts.", "Why.", timezone.localdate()), "until.past"),
    ],
)
def test_nothing_is_taken_down_without_all_reasons(
    board: Board, resident: Actor, moderator: Actor, reasoning: Reasoning, code: str
) -> None:
    note, case = held(board, resident)
    with refused(Invalid, code):
        case_decide(case_id=case.id, verdict="remove", reasoning=reasoning, by=moderator)
    assert board.notes[note.id].moderation == HELD


def test_only_moderators_decide_and_never_about_their_own_words(
    board: Board, resident: Actor, innovation_unit: Actor, moderator: Actor
) -> None:
    _note, case = held(board, resident)
    for by in (resident, innovation_unit):
        with pytest.raises(Forbidden):
            case_decide(case_id=case.id, verdict="keep", by=by)
    Case.objects.filter(id=case.id).update(author=moderator.id)
    with pytest.raises(Forbidden):
        case_decide(case_id=case.id, verdict="keep", by=moderator)


def test_one_can_change_ones_mind_and_each_step_stays(board: Board, resident: Actor, moderator: Actor) -> None:
    note, case = held(board, resident)
    for verdict, state in (("remove", REMOVED), ("restore", FINE), ("remove", REMOVED)):
        case_decide(case_id=case.id, verdict=verdict, reasoning=REASONS, by=moderator)
        assert board.notes[note.id].moderation == state
    steps = list(case.decisions.order_by("at"))
    assert [step.verdict for step in steps] == ["remove", "restore", "remove"]
    assert [step.supersedes_id for step in steps] == [None, steps[0].id, steps[1].id]


def test_what_was_decided_is_not_decided_again_by_somebody_who_has_not_seen_it(
    board: Board, resident: Actor, moderator: Actor, second: Actor
) -> None:
    _note, case = held(board, resident)
    case_decide(case_id=case.id, verdict="keep", by=moderator)
    with refused(Conflict, "case.decided_meanwhile"):
        case_decide(case_id=case.id, verdict="keep", by=second)
    with refused(Invalid, "decision.unknown"):
        case_decide(case_id=case.id, verdict="burn", by=second)
    with pytest.raises(NotFound):
        case_decide(case_id=uuid7(), verdict="keep", by=second)


def test_who_looked_at_an_open_case_does_not_overrule_who_decided_meanwhile(
    board: Board, resident: Actor, moderator: Actor, make_actor: Any
) -> None:
    _note, case = held(board, resident)
    seen = words_seen(case)
    case_decide(case_id=case.id, verdict="keep", by=make_actor("moderator"), seen=seen)
    with refused(Conflict, "case.changed_meanwhile"):
        case_decide(case_id=case.id, verdict="remove", reasoning=REASONS, by=moderator, seen=seen)
    assert Decision.objects.get(case=case).verdict == Verdict.KEEP


def test_the_database_lets_nobody_change_a_decision_but_forget_its_words(
    board: Board, resident: Actor, moderator: Actor, second: Actor
) -> None:
    _note, case = held(board, resident)
    made = case_decide(case_id=case.id, verdict="remove", reasoning=REASONS, by=moderator)
    row = Decision.objects.filter(id=made.id)
    for change in (
        {"verdict": "keep"},
        {"ground": "law.insult"},
        {"facts": "Other."},
        {"by": second.id},
        {"on_appeal": True},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            row.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM moderation_decision")
    row.update(facts="", explanation="", by=None)
    assert (row.get().facts, row.get().by_id, row.get().verdict) == ("", None, "remove")


def test_the_database_refuses_what_makes_no_sense(board: Board, resident: Actor, moderator: Actor) -> None:
    _note, case = held(board, resident)
    case_decide(case_id=case.id, verdict="keep", by=moderator)
    now = timezone.now()
    for odd in (
        {"verdict": "remove"},
        {"verdict": "merge"},
        {"verdict": "keep", "target": uuid7()},
        {"verdict": "burn"},
        {"verdict": "keep"},  # a second decision that supersedes none
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Decision.objects.create(case=case, at=now, **odd)
    for odd in ({"state": "lost"}, {"origin": "wind"}, {"language": "xx"}, {"decided_at": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Case.objects.filter(id=case.id).update(**odd)
    again = {
        "kind": "note",
        "object_id": uuid7(),
        "origin": "report",
        "language": "en",
        "opened_at": now,
        "due_on": now,
    }
    Case.objects.create(**again)
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.create(**again)


def test_a_removal_for_a_time_ends_by_itself(
    board: Board, resident: Actor, moderator: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    note, case = held(board, resident)
    day = timezone.localdate() + timedelta(days=3)
    reasoning = Reasoning(REASONS.ground, REASONS.facts, REASONS.explanation, day)
    made = case_decide(case_id=case.id, verdict="remove", reasoning=reasoning, by=moderator)
    assert not removal_end(decision_id=made.id)
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_args: day)
    end_what_is_over()
    assert removal_end(decision_id=made.id)
    assert board.notes[note.id].moderation == FINE
    assert case.decisions.get(superseded_by=None).by_id is None
    assert not removal_end(decision_id=made.id)


def test_many_are_kept_at_once_each_for_itself(board: Board, resident: Actor, moderator: Actor) -> None:
    cases = [held(board, resident)[1].id for _number in range(3)]
    case_decide(case_id=cases[1], verdict="remove", reasoning=REASONS, by=moderator)
    kept, refused = cases_keep(case_ids=[*cases, cases[0], uuid7()], by=moderator)
    assert kept == 2
    assert sorted(error.code for error in refused) == ["case.decided_meanwhile", "case.unknown"]
    assert Decision.objects.filter(verdict=Verdict.KEEP).count() == 2


def test_a_case_is_taken_over_and_given_back(board: Board, resident: Actor, moderator: Actor) -> None:
    _note, case = held(board, resident)
    assert case_assign(case_id=case.id, to=moderator.id, by=moderator).assigned_to_id == moderator.id
    assert case_assign(case_id=case.id, to=None, by=moderator).assigned_to_id is None
    with pytest.raises(Forbidden):
        case_assign(case_id=case.id, to=resident.id, by=resident)


def test_moderators_are_reminded_once_a_day_of_what_waits_too_long(
    board: Board, resident: Actor, moderator: Actor, second: Actor
) -> None:
    late, own = held(board, resident)[1], held(board, resident)[1]
    held(board, resident)
    yesterday = timezone.localdate() - timedelta(days=1)
    Case.objects.filter(id__in=[late.id, own.id]).update(due_on=yesterday)
    Case.objects.filter(id=own.id).update(assigned_to=second.id)
    Notice.objects.all().delete()
    assert remind_of_overdue() == remind_of_overdue() == 2
    told = sorted((notice.path, str(notice.person_id)) for notice in Notice.objects.all())
    assert told == sorted(
        [
            (f"/moderation/{late.id}", str(moderator.id)),
            (f"/moderation/{late.id}", str(second.id)),
            (f"/moderation/{own.id}", str(second.id)),
        ]
    )


def test_a_merger_and_its_split_leave_everything_as_it_was(board: Board, resident: Actor, moderator: Actor) -> None:
    target = board.write(PLAIN, by=resident)
    note, case = held(board, resident)
    case_merge(case_id=case.id, into=target.id, by=moderator)
    assert board.merged == {note.id: target.id}
    case.refresh_from_db()
    assert case.state == State.DECIDED
    with pytest.raises(Conflict):
        case_decide(case_id=case.id, verdict="keep", by=moderator)
    case_split(case_id=case.id, by=moderator)
    case.refresh_from_db()
    assert (board.merged, board.notes[note.id].moderation, case.state) == ({}, HELD, State.OPEN)
    case_decide(case_id=case.id, verdict="keep", by=moderator)
    assert [one.verdict for one in case.decisions.order_by("at")] == ["merge", "split", "keep"]


def test_nothing_goes_into_what_others_cannot_read(board: Board, resident: Actor, moderator: Actor) -> None:
    hidden, _case = held(board, resident)
    _note, case = held(board, resident)
    for target in (hidden.id, uuid7(), board.write(PLAIN, by=resident, is_public=False).id):
        with refused(Invalid, "merge.hidden"):
            case_merge(case_id=case.id, into=target, by=moderator)
    with refused(Conflict, "case.not_merged"):
        case_split(case_id=case.id, by=moderator)


def test_a_split_does_not_bring_back_what_was_taken_down(board: Board, resident: Actor, moderator: Actor) -> None:
    note, case = held(board, resident)
    target = board.write(PLAIN, by=resident)
    case_decide(case_id=case.id, verdict="remove", reasoning=REASONS, by=moderator)
    again = case_take_up(kind="note", object_id=note.id, language="en", by=moderator)
    case_merge(case_id=again.id, into=target.id, by=moderator)
    case_split(case_id=again.id, by=moderator)
    assert board.notes[note.id].moderation == REMOVED

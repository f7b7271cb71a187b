"""Appeals: by whom, until when, and decided by a second person only (DSA art. 20)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from citytandem.accounts.contract import ANYBODY, SYSTEM, Actor
from citytandem.core import clock, events
from citytandem.core.errors import Conflict, Forbidden, Invalid, NotFound
from citytandem.core.ids import uuid7
from citytandem.core.subjects import FINE, REMOVED
from citytandem.moderation.contract import AppealDecided, AppealReceived, cases_waiting
from citytandem.moderation.keys import key_of
from citytandem.moderation.models import Appeal, Case, Report, State
from citytandem.moderation.services.appeals import appeal_decide, appeal_make
from citytandem.moderation.services.decisions import Reasoning, case_assign, case_decide
from citytandem.moderation.services.mergers import case_merge
from citytandem.moderation.services.reports import Complaint, case_take_up, report_make
from citytandem.notifications.models import Notice
from tests.integration.moderation.board import PERSONAL, PLAIN, Board, refused

pytestmark = pytest.mark.django_db
REASONS = Reasoning("house.privacy", "The text holds an e-mail address.", "It belongs to somebody else.")
WHY = "The address is that of the city's own office."
RUDE = Complaint("house.respect", "The second sentence calls my neighbour names.", good_faith=True)
BY_VISITOR = replace(RUDE, name="A neighbour", email="neighbour@example.org")


def removed(board: Board, author: Actor, *, by: Actor) -> tuple[Any, Case]:
    note = board.write(PERSONAL, by=author)
    case = Case.objects.get(object_id=note.id)
    case_decide(case_id=case.id, verdict="remove", reasoning=REASONS, by=by)
    return note, case


def kept(board: Board, author: Actor, *, reporter: Actor, by: Actor) -> tuple[Any, Case, Report]:
    note = board.write(PLAIN, by=author)
    report = report_make(kind="note", object_id=note.id, complaint=BY_VISITOR, language="en", by=reporter)
    case_decide(case_id=report.case_id, verdict="keep", by=by)
    return note, report.case, report


def appeal(case: Case, *, by: Actor, **proof: str) -> Appeal:
    return appeal_make(case_id=case.id, text=WHY, language="en", by=by, **proof)


def test_an_author_appeals_and_a_second_person_gives_the_text_back(
    board: Board, resident: Actor, moderator: Actor, second: Actor
) -> None:
    note, case = removed(board, resident, by=moderator)
    with events.gathered(AppealReceived) as received, events.gathered(AppealDecided) as answered:
        made = appeal(case, by=resident)
        appeal_decide(case_id=case.id, outcome="overturned", explanation="It is indeed an office.", by=second)
    made.refresh_from_db()
    case.refresh_from_db()
    assert (made.role, made.against_id, made.decided_by_id) == ("author", moderator.id, second.id)
    assert (made.outcome, case.state, board.notes[note.id].moderation) == ("overturned", State.CLOSED, FINE)
    last = case.decisions.get(superseded_by=None)
    assert (last.verdict, last.on_appeal, last.by_id) == ("restore", True, second.id)
    assert (received, answered) == ([AppealReceived(case_id=case.id)], [AppealDecided(case_id=case.id)])


def test_the_decision_can_stand(board: Board, resident: Actor, moderator: Actor, second: Actor) -> None:
    note, case = removed(board, resident, by=moderator)
    appeal(case, by=resident)
    appeal_decide(case_id=case.id, outcome="upheld", explanation="It is a private address.", by=second)
    assert board.notes[note.id].moderation == REMOVED
    assert case.decisions.count() == 1
    told = Notice.objects.filter(person_id=resident.id).order_by("id").values_list("template", flat=True)
    assert list(told) == ["moderation_decision", "appeal_received", "appeal_decided"]


def test_a_reporter_appeals_and_the_text_is_taken_down_with_reasons(
    board: Board, resident: Actor, reader: Actor, moderator: Actor, second: Actor
) -> None:
    note, case, _report = kept(board, resident, reporter=reader, by=moderator)
    made = appeal(case, by=reader)
    assert (made.role, made.report_id) == ("reporter", _report.id)
    with refused(Invalid, "ground.unknown"):
        appeal_decide(case_id=case.id, outcome="overturned", explanation="It is rude.", by=second)
    assert board.notes[note.id].moderation == FINE
    reasoning = Reasoning("house.respect", "The second sentence.", "It is rude.")
    appeal_decide(case_id=case.id, outcome="overturned", explanation="It is rude.", reasoning=reasoning, by=second)
    assert board.notes[note.id].moderation == REMOVED
    told = Notice.objects.get(person_id=resident.id)
    assert (told.template, told.path) == ("moderation_decision", f"/moderation/{case.id}/statement")


def test_whoever_decided_wrote_or_reported_it_decides_no_appeal(
    board: Board, resident: Actor, reader: Actor, moderator: Actor, second: Actor, innovation_unit: Actor
) -> None:
    _note, case, _report = kept(board, resident, reporter=reader, by=moderator)
    appeal(case, by=reader)
    for by, code in (
        (moderator, "appeal.second_person"),
        (innovation_unit, "permission.missing"),
        (reader, "permission.missing"),
        (SYSTEM, "permission.missing"),
    ):
        with refused(Forbidden, code):
            appeal_decide(case_id=case.id, outcome="upheld", explanation="No.", by=by)
    Case.objects.filter(id=case.id).update(author=second.id)
    with refused(Forbidden, "appeal.second_person"):
        appeal_decide(case_id=case.id, outcome="upheld", explanation="No.", by=second)
    Case.objects.filter(id=case.id).update(author=resident.id)
    Report.objects.filter(case=case).update(by=second.id)
    with refused(Forbidden, "appeal.second_person"):
        appeal_decide(case_id=case.id, outcome="upheld", explanation="No.", by=second)


def test_whoever_decided_once_is_no_second_person_later(
    board: Board, resident: Actor, moderator: Actor, second: Actor, make_actor: Callable[[str], Actor]
) -> None:
    """The first decider does not become the second one because a colleague decided in between."""
    _note, case = removed(board, resident, by=moderator)
    case_decide(case_id=case.id, verdict="restore", by=second)
    case_decide(case_id=case.id, verdict="remove", reasoning=REASONS, by=second)
    appeal(case, by=resident)
    for by in (moderator, second):
        with refused(Forbidden, "appeal.second_person"):
            appeal_decide(case_id=case.id, outcome="upheld", explanation="No.", by=by)
    appeal_decide(case_id=case.id, outcome="upheld", explanation="No.", by=make_actor("moderator"))


@pytest.mark.parametrize("outcome", ["overturned", "upheld"])
def test_after_an_appeal_whoever_decided_first_does_not_open_or_decide_it_anew(
    board: Board, resident: Actor, reader: Actor, moderator: Actor, second: Actor, outcome: str
) -> None:
    note, case, _report = kept(board, resident, reporter=reader, by=moderator)
    appeal(case, by=reader)
    reasoning = Reasoning("house.respect", "The second sentence.", "It is rude.")
    appeal_decide(case_id=case.id, outcome=outcome, explanation="So it is.", reasoning=reasoning, by=second)
    with refused(Forbidden, "case.second_person"):
        case_take_up(kind="note", object_id=note.id, language="en", by=moderator)
    assert not Case.objects.filter(object_id=note.id, state=State.OPEN).exists()
    anew = case_take_up(kind="note", object_id=note.id, language="en", by=second)
    for verdict in ("keep", "remove"):
        with refused(Forbidden, "case.second_person"):
            case_decide(case_id=anew.id, verdict=verdict, reasoning=REASONS, by=moderator)
    with refused(Forbidden, "case.second_person"):
        case_assign(case_id=anew.id, to=moderator.id, by=moderator)
    with refused(Forbidden, "case.second_person"):
        case_merge(case_id=anew.id, into=board.write(PLAIN, by=resident).id, by=moderator)
    assert case_decide(case_id=anew.id, verdict="keep", by=second).by_id == second.id


def test_whoever_was_overturned_does_not_decide_a_later_appeal_about_the_same(
    board: Board, resident: Actor, moderator: Actor, second: Actor, make_actor: Callable[[str], Actor]
) -> None:
    note, case = removed(board, resident, by=moderator)
    appeal(case, by=resident)
    appeal_decide(case_id=case.id, outcome="overturned", explanation="It is an office.", by=second)
    third = make_actor("moderator")
    anew = case_take_up(kind="note", object_id=note.id, language="en", by=third)
    case_decide(case_id=anew.id, verdict="remove", reasoning=REASONS, by=third)
    appeal(anew, by=resident)
    assert [cases_waiting(one) for one in (moderator, second, third)] == [0, 1, 0]
    with refused(Forbidden, "appeal.second_person"):
        appeal_decide(case_id=anew.id, outcome="upheld", explanation="I said so.", by=moderator)
    assert board.notes[note.id].moderation == REMOVED
    appeal_decide(case_id=anew.id, outcome="overturned", explanation="Still an office.", by=second)
    assert board.notes[note.id].moderation == FINE


def test_whose_decision_nobody_appealed_against_may_open_it_again(
    board: Board, resident: Actor, moderator: Actor
) -> None:
    note, case = removed(board, resident, by=moderator)
    appeal(case, by=resident)
    assert case_take_up(kind="note", object_id=note.id, language="en", by=moderator).state == State.OPEN
    other, _case = removed(board, resident, by=moderator)
    assert case_take_up(kind="note", object_id=other.id, language="en", by=moderator).state == State.OPEN


def test_the_page_says_why_somebody_else_decides(
    board: Board, resident: Actor, moderator: Actor, second: Actor, browser_of: Callable[[Actor], Client]
) -> None:
    note, case = removed(board, resident, by=moderator)
    appeal(case, by=resident)
    appeal_decide(case_id=case.id, outcome="overturned", explanation="An office.", by=second)
    anew = case_take_up(kind="note", object_id=note.id, language="en", by=second)
    why = "You decided about this before, and an appeal against that was decided."
    page = browser_of(moderator).get(f"/moderation/{anew.id}?lang=en").content.decode()
    assert (why in page, 'name="verdict"' in page) == (True, False)
    refusal = browser_of(moderator).post(f"/moderation/{anew.id}/decide?lang=en", {"verdict": "keep"})
    assert (refusal.status_code, why in refusal.content.decode()) == (403, True)
    assert 'name="verdict"' in browser_of(second).get(f"/moderation/{anew.id}?lang=en").content.decode()


def test_the_database_itself_refuses_the_first_person(
    board: Board, resident: Actor, moderator: Actor, second: Actor
) -> None:
    _note, case = removed(board, resident, by=moderator)
    made = Appeal.objects.filter(id=appeal(case, by=resident).id)
    for change in (
        {"outcome": "upheld", "decided_by": moderator.id, "decided_at": clock.now()},
        {"outcome": "upheld", "decided_at": clock.now()},
        {"outcome": "upheld"},
        {"decided_by": second.id},
        {"outcome": "drawn", "decided_by": second.id, "decided_at": clock.now()},
        {"role": "judge"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            made.update(**change)
    made.update(outcome="upheld", decided_by=second.id, decided_at=clock.now())


def test_only_who_is_worse_off_appeals(
    board: Board, resident: Actor, reader: Actor, moderator: Actor, innovation_unit: Actor
) -> None:
    _note, case, _report = kept(board, resident, reporter=reader, by=moderator)
    with refused(Conflict, "appeal.not_against_you"):
        appeal(case, by=resident)
    for by in (innovation_unit, ANYBODY):
        with refused(Forbidden, "permission.missing"):
            appeal(case, by=by)
    _note, gone = removed(board, resident, by=moderator)
    with refused(Forbidden, "permission.missing"):
        appeal(gone, by=reader)
    with refused(NotFound, "case.unknown"):
        appeal(Case(id=uuid7()), by=reader)


def test_one_appeal_a_decision_and_a_sentence_at_least(board: Board, resident: Actor, moderator: Actor) -> None:
    _note, case = removed(board, resident, by=moderator)
    for text in ("", "no", "x" * 4_001):
        with refused(Invalid, "appeal.text", field="text"):
            appeal_make(case_id=case.id, text=text, language="en", by=resident)
    appeal(case, by=resident)
    with refused(Conflict, "appeal.again"):
        appeal(case, by=resident)
    with pytest.raises(Conflict):
        case_decide(case_id=case.id, verdict="restore", by=moderator)


def test_six_months_are_open_and_no_day_more(
    board: Board, resident: Actor, moderator: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    _note, case = removed(board, resident, by=moderator)
    decided = case.decisions.get().at
    monkeypatch.setattr("django.utils.timezone.localdate", _days_after(decided, 185))
    with refused(Conflict, "appeal.late"):
        appeal(case, by=resident)
    monkeypatch.setattr("django.utils.timezone.localdate", _days_after(decided, 184))
    assert appeal(case, by=resident).due_on == (decided + timedelta(days=198)).date()


def _days_after(start: Any, days: int) -> Callable[..., Any]:
    """The day of a time that is given; else that many days after `start`."""
    return lambda value=None: value.date() if value else (start + timedelta(days=days)).date()


def test_nothing_decided_nothing_to_appeal_against(board: Board, resident: Actor) -> None:
    note = board.write(PERSONAL, by=resident)
    with refused(Conflict, "appeal.nothing"):
        appeal(Case.objects.get(object_id=note.id), by=resident)


def test_a_merger_is_split_on_appeal(board: Board, resident: Actor, moderator: Actor, second: Actor) -> None:
    target = board.write(PLAIN, by=resident)
    note = board.write(PERSONAL, by=resident)
    case = Case.objects.get(object_id=note.id)
    case_merge(case_id=case.id, into=target.id, by=moderator)
    appeal(case, by=resident)
    appeal_decide(case_id=case.id, outcome="overturned", explanation="It says something else.", by=second)
    assert (board.merged, board.notes[note.id].moderation) == ({}, FINE)


def test_all_appeals_of_a_case_are_answered_together(
    board: Board, resident: Actor, reader: Actor, moderator: Actor, second: Actor, innovation_unit: Actor
) -> None:
    note, case, _report = kept(board, resident, reporter=reader, by=moderator)
    other = report_make(kind="note", object_id=note.id, complaint=RUDE, language="en", by=innovation_unit)
    assert other.case_id != case.id
    Report.objects.filter(id=other.id).update(case=case)
    appeal(case, by=reader)
    appeal(case, by=innovation_unit)
    assert cases_waiting(second) == 2
    answered = appeal_decide(case_id=case.id, outcome="upheld", explanation="Harsh, but allowed.", by=second)
    assert [one.outcome for one in answered] == ["upheld", "upheld"]
    with refused(Conflict, "appeal.decided_meanwhile"):
        appeal_decide(case_id=case.id, outcome="upheld", explanation="Again.", by=second)


# --- without a sign-in -------------------------------------------------------------------------------------------------


def test_a_reporter_without_a_sign_in_appeals_through_the_address_they_were_sent(
    board: Board, resident: Actor, moderator: Actor, second: Actor
) -> None:
    _note, case, report = kept(board, resident, reporter=ANYBODY, by=moderator)
    mailed = Notice.objects.filter(address=report.email).order_by("id").last()
    assert mailed is not None
    client = Client()
    page = client.get(mailed.path).content.decode()
    path = f"/moderation/{case.id}/appeal?report={report.code}&key={key_of(report.code)}"
    assert path.replace("&", "&amp;") in page
    assert client.get(path).status_code == 200
    assert client.post(path, {"text": "short"}).status_code == 422
    answer = client.post(path, {"text": WHY})
    assert (answer.status_code, answer["Location"]) == (302, f"/report/{report.code}?key={key_of(report.code)}")
    made = Appeal.objects.get()
    assert (made.role, made.by_id, made.report_id) == ("reporter", None, report.id)
    appeal_decide(case_id=case.id, outcome="upheld", explanation="Harsh, but allowed.", by=second)
    assert "Harsh, but allowed." in client.get(mailed.path).content.decode()
    templates = Notice.objects.filter(address=report.email).order_by("id").values_list("template", flat=True)
    assert list(templates) == ["report_received", "report_decided", "appeal_received", "appeal_decided"]


def test_a_forged_address_opens_nothing(
    board: Board, resident: Actor, moderator: Actor, reader: Actor, browser_of: Callable[[Actor], Client]
) -> None:
    _note, case, report = kept(board, resident, reporter=ANYBODY, by=moderator)
    other = kept(board, resident, reporter=ANYBODY, by=moderator)[2]
    base = f"/moderation/{case.id}/appeal"
    for query in (
        f"?report={report.code}&key=forged",
        f"?report={report.code}&key={key_of(other.code)}",
        f"?report={other.code}&key={key_of(other.code)}",
        "?report=%00&key=%00",
    ):
        assert Client().get(base + query).status_code == 404
        assert Client().post(base + query, {"text": WHY}).status_code == 404
    assert Client().get(base)["Location"].startswith("/sign-in?next=")
    assert browser_of(reader).get(base).status_code == 404
    assert not Appeal.objects.exists()

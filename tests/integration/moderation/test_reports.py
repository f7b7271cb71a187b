"""Reports: by whom, about what, and what becomes of them (DSA art. 16)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from citytandem.accounts.contract import ANYBODY, Actor
from citytandem.core import events
from citytandem.core.errors import Conflict, Invalid, NotFound
from citytandem.core.ids import uuid7
from citytandem.core.subjects import FINE, REMOVED
from citytandem.moderation.contract import ReportReceived
from citytandem.moderation.grounds import CHILDREN
from citytandem.moderation.keys import receipt_path
from citytandem.moderation.models import Case, Report
from citytandem.moderation.services.decisions import Reasoning, case_decide
from citytandem.moderation.services.reports import Complaint, report_make
from citytandem.notifications.models import Notice
from tests.integration.moderation.board import PERSONAL, PLAIN, Board, refused

pytestmark = pytest.mark.django_db
RUDE = Complaint("house.respect", "The second sentence calls my neighbour names.", good_faith=True)
BY_VISITOR = replace(RUDE, name="A neighbour", email="neighbour@example.org")


def report(note: Any, complaint: Complaint = RUDE, *, by: Actor) -> Report:
    return report_make(kind="note", object_id=note.id, complaint=complaint, language="en", by=by)


def test_a_report_opens_a_case_and_hides_nothing(board: Board, resident: Actor, reader: Actor) -> None:
    note = board.write(PLAIN, by=resident)
    with events.gathered(ReportReceived) as happened:
        made = report(note, by=reader)
    case = Case.objects.get()
    assert (case.origin, case.codes, case.author_id) == ("report", ["report"], resident.id)
    assert PLAIN in case.text
    assert board.notes[note.id].moderation == FINE
    assert (len(made.code), made.by_id, made.email) == (10, reader.id, "")
    assert happened == [ReportReceived(case_id=case.id)]


def test_further_reports_join_the_open_case(
    board: Board, resident: Actor, reader: Actor, innovation_unit: Actor
) -> None:
    note = board.write(PLAIN, by=resident)
    for by in (reader, innovation_unit, ANYBODY):
        report(note, BY_VISITOR, by=by)
    assert Case.objects.get().reports.count() == 3


def test_nobody_reports_the_same_twice_while_it_waits(
    board: Board, resident: Actor, reader: Actor, moderator: Actor
) -> None:
    note = board.write(PLAIN, by=resident)
    report(note, by=reader)
    with refused(Conflict, "report.again"):
        report(note, by=reader)
    case_decide(case_id=Case.objects.get().id, verdict="keep", by=moderator)
    report(note, by=reader)
    assert Case.objects.count() == 2


@pytest.mark.parametrize(
    ("complaint", "code", "field"),
    [
        (replace(BY_VISITOR, ground="house.boring"), "ground.unknown", "ground"),
        (replace(BY_VISITOR, explanation="bad"), "explanation.missing", "explanation"),
        (replace(BY_VISITOR, explanation="x" * 2_001), "explanation.too_long", "explanation"),
        (replace(BY_VISITOR, good_faith=False), "report.good_faith", "good_faith"),
        (replace(BY_VISITOR, name=""), "report.name", "name"),
        (replace(BY_VISITOR, email="neighbour"), "report.email", "email"),
        (replace(BY_VISITOR, email=""), "report.email", "email"),
    ],
)
def test_what_is_missing_is_told_at_its_field(
    board: Board, resident: Actor, complaint: Complaint, code: str, field: str
) -> None:
    note = board.write(PLAIN, by=resident)
    with refused(Invalid, code, field=field):
        report(note, complaint, by=ANYBODY)
    assert not Case.objects.exists()


def test_about_abuse_of_children_nobody_has_to_give_a_name(board: Board, resident: Actor) -> None:
    note = board.write(PLAIN, by=resident)
    made = report(note, replace(RUDE, ground=CHILDREN), by=ANYBODY)
    assert (made.name, made.email) == ("", "")


def test_the_database_refuses_reports_for_which_nobody_answers(board: Board, resident: Actor, reader: Actor) -> None:
    note = board.write(PLAIN, by=resident)
    made = report(note, by=reader)
    for change in ({"by": None}, {"good_faith": False}, {"ground": "law.of.gravity"}, {"explanation": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Report.objects.filter(id=made.id).update(**change)


def test_what_one_may_not_read_one_cannot_report(
    board: Board, resident: Actor, reader: Actor, moderator: Actor
) -> None:
    held = board.write(PERSONAL, by=resident)
    hidden = board.write(PLAIN, by=resident, is_public=False)
    for thing in (held, hidden, replace(held, id=uuid7())):
        with pytest.raises(NotFound):
            report(thing, by=reader)
    assert not Report.objects.exists()


def test_who_reported_is_told_of_receipt_and_decision(
    board: Board, resident: Actor, reader: Actor, moderator: Actor
) -> None:
    note = board.write(PLAIN, by=resident)
    signed_in, by_mail = report(note, by=reader), report(note, BY_VISITOR, by=ANYBODY)
    case_decide(case_id=Case.objects.get().id, verdict="keep", by=moderator)
    told = list(Notice.objects.filter(person_id=reader.id).order_by("id").values_list("template", "parameters__number"))
    assert told == [("report_received", signed_in.code), ("report_decided", signed_in.code)]
    mailed = Notice.objects.filter(address="neighbour@example.org").order_by("id")
    assert [notice.template for notice in mailed] == ["report_received", "report_decided"]
    assert all(f"/report/{by_mail.code}?key=" in notice.path for notice in mailed)
    # Of a report that changed nothing the author does not hear.
    assert not Notice.objects.filter(person_id=resident.id).exists()
    assert Report.objects.filter(informed_at=None).count() == 0


def test_words_that_were_taken_down_are_not_quoted_in_mails(
    board: Board, resident: Actor, reader: Actor, moderator: Actor
) -> None:
    note = board.write(PLAIN, by=resident, title="Rude words")
    report(note, BY_VISITOR, by=ANYBODY)
    reasoning = Reasoning("house.respect", "It calls somebody names.", "Nobody is put down here.")
    case_decide(case_id=Case.objects.get().id, verdict="remove", reasoning=reasoning, by=moderator)
    assert board.notes[note.id].moderation == REMOVED
    received, decided = Notice.objects.filter(address="neighbour@example.org").order_by("id")
    assert received.parameters["title"] == "Rude words"
    assert decided.parameters["title"] == "Note"


# --- over HTTP ---------------------------------------------------------------------------------------------------------

SENT = {
    "ground": "house.respect",
    "explanation": "The second sentence calls my neighbour names.",
    "good_faith": "on",
    "name": "A neighbour",
    "email": "neighbour@example.org",
}


def test_a_visitor_reports_and_gets_a_receipt_that_only_they_can_open(board: Board, resident: Actor) -> None:
    note = board.write(PLAIN, by=resident)
    client = Client()
    page = client.get(f"/report?about=note:{note.id}")
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    answer = client.post("/report", {**SENT, "about": f"note:{note.id}"}, follow=True)
    code = Report.objects.get().code
    assert code in answer.content.decode()
    assert Client().get(answer.redirect_chain[0][0]).status_code == 200
    for stranger in (f"/report/{code}", f"/report/{code}?key=forged", "/report/nothinghere?key=x"):
        assert Client().get(stranger).status_code == 404


def test_nothing_typed_is_lost(board: Board, resident: Actor) -> None:
    note = board.write(PLAIN, by=resident)
    answer = Client().post("/report", {**SENT, "about": f"note:{note.id}", "email": "no address"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert all(value in text for value in (SENT["explanation"], SENT["name"], "no address", f"note:{note.id}"))
    assert re.search('<input type="checkbox" name="good_faith"[^>]* checked', text)
    assert '<option value="house.respect" selected>' in text


def test_reports_about_what_one_may_not_read_are_not_found(board: Board, resident: Actor) -> None:
    held = board.write(PERSONAL, by=resident)
    for about in (f"note:{held.id}", f"note:{uuid7()}", f"pebble:{held.id}", "note:7", "", "%00:%00"):
        assert Client().get(f"/report?about={about}").status_code == 404
        assert Client().post("/report", {**SENT, "about": about}).status_code == 404


def test_a_program_that_fills_in_every_field_reports_nothing(board: Board, resident: Actor) -> None:
    note = board.write(PLAIN, by=resident)
    assert 'name="your_website"' in Client().get(f"/report?about=note:{note.id}").content.decode()
    answer = Client().post("/report", {**SENT, "about": f"note:{note.id}", "your_website": "https://x.example"})
    assert answer.status_code == 422
    assert not Report.objects.exists()


def test_too_many_reports_have_to_wait_and_keep_their_words(board: Board, resident: Actor) -> None:
    notes = [board.write(f"{PLAIN} Number {number}.", by=resident) for number in range(9)]
    answers = [Client().post("/report", {**SENT, "about": f"note:{note.id}"}) for note in notes]
    assert [answer.status_code for answer in answers] == [302] * 8 + [429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert SENT["explanation"] in answers[-1].content.decode()
    assert Report.objects.count() == 8


def test_who_is_signed_in_is_not_asked_for_a_name(
    board: Board, resident: Actor, reader: Actor, browser_of: Callable[[Actor], Client]
) -> None:
    note = board.write(PLAIN, by=resident)
    client = browser_of(reader)
    assert 'name="email"' not in client.get(f"/report?about=note:{note.id}").content.decode()
    sent = {key: value for key, value in SENT.items() if key not in {"name", "email"}}
    answer = client.post("/report", {**sent, "about": f"note:{note.id}"})
    assert answer.status_code == 302
    code = Report.objects.get(by_id=reader.id).code
    assert client.get(f"/report/{code}").status_code == 200


def test_a_moderator_opens_a_case_without_a_report(
    board: Board, resident: Actor, moderator: Actor, reader: Actor, browser_of: Callable[[Actor], Client]
) -> None:
    note = board.write(PLAIN, by=resident)
    about = {"about": f"note:{note.id}"}
    assert browser_of(reader).post("/moderation/take-up", about).status_code == 403
    assert browser_of(moderator).post("/moderation/take-up", about).status_code == 302
    assert Case.objects.get().origin == "moderator"


def test_a_receipt_names_nothing_that_is_no_longer_public(board: Board, resident: Actor) -> None:
    note = board.write(PLAIN, by=resident, title="The lamp at the corner")
    made = report(note, BY_VISITOR, by=ANYBODY)
    assert "The lamp at the corner" in Client().get(receipt_path(made.code)).content.decode()
    board.notes[note.id] = replace(note, is_public=False)
    assert "The lamp at the corner" not in Client().get(receipt_path(made.code)).content.decode()

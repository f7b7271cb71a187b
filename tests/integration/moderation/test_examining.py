"""What was just written: read at once, or hidden until a person has decided."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core import signing

from citytandem.accounts.contract import ANYBODY, Actor
from citytandem.accounts.directory import forget_departments
from citytandem.accounts.models import Department, Role
from citytandem.core.models import Node
from citytandem.core.node import forget_node
from citytandem.core.subjects import FINE, HELD, REMOVED
from citytandem.moderation.contract import Trace, cases_waiting, examine, notices_of
from citytandem.moderation.models import Case, Origin, Sending, State
from citytandem.moderation.services.decisions import Reasoning, case_decide
from tests.integration.moderation.board import PERSONAL, PLAIN, Board

pytestmark = pytest.mark.django_db
RUDE = Reasoning("house.respect", "It calls somebody names.", "Nobody is put down here.")


def the_case() -> Case:
    return Case.objects.get()


def test_what_names_nobody_is_read_at_once(board: Board, resident: Actor) -> None:
    assert board.write(PLAIN, by=resident).moderation == FINE
    assert not Case.objects.exists()


def test_personal_data_wait_for_a_person_and_say_where_they_stand(board: Board, resident: Actor) -> None:
    note = board.write(PERSONAL, by=resident)
    case = the_case()
    assert note.moderation == HELD
    assert (case.origin, case.state, case.author_id) == (Origin.SCREENING, State.OPEN, resident.id)
    assert "pii.email" in case.codes
    places = {PERSONAL[reason["start"] : reason["end"]] for reason in case.reasons}
    assert "miller@example.org" in places


def test_what_waits_is_read_by_its_author_with_an_explanation_and_by_nobody_else(
    board: Board, resident: Actor, reader: Actor
) -> None:
    note = board.write(PERSONAL, by=resident)
    assert board.readable(reader, [note.id]) == board.readable(ANYBODY, [note.id]) == set()
    assert board.readable(resident, [note.id]) == {note.id}
    told = notices_of([note], actor=resident)[note.id]
    assert told.state == HELD
    assert "E-mail address" in [str(label) for label in told.reasons]
    assert told.path == f"/moderation/{the_case().id}/statement"
    assert notices_of([note], actor=reader) == {}


def test_visitors_always_wait(board: Board) -> None:
    assert board.write(PLAIN, by=ANYBODY).moderation == HELD
    assert the_case().codes == ["visitor"]


def test_words_of_staff_are_not_held(board: Board, make_actor: Callable[[str], Actor]) -> None:
    for role in (Role.DEPARTMENT_STAFF, Role.INNOVATION_UNIT, Role.MODERATOR):
        assert board.write(PERSONAL, by=make_actor(role)).moderation == FINE


def test_filters_of_the_administrator_hold(board: Board, resident: Actor) -> None:
    Node.objects.update(blocked_words="blockhead\n", blocked_hosts="casino.example\n")
    forget_node()
    assert board.write("You blockhead, mend the lamp at the corner.", by=resident).moderation == HELD
    assert board.write("Look at https://casino.example/win for the lamp.", by=resident).moderation == HELD
    assert {tuple(case.codes) for case in Case.objects.all()} == {("words",), ("links",)}


def test_a_hidden_field_that_was_filled_in_holds(board: Board, resident: Actor) -> None:
    note = board.write(PLAIN, by=resident)
    trace = Trace(honeypot="https://casino.example")
    assert examine(kind="note", object_id=note.id, text=PLAIN, language="en", by=resident, trace=trace) == HELD
    assert "spam.honeypot" in the_case().codes


def test_the_time_of_showing_counts_only_if_it_is_ours(board: Board, resident: Actor) -> None:
    note = board.write(PLAIN, by=resident)
    ours = Trace(shown_at=signing.TimestampSigner(salt="moderation.trap").sign(""))
    forged = Trace(shown_at=signing.TimestampSigner(salt="another").sign(""))
    assert examine(kind="note", object_id=note.id, text=PLAIN, language="en", by=resident, trace=forged) == FINE
    assert examine(kind="note", object_id=note.id, text=PLAIN, language="en", by=resident, trace=ours) == HELD
    assert "spam.too_fast" in the_case().codes


def test_the_same_text_from_many_sides_waits_and_mending_ones_own_does_not(board: Board, resident: Actor) -> None:
    note = board.write(f"{PLAIN} It is dark there at night, and many children go that way to school.", by=resident)
    for _try in range(12):
        assert board.mend(note.id, note.text, by=resident).moderation == FINE
    assert Sending.objects.count() == 1
    copies = [board.write(note.text, by=resident).moderation for _copy in range(12)]
    assert copies[0] == FINE
    assert copies[-1] == HELD


def test_one_case_for_one_thing_and_the_newest_reasons_count(board: Board, resident: Actor) -> None:
    note = board.write(PERSONAL, by=resident)
    board.mend(note.id, "Call 0170 1234567 about the broken lamp.", by=resident)
    case = the_case()
    assert "pii.telephone" in case.codes
    assert "pii.email" not in case.codes
    assert case.text == "Call 0170 1234567 about the broken lamp."


def test_what_waits_goes_on_waiting_when_its_author_mends_it(board: Board, resident: Actor) -> None:
    note = board.write(PERSONAL, by=resident)
    assert board.mend(note.id, PLAIN, by=resident).moderation == HELD
    assert the_case().codes == ["edited"]


def test_what_a_person_kept_is_not_held_again_and_new_personal_data_are(
    board: Board, resident: Actor, moderator: Actor
) -> None:
    note = board.write(PERSONAL, by=resident)
    case_decide(case_id=the_case().id, verdict="keep", by=moderator)
    assert board.notes[note.id].moderation == FINE
    assert board.mend(note.id, f"{PERSONAL} Thank you!", by=resident).moderation == FINE
    assert board.mend(note.id, f"{PERSONAL} Or 0170 1234567.", by=resident).moderation == HELD


def test_what_was_taken_down_does_not_come_back_by_an_edit(board: Board, resident: Actor, moderator: Actor) -> None:
    note = board.write(PERSONAL, by=resident)
    case_decide(case_id=the_case().id, verdict="remove", reasoning=RUDE, by=moderator)
    assert board.notes[note.id].moderation == REMOVED
    assert board.mend(note.id, PLAIN, by=resident).moderation == HELD
    assert "removed_before" in Case.objects.get(state=State.OPEN).codes


def test_how_a_department_can_be_reached_may_be_passed_on(board: Board, resident: Actor) -> None:
    text = "Call the city at 02151 863660 or write to waste@krefeld.example, they collect it."
    assert board.write(text, by=resident).moderation == HELD
    Department.objects.create(slug="waste", email="waste@krefeld.example", telephone="+49 2151 86-3660")
    forget_departments()
    assert board.write(text, by=resident).moderation == FINE
    assert board.write(f"{text} Or me: 02151 863661.", by=resident).moderation == HELD


def test_moderators_see_how_much_waits(board: Board, resident: Actor, moderator: Actor) -> None:
    board.write(PERSONAL, by=resident)
    assert (cases_waiting(moderator), cases_waiting(resident)) == (1, 0)

"""Moderators of a demo, as whom everybody can sign in: what they see of real people, and what they decide about."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from citytandem.accounts.contract import ANYBODY, Actor, person_make
from citytandem.core.errors import Forbidden, NotFound
from citytandem.core.node import node_set
from citytandem.core.permissions import allowed
from citytandem.core.subjects import HELD
from citytandem.moderation.contract import cases_waiting
from citytandem.moderation.models import Case
from citytandem.moderation.selectors import appeals_for, case_for
from citytandem.moderation.services.appeals import appeal_make
from citytandem.moderation.services.decisions import Reasoning, case_decide, cases_keep
from citytandem.moderation.services.reports import Complaint, case_take_up, report_make
from tests.integration.moderation.board import PERSONAL, PLAIN, Board

Browser = Callable[[Actor], Client]
COMPLAINT = Complaint("house.respect", "It calls my neighbour names.", True, "Nadine Notifier", "nadine@example.org")
REMOVED = Reasoning("house.respect", "It calls a neighbour names.", "We are kind to each other.")


@pytest.fixture
def shared() -> Actor:
    """A moderator of a demo node."""
    node_set(name="Krefeld", home_city=None, home_slug="", language="de", demo="krefeld")
    return person_make(email="moderator@citytandem.example", password="demo-x", role="moderator", is_demo=True)


@pytest.fixture
def shown() -> Actor:
    """A resident of the demo."""
    return person_make(email="resident@citytandem.example", password="demo-x", is_demo=True)


def case_of(note_id: object) -> Case:
    return Case.objects.get(object_id=note_id)


def test_cases_of_real_people_are_neither_seen_nor_counted_nor_decided(
    board: Board, resident: Actor, shown: Actor, shared: Actor, moderator: Actor, browser_of: Browser
) -> None:
    real = case_of(board.write(PERSONAL, by=resident, title="Lamp of a real person").id)
    open_to_all = case_of(board.write(PERSONAL, by=shown, title="Lamp of the demo").id)
    browser = browser_of(shared)
    page = browser.get("/moderation").content.decode()
    assert "Lamp of the demo" in page
    assert "Lamp of a real person" not in page
    assert (cases_waiting(shared), cases_waiting(moderator)) == (1, 2)
    with pytest.raises(NotFound):
        case_for(shared, real.id)
    with pytest.raises(Forbidden):
        case_decide(case_id=real.id, verdict="keep", by=shared)
    assert cases_keep(case_ids=[real.id], by=shared)[0] == 0
    for path in (f"/moderation/{real.id}", f"/moderation/{real.id}/statement"):
        assert browser.get(path).status_code == 404
    assert board.notes[real.object_id].moderation == HELD

    assert browser.get(f"/moderation/{open_to_all.id}").status_code == 200
    case_decide(case_id=open_to_all.id, verdict="keep", by=shared)
    case_decide(case_id=real.id, verdict="keep", by=moderator)


def test_no_case_is_opened_about_what_a_real_person_wrote(
    board: Board, resident: Actor, shown: Actor, shared: Actor
) -> None:
    real, open_to_all = board.write(PLAIN, by=resident), board.write(PLAIN, by=shown)
    with pytest.raises(Forbidden):
        case_take_up(kind="note", object_id=real.id, language="en", by=shared)
    assert not Case.objects.exists()
    assert case_take_up(kind="note", object_id=open_to_all.id, language="en", by=shared)


def test_appeals_of_real_people_are_for_real_moderators(
    board: Board, resident: Actor, shared: Actor, moderator: Actor, second: Actor
) -> None:
    case = case_of(board.write(PERSONAL, by=resident).id)
    case_decide(case_id=case.id, verdict="remove", reasoning=REMOVED, by=moderator)
    appeal_make(case_id=case.id, text="It was a joke between neighbours.", language="en", by=resident)
    assert (appeals_for(shared).count(), appeals_for(second).count()) == (0, 1)
    case.refresh_from_db()
    assert not allowed("moderation.decide_appeal", shared, case)
    assert allowed("moderation.decide_appeal", second, case)


def test_who_reported_is_told_to_real_moderators_only(
    board: Board, shown: Actor, shared: Actor, reader: Actor, moderator: Actor, browser_of: Browser
) -> None:
    note = board.write(PLAIN, by=shown)
    for by in (reader, ANYBODY):
        report_make(kind="note", object_id=note.id, complaint=COMPLAINT, language="en", by=by)
    path = f"/moderation/{case_of(note.id).id}/reporters"
    seen = browser_of(shared).post(path).content.decode()
    assert "n…@example.org" in seen
    assert "Nadine" not in seen
    assert "nadine@" not in seen
    assert "Nadine Notifier" in browser_of(moderator).post(path).content.decode()

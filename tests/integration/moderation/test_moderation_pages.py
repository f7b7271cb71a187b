"""The pages of moderators: who may open them, what stands there, and at which cost."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from citytandem.accounts.contract import ANYBODY, Actor
from citytandem.accounts.models import Entry
from citytandem.core import clock
from citytandem.core.ids import uuid7
from citytandem.core.subjects import FINE, HELD
from citytandem.moderation.contract import cases_waiting
from citytandem.moderation.models import Case, Decision
from citytandem.moderation.services.appeals import appeal_make
from citytandem.moderation.services.decisions import Reasoning, case_decide
from citytandem.moderation.services.reports import Complaint, report_make
from citytandem.streams.models import Problem
from citytandem.streams.services.records import Wording, record_submit
from tests.conftest import QuickEmbedder
from tests.integration.moderation.board import PERSONAL, PLAIN, Board

pytestmark = pytest.mark.django_db
REASONS = {"ground": "house.privacy", "facts": "An e-mail address.", "explanation": "It belongs to somebody else."}
MOST_QUERIES = 12


def case_of(note: Any) -> Case:
    return Case.objects.get(object_id=note.id)


def queries(client: Client, path: str) -> int:
    """How many queries a page needs, once the node's own settings are remembered."""
    client.get(path)
    with CaptureQueriesContext(connection) as context:
        assert client.get(path).status_code == 200
    return len([one for one in context.captured_queries if "SAVEPOINT" not in one["sql"]])


def test_only_moderators_open_the_pages_of_moderation(
    board: Board, resident: Actor, innovation_unit: Actor, moderator: Actor, browser_of: Callable[[Actor], Client]
) -> None:
    case = case_of(board.write(PERSONAL, by=resident))
    pages = [
        "/moderation",
        "/moderation/appeals",
        "/moderation/mergers",
        f"/moderation/{case.id}",
        f"/moderation/{case.id}/appeals",
    ]
    posts = [f"/moderation/{case.id}/{name}" for name in ("decide", "assign", "merge", "split", "reporters")]
    for path in pages:
        assert Client().get(path)["Location"].startswith("/sign-in?next=")
        assert browser_of(moderator).get(path).status_code == 200
        for by in (resident, innovation_unit):
            assert browser_of(by).get(path).status_code == 403
    sent = {"verdict": "keep", "into": str(uuid7()), "case": str(case.id)}
    for path in [*posts, "/moderation/keep"]:
        for client in (Client(), browser_of(resident), browser_of(innovation_unit)):
            assert client.post(path, sent).status_code == 403
    case.refresh_from_db()
    assert case.state == "open"


def test_the_queue_shows_why_and_masks_what_was_found(
    board: Board, resident: Actor, moderator: Actor, browser_of: Callable[[Actor], Client]
) -> None:
    board.write(PERSONAL, by=resident, title="A lamp")
    page = browser_of(moderator).get("/moderation?lang=en").content.decode()
    assert "A lamp" in page
    assert "E-mail address" in page
    assert "miller@example.org" not in page
    assert "m•••••@•••••••.•••" in page


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("", 3), ("reason=pii", 2), ("reason=pii.email", 1), ("reason=visitor", 1), ("reason=words", 0),
        ("kind=note", 3), ("kind=problem", 0), ("language=de", 1), ("age=3", 1), ("age=7", 0), ("mine=1", 1),
        ("reason=pii&language=en", 1), ("reason=%00", 3), ("age=1000000000000", 3),
    ],
)  # fmt: skip
def test_the_queue_is_filtered(
    board: Board, resident: Actor, moderator: Actor, browser_of: Callable[[Actor], Client], query: str, number: int
) -> None:
    old = case_of(board.write(PERSONAL, by=resident))
    german = case_of(board.write("Rufen Sie 0170 1234567 an, die Lampe ist kaputt.", by=resident, language="de"))
    board.write(PLAIN, by=ANYBODY)
    Case.objects.filter(id=old.id).update(opened_at=clock.now() - timedelta(days=4))
    Case.objects.filter(id=german.id).update(assigned_to=moderator.id)
    page = browser_of(moderator).get(f"/moderation?lang=en&{query}").content.decode()
    assert page.count("data-waiting tabindex") == number


def test_pages_of_the_queue_join_without_gap_or_overlap(
    board: Board, resident: Actor, moderator: Actor, browser_of: Callable[[Actor], Client]
) -> None:
    _many(resident, 45)
    client, path, seen = browser_of(moderator), "/moderation?language=en", []
    while path:
        page = client.get(path).content.decode()
        seen += [part.split('"')[0] for part in page.split('id="case-')[1:]]
        path = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&") if 'rel="next"' in page else ""
    assert seen == [str(one) for one in Case.objects.order_by("opened_at", "id").values_list("id", flat=True)]
    assert client.get("/moderation?after=nonsense").status_code == 422


def _many(author: Actor, number: int) -> None:
    now = clock.now()
    Case.objects.bulk_create(
        Case(
            kind="note", object_id=uuid7(), origin="screening", language="en", author_id=author.id, due_on=now,
            text=PERSONAL, reasons=[{"code": "pii.email", "start": 28, "end": 46}], codes=["pii.email"],
            opened_at=now - timedelta(minutes=index // 3),
        )
        for index in range(number)
    )  # fmt: skip


def test_lists_and_cases_need_at_most_twelve_queries(
    board: Board, resident: Actor, reader: Actor, moderator: Actor, second: Actor, browser_of: Callable[[Actor], Client]
) -> None:
    _many(resident, 60)
    note = board.write(PLAIN, by=resident)
    board.alike = [board.write(f"{PLAIN} Really.", by=resident).id]
    complaint = Complaint("house.respect", "It calls my neighbour names.", True, "A neighbour", "neighbour@example.org")
    for by in (reader, ANYBODY, ANYBODY):
        report_make(kind="note", object_id=note.id, complaint=complaint, language="en", by=by)
    gone = case_of(board.write(PERSONAL, by=resident))
    case_decide(case_id=gone.id, verdict="remove", reasoning=Reasoning(**REASONS), by=moderator)
    appeal_make(case_id=gone.id, text="The address is that of an office.", language="en", by=resident)
    client = browser_of(second)
    needed = {
        path: queries(client, path)
        for path in (
            "/moderation", "/moderation?reason=pii&language=en", "/moderation/appeals", "/moderation/mergers",
            f"/moderation/{gone.id}/appeals", f"/moderation/{gone.id}/statement", "/about/moderation",
            f"/report?about=note:{note.id}",
        )
    }  # fmt: skip
    assert {path: number for path, number in needed.items() if number > MOST_QUERIES} == {}
    assert queries(client, f"/moderation/{case_of(note).id}") <= MOST_QUERIES


def test_a_case_shows_the_text_with_marks_and_what_is_missing_comes_back(
    board: Board, resident: Actor, moderator: Actor, browser_of: Callable[[Actor], Client]
) -> None:
    case, client = case_of(board.write(PERSONAL, by=resident)), browser_of(moderator)
    page = client.get(f"/moderation/{case.id}?lang=en").content.decode()
    assert '<mark class="ct-mark">miller@example.org<span class="ct-mark__why"> E-mail address</span></mark>' in page
    sent = {"verdict": "remove", "ground": "house.privacy", "facts": "An address.", "explanation": "", "until": ""}
    answer = client.post(f"/moderation/{case.id}/decide", sent)
    assert answer.status_code == 422
    assert 'value="remove"' in answer.content.decode()
    assert "An address." in answer.content.decode()
    for odd in ({"verdict": ""}, {"verdict": "burn"}, {"ground": "house.boring"}, {"until": "tomorrow"}):
        assert client.post(f"/moderation/{case.id}/decide", {**sent, "explanation": "Why.", **odd}).status_code == 422
    assert client.post(f"/moderation/{case.id}/decide", {**sent, "explanation": "Why."}).status_code == 302
    assert Decision.objects.get().ground == "house.privacy"


def test_an_edit_after_a_report_is_seen(
    board: Board, resident: Actor, reader: Actor, moderator: Actor, browser_of: Callable[[Actor], Client]
) -> None:
    note = board.write(PLAIN, by=resident)
    complaint = Complaint("house.respect", "It calls my neighbour names.", good_faith=True)
    report_make(kind="note", object_id=note.id, complaint=complaint, language="en", by=reader)
    path = f"/moderation/{case_of(note).id}?lang=en"
    assert "As it stands now" not in browser_of(moderator).get(path).content.decode()
    board.mend(note.id, "All is well.", by=resident)
    page = browser_of(moderator).get(path).content.decode()
    assert PLAIN in page
    assert "As it stands now" in page
    assert "All is well." in page


def test_who_reported_is_shown_on_demand_only_and_each_look_is_logged(
    board: Board, resident: Actor, reader: Actor, moderator: Actor, browser_of: Callable[[Actor], Client]
) -> None:
    note = board.write(PLAIN, by=resident)
    complaint = Complaint(
        "house.respect", "It calls my neighbour names.", True, "Nadine Notifier", "nadine@example.org"
    )
    for by in (reader, ANYBODY):
        report_make(kind="note", object_id=note.id, complaint=complaint, language="en", by=by)
    path, client = f"/moderation/{case_of(note).id}", browser_of(moderator)
    page = client.get(path).content.decode()
    assert "Nadine" not in page
    assert not Entry.objects.filter(looked=True).exists()
    page = client.post(f"{path}/reporters").content.decode()
    assert "nadine@example.org" in page
    assert set(Entry.objects.filter(looked=True, by_id=moderator.id).values_list("person_id", flat=True)) == {
        reader.id,
        None,
    }


def test_keeping_from_the_queue_answers_with_the_row_or_the_case(
    board: Board, resident: Actor, moderator: Actor, browser_of: Callable[[Actor], Client]
) -> None:
    first, other = (case_of(board.write(PERSONAL, by=resident)) for _number in range(2))
    client = browser_of(moderator)
    row = client.post(f"/moderation/{first.id}/decide", {"verdict": "keep"}, headers={"hx-request": "true"})
    assert f'id="case-{first.id}"' in row.content.decode()
    assert "<html" not in row.content.decode()
    done = client.post(f"/moderation/{other.id}/decide", {"verdict": "keep"})
    assert done["Location"] == f"/moderation/{other.id}"


def test_many_are_kept_from_the_queue(
    board: Board, resident: Actor, moderator: Actor, browser_of: Callable[[Actor], Client]
) -> None:
    cases = [case_of(board.write(PERSONAL, by=resident)) for _number in range(3)]
    sent = {"case": [str(cases[0].id), str(cases[1].id), "nonsense"]}
    assert browser_of(moderator).post("/moderation/keep", sent)["Location"] == "/moderation"
    assert sorted(Case.objects.filter(state="open").values_list("id", flat=True)) == [cases[2].id]


def test_ones_own_text_is_decided_by_somebody_else_and_its_reports_are_not_shown(
    board: Board, resident: Actor, reader: Actor, moderator: Actor, second: Actor, browser_of: Callable[[Actor], Client]
) -> None:
    told = Complaint("house.respect", "My own neighbour wrote this about me.", good_faith=True)
    note = board.write(PLAIN, by=moderator, title="The lamp of a moderator")
    case = report_make(kind="note", object_id=note.id, complaint=told, language="en", by=reader).case
    other = case_of(board.write(PERSONAL, by=resident))
    client, path = browser_of(moderator), f"/moderation/{case.id}"
    for address in (path, f"{path}/appeals"):
        assert client.get(address).status_code == 404, address
    sent = {"verdict": "keep", "into": str(note.id), "take": "1", "outcome": "upheld", "explanation": "No."}
    for name in ("decide", "assign", "merge", "split", "reporters", "appeals"):
        answer = client.post(f"{path}/{name}", sent)
        assert (answer.status_code, "My own neighbour" in answer.content.decode()) == (404, False), name
    assert case.decisions.count() == Entry.objects.filter(what="moderation.reporter_seen").count() == 0
    queue = client.get("/moderation").content.decode()
    assert ("The lamp of a moderator" in queue, f"case-{other.id}" in queue) == (False, True)
    assert client.get(f"/moderation/{other.id}/next")["Location"] == "/moderation"
    statement = client.get(f"{path}/statement")
    assert (statement.status_code, "My own neighbour" in statement.content.decode()) == (200, False)
    assert (cases_waiting(moderator), cases_waiting(second)) == (1, 2)
    assert "My own neighbour" in browser_of(second).get(path).content.decode()


def test_nobody_takes_up_their_own_text(
    board: Board, moderator: Actor, second: Actor, browser_of: Callable[[Actor], Client]
) -> None:
    about = {"about": f"note:{board.write(PLAIN, by=moderator).id}"}
    assert "/moderation/take-up" not in browser_of(moderator).get("/report", about).content.decode()
    assert browser_of(moderator).post("/moderation/take-up", about).status_code == 403
    assert "/moderation/take-up" in browser_of(second).get("/report", about).content.decode()
    assert browser_of(second).post("/moderation/take-up", about).status_code == 302


def test_the_queue_of_appeals_hides_what_one_has_decided(
    board: Board, resident: Actor, moderator: Actor, second: Actor, browser_of: Callable[[Actor], Client]
) -> None:
    case = case_of(board.write(PERSONAL, by=resident, title="A lamp"))
    case_decide(case_id=case.id, verdict="remove", reasoning=Reasoning(**REASONS), by=moderator)
    client = browser_of(resident)
    answer = client.post(f"/moderation/{case.id}/appeal", {"text": "The address is that of an office."})
    assert answer["Location"] == f"/moderation/{case.id}/statement"
    assert "A lamp" not in browser_of(moderator).get("/moderation/appeals").content.decode()
    assert "A lamp" in browser_of(second).get("/moderation/appeals").content.decode()
    path = f"/moderation/{case.id}/appeals"
    sent = {"outcome": "overturned", "explanation": "It is an office."}
    assert browser_of(moderator).post(path, sent).status_code == 403
    assert browser_of(second).post(path, {**sent, "explanation": ""}).status_code == 422
    assert browser_of(second).post(path, sent)["Location"] == "/moderation/appeals"
    assert board.notes[case.object_id].moderation == ""


# --- real problems ------------------------------------------------------------------------------------------------------


@pytest.fixture
def bins(quick_embedder: QuickEmbedder, resident: Actor) -> list[Problem]:
    """Two problems that say the same in two languages, the second held for a telephone number."""
    words = Wording("Bins overflow at the market", "Bins overflow at the market every Saturday.", "en")
    again = Wording("Bins overflow at the market", "Bins overflow at the market every Saturday: 0170 1234567.", "en")
    return [record_submit(kind="problem", wording=one, by=resident) for one in (words, again)]


def test_near_duplicates_stand_beside_and_are_merged_and_split_from_the_queue(
    bins: list[Problem],
    moderator: Actor,
    browser_of: Callable[[Actor], Client],
    django_capture_on_commit_callbacks: Any,
) -> None:
    from citytandem.search.services import embed_waiting, index_things

    index_things("problem", [bins[0].id])
    embed_waiting()
    case, client = case_of(bins[1]), browser_of(moderator)
    page = client.get(f"/moderation/{case.id}").content.decode()
    assert f'name="into" value="{bins[0].id}"' in page
    assert client.post(f"/moderation/{case.id}/merge", {"into": "nonsense"}).status_code == 422
    assert client.post(f"/moderation/{case.id}/merge", {"into": str(bins[0].id)}).status_code == 302
    assert _merged(bins[1].id) == (bins[0].id, "merged")
    assert bins[0].code in client.get("/moderation/mergers").content.decode()
    assert client.post(f"/moderation/{case.id}/split").status_code == 302
    assert _merged(bins[1].id) == (None, "held")
    assert case_of(bins[1]).state == "open"


def _merged(problem_id: UUID) -> tuple[UUID | None, str]:
    row = Problem.objects.get(id=problem_id)
    return row.merged_into_id, row.moderation


def test_a_held_problem_is_read_by_its_author_and_opened_by_a_decision(
    bins: list[Problem], resident: Actor, reader: Actor, moderator: Actor, browser_of: Callable[[Actor], Client]
) -> None:
    path = f"/problems/{bins[1].code}"
    assert Client().get(path).status_code == browser_of(reader).get(path).status_code == 404
    assert browser_of(resident).get(path).status_code == 200
    assert Client().get(f"/report?about=problem:{bins[1].id}").status_code == 404
    case_decide(case_id=case_of(bins[1]).id, verdict="keep", by=moderator)
    assert Client().get(path).status_code == 200


def test_words_that_nobody_has_seen_are_not_opened(
    board: Board, resident: Actor, moderator: Actor, browser_of: Callable[[Actor], Client]
) -> None:
    note = board.write(PERSONAL, by=resident)
    case, client = Case.objects.get(object_id=note.id), browser_of(moderator)
    queue, page = (client.get(path).content.decode() for path in ("/moderation", f"/moderation/{case.id}"))
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen is not None
    assert f'value="{case.id}:{seen[1]}"' in queue
    board.mend(note.id, "Something else that is far worse, and miller@example.org.", by=resident)
    answer = client.post(f"/moderation/{case.id}/decide", {"verdict": "keep", "seen": seen[1]})
    assert answer.status_code == 409
    client.post("/moderation/keep", {"case": f"{case.id}:{seen[1]}"})
    assert board.notes[note.id].moderation == HELD
    now = re.search(r'name="seen" value="(\w+)"', answer.content.decode())
    assert now is not None
    assert client.post(f"/moderation/{case.id}/decide", {"verdict": "keep", "seen": now[1]}).status_code == 302
    assert board.notes[note.id].moderation == FINE

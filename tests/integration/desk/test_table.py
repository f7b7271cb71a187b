"""The table of the staff desk: who sees what, filters, order, many at once, saved views, exports."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import openpyxl
import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from citytandem.accounts.contract import Actor
from citytandem.accounts.holdings import holdings
from citytandem.core import clock
from citytandem.core.errors import DomainError, Forbidden, Invalid
from citytandem.core.versions import translations
from citytandem.search.services import index_things
from citytandem.streams.models import Change, Problem
from citytandem.streams.models_staff import SavedView
from citytandem.streams.staff import selectors
from citytandem.streams.staff.filters import filters_of
from citytandem.streams.staff.services import problems_route, problems_set_status, view_save
from citytandem.streams.staff.table import due_words
from tests.integration.desk.conftest import HOME, Town

Told = Callable[..., Problem]
TODAY = date(2026, 3, 10)


def titles(answer: Any) -> list[str]:
    return [row.title.text for row in answer.context["page"].rows]


def found(actor: Actor, **wishes: str) -> set[str]:
    filters = filters_of(wishes, actor=actor)
    return {str(one) for one in selectors.desk_page(actor, filters=filters, after=None, today=TODAY).items}


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("resident", 403),
        ("organisation_member", 403),
        ("moderator", 403),
        ("department_staff", 200),
        ("innovation_unit", 200),
        ("administrator", 200),
        ("council_viewer", 200),
        ("programme_coordinator", 200),
    ],
)
def test_the_table_is_for_those_who_work_or_look_on(
    town: Town, make_actor: Any, browser_of: Any, role: str, status: int
) -> None:
    browser = browser_of(make_actor(role))
    for path in ("/desk/problems", "/desk/problems.csv", "/desk/statistics", "/desk/statistics.csv"):
        assert browser.get(path).status_code == status, path
    assert Client().get("/desk/problems").status_code == 302


def test_a_page_needs_few_queries(town: Town, told: Told, staff_of: Any, browser_of: Any) -> None:
    for number in range(30):
        told(f"Bins overflow {number}")
    colleague = staff_of(town.waste)
    view_save(name="Mine", query="due=overdue", by=colleague)
    browser = browser_of(colleague)
    browser.get("/desk/problems")
    cache.clear()
    for path in ("/desk/problems?order=due", "/desk/problems?q=bins&order=newest", "/desk/statistics"):
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(path).status_code == 200
        assert len(queries) <= 12, [query["sql"][:90] for query in queries]


def test_staff_see_their_department_first_and_may_look_further(
    town: Town, told: Told, staff_of: Any, browser_of: Any
) -> None:
    told("Bins"), told("Parking", themes=["parking"])
    browser = browser_of(staff_of(town.waste))
    assert titles(browser.get("/desk/problems")) == ["Bins"]
    assert sorted(titles(browser.get("/desk/problems?department=all"))) == ["Bins", "Parking"]
    assert titles(browser.get("/desk/problems?department=traffic")) == ["Parking"]
    assert titles(browser.get("/desk/problems?department=nonsense")) == []


def test_each_filter_finds_what_it_says(town: Town, told: Told, innovation_unit: Actor) -> None:
    told("Bins", sender="resident")
    Problem.objects.update(due_on=TODAY - timedelta(days=1))
    late = told("Noise", themes=["noise"], sender="council")
    Problem.objects.filter(id=late.id).update(due_on=TODAY + timedelta(days=3), status="pilot", moderation="held")
    Problem.objects.filter(id=told("Lamp").id).update(
        due_on=None, department=None, language="el", answered_at=clock.now()
    )
    told("Draft", visibility="draft")
    told("Elsewhere", city=uuid4())
    unit = innovation_unit
    assert found(unit) == {"Bins", "Noise", "Lamp"}
    assert found(unit, status="pilot") == {"Noise"}
    assert found(unit, status="active") == {"Bins", "Noise", "Lamp"}
    assert found(unit, theme="environment") == {"Bins", "Noise", "Lamp"}
    assert found(unit, theme="noise") == {"Noise"}
    assert found(unit, department="waste") == {"Bins"}
    assert found(unit, department="none") == {"Lamp"}
    assert found(unit, due="overdue") == {"Bins"}
    assert found(unit, due="week") == {"Noise"}
    assert found(unit, due="none") == {"Lamp"}
    assert found(unit, answered="yes") == {"Lamp"}
    assert found(unit, answered="no") == {"Bins", "Noise"}
    assert found(unit, language="el") == {"Lamp"}
    assert found(unit, moderation="held") == {"Noise"}
    assert found(unit, sender="council") == {"Noise"}
    for name in ("status", "theme", "due", "answered", "language", "moderation", "sender", "department"):
        assert found(unit, **{name: "'; DROP TABLE streams_problem;--"}) == set(), name


def test_words_and_short_codes_find(town: Town, told: Told, innovation_unit: Actor) -> None:
    one, other = told("Overflowing bins at the market"), told("A street lamp flickers")
    index_things("problem", [one.id, other.id])
    assert found(innovation_unit, q="bins market") == {str(one)}
    assert found(innovation_unit, q="lamps") == {str(other)}
    assert found(innovation_unit, q="bins lamps") == set()
    assert found(innovation_unit, q="the") == set()
    assert found(innovation_unit, q=f"/p/{other.code.upper()}") == {str(other)}
    assert found(innovation_unit, q="it's ' \\ :* & |") == set()


@pytest.mark.parametrize("order", ["due", "newest"])
def test_every_problem_stands_on_exactly_one_page(
    town: Town, resident: Actor, innovation_unit: Actor, monkeypatch: pytest.MonkeyPatch, order: str
) -> None:
    """Also where days and moments are the same for many."""
    monkeypatch.setattr(selectors, "ROWS", 7)
    now = clock.now()
    Problem.objects.bulk_create(
        Problem(
            code=f"code{number:06}", language="en", title=translations(en=f"{number}"), city=HOME, visibility="public",
            created_at=now - timedelta(days=number % 3), changed_at=now, created_by_id=resident.id,
            due_on=None if number % 4 == 0 else TODAY + timedelta(days=number % 3 - 1),
            answered_at=now if number % 5 == 0 else None,
        )
        for number in range(60)
    )  # fmt: skip
    filters = filters_of({"order": order}, actor=innovation_unit)
    seen, after = [], None
    while True:
        page = selectors.desk_page(innovation_unit, filters=filters, after=after, today=TODAY)
        seen += page.items
        after = page.next_cursor
        if after is None:
            break
    assert sorted(int(str(one)) for one in seen) == list(range(60))
    never = date(9999, 12, 31)
    if order == "due":
        keys = [(one.due_on or never) if one.answered_at is None else never for one in seen]
        assert keys == sorted(keys)
    else:
        assert [one.created_at for one in seen] == sorted((one.created_at for one in seen), reverse=True)


@pytest.mark.parametrize(
    ("days", "urgency", "words"),
    [(-3, "over", "3 days over"), (-1, "over", "1 day over"), (0, "soon", "due today"), (1, "soon", "1 day left"), (9, "later", "9 days left")],
)  # fmt: skip
def test_how_urgent_it_is_stands_there_in_words(days: int, urgency: str, words: str) -> None:
    problem = Problem(due_on=TODAY + timedelta(days=days))
    assert due_words(problem, today=TODAY) == (urgency, words)
    problem.answered_at = clock.now()
    assert due_words(problem, today=TODAY) == ("answered", "answered")


def test_many_at_once_with_mixed_rights(town: Town, told: Told, staff_of: Any, browser_of: Any) -> None:
    colleague = staff_of(town.waste)
    own, solved, foreign, removed = told("Own"), told("Solved"), told("Parking", themes=["parking"]), told("Removed")
    Problem.objects.filter(id=solved.id).update(status="solved")
    Problem.objects.filter(id=removed.id).update(moderation="removed")
    ids = [own.id, solved.id, foreign.id, removed.id, uuid4()]
    report = problems_set_status(ids=ids, status="solved", reason="The bins are larger now.", by=colleague)
    assert [str(one) for one in report.done] == ["Own"]
    why = {str(one.problem) if one.problem else "": str(one.why) for one in report.skipped}
    assert why.keys() == {"", "Solved", "Parking", "Removed"}
    assert "already" in why["Solved"]
    assert "not allowed" in why["Parking"]
    own.refresh_from_db()
    foreign.refresh_from_db()
    assert (own.status, foreign.status) == ("solved", "open")
    assert own.solved_at is not None
    assert own.answered_at is not None
    change = Change.objects.get(object_id=own.id, what="status")
    assert (change.fields, change.reason) == ({"status": ["open", "solved"]}, "The bins are larger now.")
    answer = browser_of(colleague).post(
        "/desk/problems/bulk",
        {"action": "route", "do": "1", "id": [str(one) for one in ids], "department": "traffic", "reason": "Theirs."},
    )
    assert answer.status_code == 200
    assert "2 problems are changed" in answer.content.decode()
    assert Problem.objects.filter(department=town.traffic).count() == 3


def test_nothing_is_half_done(town: Town, told: Told, innovation_unit: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [told("One").id, told("Two").id]

    def fail(*_arguments: Any, **_named: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(Change.objects, "bulk_create", fail)
    with pytest.raises(RuntimeError):
        problems_set_status(ids=ids, status="solved", reason="Done.", by=innovation_unit)
    assert set(Problem.objects.values_list("status", flat=True)) == {"open"}


@pytest.mark.parametrize("role", ["council_viewer", "programme_coordinator", "resident"])
def test_who_looks_on_changes_nothing(town: Town, told: Told, make_actor: Any, role: str) -> None:
    ids = [told().id]
    with pytest.raises(Forbidden):
        problems_set_status(ids=ids, status="solved", reason="No.", by=make_actor(role))
    with pytest.raises(Forbidden):
        problems_route(ids=ids, department_id=town.traffic.id, reason="No.", by=make_actor(role))


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"status": "nonsense", "reason": "Yes."}, "status.unknown"),
        ({"status": "solved", "reason": " "}, "reason.missing"),
    ],
)
def test_bad_input_for_many_is_refused_as_a_whole(
    town: Town, told: Told, innovation_unit: Actor, values: Any, code: str
) -> None:
    with pytest.raises(Invalid) as caught:
        problems_set_status(ids=[told().id], by=innovation_unit, **values)
    assert caught.value.code == code
    with pytest.raises(Invalid, match="at most 200"):
        problems_set_status(ids=[uuid4() for _ in range(201)], status="solved", reason="Yes.", by=innovation_unit)
    with pytest.raises(DomainError):
        problems_set_status(ids=[], status="solved", reason="Yes.", by=innovation_unit)


def test_without_javascript_a_selection_is_moved_in_two_steps(
    town: Town, told: Told, staff_of: Any, browser_of: Any
) -> None:
    problem, browser = told("Bins"), browser_of(staff_of(town.waste))
    nothing = browser.post("/desk/problems/bulk", {"action": "status", "back": "due=overdue"})
    assert (nothing.status_code, nothing["Location"]) == (302, "/desk/problems?due=overdue")
    first = browser.post(
        "/desk/problems/bulk", {"action": "status", "id": str(problem.id), "back": "due=overdue&evil=1"}
    )
    assert first.status_code == 200
    assert str(problem.id) in first.content.decode()
    again = browser.post(
        "/desk/problems/bulk", {"action": "status", "id": str(problem.id), "do": "1", "status": "solved"}
    )
    assert again.status_code == 422
    assert "Say why" in again.content.decode()
    done = browser.post(
        "/desk/problems/bulk",
        {"action": "status", "id": str(problem.id), "do": "1", "status": "solved", "reason": "Done.", "back": "due=overdue&evil=1"},
    )  # fmt: skip
    assert "One problem is changed" in done.content.decode()
    assert 'href="/desk/problems?due=overdue"' in done.content.decode()
    for nonsense in ("x", "1", "'", ""):
        assert browser.post("/desk/problems/bulk", {"action": "status", "id": nonsense}).status_code == 302


def test_a_view_is_saved_opened_shared_and_deleted(town: Town, told: Told, staff_of: Any, browser_of: Any) -> None:
    told("Bins")
    one, other, stranger = staff_of(town.waste), staff_of(town.waste), staff_of(town.traffic)
    browser = browser_of(one)
    values = {"name": "Overdue at mine", "back": "due=overdue&evil=1", "is_default": "on", "shared_with": "waste"}
    assert browser.post("/desk/views", values)["Location"] == "/desk/problems?due=overdue"
    view = SavedView.objects.get()
    assert (view.query, view.is_default, view.shared_with_id) == ("due=overdue", True, town.waste.id)
    assert browser.get("/desk/problems")["Location"] == "/desk/problems?due=overdue"
    assert "Overdue at mine" in browser_of(other).get("/desk/problems").content.decode()
    assert "Overdue at mine" not in browser_of(stranger).get("/desk/problems").content.decode()
    assert browser_of(other).post(f"/desk/views/{view.id}/delete").status_code == 404
    browser.post("/desk/views", {**values, "name": "OVERDUE at mine", "back": "due=week"})
    assert [(one.name, one.query) for one in SavedView.objects.all()] == [("OVERDUE at mine", "due=week")]
    empty = browser.post("/desk/views", {"name": " ", "back": "due=week"})
    assert empty.status_code == 422
    assert browser.post(f"/desk/views/{view.id}/delete").status_code == 302
    assert not SavedView.objects.exists()


def test_views_are_shared_with_one_s_own_department_only(town: Town, staff_of: Any) -> None:
    with pytest.raises(Forbidden):
        view_save(name="x", query="", by=staff_of(town.waste), shared_with=town.traffic.id)
    with pytest.raises(Invalid):
        view_save(name="x", query="q=" + "a" * 2_000, by=staff_of(town.waste))


def test_saved_views_are_told_and_erased(town: Town, staff_of: Any) -> None:
    one = staff_of(town.waste)
    view_save(name="Mine", query="due=week", by=one, is_default=True)
    view_save(name="Ours", query="due=overdue", by=one, shared_with=town.waste.id)
    holding = next(one for one in holdings() if one.name == "streams.saved_views")
    assert [row["name"] for row in holding.export(one.id).rows] == ["Mine", "Ours"]
    holding.erase(one.id)
    assert [(view.name, view.person_id) for view in SavedView.objects.all()] == [("Ours", None)]
    assert holding.export(one.id).rows == []


def content(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_the_table_is_exported_as_filtered(town: Town, told: Told, staff_of: Any, browser_of: Any) -> None:
    told("=HYPERLINK(1)", themes=["waste", "noise"]), told("Parking", themes=["parking"])
    browser = browser_of(staff_of(town.waste))
    answer = browser.get("/desk/problems.csv")
    assert "attachment" in answer["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(content(answer).decode("utf-8-sig"))))
    assert [row["Title"] for row in rows] == ["'=HYPERLINK(1)"]
    assert rows[0]["Themes"] == "Waste, Noise"
    assert rows[0]["Department"] == "Waste"
    assert date.fromisoformat(rows[0]["Entered"]) == timezone.localdate()
    everything = openpyxl.load_workbook(io.BytesIO(content(browser.get("/desk/problems.xlsx?department=all")))).active
    assert everything is not None
    assert {row[1].value for row in everything.iter_rows(min_row=2)} == {"=HYPERLINK(1)", "Parking"}
    german = browser.get("/desk/problems.csv", headers={"accept-language": "de"})
    assert b";" in content(german).splitlines()[0]


def test_a_selection_is_exported_as_far_as_it_may_be_read(
    town: Town, told: Told, make_actor: Any, browser_of: Any
) -> None:
    public, draft = told("Bins"), told("Draft", visibility="draft")
    browser = browser_of(make_actor("council_viewer"))
    answer = browser.post("/desk/problems/bulk", {"action": "csv", "id": [str(public.id), str(draft.id)]})
    rows = list(csv.DictReader(io.StringIO(content(answer).decode("utf-8-sig"))))
    assert [row["Title"] for row in rows] == ["Bins"]


def test_a_problem_is_given_on_by_its_page(
    town: Town, told: Told, staff_of: Any, browser_of: Any, neighbour: Any
) -> None:
    problem, browser = told("Bins"), browser_of(staff_of(town.waste))
    path = f"/problems/{problem.code}/department"
    assert browser.get(path).status_code == 200
    assert neighbour.get(path).status_code == 403
    assert Client().get(path).status_code == 302
    stale = {"department": "traffic", "reason": "Theirs.", "seen": str(town.digital.id)}
    refused = browser.post(path, stale)
    assert refused.status_code == 409
    assert "Theirs." in refused.content.decode()
    assert browser.post(path, {"department": "", "reason": "", "seen": "nonsense"}).status_code == 422
    assert browser.post(path, {**stale, "seen": str(town.waste.id)}).status_code == 302
    problem.refresh_from_db()
    assert problem.department_id == town.traffic.id


@pytest.fixture
def neighbour(resident: Actor, browser_of: Any) -> Client:
    browser: Client = browser_of(resident)
    return browser


def test_the_list_is_subscribed_to_as_it_is_filtered(town: Town, told: Told) -> None:
    told("Bins"), told("Parking", themes=["parking"]), told("Draft", visibility="draft")
    answer = Client().get("/problems.atom?theme=parking", headers={"accept-language": "en"})
    assert answer["Content-Type"].startswith("application/atom+xml")
    body = answer.content.decode()
    assert "Parking" in body
    assert "Bins" not in body
    assert "Draft" not in Client().get("/problems.atom").content.decode()
    page = Client().get("/problems?theme=parking").content.decode()
    assert page.count("/problems.atom?theme=parking") == 2
    assert Client().get("/solutions.atom").status_code == 200

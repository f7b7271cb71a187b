"""Pages: what is new, choosing, the log, and what is kept about people."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import localdate

from citytandem.accounts.contract import Actor, masked
from citytandem.accounts.holdings import holdings
from citytandem.accounts.models import Entry, Person
from citytandem.core import clock
from citytandem.notifications import contract as notices
from citytandem.notifications.addresses import address_key
from citytandem.notifications.kinds import notice_kinds
from citytandem.notifications.models import CalendarAddress, Notice, Pace, Preference, Suppression
from citytandem.notifications.services.delivery import deliver_due
from citytandem.streams.models import Problem
from tests.integration.notifications.post import Server, people

Browser = Callable[[Any], Client]


@pytest.fixture(autouse=True)
def _node(node: Callable[..., None]) -> None:
    """All pages are Krefeld's."""


def tell(person: Person, problem: Problem, *, times: int = 1, **more: Any) -> None:
    """A comment with a quote."""
    values: dict[str, Any] = {
        "kind": notices.COMMENT,
        "template": "comment",
        "parameters": {"quote": f"problem:{problem.id}", "by": str(person.id)},
        "about": ("problem", problem.id),
        "why": notices.FOLLOWING,
    }
    for _number in range(times):
        notices.notify(to=[person.id], **{**values, **more})


def html(answer: Any) -> str:
    """The page as text."""
    return str(answer.content.decode())


# --- what is new ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/notifications", "/notifications/settings", "/notifications/log"])
def test_visitors_are_asked_to_sign_in(path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code == 302
    assert answer["Location"] == f"/sign-in?next={path}"


@pytest.mark.parametrize("path", ["read", "address", "calendar"])
def test_visitors_change_nothing(path: str) -> None:
    assert Client().post(f"/notifications/{path}").status_code == 403


def test_the_list_is_empty_at_first_and_says_what_will_stand_here(browser_of: Browser) -> None:
    page = html(browser_of(people(1)[0]).get("/notifications"))
    assert "Nothing yet" in page
    assert "You have seen everything." in page


def test_new_ones_stand_first_and_are_read_by_opening_them(problem: Problem, browser_of: Browser) -> None:
    (person,) = people(1)
    tell(person, problem, times=2)
    older, newer = Notice.objects.order_by("id")
    browser = browser_of(person)
    opened = browser.get(f"/notifications/{newer.id}/open")
    assert opened["Location"] == f"/problems/{problem.code}"
    page = html(browser.get("/notifications"))
    assert page.index(str(older.id)) < page.index(str(newer.id))
    assert "One message you have not seen yet." in page
    assert "Jeden Samstag." in page or "Every Saturday." in page
    assert "You get this because you follow it." in page


def test_all_or_one_can_be_marked_as_read(problem: Problem, browser_of: Browser) -> None:
    (person,) = people(1)
    tell(person, problem, times=3)
    first, second, third = Notice.objects.order_by("id")
    browser = browser_of(person)
    browser.post("/notifications/read", {"notice": first.id})
    assert list(Notice.objects.filter(is_new=True).order_by("id")) == [second, third]
    # What came after the page was made stays new.
    browser.post("/notifications/read", {"until": second.id})
    assert list(Notice.objects.filter(is_new=True)) == [third]
    assert browser.post("/notifications/read", {"notice": "x"}).status_code == 422


def test_nobody_sees_or_opens_what_others_were_told(problem: Problem, browser_of: Browser) -> None:
    mine, theirs = people(2)
    tell(theirs, problem)
    browser = browser_of(mine)
    assert "Bins overflow" not in html(browser.get("/notifications"))
    assert browser.get(f"/notifications/{Notice.objects.get().id}/open").status_code == 404
    browser.post("/notifications/read", {"notice": Notice.objects.get().id})
    assert Notice.objects.get().is_new


def test_what_was_taken_down_is_not_told_in_the_list_either(problem: Problem, browser_of: Browser) -> None:
    (person,) = people(1)
    tell(person, problem)
    Problem.objects.filter(id=problem.id).update(moderation="removed")
    page = html(browser_of(person).get("/notifications"))
    assert "What this was about is not there any more." in page
    assert "Bins overflow" not in page


def test_a_notice_leads_to_no_other_site(problem: Problem, browser_of: Browser) -> None:
    (person,) = people(1)
    tell(person, problem, path="//evil.example/")
    assert browser_of(person).get(f"/notifications/{Notice.objects.get().id}/open")["Location"] == "/notifications"


def test_the_list_pages_through_all_of_them_in_few_queries(
    problem: Problem, browser_of: Browser, django_assert_max_num_queries: Any
) -> None:
    (person,) = people(1)
    tell(person, problem, times=45)
    for notice in Notice.objects.order_by("id")[:30]:
        Notice.objects.filter(id=notice.id).update(is_new=False)
    hidden = Problem.objects.create(
        code="draft234", language="de", visibility="draft", created_at=clock.now(), changed_at=clock.now()
    )
    tell(person, hidden, times=3)
    browser = browser_of(person)
    seen: list[str] = []
    address = "/notifications"
    while address:
        with django_assert_max_num_queries(12):
            page = html(browser.get(address))
        seen += re.findall(r"/notifications/([0-9a-f-]{36})/open", page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = following[1].replace("&amp;", "&") if following else ""
    assert len(seen) == len(set(seen)) == 45


def test_how_much_is_new_is_one_query_and_only_where_asked_for(
    problem: Problem, django_assert_num_queries: Any
) -> None:
    (person,) = people(1)
    tell(person, problem, times=3)
    with django_assert_num_queries(1):
        assert notices.unread_count(Actor(person.id)) == 3


# --- choosing ---------------------------------------------------------------------------------------------------------


def choices(**changed: Any) -> dict[str, Any]:
    """What a resident's form sends."""
    ways = {kind.name: "now" for kind in notice_kinds() if not kind.is_service and not kind.roles}
    return {**ways, "hour": "18", "weekday": "4", "language": "bg", **changed}


def test_choices_are_kept_and_shown_again(browser_of: Browser) -> None:
    (person,) = people(1)
    browser = browser_of(person)
    answer = browser.post("/notifications/settings", choices(comment="weekly", status="off"))
    assert answer["Location"] == "/notifications/settings"
    kept = dict(Preference.objects.values_list("kind", "how"))
    assert {"comment": "weekly", "answer": "now", "question": "now", "status": "off"}.items() <= kept.items()
    assert Pace.objects.values_list("hour", "weekday").get() == (18, 4)
    assert Person.objects.get(id=person.id).language == "bg"
    page = html(browser.get("/notifications/settings"))
    assert re.search(r'name="comment" value="weekly"[^>]*checked', page)
    assert not re.search(r'name="comment" value="now"[^>]*checked', page)


@pytest.mark.parametrize("wrong", [{"comment": "hourly"}, {"hour": "24"}, {"weekday": "7"}, {"language": "tlh"}])
def test_what_cannot_be_chosen_is_told_and_nothing_typed_is_lost(browser_of: Browser, wrong: dict[str, str]) -> None:
    browser = browser_of(people(1)[0])
    answer = browser.post("/notifications/settings", choices(answer="off", **wrong))
    assert answer.status_code == 422
    page = html(answer)
    assert "This has not been saved yet" in page
    assert re.search(r'name="answer" value="off"[^>]*checked', page)
    assert not Preference.objects.exists()


def test_only_staff_choose_about_what_only_staff_get(browser_of: Browser, make_actor: Callable[[str], Actor]) -> None:
    assert "New problems for my department" not in html(browser_of(people(1)[0]).get("/notifications/settings"))
    assert "New problems for my department" in html(
        browser_of(make_actor("department_staff")).get("/notifications/settings")
    )


def test_a_calendar_address_can_be_had_changed_and_ended(browser_of: Browser) -> None:
    (person,) = people(1)
    browser = browser_of(person)
    assert "/calendar/" not in html(browser.get("/notifications/settings"))
    browser.post("/notifications/calendar", {"do": "make"})
    first = CalendarAddress.objects.get().key
    assert f"/calendar/{first}.ics" in html(browser.get("/notifications/settings"))
    assert Client().get(f"/calendar/{first}.ics").status_code == 200
    browser.post("/notifications/calendar", {"do": "make"})
    assert Client().get(f"/calendar/{first}.ics").status_code == 404
    second = CalendarAddress.objects.get().key
    browser.post("/notifications/calendar", {"do": "end"})
    assert Client().get(f"/calendar/{second}.ics").status_code == 404


def test_who_gets_nothing_is_told_and_can_try_again_three_times_a_day(browser_of: Browser) -> None:
    (person,) = people(1)
    now = clock.now()
    row = {"key": address_key(person.email), "reason": "hard", "code": "5.1.1", "first_at": now, "last_at": now}
    browser = browser_of(person)
    for _number in range(3):
        Suppression.objects.create(**row)
        assert notices.address_trouble(person.id) == "hard"
        for path in ("/notifications", "/notifications/settings"):
            assert "Your address does not take our e-mails." in html(browser.get(path))
        browser.post("/notifications/address")
        assert notices.address_trouble(person.id) == ""
    Suppression.objects.create(**row)
    assert browser.post("/notifications/address").status_code == 429
    assert Suppression.objects.exists()


# --- the log ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["resident", "department_staff", "innovation_unit", "moderator", "council_viewer"])
def test_only_administrators_read_the_log(browser_of: Browser, make_actor: Callable[[str], Actor], role: str) -> None:
    assert browser_of(make_actor(role)).get("/notifications/log").status_code == 403


def test_the_log_shortens_addresses_and_writes_down_who_looked(
    problem: Problem, server: Server, browser_of: Browser, make_actor: Callable[[str], Actor]
) -> None:
    fine, gone = people(2)
    server.refuse[gone.email] = f"550 5.1.1 <{gone.email}> unknown"
    for person in (fine, gone):
        tell(person, problem, kind=notices.ANSWER, template="answer")
    deliver_due()
    administrator = make_actor("administrator")
    browser = browser_of(administrator)
    page = html(browser.get("/notifications/log"))
    assert "r…@mail.example" in page
    assert fine.email not in page
    assert gone.email not in page
    entry = Entry.objects.get(what="notifications.log")
    assert (entry.by_id, entry.looked, entry.facts) == (administrator.id, True, {})
    failed = html(browser.get("/notifications/log?state=failed&kind=answer"))
    assert failed.count("<tr>") == 2
    assert "550 5.1.1" in failed
    assert Entry.objects.order_by("-id")[0].facts == {"state": "failed", "kind": "answer"}


def test_the_log_is_filtered_by_day_and_refuses_nonsense_kindly(
    problem: Problem, browser_of: Browser, make_actor: Callable[[str], Actor], django_assert_max_num_queries: Any
) -> None:
    tell(people(1)[0], problem, times=30)
    browser = browser_of(make_actor("administrator"))
    today = localdate(clock.now()).isoformat()
    with django_assert_max_num_queries(12):
        page = html(browser.get(f"/notifications/log?day={today}"))
    assert page.count("<tr>") == 21
    assert "after=" in page
    assert html(browser.get("/notifications/log?day=2020-01-01")).count("<tr>") == 0
    assert browser.get("/notifications/log?day=tomorrow&state=x").status_code == 200


def test_addresses_are_shortened_so_that_nobody_can_write_to_them() -> None:
    assert masked("anna.meier@example.org") == "a…@example.org"
    assert masked("nonsense") == "…"


# --- what is kept about people ----------------------------------------------------------------------------------------


def test_everything_about_a_person_is_exported_and_erased(
    problem: Problem, server: Server, browser_of: Browser
) -> None:
    person, other = people(2)
    browser_of(person).post("/notifications/settings", choices())
    browser_of(person).post("/notifications/calendar", {"do": "make"})
    for one in (person, other):
        tell(one, problem, kind=notices.ANSWER, template="answer")
    notices.mail_send(to=person.email.upper(), template="invitation", language="en", parameters={})
    deliver_due()
    ours = {one.name: one for one in holdings() if one.name.startswith("notification")}
    assert set(ours) == {"notifications", "notification_choices"}
    assert [row["kind"] for row in ours["notifications"].export(person.id).rows] == ["answer"]
    exported = ours["notification_choices"].export(person.id).rows
    assert exported["pace"] == {"hour": 18, "weekday": 4}
    assert exported["kinds"]["comment"] == "now"
    for one in ours.values():
        one.erase(person.id)
        assert not one.export(person.id).rows or one.name == "notification_choices"
    assert list(Notice.objects.values_list("person", flat=True)) == [other.id]
    assert not any(model.objects.filter(person=person).exists() for model in (Preference, Pace, CalendarAddress))


def test_old_notices_are_deleted_but_not_before_they_are_sent(problem: Problem) -> None:
    tell(people(1)[0], problem, times=3)
    old, waiting, new = Notice.objects.order_by("id")
    Notice.objects.exclude(id=new.id).update(created_at=clock.now() - timedelta(days=181))
    Notice.objects.filter(id=old.id).update(state="sent", sent_at=clock.now())
    (ours,) = (one for one in holdings() if one.name == "notifications")
    assert (ours.days, ours.shortest) == (180, 8)
    assert ours.sweep is not None
    assert ours.sweep(clock.now() - timedelta(days=180)) == 1
    assert set(Notice.objects.all()) == {waiting, new}

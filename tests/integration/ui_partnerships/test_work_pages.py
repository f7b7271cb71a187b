"""The work page of a partnership and its parts."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from citytandem.accounts.contract import SYSTEM
from citytandem.core import clock
from citytandem.core.node import this_node
from citytandem.partnerships.accompanying.results import Noted, Said, finding_write, quote_write
from citytandem.partnerships.models import City, Document, Finding, Meeting, Milestone, Partnership, Quote, Topic
from tests.integration.partnerships.accompanying_world import write

WORK = "/partnerships/krefeld-sofia/work"
PAGES = (WORK, f"{WORK}/results", f"{WORK}/meetings", f"{WORK}/papers", f"{WORK}/add/topic",
         f"{WORK}/add/action", f"{WORK}/add/stay", f"{WORK}/findings/new")  # fmt: skip
MOST_QUERIES = 12
TODAY = date(2026, 5, 10)


@pytest.fixture
def work(world: SimpleNamespace) -> SimpleNamespace:
    """The tandem of the small world with something of each."""
    found = SimpleNamespace(
        partnership=Partnership.objects.get(slug="krefeld-sofia"),
        krefeld=City.objects.get(slug="krefeld"), sofia=City.objects.get(slug="sofia"),
    )  # fmt: skip
    at = {"partnership_id": found.partnership.id, "by": SYSTEM}
    found.topic = write(found, "topic", title="Open data", text="One portal for both.")
    write(found, "milestone", title="A first list", due_on=TODAY, topic_id=found.topic.id)
    write(found, "milestone", title="A portal", starts_on=TODAY, due_on=TODAY + timedelta(days=400))
    found.meeting = write(found, "meeting", title="First talk")
    write(found, "agenda", title="Greetings", meeting_id=found.meeting.id, minutes=200, told="All were there.")
    write(found, "stay", title="At the data desk", weekdays=[1, 4])
    write(found, "funding", title="One portal")
    write(found, "document", title="The list", address="https://example.org/list")
    found.action = write(found, "action", title="Send the list", due_on=clock.now().date() - timedelta(days=3))
    write(found, "contact", title="Asked about the list")
    found.finding = finding_write(Noted("hurdle", "Time", "Other projects came first."), **at)
    found.quote = quote_write(Said("It is worth it.", "Somebody", consents=True), **at)
    return found


@pytest.mark.parametrize("language", ["de", "el"])
@pytest.mark.parametrize("page", PAGES)
def test_a_part_is_there_with_few_queries(
    work: SimpleNamespace, browser_of: Callable[[str], Client], page: str, language: str
) -> None:
    client = browser_of("innovation_unit")
    this_node()
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(page, headers={"accept-language": language})
    body = answer.content.decode()
    assert answer.status_code == 200
    assert f'<html lang="{language}"' in body
    assert len(queries) <= MOST_QUERIES, [q["sql"][:150] for q in queries]
    assert " style=" not in body
    assert "onclick" not in body
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", body))


@pytest.mark.parametrize("page", PAGES)
def test_it_is_for_those_who_work_in_it(work: SimpleNamespace, browser_of: Callable[[str], Client], page: str) -> None:
    assert Client().get(page)["Location"].startswith("/sign-in")
    assert browser_of("resident").get(page).status_code == 403
    assert browser_of("innovation_unit").get(page.replace("krefeld-sofia", "none")).status_code == 404


def test_the_overview_tells_what_is_open_and_draws_the_roadmap(
    work: SimpleNamespace, browser_of: Callable[[str], Client]
) -> None:
    body = browser_of("innovation_unit").get(WORK, headers={"accept-language": "en"}).content.decode()
    assert "Open data" in body
    assert "Send the list" in body
    assert "overdue" in body
    assert "First talk" in body
    assert body.count("pw-plot__bar ") == 2
    assert body.index("A first list") < body.index("A portal")


def test_an_empty_work_page_says_how_to_begin(world: SimpleNamespace, browser_of: Callable[[str], Client]) -> None:
    client = browser_of("innovation_unit")
    for page in (WORK, f"{WORK}/results"):
        body = client.get(page, headers={"accept-language": "en"}).content.decode()
        assert "yet" in body
        assert "/add/" in body


def test_a_topic_is_typed_changed_and_taken_out(world: SimpleNamespace, browser_of: Callable[[str], Client]) -> None:
    client = browser_of("innovation_unit")
    refused = client.post(f"{WORK}/add/topic", {"title": " ", "text": "Kept"})
    assert refused.status_code == 422
    assert "Kept" in refused.content.decode()
    assert client.post(f"{WORK}/add/topic", {"title": "Open data", "position": "2"})["Location"] == WORK
    topic = Topic.objects.get()
    assert client.get(f"{WORK}/edit/topic/{topic.id}").content.decode().count('value="Open data"') == 1
    client.post(f"{WORK}/edit/topic/{topic.id}", {"title": "Data", "is_public": "on"})
    topic.refresh_from_db()
    assert (
        topic.title["en"]["text"] if "en" in topic.title else next(iter(topic.title.values()))["text"],
        topic.is_public,
    ) == ("Data", True)
    assert client.get(f"{WORK}/remove/topic/{topic.id}").status_code == 200
    assert client.post(f"{WORK}/remove/topic/{topic.id}")["Location"] == WORK
    assert not Topic.objects.exists()


def test_a_milestone_that_ends_before_it_starts_is_shown_again(
    world: SimpleNamespace, browser_of: Callable[[str], Client]
) -> None:
    told = {"title": "A list", "starts_on": "2026-05-02", "due_on": "2026-05-01"}
    answer = browser_of("innovation_unit").post(f"{WORK}/add/milestone", told, headers={"accept-language": "en"})
    assert answer.status_code == 422
    assert "The end comes after the start." in answer.content.decode()
    assert not Milestone.objects.exists()


@pytest.mark.parametrize("kind", ["signature", "done", "nothing"])
def test_what_has_no_form_cannot_be_typed(
    world: SimpleNamespace, browser_of: Callable[[str], Client], kind: str
) -> None:
    assert browser_of("innovation_unit").get(f"{WORK}/add/{kind}").status_code == 404


def test_findings_and_quotes_are_typed(world: SimpleNamespace, browser_of: Callable[[str], Client]) -> None:
    client = browser_of("innovation_unit")
    told: dict[str, Any] = {"kind": "figure", "title": "Visitors", "value": "about 50", "unit": "people"}
    assert client.post(f"{WORK}/findings/new", told).status_code == 302
    finding = Finding.objects.get()
    assert client.post(f"{WORK}/findings/{finding.id}", {**told, "value": ""}).status_code == 422
    assert "about 50" in client.get(f"{WORK}/findings/{finding.id}").content.decode()
    assert client.post(f"{WORK}/quotes/new", {"text": "Good.", "speaker": "Somebody", "city": ""}).status_code == 302
    quote = Quote.objects.get()
    assert quote.consented_at is None
    client.post(f"{WORK}/quotes/{quote.id}", {"text": "Good.", "speaker": "Somebody", "consents": "on"})
    client.post(f"{WORK}/quotes/{quote.id}/withdraw")
    client.post(f"{WORK}/findings/{finding.id}/remove")
    quote.refresh_from_db()
    assert quote.withdrawn_at is not None
    assert not Finding.objects.exists()


def test_a_meeting_shows_its_agenda_what_comes_back_and_who_interprets(
    work: SimpleNamespace, browser_of: Callable[[str], Client]
) -> None:
    client = browser_of("innovation_unit")
    page = f"{WORK}/meetings/{work.meeting.id}"
    this_node()
    with CaptureQueriesContext(connection) as queries:
        body = client.get(page, headers={"accept-language": "en"}).content.decode()
    assert len(queries) <= MOST_QUERIES
    for said in ("Greetings", "All were there.", "80 minutes longer", "Send the list", "Interpreters are needed."):
        assert said in body
    assert client.get(f"{page}/meeting.ics")["Content-Type"].endswith("method=REQUEST")
    told = {"title": "What next", "minutes": "20", "position": "2", "told": "Soon."}
    assert client.post(f"{WORK}/add/agenda?meeting={work.meeting.id}", told)["Location"] == page
    assert client.get(f"{WORK}/add/agenda").status_code == 404
    assert client.post(f"{page}/held").status_code == 302
    assert client.post(f"{page}/cancel", {"because": ""}).status_code == 422
    assert client.post(f"{page}/cancel", {"because": "The hall is flooded."})["Location"] == page
    assert "The hall is flooded." in client.get(page).content.decode()


def test_an_action_is_done_and_opened_again(work: SimpleNamespace, browser_of: Callable[[str], Client]) -> None:
    client = browser_of("innovation_unit")
    client.post(f"{WORK}/actions/{work.action.id}/done")
    assert "Not done after all" in client.get(f"{WORK}/meetings", headers={"accept-language": "en"}).content.decode()
    client.post(f"{WORK}/actions/{work.action.id}/reopen")
    assert "It is done" in client.get(f"{WORK}/meetings", headers={"accept-language": "en"}).content.decode()


def test_a_meeting_is_typed_on_the_clock_of_its_zone(
    world: SimpleNamespace, browser_of: Callable[[str], Client]
) -> None:
    told = {"title": "Talk", "format": "online", "starts_at": "2026-07-01T10:00", "ends_at": "2026-07-01T11:30",
            "zone": "Europe/Athens", "working_languages": ["de", "en"]}  # fmt: skip
    client = browser_of("innovation_unit")
    answer = client.post(f"{WORK}/add/meeting", told)
    assert answer.status_code == 302
    meeting = Meeting.objects.get()
    assert meeting.starts_at.isoformat() == "2026-07-01T07:00:00+00:00"
    assert 'value="2026-07-01T10:00"' in client.get(f"{WORK}/edit/meeting/{meeting.id}").content.decode()


def test_a_memorandum_is_drafted_offered_and_signed_by_page(
    work: SimpleNamespace, browser_of: Callable[[str], Client]
) -> None:
    client = browser_of("innovation_unit")
    page = client.post(f"{WORK}/memoranda/draft")["Location"]
    this_node()
    with CaptureQueriesContext(connection) as queries:
        assert "Open data" in client.get(page).content.decode()
    assert len(queries) <= MOST_QUERIES
    client.post(f"{page}/offer")
    assert client.post(f"{page}/sign", {"function": ""}).status_code == 422
    client.post(f"{page}/sign", {"function": "Mayor"})
    body = client.get(page, headers={"accept-language": "en"}).content.decode()
    assert "Signed by 1 of 2" in body
    assert "Sign for our city" not in body


def test_a_calendar_gets_an_address_and_a_document_its_files(
    work: SimpleNamespace, browser_of: Callable[[str], Client]
) -> None:
    client = browser_of("innovation_unit")
    client.post(f"{WORK}/calendar")
    body = client.get(f"{WORK}/meetings").content.decode()
    found = re.search(r"/partnerships/krefeld-sofia/calendar/[\w-]+\.ics", body)
    assert found is not None
    assert b"First talk" in Client().get(found[0]).content
    document = Document.objects.get()
    path = f"/files/of/partnership_document/{document.id}"
    assert path in client.get(f"{WORK}/papers").content.decode()
    assert client.get(path).status_code == 200
    assert Client().get(path).status_code in {302, 404}


def test_everybody_sees_what_is_public_and_only_those_who_work_the_way_in(
    work: SimpleNamespace, browser_of: Callable[[str], Client]
) -> None:
    write(work, "topic", title="Open to all", is_public=True)
    write(work, "milestone", title="A public step", due_on=TODAY, is_public=True)
    write(work, "stay", title="At the public desk", is_public=True)
    this_node()
    with CaptureQueriesContext(connection) as queries:
        body = Client().get("/partnerships/krefeld-sofia", headers={"accept-language": "en"}).content.decode()
    assert len(queries) <= MOST_QUERIES, [query["sql"][:80] for query in queries]
    for said in ("Open to all", "A public step", "At the public desk"):
        assert said in body
    for kept in ("A first list", "At the data desk", "Send the list", "/work"):
        assert kept not in body
    assert WORK in browser_of("innovation_unit").get("/partnerships/krefeld-sofia").content.decode()

"""Exports: all that everybody may read, nothing else, of any length, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.test import Client

from citytandem.accounts.models import Organisation, Person
from citytandem.challenges import exports
from citytandem.challenges.models import Challenge, Gate, Indicator, Measurement, Proposal, Question, Score
from citytandem.core import clock
from citytandem.core.csv_files import harmless
from citytandem.core.ids import short_code, uuid7
from citytandem.core.versions import translations
from tests.integration.challenges.making import a_challenge, a_juror, a_proposal, resident, unit
from tests.integration.challenges.test_dashboards import FINDING, a_pilot, a_tender

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def body(path: str, client: Client | None = None) -> bytes:
    answer = (client or Client()).get(path)
    assert answer.status_code == 200, path
    assert answer["Cache-Control"] == "no-store"
    assert 'rel="license"' in answer["Link"]
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def table(path: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body(path).decode("utf-8-sig"))))


def whole(challenge: Challenge) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(body(f"/challenges/{challenge.slug}/export.json"))
    return told


def a_full_challenge() -> Challenge:
    """One that has everything, with a secret in every place that nobody may read."""
    challenge = a_challenge("decided", result={"state": "done"}, returned_because="SECRET return")
    author = resident("secret-author")
    Person.objects.filter(id=author.id).update(name="SECRET name")
    organisation = Organisation.objects.create(slug="bins", name="Bin makers", created_at=clock.now())
    proposal = a_proposal(challenge, step="implement", by=author, organisation=organisation, reference="SECRET number")
    a_proposal(challenge, title=translations(en="SECRET held"), moderation="held")
    a_proposal(challenge, title=translations(en="SECRET removed"), moderation="removed")
    unread = {"step": "withdrawn", "step_since": challenge.closes_at - DAY}
    a_proposal(challenge, title=translations(en="SECRET taken back"), **unread)
    juror = a_juror(challenge, by=author)
    Score.objects.create(
        juror=juror,
        proposal=proposal,
        criterion=challenge.criteria.first(),
        value=4.25,
        note="SECRET note",
        at=clock.now(),
    )
    asked = {"challenge": challenge, "language": "en", "asked_at": clock.now(), "asked_by_id": author.id}
    Question.objects.create(text="How many bins?", answer=translations(en="240"), answered_at=clock.now(), **asked)
    Question.objects.create(text="SECRET question", moderation="held", **asked)
    pilot = a_pilot(challenge, proposal, state="decided", decision="scale", decided_at=clock.now(), findings=FINDING)
    Gate.objects.create(pilot=pilot, kind="ethics", state="passed", note="No objection.", by_id=author.id)
    indicator = Indicator.objects.create(pilot=pilot, name="Bins", unit="per week", direction="down")
    Measurement.objects.create(indicator=indicator, at=clock.now(), value=3.5, is_after=True, place="Market")
    a_pilot(challenge, proposal, hypothesis=translations(en="SECRET plan"))
    a_tender(challenge, title="SECRET tender")
    challenge.refresh_from_db()
    return challenge


# --- what is in them --------------------------------------------------------------------------------------------------


def test_a_challenge_is_told_whole_and_without_secrets() -> None:
    challenge = a_full_challenge()
    told = whole(challenge)
    assert "SECRET" not in json.dumps(told)
    assert told["$about"]["licence"] == "CC-BY-4.0"
    assert told["challenge"]["title"]["de"]["text"].startswith("Mülleimer")
    assert len(told["criteria"]) == 8
    assert [one["text"] for one in told["questions"]] == ["How many bins?"]
    assert told["questions"][0]["answer"]["en"]["text"] == "240"
    assert told["result"] == {"state": "done"}
    assert told["log"]["head"] == challenge.log_head
    assert told["log"]["url"].endswith(f"/challenges/{challenge.slug}/decision/log.json")
    (pilot,) = told["pilots"]
    assert pilot["measurements"][0] == {
        **pilot["measurements"][0],
        "indicator": "Bins",
        "value": 3.5,
        "place": "Market",
    }
    assert pilot["findings"]["indicators"][0]["finding"]["verdict"] == "better"
    (proposal,) = told["proposals"]
    assert proposal["organisation"] == "Bin makers"
    assert [one["step"] for one in proposal["steps"]] == ["submitted", "implement"]
    assert proposal["steps"][1]["reason"] == "As the rules say."


def test_who_asks_makes_no_difference() -> None:
    challenge, staff = a_full_challenge(), Client()
    staff.force_login(Person.objects.get(id=unit().id))
    for path in ("/challenges.csv", f"/challenges/{challenge.slug}/proposals.csv"):
        assert body(path, staff) == body(path)
    draft = a_challenge("draft")
    assert staff.get(f"/challenges/{draft.code}/export.json").status_code == 404


@pytest.mark.parametrize("phase", ["open", "assessment", "decision", "decided", "withdrawn"])
def test_exports_hold_what_a_visitor_finds_on_the_pages(phase: str) -> None:
    challenge = a_challenge(phase)
    rows = [
        a_proposal(challenge, title=translations(en=f"Sensors of kind {number}"), moderation=moderation)
        for number, moderation in enumerate(["", "", "held", "removed"])
    ]
    Question.objects.create(challenge=challenge, language="en", text="How many bins?", asked_at=clock.now())
    held = {"text": "Call me at home", "moderation": "held"}
    Question.objects.create(challenge=challenge, language="en", asked_at=clock.now(), **held)
    browser = Client(headers={"Accept-Language": "en"})
    listed = browser.get(f"/challenges/{challenge.slug}/proposals")
    on_the_page = {
        row.code for row in rows if listed.status_code == 200 and f"/proposals/{row.code}" in listed.content.decode()
    }
    readable = {row.code for row in rows if browser.get(f"/proposals/{row.code}").status_code == 200}
    told = whole(challenge)
    assert {one["code"] for one in told["proposals"]} == on_the_page == readable
    assert {one["code"] for one in table(f"/challenges/{challenge.slug}/proposals.csv")} == readable
    questions = browser.get(f"/challenges/{challenge.slug}/questions").content.decode()
    assert [one["text"] for one in told["questions"]] == [
        text for text in ("How many bins?", "Call me at home") if text in questions
    ]
    assert (told["result"] is None) == (challenge.result is None or phase != "decided")


def test_the_list_holds_every_published_challenge_and_every_language() -> None:
    machine = {"pl": {"text": "Kosze", "by": "machine"}}
    challenge = a_challenge("open", title={**translations(en="Bins", el="Κάδοι"), **machine}, budget_high=500)
    a_challenge("draft")
    (row,) = table("/challenges.csv")
    assert (row["title_en"], row["title_el"], row["title_pl"], row["title_fr"]) == ("Bins", "Κάδοι", "Kosze", "")
    assert row["machine_translated"] == "pl"
    assert row["url"].endswith(f"/challenges/{challenge.slug}")
    assert (row["phase"], row["budget_high"], row["licence"]) == ("open", "500.0", "CC-BY-4.0")
    told = json.loads(body("/challenges.json"))
    assert [one["code"] for one in told["challenges"]] == [challenge.code]
    assert told["$about"]["source"]["url"].endswith("/challenges")


def test_lists_are_narrowed_as_the_page_is() -> None:
    waste, other = a_challenge("open"), a_challenge("decided", themes=["mobility"])
    assert [row["code"] for row in table("/challenges.csv?phase=open")] == [waste.code]
    assert [row["code"] for row in table("/challenges.csv?theme=mobility")] == [other.code]
    assert table("/challenges.csv?theme=magic") == []
    assert table("/challenges.csv?phase=draft") == []


def test_the_feed_tells_of_new_challenges() -> None:
    first = a_challenge("open", published_at=clock.now() - DAY)
    other = a_challenge("decided", published_at=clock.now() - 2 * DAY, themes=["mobility"])
    a_challenge("draft")
    answer = Client(headers={"Accept-Language": "de"}).get("/challenges.atom")
    root = ET.fromstring(answer.content)  # noqa: S314 - our own
    links = [one.get("href", "") for one in root.iterfind("{*}entry/{*}link")]
    assert [link.rpartition("/")[2] for link in links] == [first.slug, other.slug]
    assert "Mülleimer, die melden" in answer.content.decode()
    again = Client(headers={"Accept-Language": "de"}).get("/challenges.atom", headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304
    narrowed = Client().get("/challenges.atom?theme=mobility&utm_source=x").content.decode()
    assert other.slug in narrowed
    assert first.slug not in narrowed


@pytest.mark.parametrize("path", ["export.json", "proposals.csv"])
def test_what_is_not_published_does_not_exist(path: str) -> None:
    for key in (a_challenge("draft").code, a_challenge("in_review").code, "nothing", "\x00", "x" * 300):
        assert Client().get(f"/challenges/{key}/{path}").status_code == 404


def test_addresses_of_files_are_no_names_of_challenges() -> None:
    assert Client().get("/challenges.csv").headers["Content-Disposition"] == 'attachment; filename="challenges.csv"'
    assert Client().head("/challenges.json").status_code == 200
    assert Client().post("/challenges.json").status_code == 405


# --- in a spreadsheet -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝"])
def test_nothing_in_a_table_can_act_as_a_formula(start: str) -> None:
    text = f'{start}HYPERLINK("https://example.org"; "Click")'
    challenge = a_challenge("decision", title={"en": {"text": text, "by": "human"}})
    a_proposal(challenge, title={"en": {"text": text, "by": "human"}}, team=text, step="declined")
    cells = [
        cell
        for path in ("/challenges.csv", f"/challenges/{challenge.slug}/proposals.csv")
        for row in table(path)
        for cell in row.values()
    ]
    assert f"'{text}" in cells
    assert all(cell == harmless(cell) for cell in cells if not cell.lstrip("-").replace(".", "").isdigit())


# --- of any length ----------------------------------------------------------------------------------------------------


def test_memory_does_not_grow_with_the_number_of_proposals() -> None:
    challenge = a_challenge("decision")
    text = translations(en="Ultrasonic sensors tell the rounds where to go first. " * 20)
    now = clock.now()
    peaks, sizes = [], []
    for more in (2_000, 8_000):
        rows = []
        for _number in range(more):
            identifier = uuid7()
            rows.append(
                Proposal(
                    id=identifier, code=short_code(identifier), challenge=challenge, language="en", title=text,
                    text=text, step_since=now, created_at=now, changed_at=now,
                )
            )  # fmt: skip
        Proposal.objects.bulk_create(rows, batch_size=1_000)
        del rows
        tracemalloc.start()
        try:
            sizes.append(sum(len(piece) for piece in exports.challenge_json(challenge)))
            sizes.append(sum(len(piece) for piece in exports.proposals_csv(challenge)))
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
    assert sizes[2] > 4 * sizes[0] > 10_000_000
    assert peaks[1] < 1.5 * peaks[0]


def test_json_is_whole_whatever_is_streamed() -> None:
    value = {
        "none": iter(()),
        "deep": ({"of": iter([1, 2])} for _ in range(2)),
        "plain": {"a": [1]},
        "text": "\u2028</",
    }
    told = json.loads(b"".join(exports.json_pieces(value)))
    assert told == {"none": [], "deep": [{"of": [1, 2]}] * 2, "plain": {"a": [1]}, "text": "\u2028</"}

"""Writing over HTTP: who may, what is kept, and what happens when two write at once."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from citytandem.accounts.contract import Actor
from citytandem.accounts.models import Person
from citytandem.streams.models import Feedback, Problem, Solution
from citytandem.streams.services import records
from tests.integration.api.conftest import JsonClient
from tests.small_world import World

NEW = {"title": "Kein Schatten am Spielplatz", "text": "Im Sommer ist es dort zu heiß.", "themes": ["green-spaces"]}


def test_a_resident_submits_and_edits_a_problem(world: World, neighbour: JsonClient) -> None:
    submitted = neighbour.send("POST", "/problems", {**NEW, "city": "utrecht", "affected": ["families"]})
    assert submitted.status_code == 201
    assert submitted["ETag"] == '"1"'
    record = neighbour.get(submitted["Location"]).json()
    assert record["original"] == "de"
    assert record["city"]["slug"] == "utrecht"

    edited = neighbour.send(
        "PATCH", f"/problems/{record['code']}", {"evidence": "34 °C", "city": ""}, If_Match=submitted["ETag"]
    )
    assert edited.status_code == 200
    assert edited["ETag"] == '"2"'
    assert (edited.json()["evidence"], edited.json()["city"]) == ("34 °C", None)
    assert [change["what"] for change in edited.json()["history"]] == ["edited", "submitted"]


def test_a_solution_takes_all_its_fields(world: World, neighbour: JsonClient) -> None:
    body = {
        "title": "Shade sails",
        "kind": "product",
        "trl": 9,
        "stage": "tried",
        "cost_low": 1200.5,
        "cost_high": 3000,
        "frame_conditions": {"law": {"en": "A permit"}},
        "standards": ["EN 1176"],
        "place_kind": "area",
        "area": {"type": "Polygon", "coordinates": [[[6.5, 51.3], [6.6, 51.3], [6.6, 51.4], [6.5, 51.3]]]},
        "url": "https://example.org/sails",
    }
    answer = neighbour.send("POST", "/solutions", body)
    assert answer.status_code == 201, answer.content
    record = answer.json()
    assert record["cost_low"] == 1200.5
    assert record["frame_conditions"]["law"]["en"]["text"] == "A permit"
    assert record["place"]["area"]["type"] == "Polygon"
    cleared = neighbour.send("PATCH", f"/solutions/{record['code']}", {"trl": None, "stage": ""}, If_Match='"1"').json()
    assert (cleared["trl"], cleared["stage"]) == (None, "")


def test_the_words_of_one_language_can_be_changed(world: World, unit: JsonClient) -> None:
    path = f"/problems/{world.problems[0].code}"
    tag = unit.send("GET", path)["ETag"]
    changed = unit.send("PATCH", path, {"text": "Every day.", "language": "en"}, If_Match=tag).json()
    assert changed["text"]["en"]["text"] == "Every day."
    assert changed["title"]["en"]["text"] == "Bins overflow at the market 0"
    assert changed["text"]["de"]["text"].endswith("Samstag.")


def test_a_language_alone_corrects_that_of_the_original_words(world: World, neighbour: JsonClient) -> None:
    made = neighbour.send("POST", "/problems", {"title": "Internet", "text": "Kein Empfang.", "language": "ro"}).json()
    record = Problem.objects.get(code=made["code"])
    record.title["de"] = {"text": "Netz", "by": "machine", "of": "0"}
    record.save()
    changed = neighbour.send("PATCH", f"/problems/{made['code']}", {"language": "de"}, If_Match='"1"')
    assert changed.status_code == 200
    record.refresh_from_db()
    assert record.language == "de"
    assert record.title == {"de": {"text": "Internet", "by": "human"}}
    assert record.text == {"de": {"text": "Kein Empfang.", "by": "human"}}


def test_a_change_names_the_version_it_was_made_from(world: World, unit: JsonClient) -> None:
    path = f"/problems/{world.problems[0].code}"
    assert unit.send("PATCH", path, {"evidence": "1"}).json()["code"] == "version.missing"
    assert unit.send("PATCH", path, {"evidence": "1"}).status_code == 428
    assert unit.send("PATCH", path, {"evidence": "1"}, If_Match='"1"').status_code == 200
    stale = unit.send("PATCH", path, {"evidence": "2"}, If_Match='"1"')
    assert (stale.status_code, stale.json()["current_version"]) == (412, 2)
    assert unit.send("PATCH", path, {"evidence": "2"}, If_Match="nonsense").status_code == 412
    assert unit.send("PATCH", path, {"evidence": "2"}, If_Match="*").status_code == 200


def test_a_lost_race_is_a_conflict(world: World, unit: JsonClient, monkeypatch: pytest.MonkeyPatch) -> None:
    record, edit = world.problems[0], records.record_edit

    def somebody_was_quicker(**values: Any) -> Any:
        Problem.objects.filter(id=record.id).update(version=7)
        return edit(**values)

    monkeypatch.setattr("citytandem.streams.api.problems.record_edit", somebody_was_quicker)
    answer = unit.send("PATCH", f"/problems/{record.code}", {"evidence": "1"}, If_Match='"1"')
    assert (answer.status_code, answer.json()["code"]) == (409, "record.changed_meanwhile")


def test_only_the_author_and_staff_edit(world: World, neighbour: JsonClient) -> None:
    path = f"/problems/{world.problems[0].code}"
    assert neighbour.send("PATCH", path, {"evidence": "1"}, If_Match='"1"').status_code == 403
    assert neighbour.send("POST", f"{path}/status", {"status": "closed", "reason": "x"}).status_code == 403


def test_a_status_moves_with_a_reason(world: World, unit: JsonClient) -> None:
    path = f"/problems/{world.problems[0].code}/status"
    assert unit.send("POST", path, {"status": "pilot", "reason": " "}).json()["code"] == "reason.missing"
    moved = unit.send("POST", path, {"status": "pilot", "reason": "Sensors are on trial."}).json()
    assert moved["status"] == "pilot"
    assert moved["history"][0]["reason"] == "Sensors are on trial."


def test_links_are_made_and_decided(world: World, unit: JsonClient, neighbour: JsonClient) -> None:
    made = unit.send("POST", "/links", {"problem": "problem-2", "solution": "solution-0", "why": "Both in town."})
    assert (made.status_code, made.json()["state"]) == (201, "confirmed")
    path = f"/links/{world.suggested.id}"
    assert unit.send("POST", f"{path}/reject").json()["state"] == "rejected"
    assert unit.send("POST", f"{path}/confirm").json()["state"] == "confirmed"
    assert neighbour.send("POST", f"{path}/confirm").status_code == 403
    assert unit.send("POST", "/links", {"problem": "problem-2", "solution": "none"}).status_code == 404


def test_feedback_keeps_terms_that_were_measured_here(world: World, visitor: JsonClient) -> None:
    body = {"query": "Bins overflow", "kind": "solution", "id": str(world.solutions[0].id), "useful": True}
    assert visitor.send("POST", "/feedback", body).status_code == 201
    assert set(Feedback.objects.get().terms) == {"similarity", "theme", "words"}
    assert visitor.send("POST", "/feedback", {**body, "terms": {"words": 9}}).status_code == 422
    assert visitor.send("POST", "/feedback", {**body, "id": str(world.draft.id)}).status_code == 404


def test_weights_are_proposed_shown_used_and_taken_back(world: World, unit: JsonClient, neighbour: JsonClient) -> None:
    assert unit.send("POST", "/weightings").json()["code"] == "feedback.too_little"
    for number, useful in enumerate((True, True, True, False, False)):
        body = {"query": f"Bins {number}", "kind": "solution", "id": str(world.solutions[0].id), "useful": useful}
        neighbour.send("POST", "/feedback", body)
    proposed = unit.send("POST", "/weightings")
    assert (proposed.status_code, proposed.json()["in_use"]) == (201, False)
    used = unit.send("POST", f"/weightings/{proposed.json()['id']}/use").json()["items"]
    assert [item["in_use"] for item in used] == [True, False]
    back = unit.send("POST", "/weightings/0/use").json()["items"]
    assert [item["in_use"] for item in back] == [False, True]
    assert neighbour.send("POST", "/weightings").status_code == 403
    assert unit.send("POST", "/weightings/77/use").status_code == 404


YAML = """
publiccodeYmlVersion: "0.4"
name: Binwatch
url: https://example.org/binwatch.git
developmentStatus: stable
usedBy: [Gemeente Utrecht, Somewhere]
categories: [geographic-information-systems]
description:
  en: {shortDescription: Watches bins, longDescription: It tells which bins are full.}
  nl: {shortDescription: Houdt afvalbakken in de gaten}
legal: {license: EUPL-1.2, mainCopyrightOwner: Gemeente Utrecht}
maintenance: {type: internal, contacts: [{name: A Person, email: a@example.org}]}
"""


@pytest.mark.parametrize("as_json", [True, False])
def test_a_publiccode_file_becomes_a_solution(world: World, neighbour: JsonClient, *, as_json: bool) -> None:
    path = "/solutions/import-publiccode"
    if as_json:
        answer = neighbour.send("POST", path, {"yaml": YAML})
    else:
        answer = neighbour.post(f"/api/v1{path}", data=YAML, content_type="text/yaml")
    assert answer.status_code == 201, answer.content
    record = answer.json()["solution"]
    assert set(record["title"]) == {"en", "nl"}
    assert (record["licence"], record["stage"], record["kind"]) == ("EUPL-1.2", "in_use", "open_source")
    assert record["used_in"] == []
    assert "contacts" not in record["publiccode"]["maintenance"]
    codes = {warning["code"] for warning in answer.json()["warnings"]}
    assert {"publiccode.used_by", "publiccode.contacts"} <= codes
    assert neighbour.send("POST", path, {"yaml": YAML}).json()["code"] == "publiccode.exists"
    assert Solution.objects.filter(licence="EUPL-1.2").count() == 1


def test_a_broken_publiccode_file_is_told_with_its_line(world: World, neighbour: JsonClient) -> None:
    answer = neighbour.send("POST", "/solutions/import-publiccode", {"yaml": "name: [a\nb: c"})
    assert (answer.status_code, answer.json()["code"]) == (422, "publiccode.syntax")
    assert answer.json()["errors"][0]["field"] == "yaml"
    assert answer.json()["line"] == 2


def test_writing_costs_few_queries(world: World, unit: JsonClient) -> None:
    code = world.problems[0].code
    writes: list[tuple[str, str, Any, dict[str, str]]] = [
        ("POST", "/problems", NEW, {}),
        ("PATCH", f"/problems/{code}", {"evidence": "1"}, {"If_Match": '"1"'}),
        ("POST", f"/links/{world.suggested.id}/confirm", None, {}),
        ("POST", f"/problems/{code}/status", {"status": "pilot", "reason": "x"}, {}),
        ("POST", "/solutions/import-publiccode", {"yaml": YAML}, {}),
    ]
    for method, path, body, headers in writes:
        with CaptureQueriesContext(connection) as queries:
            assert unit.send(method, path, body, **headers).status_code < 300, path
        statements = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
        # Moderation, the sender's following, the department, the mark and the job for partner nodes cost some beside the record itself.
        assert len(statements) <= 18, statements


def test_a_session_needs_its_token(world: World, resident: Actor) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(Person.objects.get(id=resident.id))
    answer = client.post("/api/v1/problems", data=NEW, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf.failed")
    token = "a" * 32
    client.cookies["csrftoken"] = token
    written = client.post("/api/v1/problems", data=NEW, content_type="application/json", headers={"X-CSRFToken": token})
    assert written.status_code == 201

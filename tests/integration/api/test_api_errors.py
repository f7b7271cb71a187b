"""Every refusal is a problem document (RFC 9457) in the reader's language, and nothing that is sent breaks us."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.integration.api.conftest import JsonClient
from tests.small_world import World

pytestmark = pytest.mark.django_db


def told(answer: Any) -> tuple[int, str]:
    """Status and code of a problem document."""
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == answer.status_code
    assert body["type"] == f"urn:citytandem:error:{body['code']}"
    assert body["title"]
    return answer.status_code, body["code"]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/nothing", 404, "path.unknown"),
        ("/problems/", 404, "path.unknown"),
        ("/problems/none", 404, "record.unknown"),
        ("/problems/%00", 404, "path.unknown"),
        ("/problems/..%2f..", 404, "path.unknown"),
        ("/cities/none", 404, "city.unknown"),
        ("/partnerships/none", 404, "partnership.unknown"),
        ("/problems?limit=0", 422, "request.invalid"),
        ("/problems?limit=999999999999999999999999", 422, "request.invalid"),
        ("/problems?limit=" + "9" * 5000, 422, "request.invalid"),
        ("/problems?limit=1&limit=2", 422, "parameter.repeated"),
        ("/problems?status=great", 422, "request.invalid"),
        ("/problems?theme=%00", 422, "request.invalid"),
        ("/problems?after=abc", 422, "cursor.invalid"),
        ("/problems?after=WyIyMDI0IiwieCJd", 422, "cursor.invalid"),
        ("/problems?in=xx", 422, "language.unknown"),
        ("/match", 422, "request.invalid"),
        ("/match?q=%00", 422, "request.invalid"),
        ("/match?q=" + "a" * 2001, 422, "request.invalid"),
        ("/map.geojson?layer=streets", 422, "request.invalid"),
    ],
)
def test_reading_is_refused_clearly(world: World, visitor: JsonClient, path: str, status: int, code: str) -> None:
    assert told(visitor.send("GET", path)) == (status, code)


def test_several_values_are_told_at_once_in_the_readers_language(world: World, neighbour: JsonClient) -> None:
    answer = neighbour.send("POST", "/problems?in=en", {"title": "", "text": "x" * 100_000, "themes": ["waste"] * 9})
    assert told(answer) == (422, "request.invalid")
    errors = {error["field"]: error["message"] for error in answer.json()["errors"]}
    assert set(errors) == {"title", "text", "themes"}
    assert errors["text"] == "This text is too long: at most 20000 characters."


@pytest.mark.parametrize(
    "body",
    [
        {"title": "a\x00b"},
        {"title": 5},
        {"title": "a", "colour": "red"},
        {"title": "a", "latitude": 1e300},
        {"title": "a", "themes": "waste"},
        {"title": "a", "themes": ["no-such-theme"]},
        {"title": "a", "city": "nowhere"},
        {"title": "a", "place_kind": "point"},
        {"title": "a", "language": "tlh"},
        ["a"],
        "a",
        5,
    ],
)
def test_unfit_bodies_are_refused(world: World, neighbour: JsonClient, body: Any) -> None:
    answer = neighbour.send("POST", "/problems", body)
    assert told(answer)[0] == 422


@pytest.mark.parametrize(
    "raw", [b"{", b'{"title": NaN}', b'{"title": "\\ud800"}', b'{"title": "\xff"}', b"[" * 100_000]
)
def test_what_cannot_be_read_is_malformed(world: World, neighbour: JsonClient, raw: bytes) -> None:
    answer = neighbour.post("/api/v1/problems", data=raw, content_type="application/json")
    assert told(answer) == (400, "request.malformed")


def test_other_formats_and_large_bodies(world: World, neighbour: JsonClient, settings: Any) -> None:
    assert told(neighbour.post("/api/v1/problems", data={"title": "a"})) == (415, "request.media_type")
    assert told(neighbour.post("/api/v1/problems", data="a", content_type="text/plain")) == (415, "request.media_type")
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000
    assert told(neighbour.send("POST", "/problems", {"title": "a" * 2_000})) == (413, "request.too_large")


def test_methods_that_are_not_there(world: World, visitor: JsonClient) -> None:
    answer = visitor.send("DELETE", "/problems")
    assert told(answer) == (405, "method.not_allowed")
    assert set(answer["Allow"].replace(" ", "").split(",")) == {"GET", "HEAD", "POST"}


def test_writing_needs_a_sign_in(world: World, visitor: JsonClient) -> None:
    for path in ("/problems", "/solutions", "/links", "/weightings", "/solutions/import-publiccode"):
        answer = visitor.send("POST", path, {})
        assert told(answer) == (401, "sign_in.needed"), path
        assert answer["WWW-Authenticate"]


def test_a_wrong_host_is_told_as_well() -> None:
    assert told(Client().get("/api/v1/themes", headers={"host": "evil.example"})) == (400, "request.malformed")


def test_our_own_failures_tell_nothing_of_the_inside(
    world: World, visitor: JsonClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_args: Any, **_values: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("citytandem.streams.api.problems.record_page", fail)
    answer = visitor.send("GET", "/problems")
    assert told(answer) == (500, "server.failed")
    assert b"secret" not in answer.content
    assert "secret detail" in caplog.text


@pytest.mark.parametrize("key", ['"\\000\\000\\000\\000\\000\\000\\000\\000"', "x" * 5_000, "'; DROP TABLE--"])
def test_forged_sessions_are_no_sessions(world: World, visitor: JsonClient, key: str) -> None:
    answer = visitor.post(
        "/api/v1/problems", data={}, content_type="application/json", headers={"cookie": f"sessionid={key}"}
    )
    assert told(answer) == (401, "sign_in.needed")


def test_sql_in_a_search_is_just_words(world: World, visitor: JsonClient) -> None:
    answer = visitor.send("GET", "/match?q='; DROP TABLE streams_problem; --&language=en")
    assert answer.status_code == 200

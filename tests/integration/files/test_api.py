"""Files over the API."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from citytandem.accounts.contract import Actor
from citytandem.core.ids import uuid7
from citytandem.files.limits import LIMITS
from citytandem.files.models import Attachment, State
from citytandem.files.services.checking import file_prepare
from tests.integration.files.conftest import KIND, Benches, hung, sent
from tests.unit.files.making import docx

pytestmark = pytest.mark.django_db
API = "/api/v1/files"


@pytest.fixture
def own(resident: Actor, browser_of: Callable[[Actor], Client]) -> Client:
    return browser_of(resident)


def of(bench: UUID) -> str:
    return f"{API}/of/{KIND}/{bench}"


def send(client: Client, method: str, path: str, body: Any) -> Any:
    return getattr(client, method)(path, json.dumps(body), content_type="application/json")


def test_files_are_sent_described_read_and_removed(benches: Benches, resident: Actor, own: Client) -> None:
    bench = benches.make(resident)
    made = own.post(of(bench), {"files": [sent(name="a.jpg"), sent(docx(), "b.docx")], "alts": ["", "ignored"]})
    assert made.status_code == 201, made.content
    photo, document = made.json()["items"]
    assert (photo["name"], photo["state"], photo["path"]) == ("a.jpg", "waiting", "")
    for file in (photo, document):
        file_prepare(UUID(file["id"]))
    assert [file["name"] for file in Client().get(of(bench)).json()["items"]] == ["b.docx"]
    described = send(own, "patch", f"{API}/{photo['id']}", {"alt": "A wet bench", "language": "en"})
    assert (described.status_code, described.json()["state"]) == (200, "ready")
    read = Client().get(f"{API}/{photo['id']}").json()
    assert (read["alt"], read["width"], read["medium_path"]) == ("A wet bench", 800, f"/files/{photo['id']}/medium")
    assert Client().get(read["path"]).status_code == 200
    assert own.delete(f"{API}/{photo['id']}").status_code == 204
    assert Client().get(f"{API}/{photo['id']}").status_code == 404


def test_personal_data_in_descriptions_is_refused(benches: Benches, resident: Actor, own: Client) -> None:
    bench, words = benches.make(resident), "A bench, ask miller@example.org"
    refused = own.post(of(bench), {"files": [sent(name="a.jpg")], "alts": [words]})
    assert (refused.status_code, refused.json()["code"]) == (422, "file.personal_data")
    assert not Attachment.objects.exists()
    file = hung(bench, resident)
    for name in ("alt", "caption"):
        refused = send(own, "patch", f"{API}/{file.id}", {name: words})
        assert (refused.status_code, refused.json()["code"]) == (422, "file.personal_data")
        assert refused.json()["errors"][0]["field"] == name
    file.refresh_from_db()
    assert (file.alt, file.caption) == ("A wet bench", "")


def test_refusals_are_problem_details(benches: Benches, resident: Actor, own: Client) -> None:
    refused = own.post(
        of(benches.make(resident)), {"files": [sent(b"<html>", "a.html")]}, headers={"Accept-Language": "en"}
    )
    assert (refused.status_code, refused["Content-Type"]) == (422, "application/problem+json")
    told = refused.json()
    assert told["code"] == "file.active"
    assert told["errors"][0]["field"] == "files"
    assert told["title"].startswith("a.html: ")


@pytest.mark.parametrize(
    ("parts", "status", "code"),
    [
        ({}, 422, "request.invalid"),
        ({"files": [SimpleUploadedFile(f"{n}.txt", b"x\n") for n in range(6)]}, 422, "request.invalid"),
        ({"files": [SimpleUploadedFile(f"{n}.txt", b"x\n") for n in range(31)]}, 413, "request.too_many_files"),
        ({"files": [SimpleUploadedFile("a.txt", b"x\n")], "alts": ["x" * 301]}, 422, "request.invalid"),
    ],
)
def test_shapes_that_do_not_fit_are_told(
    benches: Benches, resident: Actor, own: Client, parts: dict[str, Any], status: int, code: str
) -> None:
    refused = own.post(of(benches.make(resident)), parts)
    assert (refused.status_code, refused.json()["code"]) == (status, code)


def test_a_huge_body_is_refused_as_problem_details(benches: Benches, resident: Actor, own: Client) -> None:
    head = {"CONTENT_LENGTH": str(LIMITS.body_size + 1), "CONTENT_TYPE": "multipart/form-data; boundary=x"}
    refused = own.generic("POST", of(benches.make(resident)), b"", **head)
    assert (refused.status_code, refused.json()["code"]) == (413, "request.too_large")


def test_another_format_is_refused(benches: Benches, resident: Actor, own: Client) -> None:
    refused = send(own, "post", of(benches.make(resident)), {})
    assert (refused.status_code, refused.json()["code"]) == (415, "request.media_type")


def test_only_signed_in_people_with_the_right_to_it_write(
    benches: Benches, resident: Actor, make_actor: Any, browser_of: Callable[[Actor], Client]
) -> None:
    bench = benches.make(resident)
    file = hung(bench, resident)
    other = browser_of(make_actor("resident"))
    assert Client().post(of(bench), {"files": [sent()]}).status_code == 401
    assert other.post(of(bench), {"files": [sent()]}).status_code == 403
    assert send(other, "patch", f"{API}/{file.id}", {"alt": "mine"}).status_code == 403
    assert other.delete(f"{API}/{file.id}").status_code == 403
    assert Attachment.objects.get().state == State.READY
    assert other.get(f"{API}/of/{KIND}/{uuid7()}").status_code == 404
    assert other.get(f"{API}/of/nothing/{bench}").status_code == 404


def test_without_the_token_nothing_is_taken(benches: Benches, resident: Actor) -> None:
    strict = Client(enforce_csrf_checks=True)
    from citytandem.accounts.models import Person

    strict.force_login(Person.objects.get(id=resident.id))
    refused = strict.post(of(benches.make(resident)), {"files": [sent()]})
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf.failed")

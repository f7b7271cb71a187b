"""What goes out over the addresses of files, and to whom."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from citytandem.accounts.contract import Actor
from citytandem.core.microcache import MicroCache
from citytandem.files.contract import attach
from citytandem.files.services.checking import file_prepare
from tests.integration.files.conftest import KIND, Benches, hung, sent
from tests.unit.files.making import docx

pytestmark = pytest.mark.django_db
Browse = Callable[[Actor], Client]


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


@pytest.mark.parametrize(
    ("variant", "media_type", "side"),
    [("large", "image/jpeg", 800), ("medium", "image/webp", 480), ("small", "image/webp", 160)],
)
def test_a_picture_goes_out_sealed(benches: Benches, resident: Actor, variant: str, media_type: str, side: int) -> None:
    file = hung(benches.make(resident), resident)
    response = Client().get(f"/files/{file.id}/{variant}")
    assert response.status_code == 200
    assert response["Content-Type"] == media_type
    assert response["Content-Disposition"].startswith("inline")
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response["Cache-Control"] == "public, max-age=300"
    assert max(Image.open(io.BytesIO(body(response))).size) == side


@pytest.mark.parametrize(
    ("content", "name", "media_type"),
    [
        (docx(), "Brief.docx", "application/vnd.openxml"),
        ("a;b\n1;2\n".encode("utf-16"), "Zählung.csv", "text/csv; charset=utf-8"),
    ],
)
def test_a_document_is_only_downloaded(
    benches: Benches, resident: Actor, content: bytes, name: str, media_type: str
) -> None:
    file = hung(benches.make(resident), resident, content=content, name=name, alt="")
    response = Client().get(f"/files/{file.id}/file")
    assert response["Content-Disposition"].startswith("attachment; filename")
    assert response["Content-Type"].startswith(media_type)
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_who_has_it_already_gets_no_second_copy(benches: Benches, resident: Actor) -> None:
    file = hung(benches.make(resident), resident)
    first = Client().get(f"/files/{file.id}/large")
    again = Client().get(f"/files/{file.id}/large", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, body(again), again["ETag"]) == (304, b"", first["ETag"])
    assert Client().get(f"/files/{file.id}/medium")["ETag"] != first["ETag"]
    assert body(Client().head(f"/files/{file.id}/large")) == b""


def test_the_upload_itself_is_never_served(benches: Benches, resident: Actor, browser_of: Browse) -> None:
    (file,) = attach(kind=KIND, object_id=benches.make(resident), by=resident, files=[sent()], alts=["A bench"])
    browser = browser_of(resident)
    for variant in ("raw", "large", "medium", "small", "file"):
        assert browser.get(f"/files/{file.id}/{variant}").status_code == 404
    file_prepare(file.id)
    assert [browser.get(f"/files/{file.id}/{v}").status_code for v in ("raw", "file", "large")] == [404, 404, 200]


def test_only_who_may_read_the_thing_gets_its_files(
    benches: Benches, resident: Actor, make_actor: Any, innovation_unit: Actor, browser_of: Browse
) -> None:
    file = hung(benches.make(resident, public=False), resident)
    address = f"/files/{file.id}/large"
    assert Client().get(address).status_code == 404
    assert browser_of(make_actor("resident")).get(address).status_code == 404
    for actor in (resident, innovation_unit):
        response = browser_of(actor).get(address)
        assert (response.status_code, response["Cache-Control"]) == (200, "private, no-cache")


def test_a_picture_without_description_is_for_its_sender_only(
    benches: Benches, resident: Actor, browser_of: Browse
) -> None:
    file = hung(benches.make(resident), resident, alt="")
    assert Client().get(f"/files/{file.id}/medium").status_code == 404
    response = browser_of(resident).get(f"/files/{file.id}/medium")
    assert (response.status_code, response["Cache-Control"]) == (200, "private, no-cache")


def test_what_is_private_is_not_remembered_for_others(benches: Benches, resident: Actor) -> None:
    """A visitor with a session of their own; the memory in front of the node must not keep what they see."""
    kept = MicroCache(lambda *_: [], seconds=10)._keep(
        ("k",), "200 OK", [("Cache-Control", "private, no-cache"), ("Content-Type", "image/webp")], b"x"
    )
    assert kept is None

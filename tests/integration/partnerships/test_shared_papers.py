"""Files of shared documents: they stay with us, and open for the people of the partner cities alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.utils import override_settings

from citytandem.accounts.contract import SYSTEM, Actor
from citytandem.accounts.models import Person
from citytandem.core.ids import uuid7
from citytandem.federation.contract import copy_id
from citytandem.files.contract import attach, attachment_remove
from citytandem.files.models import Attachment
from citytandem.files.services.checking import file_prepare
from citytandem.partnerships.accompanying import sharing
from citytandem.partnerships.accompanying.files import KIND
from citytandem.partnerships.accompanying.kinds import KINDS
from citytandem.partnerships.accompanying.sharing import records_out, take
from citytandem.partnerships.accompanying.writing import record_remove
from citytandem.partnerships.models import CityNode, Document
from tests.integration.challenges.partner_world import travelled
from tests.integration.partnerships.accompanying_world import SOFIA, tandem, write
from tests.unit.files.making import telling_picture

__all__ = ["tandem"]
TOLD = b"sensor;place\n1;market\n"


@pytest.fixture(autouse=True)
def _node(settings: Any, tmp_path: Path) -> None:
    settings.ADDRESS = "https://krefeld.example"
    options = {"location": tmp_path / "files", "allow_overwrite": True}
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "files": storage}


def hung(document: Document, name: str = "sensors.csv", content: bytes = TOLD, alt: str = "") -> Attachment:
    """A file on a document, checked."""
    (file,) = attach(
        kind=KIND, object_id=document.id, by=SYSTEM, files=[SimpleUploadedFile(name, content)], alts=[alt], vouched=True
    )
    file_prepare(file.id)
    return Attachment.objects.get(id=file.id)


def links(document: Document) -> list[dict[str, Any]]:
    told = records_out(KINDS["document"], [document.id])[document.id]
    return list(told.details.get("files", []))


def opened(url: str) -> Any:
    return Client().get(urlsplit(url).path)


def test_a_file_stays_here_and_opens_for_whoever_got_its_address(tandem: SimpleNamespace) -> None:
    document = write(tandem, "document")
    hung(document)
    hung(document, "market.jpg", telling_picture("JPEG"), alt="The market with its sensors")
    first, second = links(document)
    assert (first["name"], first["mediaType"], first["size"]) == ("sensors.csv", "text/csv", len(TOLD))
    assert first["url"].startswith(f"https://krefeld.example/partnerships/papers/{document.id}/")
    answer = opened(first["url"])
    assert b"".join(answer.streaming_content) == TOLD
    assert answer["Content-Disposition"].startswith("attachment")
    assert "no-" in answer["Cache-Control"]
    assert opened(second["url"])["Content-Type"] == second["mediaType"] == "image/jpeg"


def test_no_other_address_opens_it(tandem: SimpleNamespace) -> None:
    document, other = write(tandem, "document"), write(tandem, "document")
    hung(document)
    hung(other)
    path = urlsplit(links(document)[0]["url"]).path
    foreign = urlsplit(links(other)[0]["url"]).path
    head, _slash, seal = path.rpartition("/")
    for wrong in (
        f"{head}/{'0' * 32}",
        f"{head}/{foreign.rpartition('/')[2]}",
        path.replace(str(document.id), str(other.id)),
    ):
        assert Client().get(wrong).status_code == 404, wrong
    with override_settings(SECRET_KEY="of another node, and just as long as it has to be"):
        assert Client().get(path).status_code == 404
    assert Client().get(f"{head}/{seal}").status_code == 200


def test_addresses_end_with_the_partner_and_others_get_new_ones(tandem: SimpleNamespace) -> None:
    document = write(tandem, "document")
    hung(document)
    old = links(document)[0]["url"]
    tandem.partnership.members = [*tandem.partnership.members, tandem.utrecht.id]
    tandem.partnership.kind = "tridem"
    tandem.partnership.save()
    CityNode.objects.create(
        did="did:web:utrecht.example", uri="https://u.example/p", city=tandem.utrecht, since="2026-01-01T00:00Z"
    )
    new = links(document)[0]["url"]
    assert [opened(one).status_code for one in (old, new)] == [404, 200]
    CityNode.objects.all().delete()
    assert opened(new).status_code == 404, "no partner, no reader"


def test_partners_hear_of_each_file_more_or_less(tandem: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[UUID] = []
    monkeypatch.setattr(
        sharing, "changed", lambda kind, key: told.append(key) if kind == "partnership_document" else None
    )
    document = write(tandem, "document")
    file = hung(document)
    assert told == [document.id]
    url = links(document)[0]["url"]
    attachment_remove(file_id=file.id, by=SYSTEM, vouched=True)
    assert told == [document.id] * 2
    assert links(document) == []
    assert opened(url).status_code == 404


def test_files_go_with_their_document(tandem: SimpleNamespace) -> None:
    document = write(tandem, "document")
    url = hung(document) and links(document)[0]["url"]
    record_remove("document", partnership_id=tandem.partnership.id, record_id=document.id, by=SYSTEM)
    assert not Attachment.objects.exists()
    assert opened(url).status_code == 404


def test_what_waits_or_is_refused_is_told_to_nobody(tandem: SimpleNamespace) -> None:
    document = write(tandem, "document")
    hung(document, "market.jpg", telling_picture("JPEG"))
    assert links(document) == []


def test_a_partners_files_are_shown_and_only_addresses_at_its_node_count(
    tandem: SimpleNamespace, innovation_unit: Actor
) -> None:
    ours = write(tandem, "document", title="List of sensors")
    hung(ours)
    told = records_out(KINDS["document"], [ours.id])[ours.id]
    come = replace(travelled(told, uuid7(), origin=SOFIA, name="Sofia"))
    good = {"name": "карта.pdf", "mediaType": "application/pdf", "size": 1_200_000, "url": "https://sofia.example/p/1"}
    bad: list[Any] = [
        good | {"url": "https://elsewhere.example/p/1"}, good | {"url": "javascript:alert(1)"}, good | {"name": " "},
        good | {"url": "http://sofia.example/p/1"}, good | {"mediaType": "text/html; charset=x"}, "a", None,
        good | {"url": "https://sofia.example@elsewhere.example/p/1"},
    ]  # fmt: skip
    take(replace(come, details={**come.details, "files": [*bad, good]}))
    theirs = Document.objects.get(id=copy_id(come.uri))
    assert theirs.files == [good]
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(Person.objects.get(id=innovation_unit.id))
    page = browser.get("/partnerships/krefeld-sofia/work/papers").content.decode()
    assert "карта.pdf" in page
    assert "PDF, 1.2 MB, opens at sofia.example" in page
    assert page.count("sensors.csv") == 1, "ours stands once, the partner's list has another"
    take(replace(come, details={**come.details, "files": "none"}))
    theirs.refresh_from_db()
    assert theirs.files == []

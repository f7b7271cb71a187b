"""What has had its time goes; a person's files are handed over or taken back."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from citytandem.accounts.contract import ANYBODY, Actor
from citytandem.core import clock
from citytandem.core.ids import uuid7
from citytandem.files import storage
from citytandem.files.contract import attach, attachment_remove, attachments_of, basket_add
from citytandem.files.models import Attachment, State
from citytandem.files.services import clearing
from citytandem.files.services.people import erase_person, export_person
from tests.integration.files.conftest import KIND, Benches, hung, sent
from tests.unit.files.making import docx

pytestmark = pytest.mark.django_db(transaction=True)


def aged(**by: timedelta) -> None:
    for name, age in by.items():
        Attachment.objects.exclude(**{name: None}).update(**{name: clock.now() - age})


@pytest.mark.parametrize(
    ("state", "name", "stays", "goes"),
    [
        ("basket", "created_at", timedelta(hours=23), timedelta(hours=25)),
        ("refused", "ended_at", timedelta(days=6), timedelta(days=8)),
        ("removed", "ended_at", timedelta(days=6), timedelta(days=8)),
        ("moderated", "ended_at", timedelta(days=183), timedelta(days=185)),
        ("undescribed", "created_at", timedelta(days=89), timedelta(days=91)),
    ],
)
def test_files_go_when_their_time_is_over(
    benches: Benches, resident: Actor, folder: Path, state: str, name: str, stays: timedelta, goes: timedelta
) -> None:
    bench = benches.make(resident)
    ready = hung(bench, resident)
    if state == "basket":
        basket_add(basket=None, files=[sent()], by=resident)
    elif state == "refused":
        hung(bench, resident, content=docx(word__a_dot_gz=b"\x1f\x8b\x08\0"), alt="")
    elif state == "undescribed":
        hung(bench, resident, alt="")
    else:
        attachment_remove(
            file_id=hung(bench, resident).id, by=resident, reason="illegal" if state == "moderated" else ""
        )
    aged(**{name: stays})
    assert clearing.clear_away() == 0
    aged(**{name: goes})
    assert clearing.clear_away() == 1
    assert [file.id for file in Attachment.objects.all()] == [ready.id]
    assert list(storage.kept()) == [ready.id]


def test_bytes_that_belong_to_nothing_go_after_a_day(benches: Benches, resident: Actor) -> None:
    ready = hung(benches.make(resident), resident)
    storage.write(uuid7(), storage.RAW, b"of a request that was undone just now")
    yesterday = uuid7(now_ms=int((clock.now() - timedelta(hours=25)).timestamp() * 1_000))
    storage.write(yesterday, storage.RAW, b"of a request that was undone")
    assert len(list(storage.kept())) == 3
    assert clearing.clear_away() == 1
    assert yesterday not in set(storage.kept())
    assert ready.id in set(storage.kept())


def test_nothing_kept_is_nothing_to_clear(benches: Benches) -> None:
    assert clearing.clear_away() == 0


def test_a_person_gets_everything_they_sent(benches: Benches, resident: Actor, make_actor: Any) -> None:
    bench = benches.make(resident)
    photo, document = hung(bench, resident), hung(bench, resident, content=docx(), name="a.docx", alt="")
    attach(kind=KIND, object_id=bench, by=resident, files=[sent(name="waits.jpg")])
    other = make_actor("resident")
    hung(benches.make(other), other)
    exported = export_person(resident.id)
    assert [row["name"] for row in exported.rows] == ["photo.jpg", "a.docx", "waits.jpg"]
    assert json.loads(json.dumps(exported.rows))[0]["alt"] == "A wet bench"
    files = dict(exported.files)
    assert list(files) == [f"{photo.id}-photo.jpg", f"{document.id}-a.docx"]
    assert [row["file"] for row in exported.rows] == [*files, ""]
    opened = files[f"{photo.id}-photo.jpg"]
    assert callable(opened)
    with opened() as content:
        assert Image.open(content).size == (800, 600)


def test_erasure_keeps_the_public_record_without_the_person(benches: Benches, resident: Actor, folder: Path) -> None:
    public, hidden = benches.make(resident), benches.make(resident, public=False)
    seen = hung(public, resident)
    for gone in (hung(hidden, resident), hung(public, resident, alt="")):
        assert gone.uploaded_by_id == resident.id
    basket_add(basket=None, files=[sent()], by=resident)
    assert erase_person(resident.id) == {"deleted": 3, "kept_without_person": 1}
    (left,) = Attachment.objects.all()
    assert (left.id, left.uploaded_by_id, left.state) == (seen.id, None, State.READY)
    assert list(storage.kept()) == [seen.id]
    assert len(attachments_of(KIND, [public], actor=ANYBODY)[public]) == 1


def test_the_privacy_page_knows_of_files() -> None:
    from citytandem.accounts.holdings import holdings

    assert "files" in {holding.name for holding in holdings()}

"""Files are taken, checked, described, published and removed; nothing is seen before its time."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from citytandem.accounts.contract import ANYBODY, Actor
from citytandem.core import clock, events
from citytandem.core.errors import Conflict, Forbidden, Invalid
from citytandem.core.ids import uuid7
from citytandem.files import storage
from citytandem.files.contract import (
    FilePublished,
    attach,
    attachment_remove,
    attachment_restore,
    attachments_of,
    attachments_remove_all,
    basket_add,
    basket_of,
)
from citytandem.files.limits import LIMITS
from citytandem.files.models import Attachment, State
from citytandem.files.services.checking import file_prepare
from citytandem.files.services.describing import file_describe
from tests.integration.files.conftest import KIND, Benches, hung, sent
from tests.unit.files.making import SECRET, as_content, deflated, docx, huge_png, pdf, picture, saved, telling_picture

pytestmark = pytest.mark.django_db
BOMB = pdf(as_content(deflated(1_000_000_000), "/FlateDecode"))


def row(**changes: Any) -> Attachment:
    now = clock.now()
    fields = {"kind": KIND, "object_id": uuid7(), "name": "a", "media_type": "image/png", "size": 1, "sha256": "0"}
    return Attachment(**{**fields, "created_at": now, **changes})


def bytes_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_a_photo_is_checked_stripped_and_then_seen_by_all(benches: Benches, resident: Actor, folder: Path) -> None:
    bench = benches.make(resident)
    (waiting,) = attach(kind=KIND, object_id=bench, by=resident, files=[sent(name="IMG 1.jpeg")], alts=["A wet bench"])
    assert (waiting.state, waiting.url, waiting.name) == (State.WAITING, "", "IMG 1.jpg")
    assert bytes_in(folder) == ["raw"]
    assert attachments_of(KIND, [bench], actor=ANYBODY) == {}
    file_prepare(waiting.id)
    ((ready,),) = attachments_of(KIND, [bench], actor=ANYBODY).values()
    assert (ready.state, ready.alt, ready.width, ready.height) == (State.READY, "A wet bench", 800, 600)
    assert (ready.medium_width, ready.medium_height) == (480, 360)
    assert bytes_in(folder) == ["large", "medium", "small"]
    assert all(SECRET.encode() not in path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert ready.size == next(folder.rglob("large")).stat().st_size


def test_only_the_node_itself_can_read_what_is_kept(benches: Benches, resident: Actor, folder: Path) -> None:
    hung(benches.make(resident), resident)
    for path in folder.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


@pytest.mark.parametrize(
    ("name", "content", "kept"),
    [
        ("Anna Schmidt 0171 2345678.pdf", pdf(), "document.pdf"),
        ("Lebenslauf_Anna_Schmidt.pdf", pdf(), "document.pdf"),
        ("miller@example.org.docx", docx(), "document.docx"),
        ("+49 171 2345678.jpeg", None, "photo.jpg"),
        ("IMG_20240312_141532.jpg", None, "IMG_20240312_141532.jpg"),
        ("Ratsvorlage-2024-0815.pdf", pdf(), "Ratsvorlage-2024-0815.pdf"),
    ],
)
def test_a_name_with_personal_data_is_replaced_on_every_way_in(
    benches: Benches, resident: Actor, name: str, content: bytes | None, kept: str
) -> None:
    bench = benches.make(resident)
    (file,) = attach(kind=KIND, object_id=bench, by=resident, files=[sent(content, name)])
    file_prepare(file.id)
    assert Attachment.objects.get().name == kept
    basket = basket_add(basket=None, files=[sent(content, name)], by=resident)
    assert [one.name for one in basket_of(basket, by=resident)] == [kept]


def test_staff_name_their_files_themselves(benches: Benches, innovation_unit: Actor) -> None:
    bench = benches.make(innovation_unit)
    (file,) = attach(kind=KIND, object_id=bench, by=innovation_unit, files=[sent(pdf(), "Rede Frau Petra Müller.pdf")])
    assert file.name == "Rede Frau Petra Müller.pdf"


def test_a_picture_without_a_description_waits_for_one(benches: Benches, resident: Actor) -> None:
    bench = benches.make(resident)
    file = hung(bench, resident, alt="")
    assert (file.state, file.is_prepared) == (State.WAITING, True)
    assert attachments_of(KIND, [bench], actor=ANYBODY) == {}
    ((own,),) = attachments_of(KIND, [bench], actor=resident).values()
    assert own.lacks_alt
    file_describe(file_id=file.id, by=resident, alt="  A bench,\n under water ")
    ((seen,),) = attachments_of(KIND, [bench], actor=ANYBODY).values()
    assert seen.alt == "A bench, under water"


@pytest.mark.django_db(transaction=True)
def test_others_hear_when_a_file_is_published(benches: Benches, resident: Actor) -> None:
    heard: list[FilePublished] = []
    events.listen(FilePublished, heard.append)
    try:
        bench = benches.make(resident)
        file = hung(bench, resident)
        assert heard == [FilePublished(kind=KIND, object_id=bench, file_id=file.id)]
        file_describe(file_id=file.id, by=resident, alt="A dry bench")
        assert len(heard) == 1
    finally:
        events._listeners[FilePublished].remove(heard.append)


def test_a_document_needs_no_description(benches: Benches, resident: Actor) -> None:
    file = hung(benches.make(resident), resident, content=docx(), name="Brief.docx", alt="")
    assert (file.state, file.name) == (State.READY, "Brief.docx")


def test_the_name_tells_nothing_about_what_it_is(benches: Benches, resident: Actor) -> None:
    file = hung(benches.make(resident), resident, content=pdf(), name="photo.jpg", alt="")
    assert (file.media_type, file.name) == ("application/pdf", "photo.pdf")
    gif = hung(benches.make(resident), resident, content=saved(picture(), "GIF"), name="../moving.exe")
    assert (gif.media_type, gif.name) == ("image/png", "moving.png")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file.empty"),
        (b"<html>", "file.active"),
        (huge_png(), "file.pixels"),
        (b"\0" * 9, "file.type"),
        (b"\0" * (LIMITS.document_size + 1), "file.too_large"),
        (saved(picture(), "JPEG") + b"<script>", "file.two_types"),
    ],
)
def test_what_is_plainly_wrong_is_told_at_once(
    benches: Benches, resident: Actor, folder: Path, content: bytes, code: str
) -> None:
    with pytest.raises(Invalid) as error:
        attach(
            kind=KIND, object_id=benches.make(resident), by=resident, files=[sent(), sent(content, "b\u202egpj.exe")]
        )
    assert error.value.code == code
    assert str(error.value).startswith("bgpj.exe: ")
    assert Attachment.objects.count() == 0, "all or none"
    assert bytes_in(folder) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("content", "code"), [(BOMB, "file.bomb"), (pdf()[:300], "file.broken")])
def test_what_is_found_later_is_refused_with_its_reason(
    benches: Benches, resident: Actor, folder: Path, content: bytes, code: str
) -> None:
    bench = benches.make(resident)
    file = hung(bench, resident, content=content, name="plan.pdf", alt="")
    assert (file.state, file.reason) == (State.REFUSED, code)
    assert bytes_in(folder) == []
    assert attachments_of(KIND, [bench], actor=ANYBODY) == {}
    ((own,),) = attachments_of(KIND, [bench], actor=resident).values()
    assert own.is_refused
    assert own.reason_text


def test_a_job_that_comes_twice_does_nothing_the_second_time(benches: Benches, resident: Actor) -> None:
    file = hung(benches.make(resident), resident)
    file_prepare(file.id)
    file_prepare(uuid7())
    assert Attachment.objects.get(id=file.id).prepared_at == file.prepared_at


def test_a_file_that_was_removed_while_it_was_checked_stays_removed(
    benches: Benches, resident: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    (file,) = attach(kind=KIND, object_id=benches.make(resident), by=resident, files=[sent()], alts=["A bench"])
    from citytandem.files.services import checking

    def removed_meanwhile(content: bytes) -> Any:
        attachment_remove(file_id=file.id, by=resident)
        return prepared(content)

    prepared = checking.prepared
    monkeypatch.setattr(checking, "prepared", removed_meanwhile)
    file_prepare(file.id)
    assert Attachment.objects.get(id=file.id).state == State.REMOVED


# --- limits -----------------------------------------------------------------------------------------------------------


def test_a_thing_has_room_for_five(benches: Benches, resident: Actor) -> None:
    bench = benches.make(resident)
    attach(kind=KIND, object_id=bench, by=resident, files=[sent() for _ in range(4)])
    with pytest.raises(Invalid) as error:
        attach(kind=KIND, object_id=bench, by=resident, files=[sent(), sent()])
    assert error.value.code == "files.too_many"
    (last,) = attach(kind=KIND, object_id=bench, by=resident, files=[sent()])
    attachment_remove(file_id=last.id, by=resident)
    attach(kind=KIND, object_id=bench, by=resident, files=[sent()])


def test_a_person_has_a_limit_for_a_day_that_removing_does_not_lift(
    benches: Benches, resident: Actor, make_actor: Any
) -> None:
    Attachment.objects.bulk_create(
        row(uploaded_by_id=resident.id, state=State.REMOVED, ended_at=clock.now())
        for _ in range(LIMITS.files_per_person_and_day)
    )
    with pytest.raises(Invalid) as error:
        attach(kind=KIND, object_id=benches.make(resident), by=resident, files=[sent()])
    assert error.value.code == "files.too_many_today"
    other = make_actor("resident")
    attach(kind=KIND, object_id=benches.make(other), by=other, files=[sent()])


def test_all_visitors_together_have_a_limit_too(benches: Benches, resident: Actor) -> None:
    Attachment.objects.bulk_create(row(upload_key=f"{number}") for number in range(LIMITS.files_of_visitors_per_day))
    with pytest.raises(Invalid) as error:
        attach(kind=KIND, object_id=benches.make(resident), by=ANYBODY, files=[sent()], key="new", vouched=True)
    assert error.value.code == "files.too_many_today"


@pytest.mark.parametrize(
    ("alt", "code"),
    [("x" * 301, "alt.too_long"), ("photo.jpg", "alt.is_name"), ("PHOTO", "alt.is_name"), (" ", "alt.missing")],
)
def test_a_description_says_what_can_be_seen(benches: Benches, resident: Actor, alt: str, code: str) -> None:
    file = hung(benches.make(resident), resident)
    with pytest.raises(Invalid) as error:
        file_describe(file_id=file.id, by=resident, alt=alt)
    assert error.value.code == code


def test_there_are_not_more_descriptions_than_files(benches: Benches, resident: Actor) -> None:
    with pytest.raises(Invalid) as error:
        attach(
            kind=KIND,
            object_id=benches.make(resident),
            by=resident,
            files=[sent()],
            alts=["a", "Ask miller@example.org"],
        )
    assert error.value.code == "alt.too_many"


# --- baskets ----------------------------------------------------------------------------------------------------------


def test_files_of_a_form_that_has_to_be_mended_are_kept_and_taken_along(
    benches: Benches, resident: Actor, make_actor: Any
) -> None:
    basket = basket_add(basket=None, files=[sent(name="a.jpg")], by=resident)
    assert basket_add(basket=basket, files=[sent(name="b.jpg")], by=resident) == basket
    assert [file.name for file in basket_of(basket, by=resident)] == ["a.jpg", "b.jpg"]
    other = make_actor("resident")
    assert basket_of(basket, by=other) == []
    stolen = attach(kind=KIND, object_id=benches.make(other), by=other, basket=basket)
    assert stolen == []
    bench = benches.make(resident)
    made = attach(kind=KIND, object_id=bench, by=resident, files=[sent(name="c.jpg")], basket=basket)
    assert [(file.name, file.position) for file in made] == [("a.jpg", 0), ("b.jpg", 1), ("c.jpg", 2)]
    assert basket_of(basket, by=resident) == []


# --- removing ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_what_people_remove_is_gone(benches: Benches, resident: Actor, innovation_unit: Actor, folder: Path) -> None:
    bench = benches.make(resident)
    file = hung(bench, resident)
    attachment_remove(file_id=file.id, by=resident)
    assert attachments_of(KIND, [bench], actor=resident) == {}
    assert bytes_in(folder) == []
    with pytest.raises(Conflict):
        attachment_restore(file_id=file.id, by=innovation_unit)


@pytest.mark.django_db(transaction=True)
def test_what_moderation_removes_can_be_put_back(benches: Benches, resident: Actor, innovation_unit: Actor) -> None:
    bench = benches.make(resident)
    file = hung(bench, resident)
    attachment_remove(file_id=file.id, by=innovation_unit, reason="illegal", vouched=True)
    assert attachments_of(KIND, [bench], actor=ANYBODY) == {}
    with pytest.raises(Forbidden):
        attachment_restore(file_id=file.id, by=resident)
    assert attachment_restore(file_id=file.id, by=innovation_unit).is_ready
    assert len(attachments_of(KIND, [bench], actor=ANYBODY)[bench]) == 1


@pytest.mark.django_db(transaction=True)
def test_files_go_with_their_thing(benches: Benches, resident: Actor, folder: Path) -> None:
    bench = benches.make(resident)
    hung(bench, resident)
    assert attachments_remove_all(KIND, [bench]) == 1
    assert (Attachment.objects.count(), bytes_in(folder)) == (0, [])


# --- what the database refuses ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("file_state_known", {"state": "odd"}),
        ("file_not_empty", {"size": 0}),
        ("file_ready_is_prepared", {"state": "ready", "alt": "a", "width": 1, "height": 1}),
        ("file_picture_has_alt", {"state": "ready", "prepared_at": clock.now(), "width": 1, "height": 1}),
        ("file_picture_has_size", {"state": "ready", "prepared_at": clock.now(), "alt": "a"}),
        ("file_refused_with_reason", {"state": "refused", "ended_at": clock.now()}),
        ("file_end_has_a_date", {"state": "removed"}),
        ("file_end_has_a_date", {"ended_at": clock.now()}),
    ],
)
def test_the_database_refuses_what_cannot_be(name: str, changes: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        row(**changes).save()


def test_the_row_without_changes_is_fine() -> None:
    row().save()


def test_storage_is_spread_by_the_end_of_the_id(benches: Benches, folder: Path) -> None:
    identifier = UUID("019a0000-0000-7000-8000-0000000000af")
    storage.write(identifier, storage.RAW, b"x")
    assert (folder / "af" / str(identifier) / "raw").read_bytes() == b"x"
    storage.write(identifier, storage.RAW, b"yz")
    assert storage.read_raw(identifier) == b"yz"
    storage.drop(identifier)
    assert not (folder / "af" / str(identifier)).exists()
    assert saved(picture(), "PNG") != telling_picture("PNG")

"""Who may hang files on a thing, see them, and change them."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from citytandem.accounts.contract import ANYBODY, Actor
from citytandem.core.errors import Forbidden, NotFound
from citytandem.files.contract import (
    attach,
    attachment_remove,
    attachments_of,
)
from citytandem.files.models import Attachment
from citytandem.files.services.checking import file_prepare
from citytandem.files.services.describing import file_describe
from tests.integration.files.conftest import KIND, Benches, hung, sent
from tests.unit.files.making import as_content, deflated, docx, pdf

pytestmark = pytest.mark.django_db
BOMB = pdf(as_content(deflated(1_000_000_000), "/FlateDecode"))


def test_only_who_may_write_on_a_thing_adds_files(benches: Benches, resident: Actor, make_actor: Any) -> None:
    bench, other = benches.make(resident), make_actor("resident")
    for actor in (other, ANYBODY):
        with pytest.raises(Forbidden):
            attach(kind=KIND, object_id=bench, by=actor, files=[sent()])
    with pytest.raises(Forbidden):
        attach(kind="unheard_of", object_id=bench, by=resident, files=[sent()])
    assert len(attach(kind=KIND, object_id=bench, by=other, files=[sent()], vouched=True)) == 1


def test_files_of_what_one_may_not_read_are_not_seen(
    benches: Benches, resident: Actor, innovation_unit: Actor, make_actor: Any
) -> None:
    hidden = benches.make(resident, public=False)
    file = hung(hidden, resident)
    other = make_actor("resident")
    assert attachments_of(KIND, [hidden], actor=ANYBODY) == attachments_of(KIND, [hidden], actor=other) == {}
    assert len(attachments_of(KIND, [hidden], actor=innovation_unit)[hidden]) == 1
    with pytest.raises(NotFound):
        file_describe(file_id=file.id, by=other, alt="mine")
    with pytest.raises(NotFound):
        attachment_remove(file_id=file.id, by=ANYBODY)


def test_what_one_may_read_one_may_not_change(benches: Benches, resident: Actor, make_actor: Any) -> None:
    file = hung(benches.make(resident), resident)
    for actor in (make_actor("resident"), ANYBODY):
        with pytest.raises(Forbidden):
            file_describe(file_id=file.id, by=actor, alt="mine")
        with pytest.raises(Forbidden):
            attachment_remove(file_id=file.id, by=actor)


def test_the_files_of_many_things_take_one_query(benches: Benches, resident: Actor) -> None:
    made = [benches.make(resident) for _ in range(5)]
    for bench in made:
        hung(bench, resident, content=docx(), name="a.docx", alt="")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = attachments_of(KIND, made, actor=ANYBODY)
    assert len(found) == 5
    assert len(queries) == 1


def test_a_visitor_keeps_a_hold_of_what_they_sent_by_their_secret(benches: Benches, resident: Actor) -> None:
    bench = benches.make(resident)
    (file,) = attach(kind=KIND, object_id=bench, by=ANYBODY, files=[sent()], key="secret", vouched=True)
    stored = Attachment.objects.get(id=file.id)
    assert stored.uploaded_by is None
    assert "secret" not in stored.upload_key
    file_prepare(file.id)
    for key in ("", "another", stored.upload_key):
        with pytest.raises(NotFound):
            file_describe(file_id=file.id, by=ANYBODY, alt="A bench", key=key)
    file_describe(file_id=file.id, by=ANYBODY, alt="A bench", key="secret")
    assert len(attachments_of(KIND, [bench], actor=ANYBODY)[bench]) == 1

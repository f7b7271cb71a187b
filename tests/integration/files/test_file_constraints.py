"""What the database refuses of files, whatever code stands in front of it."""

from __future__ import annotations

from typing import Any

import pytest

from citytandem.core.ids import uuid7
from citytandem.files.models import Attachment
from tests.constraints import NOW, Fault, check_refused, table, untested

pytestmark = pytest.mark.django_db


def good(model: type[Any]) -> dict[str, Any]:
    """A row that is taken."""
    assert model is Attachment
    return {
        "kind": "bench", "object_id": uuid7(), "name": "a.jpg", "media_type": "image/jpeg", "size": 1, "sha256": "0" * 64,
        "created_at": NOW,
    }  # fmt: skip


READY = {"state": "ready", "prepared_at": NOW, "alt": "A bench", "width": 8, "height": 8}
FAULTS = table(
    Fault("file_state_known", Attachment, {"state": "lost"}),
    Fault("file_not_empty", Attachment, {"size": 0}),
    Fault("file_ready_is_prepared", Attachment, {"state": "ready", "media_type": "application/pdf"}),
    Fault("file_picture_has_alt", Attachment, {**READY, "alt": ""}),
    Fault("file_picture_has_size", Attachment, {**READY, "width": None}),
    Fault("file_picture_has_size", Attachment, {**READY, "height": 0}),
    Fault("file_refused_with_reason", Attachment, {"state": "refused", "ended_at": NOW}),
    Fault("file_end_has_a_date", Attachment, {"state": "removed"}),
    Fault("file_end_has_a_date", Attachment, {"state": "waiting", "ended_at": NOW}),
)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_row_that_must_not_be_is_refused(fault: Fault) -> None:
    check_refused(fault, good)


def test_every_constraint_has_such_a_row() -> None:
    assert untested(FAULTS, {"citytandem.files.models"}) == set()

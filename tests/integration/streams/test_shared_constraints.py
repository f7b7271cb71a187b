"""What the database refuses of what partners say about solutions, whatever code stands in front of it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from citytandem.streams.models_shared import Evidence, Gone, Reuse
from tests.constraints import NOW, Fault, check_refused, table, untested

pytestmark = pytest.mark.django_db
SOFIA = "did:web:sofia.example"


def good(model: type[Any]) -> dict[str, Any]:
    """A row that is taken."""
    identifier = uuid4()
    if model is Gone:
        return {"id": identifier, "kind": "problem", "code": "abc", "at": NOW}
    values = {
        "id": identifier, "language": "en", "created_at": NOW, "changed_at": NOW, "origin": SOFIA,
        "origin_uri": f"https://sofia.example/{identifier}", "solution_uri": "https://krefeld.example/1",
    }  # fmt: skip
    return {**values, "status": "running"} if model is Reuse else values


OURS = {"origin": "", "origin_uri": None}
FAULTS = table(
    Fault("reuse_from_elsewhere_has_address", Reuse, {"origin_uri": None}),
    Fault("reuse_from_elsewhere_has_address", Reuse, {"origin": ""}),
    Fault("reuse_status_known", Reuse, {"status": "great"}),
    Fault("reuse_language_known", Reuse, {"language": "es"}),
    Fault("reuse_once_for_each_node_and_solution", Reuse, {**OURS, "id": uuid4()}, first=OURS),
    Fault(
        "reuse_once_for_each_node_and_solution",
        Reuse,
        {"id": uuid4(), "origin_uri": "https://sofia.example/2"},
        first={},
    ),
    Fault("gone_code_once_for_each_kind", Gone, {"id": uuid4()}, first={}),
    Fault("evidence_from_elsewhere_has_address", Evidence, {"origin_uri": None}),
    Fault("evidence_is_from_a_partner", Evidence, OURS),
    Fault("evidence_language_known", Evidence, {"language": "es"}),
)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_row_that_must_not_be_is_refused(fault: Fault) -> None:
    check_refused(fault, good)


def test_every_constraint_has_such_a_row() -> None:
    assert untested(FAULTS, {"citytandem.streams.models_shared"}) == set()

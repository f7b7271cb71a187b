"""What the database refuses of the index, whatever code stands in front of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from citytandem.core.ids import stable_id
from citytandem.search.models import RAW_DIMENSIONS, Entry, LanguageMean, RawVector
from tests.constraints import NOW, Fault, check_refused, table, untested

pytestmark = pytest.mark.django_db


def good(model: type[Any]) -> dict[str, Any]:
    """A row that is taken."""
    numbers = np.zeros(RAW_DIMENSIONS, dtype=np.float32)
    if model is RawVector:
        return {"embedder": "one", "text_hash": b"0" * 16, "vector": numbers}
    if model is LanguageMean:
        return {"embedder": "one", "kind": "problem", "language": "en", "texts": 1, "mean": numbers}
    thing = {"kind": "problem", "object_id": stable_id("test", "thing")}
    return {**thing, "language": "en", "title": "Bins", "text_hash": b"0" * 16, "changed_at": NOW}


FAULTS = table(
    Fault("entry_once_per_language", Entry, first={}),
    Fault("entry_language_known", Entry, {"language": "es"}),
    Fault("raw_vector_once", RawVector, first={}),
    Fault("language_mean_once", LanguageMean, first={}),
)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_row_that_must_not_be_is_refused(fault: Fault) -> None:
    check_refused(fault, good)


def test_every_constraint_has_such_a_row() -> None:
    assert untested(FAULTS, {"citytandem.search.models"}) == set()

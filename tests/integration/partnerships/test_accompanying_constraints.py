"""What the database refuses of the work of partnerships, whatever code stands in front."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from citytandem.core.ids import stable_id
from citytandem.partnerships.models import (
    ActionDone,
    ActionItem,
    AgendaItem,
    City,
    ContactNote,
    Document,
    Funding,
    Meeting,
    Memorandum,
    Milestone,
    Partnership,
    Signature,
    Stay,
    Topic,
)
from tests.constraints import NOW, Fault, check_refused, table, untested

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TODAY = NOW.date()
ONE, OTHER, PARTNERSHIP, MEMORANDUM = (stable_id("test", name) for name in ("one", "other", "tandem", "memorandum"))
TITLE = {"en": {"text": "A title", "by": "human"}}


def city(key: Any) -> City:
    return City.objects.get_or_create(id=key, defaults={"slug": str(key), "name": "A", "country": "DE"})[0]


def written() -> dict[str, Any]:
    """What every record has."""
    members = [city(ONE).id, city(OTHER).id]
    tandem, _made = Partnership.objects.get_or_create(
        id=PARTNERSHIP, defaults={"slug": "tandem", "kind": "tandem", "members": members}
    )
    return {"partnership": tandem, "language": "en", "title": TITLE, "created_at": NOW, "changed_at": NOW}


def a_memorandum() -> Memorandum:
    return Memorandum.objects.get_or_create(id=MEMORANDUM, defaults={**written(), "number": 9})[0]


GOOD: dict[type[Any], Callable[[], dict[str, Any]]] = {
    Topic: written,
    Document: written,
    Memorandum: written,
    Funding: written,
    Milestone: lambda: {**written(), "due_on": TODAY},
    Meeting: lambda: {**written(), "format": "online", "starts_at": NOW, "ends_at": NOW + DAY},
    AgendaItem: lambda: {**written(), "meeting": Meeting.objects.create(**GOOD[Meeting]())},
    ActionItem: lambda: {**written(), "city_id": ONE, "due_on": TODAY},
    ActionDone: lambda: {**written(), "action": ActionItem.objects.create(**GOOD[ActionItem]()), "on": TODAY},
    Signature: lambda: {**written(), "memorandum": a_memorandum(), "city_id": ONE, "digest": "0" * 64, "on": TODAY},
    Stay: lambda: {**written(), "kind": "desk", "from_city_id": ONE, "to_city_id": OTHER, "starts_on": TODAY},
    ContactNote: lambda: {**written(), "on": TODAY, "way": "call"},
}


def good(model: type[Any]) -> dict[str, Any]:
    """A row that is taken."""
    return GOOD[model]()


def of_all(name: str, fields: dict[str, Any]) -> list[Fault]:
    """A fault that every kind of record can have."""
    return [Fault(f"{model.__name__.lower()}_{name}", model, fields) for model in GOOD]


FAULTS = table(
    *of_all("has_a_title", {"title": {}}),
    *of_all("whole_origin", {"origin": "did:web:sofia.example"}),
    *of_all("whole_origin", {"origin_uri": "https://sofia.example/1"}),
    Fault("milestone_due_after_it_began", Milestone, {"starts_on": TODAY + DAY}),
    Fault("meeting_ends_after_it_began", Meeting, {"ends_at": NOW}),
    Fault("meeting_reason_when_cancelled", Meeting, {"because": TITLE}),
    Fault("partnership_document_own_files_attached", Document, {"files": [{"name": "a.pdf"}]}),
    Fault("memorandum_number_once", Memorandum, first={}),
    Fault("memorandum_offered_with_digest", Memorandum, {"offered_on": TODAY}),
    Fault("memorandum_offered_with_digest", Memorandum, {"digest": "0" * 64}),
    Fault("signature_once_for_a_city", Signature, first={}),
    Fault("funding_not_negative", Funding, {"amount": -1}),
    Fault("stay_elsewhere", Stay, {"to_city_id": ONE}),
    Fault("stay_ends_after_it_began", Stay, {"ends_on": TODAY - DAY}),
    Fault("stay_cost_not_negative", Stay, {"cost": -1}),
    Fault("stay_days_of_a_week", Stay, {"weekdays": [8]}),
)
MODULES = {
    "citytandem.partnerships.models.accompanying",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_row_that_must_not_be_is_refused(fault: Fault) -> None:
    check_refused(fault, good)


def test_every_constraint_has_such_a_row() -> None:
    assert untested(FAULTS, MODULES) == set()

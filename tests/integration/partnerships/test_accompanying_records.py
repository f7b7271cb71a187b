"""Records of the work: who writes them, and what they have to be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from citytandem.accounts.contract import ANYBODY, Actor, Role
from citytandem.core import clock, events
from citytandem.core.errors import Conflict, Forbidden, Invalid, NotFound
from citytandem.core.ids import uuid7
from citytandem.core.node import node_set
from citytandem.core.permissions import allowed
from citytandem.partnerships.accompanying import writing
from citytandem.partnerships.accompanying.events import WorkRecordChanged
from citytandem.partnerships.accompanying.writing import record_remove
from citytandem.partnerships.models import AgendaItem, Meeting, Milestone, Partnership, Topic
from tests.integration.partnerships.accompanying_world import TODAY, a_contact, of_sofia, tandem, write

__all__ = ["tandem"]
DAY = timedelta(days=1)


@pytest.fixture
def left(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the federation is told."""
    found: list[str] = []
    monkeypatch.setattr(writing, "changed", lambda kind, _key: found.append(kind))
    return found


def test_a_record_is_written_changed_and_told(tandem: SimpleNamespace, left: list[str]) -> None:
    heard: list[WorkRecordChanged] = []
    events.listen_within(WorkRecordChanged, heard.append)
    topic = write(tandem, "topic", title="  Open   data ", text="A common portal.", is_public=True)
    assert topic.title == {"en": {"text": "Open data", "by": "human"}}
    changed = write(tandem, "topic", record_id=topic.id, title="Open data of both cities")
    assert (changed.id, changed.text, changed.is_public) == (topic.id, topic.text, True)
    record_remove("topic", partnership_id=tandem.partnership.id, record_id=topic.id, by=_of(tandem))
    assert not Topic.objects.exists()
    assert left == ["partnership_topic"] * 3
    assert [(one.kind, one.record) for one in heard] == [("topic", topic.id)] * 3


def _of(_tandem: SimpleNamespace) -> Actor:
    from citytandem.accounts.contract import SYSTEM

    return SYSTEM


@pytest.mark.parametrize(
    ("name", "values", "code", "field"),
    [
        ("topic", {"title": " "}, "partnership.title_missing", "title"),
        ("topic", {"title": "x" * 201}, "partnership.text_too_long", "title"),
        ("topic", {"text": "x" * 20_001}, "partnership.text_too_long", "text"),
        ("milestone", {"starts_on": TODAY + DAY}, "partnership.dates", "due_on"),
        ("meeting", {"ends_at": clock.now() - DAY}, "partnership.dates", "ends_at"),
        ("meeting", {"zone": "Europe/Atlantis"}, "meeting.zone", "zone"),
        ("meeting", {"format": "pigeon"}, "partnership.choice_unknown", "format"),
        ("meeting", {"place": "x" * 201}, "partnership.text_too_long", "place"),
        ("stay", {"ends_on": TODAY - DAY}, "partnership.dates", "ends_on"),
        ("stay", {"weekdays": [0]}, "partnership.choice_unknown", "weekdays"),
        ("stay", {"cost": -1}, "partnership.amount", "cost"),
        ("funding", {"amount": -1}, "partnership.amount", "amount"),
    ],
)
def test_what_does_not_fit_is_said_where(
    tandem: SimpleNamespace, name: str, values: dict[str, Any], code: str, field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        write(tandem, name, **values)
    assert (caught.value.code, caught.value.field) == (code, field)


def test_only_cities_of_the_partnership_take_part(tandem: SimpleNamespace) -> None:
    with pytest.raises(Invalid) as caught:
        write(tandem, "action", city_id=tandem.utrecht.id)
    assert (caught.value.code, caught.value.field) == ("partnership.not_a_member", "city")
    with pytest.raises(Invalid) as caught:
        write(tandem, "stay", to_city_id=tandem.krefeld.id)
    assert caught.value.code == "stay.same_city"


def test_what_belongs_to_another_partnership_is_no_parent(tandem: SimpleNamespace) -> None:
    other = Partnership.objects.create(slug="other", kind="tandem", members=[tandem.krefeld.id, tandem.utrecht.id])
    elsewhere = write(SimpleNamespace(**{**vars(tandem), "partnership": other}), "topic")
    with pytest.raises(Invalid) as caught:
        write(tandem, "milestone", topic_id=elsewhere.id)
    assert caught.value.code == "partnership.other_work"
    with pytest.raises(NotFound):
        write(tandem, "topic", record_id=elsewhere.id)
    with pytest.raises(NotFound):
        write(tandem, "topic", record_id=uuid7())


def test_what_a_partner_wrote_stays_as_it_is(tandem: SimpleNamespace) -> None:
    theirs = of_sofia(tandem, Topic)
    with pytest.raises(Conflict) as caught:
        write(tandem, "topic", record_id=theirs.id)
    assert caught.value.code == "partnership.of_partner"
    with pytest.raises(Conflict):
        record_remove("topic", partnership_id=tandem.partnership.id, record_id=theirs.id, by=_of(tandem))
    # Ours may belong to theirs.
    assert write(tandem, "milestone", topic_id=theirs.id).topic == theirs


def test_what_is_nothing_without_a_record_goes_with_it(tandem: SimpleNamespace, left: list[str]) -> None:
    meeting = write(tandem, "meeting")
    write(tandem, "agenda", meeting_id=meeting.id, minutes=20)
    action = write(tandem, "action", meeting_id=meeting.id)
    left.clear()
    record_remove("meeting", partnership_id=tandem.partnership.id, record_id=meeting.id, by=_of(tandem))
    assert left == ["partnership_meeting", "partnership_agenda"]
    assert not AgendaItem.objects.exists()
    action.refresh_from_db()
    assert action.meeting is None


def test_a_calendar_learns_of_what_it_shows_alone(tandem: SimpleNamespace) -> None:
    meeting = write(tandem, "meeting")
    assert write(tandem, "meeting", record_id=meeting.id, title=meeting.title["en"]["text"], text="More").sequence == 0
    moved = write(tandem, "meeting", record_id=meeting.id, ends_at=meeting.ends_at + DAY)
    assert moved.sequence == 1
    assert Meeting.objects.get().sequence == 1


# --- who may ----------------------------------------------------------------------------------------------------------


def test_people_of_the_member_cities_and_the_coordination_work_in_it(
    tandem: SimpleNamespace, make_actor: Callable[[str], Actor]
) -> None:
    may = {role: allowed("partnerships.work", make_actor(role), tandem.partnership) for role in Role.values}
    assert {role for role, can in may.items() if can} == {
        Role.INNOVATION_UNIT,
        Role.ADMINISTRATOR,
        Role.PROGRAMME_COORDINATOR,
    }
    with pytest.raises(Forbidden):
        write(tandem, "topic", by=ANYBODY)
    assert not Topic.objects.exists()


def test_a_named_contact_works_in_it_until_they_leave(
    tandem: SimpleNamespace, make_actor: Callable[[str], Actor]
) -> None:
    someone = make_actor(Role.DEPARTMENT_STAFF)
    contact = a_contact(tandem.krefeld, "de", person_id=someone.id)
    write(tandem, "milestone", by=someone)
    assert Milestone.objects.get().created_by_id == someone.id
    contact.until = clock.now().date() - 2 * DAY
    contact.save()
    assert not allowed("partnerships.work", someone, tandem.partnership)


def test_another_citys_unit_does_not(tandem: SimpleNamespace, innovation_unit: Actor) -> None:
    node_set(name="Utrecht", home_city=tandem.utrecht.id, home_slug="utrecht", language="nl", demo="")
    assert not allowed("partnerships.work", innovation_unit, tandem.partnership)
    tandem.partnership.seats.create(city=tandem.utrecht, is_docked=True)
    assert allowed("partnerships.work", innovation_unit, tandem.partnership)

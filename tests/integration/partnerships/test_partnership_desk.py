"""What waits in partnerships, and what people are reminded of: as often as needed, never twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import icalendar
import pytest
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format

from citytandem.accounts.contract import Actor
from citytandem.accounts.models import Person
from citytandem.core import clock
from citytandem.core.models import Node
from citytandem.notifications.contract import word
from citytandem.notifications.models import Notice
from citytandem.notifications.services.delivery import deliver_due
from citytandem.partnerships.accompanying.desk import work_desk
from citytandem.partnerships.accompanying.meetings import meeting_cancel
from citytandem.partnerships.accompanying.reminding import remind
from citytandem.partnerships.accompanying.writing import record_write
from citytandem.partnerships.models import ActionDone, ActionItem, CityContact, Meeting, Partnership, Programme, Seat
from tests.integration.notifications.post import Server, serving
from tests.integration.partnerships.programme_world import programme_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(make_actor: Callable[[str], Actor], quick_embedder: object) -> SimpleNamespace:
    """Hamm (which runs the node) works with Arezzo; Pirna with Venlo."""
    made = programme_world(make_actor)
    today = timezone.localdate()
    for names in (("hamm", "arezzo"), ("pirna", "venlo")):
        members = [made.cities[name].id for name in names]
        row = Partnership.objects.create(
            slug="-".join(names), kind="tandem", members=members, programme=made.programme, starts_on=today
        )
        for name in names:
            Seat.objects.create(partnership=row, city=made.cities[name])
        setattr(made, names[0], row)
    Programme.objects.update(state="running")
    made.contact = contact(made, make_actor("resident"))
    return made


def contact(world: SimpleNamespace, actor: Actor) -> Actor:
    CityContact.objects.create(city=world.cities["hamm"], name="One", person_id=actor.id, since="2026-01-01")
    return actor


def written() -> dict[str, Any]:
    now = clock.now()
    return {"created_at": now, "changed_at": now, "language": "en"}


def action(world: SimpleNamespace, days: int, city: str = "hamm", **given: Any) -> ActionItem:
    return ActionItem.objects.create(
        partnership=world.hamm, city=world.cities[city], due_on=timezone.localdate() + timedelta(days=days),
        title={"en": {"text": f"Due in {days}", "by": "human"}}, **(written() | given),
    )  # fmt: skip


def meeting(world: SimpleNamespace, hours: float, **given: Any) -> Meeting:
    start = clock.now() + timedelta(hours=hours)
    return Meeting.objects.create(
        partnership=world.hamm, format="online", starts_at=start, ends_at=start + timedelta(hours=1),
        title={"en": {"text": "Sensors", "by": "human"}}, **(written() | given),
    )  # fmt: skip


def told(template: str) -> list[tuple[Any, str]]:
    rows = Notice.objects.filter(template=template).order_by("created_at", "id")
    return [(row.person_id, word(template, row.parameters).subject.rpartition(": ")[2]) for row in rows]


def test_an_action_comes_back_each_week_until_it_is_done(
    world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    action(world, 9)
    action(world, 2, person_id=world.unit.id)
    action(world, 1, city="arezzo")
    late = action(world, -3)
    remind()
    remind()
    assert told("partnership_action") == [(world.contact.id, "Due in -3"), (world.unit.id, "Due in 2")]
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=7, hours=1))
    ActionDone.objects.create(
        partnership=world.hamm,
        action=late,
        city=world.cities["hamm"],
        on=timezone.localdate(),
        title=late.title,
        **written(),
    )
    remind()
    assert told("partnership_action")[2:] == [(world.unit.id, "Due in 2"), (world.contact.id, "Due in 9")]


def test_a_meeting_is_announced_once_and_anew_when_it_moves(world: SimpleNamespace) -> None:
    meeting(world, 72)
    meeting(world, 20, state="cancelled")
    row = meeting(world, 30)
    remind()
    remind()
    assert told("partnership_meeting") == [(world.contact.id, "Sensors")]
    Meeting.objects.filter(id=row.id).update(sequence=1)
    remind()
    assert len(told("partnership_meeting")) == 2


def test_people_are_invited_told_of_changes_and_of_the_end(world: SimpleNamespace) -> None:
    start = clock.now().replace(microsecond=0) + timedelta(days=9)
    values = {"title": "Sensors in use", "format": "online", "starts_at": start, "ends_at": start + timedelta(hours=1)}
    at: dict[str, Any] = {"partnership_id": world.hamm.id, "by": world.coordinator}
    row = record_write("meeting", values=values | {"zone": "Europe/Sofia"}, **at)
    record_write("meeting", values={"moderation": "Somebody neutral"}, record_id=row.id, **at)
    assert [one.template for one in Notice.objects.order_by("id")] == ["partnership_invited"]
    record_write("meeting", values={"starts_at": start + timedelta(minutes=30)}, record_id=row.id, **at)
    assert Notice.objects.filter(template="partnership_invited").count() == 2
    person = Person.objects.get(id=world.contact.id)
    Person.objects.filter(id=person.id).update(language="it")
    with serving(Server()) as server:
        deliver_due()
    mail = server.mails[-1]
    assert mail["Subject"] == "Invito: Sensors in use"
    assert "Europe/Sofia" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    (file,) = mail.iter_attachments()
    (event,) = icalendar.Calendar.from_ical(file.get_payload(decode=True)).walk("VEVENT")
    assert (event["SEQUENCE"], event.start) == (1, start + timedelta(minutes=30))
    meeting_cancel(row.id, because="Storm", **at)
    assert Notice.objects.filter(template="partnership_meeting_cancelled").count() == 1


def test_silence_is_told_to_the_coordination_when_its_weeks_have_passed(
    world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert remind() == 0
    now = clock.now()
    found = []
    for weeks in (7, 8, 9, 15, 16):
        monkeypatch.setattr(clock, "now", lambda weeks=weeks: now + timedelta(weeks=weeks, hours=1))
        remind()
        found.append(len(told("partnership_quiet")))
    assert found == [0, 2, 2, 2, 4], "after eight weeks, and again after sixteen"
    assert {person for person, _title in told("partnership_quiet")} == {world.coordinator.id}
    Programme.objects.update(state="ended")
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(weeks=24, hours=1))
    remind()
    assert len(told("partnership_quiet")) == 4, "nobody has to meet once a programme is over"


def test_the_desk_shows_each_what_is_theirs(world: SimpleNamespace) -> None:
    action(world, 2)
    action(world, -1, city="arezzo")
    meeting(world, 72)
    meeting(world, 24 * 90)
    page = work_desk(world.contact)
    assert [title for title, _path in page.partnerships] == ["Hamm – Arezzo"]
    assert ([one.title.text for one in page.own], [one.title.text for one in page.others]) == (
        ["Due in 2"],
        ["Due in -1"],
    )
    assert ([one.badge for one in page.own], [one.is_urgent for one in page.others]) == (["due soon"], [True])
    assert len(page.meetings) == 1
    assert page.lacks == 1, "one contact, and nobody who stands in"
    everything = work_desk(world.coordinator)
    assert len(everything.partnerships) == 2
    nobody = Actor(id=None, name="", roles=frozenset())
    assert work_desk(nobody).is_empty


def test_the_page_needs_a_sign_in_and_few_queries(
    world: SimpleNamespace, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    for days in range(12):
        action(world, days, city=("hamm", "arezzo")[days % 2])
        meeting(world, 30 + days)
    client = Client(headers={"accept-language": "en"})
    assert client.get("/partnerships/desk").status_code == 302
    client.force_login(Person.objects.get(id=world.coordinator.id))
    client.get("/partnerships/desk")
    with django_assert_max_num_queries(12):
        page = client.get("/partnerships/desk").content.decode()
    assert "Hamm – Arezzo" in page
    assert page.count("due soon") == 8


def test_an_own_wording_of_the_city_is_filled_with_what_counts_when_it_leaves(world: SimpleNamespace) -> None:
    row = action(world, 1)
    Node.objects.update(texts={"mail.partnership_action": {"en": {"subject": "{title} by {due}, {cities}"}}})
    remind()
    (notice,) = Notice.objects.filter(template="partnership_action")
    due = date_format(row.due_on, "DATE_FORMAT")
    assert word(notice.template, notice.parameters).subject == f"Due in 1 by {due}, Hamm – Arezzo"
    row.delete()
    assert word(notice.template, notice.parameters).subject == "by ,", "gone: nothing is told, nothing fails"

"""Meetings and actions, memoranda and signatures, the calendar under its secret address."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from citytandem.accounts.contract import SYSTEM
from citytandem.core import clock
from citytandem.core.errors import Conflict, Invalid
from citytandem.core.node import node_set
from citytandem.partnerships.accompanying import meetings, papers
from citytandem.partnerships.accompanying.forms import FORMS, Options
from citytandem.partnerships.accompanying.meeting_page import interpreting_of, meeting_page
from citytandem.partnerships.accompanying.members import members_of
from citytandem.partnerships.accompanying.memorandum import digest
from citytandem.partnerships.accompanying.shown import frame_of
from citytandem.partnerships.models import ActionDone, ActionItem, Meeting, Memorandum, Partnership, Signature
from tests.integration.partnerships.accompanying_world import TODAY, a_contact, of_sofia, tandem, write

__all__ = ["tandem"]
DAY = timedelta(days=1)


def at(world: SimpleNamespace) -> dict[str, Any]:
    return {"partnership_id": world.partnership.id, "by": SYSTEM}


def test_a_meeting_that_was_held_is_a_contact(tandem: SimpleNamespace) -> None:
    begun = clock.now() - DAY
    meeting = write(tandem, "meeting", starts_at=begun, ends_at=begun + timedelta(hours=1))
    held = meetings.meeting_hold(meeting.id, **at(tandem))
    assert (held.state, held.sequence) == ("held", 1)
    assert meetings.meeting_hold(meeting.id, **at(tandem)).sequence == 1
    assert Partnership.objects.get().last_contact_on is not None
    with pytest.raises(Conflict) as caught:
        meetings.meeting_cancel(meeting.id, because="Too late", **at(tandem))
    assert caught.value.code == "meeting.held"


def test_a_meeting_ahead_cannot_have_been_and_can_be_cancelled(tandem: SimpleNamespace) -> None:
    meeting = write(tandem, "meeting")
    with pytest.raises(Conflict) as caught:
        meetings.meeting_hold(meeting.id, **at(tandem))
    assert caught.value.code == "meeting.ahead"
    with pytest.raises(Invalid):
        meetings.meeting_cancel(meeting.id, because=" ", **at(tandem))
    row = meetings.meeting_cancel(meeting.id, because="The hall is flooded.", **at(tandem))
    assert (row.state, row.sequence) == ("cancelled", 1)
    with pytest.raises(Conflict):
        meetings.meeting_hold(meeting.id, **at(tandem))


def test_the_latest_contact_stays(tandem: SimpleNamespace) -> None:
    write(tandem, "contact", on=date(2026, 5, 1))
    write(tandem, "contact", on=date(2026, 3, 1))
    assert Partnership.objects.get().last_contact_on == date(2026, 5, 1)


def test_an_action_comes_back_until_it_is_done_also_one_of_a_partner(tandem: SimpleNamespace) -> None:
    ours = write(tandem, "action", due_on=TODAY)
    theirs = of_sofia(tandem, ActionItem, city=tandem.krefeld, due_on=TODAY)
    meeting = write(tandem, "meeting")
    frame = frame_of(tandem.partnership, current="meetings")

    def back() -> set[Any]:
        return {one.line.id for one in meeting_page(meeting, tandem.partnership, frame).back}

    assert back() == {ours.id, theirs.id}
    done = meetings.action_done(theirs.id, note="Sent.", **at(tandem))
    assert (done.origin, done.city_id) == ("", tandem.krefeld.id)
    assert meetings.action_done(theirs.id, **at(tandem)).id == done.id
    assert back() == {ours.id}
    meetings.action_reopen(theirs.id, **at(tandem))
    assert back() == {ours.id, theirs.id}
    of_sofia(tandem, ActionDone, action=ours, on=TODAY)
    with pytest.raises(Conflict):
        meetings.action_reopen(ours.id, **at(tandem))
    with pytest.raises(Invalid):
        meetings.action_done(theirs.id, on=clock.now().date() + 5 * DAY, **at(tandem))


def test_interpreting_follows_from_the_contacts_else_from_the_cities(tandem: SimpleNamespace) -> None:
    frame = frame_of(tandem.partnership, current="meetings")
    assert [city.slug for city in members_of(tandem.partnership)] == ["krefeld", "sofia"]
    bare = interpreting_of(frame, spoken=["de"])
    assert bare.is_needed
    assert [cities for _language, cities in bare.into] == ["Sofia"]
    a_contact(tandem.krefeld, "de", "en")
    a_contact(tandem.sofia, "bg", "en")
    named = interpreting_of(frame, spoken=[])
    assert not named.is_needed
    assert named.spoken == "English"


# --- memoranda --------------------------------------------------------------------------------------------------------


def test_a_memorandum_is_drafted_offered_and_signed(tandem: SimpleNamespace) -> None:
    write(tandem, "topic", title="Open data", text="One portal.")
    write(tandem, "milestone", title="A first list")
    a_contact(tandem.sofia, "bg")
    row = papers.memorandum_draft(**at(tandem))
    text = row.text[row.language]["text"]
    assert "- Open data: One portal." in text
    assert "2026-05-10: A first list" in text
    assert "Sofia: Innovation" in text
    assert "Somebody" not in text
    with pytest.raises(Conflict) as caught:
        papers.memorandum_sign(row.id, function="Mayor", **at(tandem))
    assert caught.value.code == "memorandum.not_offered"
    offered = papers.memorandum_offer(row.id, **at(tandem))
    assert offered.digest == digest(row.title[row.language]["text"], text)
    with pytest.raises(Conflict):
        write(tandem, "memorandum", record_id=row.id, text="Other words")
    with pytest.raises(Invalid):
        papers.memorandum_sign(row.id, function=" ", **at(tandem))
    signed = papers.memorandum_sign(row.id, function="Mayor", **at(tandem))
    assert papers.memorandum_sign(row.id, function="Deputy", **at(tandem)).id == signed.id
    assert (signed.city_id, signed.digest) == (tandem.krefeld.id, offered.digest)
    assert papers.memorandum_draft(**at(tandem)).number == 2


def test_the_city_of_a_partner_signs_at_its_own_node(tandem: SimpleNamespace) -> None:
    theirs = of_sofia(tandem, Memorandum, offered_on=TODAY, digest="0" * 64)
    papers.memorandum_sign(theirs.id, function="Mayor", **at(tandem))
    assert Signature.objects.get().city_id == tandem.krefeld.id
    node_set(name="Utrecht", home_city=tandem.utrecht.id, home_slug="utrecht", language="nl", demo="")
    with pytest.raises(Conflict) as caught:
        papers.memorandum_sign(theirs.id, function="Mayor", **at(tandem))
    assert caught.value.code == "memorandum.not_ours"


# --- the calendar -----------------------------------------------------------------------------------------------------


def test_the_calendar_is_read_by_whoever_has_its_address(tandem: SimpleNamespace) -> None:
    meeting = write(tandem, "meeting", title="First talk", place="Sofia")
    theirs = of_sofia(tandem, Meeting, format="online", starts_at=clock.now(), ends_at=clock.now() + DAY)
    key = meetings.calendar_renew(**at(tandem)).key
    answer = Client().get(f"/partnerships/krefeld-sofia/calendar/{key}.ics")
    assert answer["Content-Type"].startswith("text/calendar")
    events = {str(one["uid"]): one for one in Calendar.from_ical(answer.content).walk("VEVENT")}
    assert theirs.origin_uri in events
    assert any(str(meeting.id) in uid and one["summary"] == "First talk" for uid, one in events.items())
    meetings.calendar_renew(**at(tandem))
    assert Client().get(f"/partnerships/krefeld-sofia/calendar/{key}.ics").status_code == 404
    assert Client().get("/partnerships/none/calendar/x.ics").status_code == 404


@pytest.mark.parametrize(("reader", "zone", "start", "kept"), [
    ("Europe/Berlin", "Europe/Sofia", "2027-03-28T02:30", "2027-03-28T00:30:00+00:00"),
    ("Europe/Berlin", "UTC", "2027-03-28T02:30", "2027-03-28T02:30:00+00:00"),
    ("UTC", "Europe/Berlin", "2027-03-28T02:30", ""),
])  # fmt: skip
def test_a_meeting_is_typed_on_its_own_clock_also_when_the_readers_leaves_an_hour_out(
    reader: str, zone: str, start: str, kept: str
) -> None:
    typed = {"title": "Night", "format": "online", "zone": zone, "starts_at": start, "ends_at": "2027-03-28T12:00"}
    with timezone.override(reader):
        form = FORMS["meeting"](typed, options=Options())
        assert set(form.errors) == (set() if kept else {"starts_at"})
        read = form.cleaned_data.get("starts_at")
        assert (read.isoformat() if read else "") == kept

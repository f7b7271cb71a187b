"""Planning an event, what everybody sees of it, and what the mails bring along."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import icalendar
import pytest
from django.test import Client

from citytandem.accounts.contract import Actor
from citytandem.accounts.models import Person
from citytandem.core import clock
from citytandem.core.errors import Conflict, Forbidden, Invalid, NotFound
from citytandem.core.versions import texts_of
from citytandem.notifications.services.delivery import deliver_due
from citytandem.partnerships.convening import feedback, planning, reading
from citytandem.partnerships.models import EventPlan, EventSession, Programme, ProgrammeEvent, Registration, Survey
from citytandem.partnerships.reporting.reading import programme_record
from tests.integration.notifications.post import Server, serving
from tests.integration.partnerships.event_world import an_event, asked, coming, in_days, mails, states, values
from tests.integration.partnerships.programme_world import programme_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(make_actor: Callable[[str], Actor], quick_embedder: object) -> SimpleNamespace:
    return programme_world(make_actor)


def browser(actor: Actor | None = None, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    if actor is not None:
        client.force_login(Person.objects.get(id=actor.id))
    return client


def session(plan: EventPlan, by: Actor, hour: float = 0, minutes: int = 60, **given: Any) -> EventSession:
    start = plan.starts_at + timedelta(hours=hour)
    told = {
        "title": "Talk", "text": "", "language": "en", "kind": "talk", "spoken": "", "room": "A", "people": "",
        "starts_at": start, "ends_at": start + timedelta(minutes=minutes),
    } | given  # fmt: skip
    return planning.session_write(plan.id, session_id=None, values=told, by=by)


def changed(plan: EventPlan, by: Actor, **given: Any) -> EventPlan:
    kept = {"starts_at": plan.starts_at, "ends_at": plan.ends_at}
    return planning.event_change(plan.id, values=values(**(kept | given)), by=by)


@pytest.mark.parametrize(("given", "code"), [
    ({"ends_at": in_days(29)}, "event.ends_early"),
    ({"ends_at": in_days(70)}, "event.too_long"),
    ({"zone": "Europe/Nowhere"}, "event.zone"),
    ({"place": ""}, "event.place_missing"),
    ({"country": ""}, "event.country_missing"),
    ({"registers_until": in_days(40)}, "event.registers_late"),
])  # fmt: skip
def test_an_event_that_cannot_be_is_refused(world: SimpleNamespace, given: dict[str, Any], code: str) -> None:
    with pytest.raises(Invalid) as caught:
        an_event(world.programme, world.coordinator, **given)
    assert caught.value.code == code
    assert not EventPlan.objects.exists()


def test_a_draft_is_for_its_coordination_alone(world: SimpleNamespace) -> None:
    plan = an_event(world.programme, world.coordinator, public=False)
    for path in (f"/events/{plan.slug}", f"/events/{plan.slug}/event.ics", f"/events/{plan.slug}/schedule.json",
                 f"/events/{plan.slug}/indico.json", f"/events/{plan.slug}/register"):  # fmt: skip
        assert browser().get(path).status_code == 404, path
        assert browser(world.unit).get(path).status_code == 404, path
    assert browser(world.coordinator).get(f"/events/{plan.slug}").status_code == 200
    assert reading.plans_of(world.unit, world.programme) == []
    assert not ProgrammeEvent.objects.exists()
    with pytest.raises(Conflict, match="closed"):
        asked(plan, "a")
    planning.event_cancel(plan.id, reason="", by=world.coordinator)
    assert not EventPlan.objects.exists()


def test_what_is_public_stands_in_the_record_of_the_programme(world: SimpleNamespace) -> None:
    plan = an_event(world.programme, world.coordinator, title="Frühjahrstreffen", language="de")
    session(plan, world.coordinator, title="Offene Daten")
    row = ProgrammeEvent.objects.get()
    assert (row.slug, row.title, row.facts["sessions"]) == (plan.slug, "Frühjahrstreffen", ["Offene Daten"])
    page = browser().get("/programme").content.decode()
    assert f'<a href="/events/{plan.slug}">Frühjahrstreffen</a>' in page
    assert 'lang="de"' in page
    # A report tells what was, not what is planned; of this programme, not of others.
    assert programme_record(world.coordinator, world.programme.slug, base="").events == []
    _moved(plan, days=-3)
    (told,) = programme_record(world.coordinator, world.programme.slug, base="").events
    assert (told.title.text, told.title.language, told.number) == ("Frühjahrstreffen", "de", 1)
    other = Programme.objects.create(slug="other", state="closed", created_at=clock.now(), changed_at=clock.now())
    assert programme_record(world.coordinator, other.slug, base="").events == []


def _moved(plan: EventPlan, *, days: float) -> None:
    start = clock.now() + timedelta(days=days)
    EventPlan.objects.filter(id=plan.id).update(
        starts_at=start, ends_at=start + timedelta(hours=3), registers_until=None
    )


def test_two_sessions_cannot_be_in_one_room_and_one_person_is_warned_of(world: SimpleNamespace) -> None:
    plan = an_event(world.programme, world.coordinator)
    session(plan, world.coordinator, 0, people="Ada\nBo")
    with pytest.raises(Conflict, match="room"):
        session(plan, world.coordinator, 0.5, room=" a ")
    session(plan, world.coordinator, 1)
    session(plan, world.coordinator, 0.5, room="B", people="ada")
    with pytest.raises(Invalid, match="outside"):
        session(plan, world.coordinator, -1)
    page = browser(world.coordinator).get(f"/events/{plan.slug}").content.decode()
    assert page.count("is announced for another session at the same time") == 2
    assert "is announced" not in browser().get(f"/events/{plan.slug}").content.decode()


def test_sessions_move_with_the_event_and_nobody_is_forgotten(world: SimpleNamespace) -> None:
    plan = an_event(world.programme, world.coordinator, places=1)
    row = session(plan, world.coordinator, 1)
    coming(plan, "a", "b")
    later = timedelta(days=7)
    changed(plan, world.coordinator, starts_at=plan.starts_at + later, ends_at=plan.ends_at + later, places=1)
    assert EventSession.objects.get(id=row.id).starts_at == row.starts_at + later
    assert mails("event_changed") == ["a@example.org", "b@example.org"], "also who waits has to know the day"
    plan.refresh_from_db()
    changed(plan, world.coordinator, title="Another title", places=1)
    assert len(mails("event_changed")) == 2, "a new title is no reason to write to everybody"
    with pytest.raises(Invalid, match="session lies outside"):
        changed(plan, world.coordinator, ends_at=plan.starts_at + timedelta(minutes=30))


def test_a_cancelled_event_stays_cancelled_and_all_are_told(world: SimpleNamespace) -> None:
    plan = an_event(world.programme, world.coordinator, places=1)
    coming(plan, "a", "b")
    asked(plan, "c")
    planning.event_cancel(plan.id, reason="The hall burned down.", by=world.coordinator)
    planning.event_cancel(plan.id, reason="Again", by=world.coordinator)
    assert mails("event_cancelled") == ["a@example.org", "b@example.org"]
    page = browser().get(f"/events/{plan.slug}").content.decode()
    assert "does not take place" in page
    assert "The hall burned down." in page
    assert not ProgrammeEvent.objects.exists()
    calendar = icalendar.Calendar.from_ical(browser().get(f"/events/{plan.slug}/event.ics").content)
    (event,) = calendar.walk("VEVENT")
    assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", 1)
    with pytest.raises(Conflict, match="cancelled"):
        changed(plan, world.coordinator)
    with pytest.raises(Conflict, match="cancelled"):
        planning.event_publish(plan.id, by=world.coordinator)


def test_only_the_coordination_plans(world: SimpleNamespace) -> None:
    plan = an_event(world.programme, world.coordinator)
    (row,) = coming(plan, "a")
    material = {"title": "Slides", "language": "en", "address": "https://example.org/s", "session": ""}
    for attempt in (
        lambda: changed(plan, world.unit),
        lambda: planning.event_publish(plan.id, by=world.unit),
        lambda: planning.event_cancel(plan.id, reason="", by=world.unit),
        lambda: session(plan, world.unit),
        lambda: planning.material_write(plan.id, material_id=None, values=material, by=world.unit),
        lambda: feedback.feedback_begin(plan.id, by=world.unit),
    ):
        with pytest.raises(Forbidden):
            attempt()
    for path in ("registrations", "registrations.csv", "edit", "cancel", "sessions/new", "materials/new"):
        assert browser(world.unit).get(f"/events/{plan.slug}/{path}").status_code == 403, path
    assert row.email not in browser(world.unit).get(f"/events/{plan.slug}").content.decode()


def test_sessions_and_material_of_another_event_are_not_found(world: SimpleNamespace) -> None:
    plan, other = an_event(world.programme, world.coordinator), an_event(world.programme, world.coordinator)
    row = session(other, world.coordinator)
    assert browser(world.coordinator).get(f"/events/{plan.slug}/sessions/{row.id}").status_code == 404
    with pytest.raises(NotFound):
        planning.session_remove(plan.id, session_id=row.id, by=world.coordinator)
    (registration,) = coming(other, "a")
    answer = browser(world.coordinator).post(f"/events/{plan.slug}/registrations", {"cancel": str(registration.id)})
    assert answer.status_code in (302, 404)
    assert states(other) == {"a": "coming"}


def test_the_form_reads_the_clock_of_the_event(world: SimpleNamespace) -> None:
    client = browser(world.coordinator)
    sent = {
        "title": "Athens", "language": "en", "kind": "workshop", "format": "onsite", "zone": "Europe/Athens",
        "starts_at": "2027-05-12T10:00", "ends_at": "2027-05-12T16:00", "place": "Athens", "country": "GR", "months": "3",
        "takes_registrations": "on", "registers_until": "2027-05-01T00:00",
    }  # fmt: skip
    assert client.post(f"/programmes/{world.programme.slug}/events/new", sent).status_code == 302
    plan = EventPlan.objects.get()
    assert plan.starts_at.isoformat() == "2027-05-12T07:00:00+00:00"
    page = client.get(f"/events/{plan.slug}/edit").content.decode()
    assert 'value="2027-05-12T10:00"' in page
    assert 'value="2027-05-01T00:00"' in page
    refused = client.post(f"/events/{plan.slug}/edit", sent | {"places": "none", "title": "New"})
    assert refused.status_code == 422
    assert 'value="New"' in refused.content.decode()


def test_the_whole_way_of_somebody_without_a_sign_in(world: SimpleNamespace) -> None:
    plan = an_event(world.programme, world.coordinator, format="hybrid", link="https://example.org/meet", places=1)
    client = browser(language="fr")
    sent = {"name": "Ada", "email": "ada@mail.example", "online": "on", "needs": "Sous-titres"}
    assert client.post(f"/events/{plan.slug}/register", sent).headers["Location"] == "/registrations/sent"
    with serving(Server()) as server:
        deliver_due()
        address = _address(server)
        assert browser().get(address).status_code == 200
        assert states(plan) == {"Ada": "asked"}, "mail servers look at addresses, too"
        assert "https://example.org/meet" not in client.get(address).content.decode()
        assert client.post(address, {"wish": "confirm"}).status_code == 302
        assert "https://example.org/meet" in client.get(address).content.decode()
        deliver_due()
        mail = server.mails[-1]
        assert mail["Content-Language"] == "fr"
        assert "https://example.org/meet" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        (file,) = mail.iter_attachments()
        assert (file.get_content_type(), file.get_filename(), file.get_param("method")) == (
            "text/calendar", "event.ics", "PUBLISH",
        )  # fmt: skip
        (event,) = icalendar.Calendar.from_ical(file.get_payload(decode=True)).walk("VEVENT")
        assert event.start == plan.starts_at
        assert "https://example.org/meet" not in str(event), "the file is passed on to colleagues"
    client.post(address, {"wish": "cancel"})
    assert states(plan) == {"Ada": "cancelled"}


def _address(server: Server) -> str:
    text = server.mails[-1].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    return "/registrations/" + text.split("/registrations/")[1].split()[0]


def test_a_program_that_fills_in_every_field_gets_nowhere(world: SimpleNamespace) -> None:
    plan = an_event(world.programme, world.coordinator)
    sent = {"name": "Bot", "email": "bot@example.org", "your_website": "https://example.org"}
    assert browser().post(f"/events/{plan.slug}/register", sent).status_code == 302
    assert not Registration.objects.exists()


def test_one_address_is_not_flooded(world: SimpleNamespace) -> None:
    plan = an_event(world.programme, world.coordinator)
    sent = {"name": "Ada", "email": "ada@example.org"}
    answers = [browser().post(f"/events/{plan.slug}/register", sent).status_code for _try in range(7)]
    assert answers == [302] * 5 + [429] * 2
    assert len(mails("event_confirm")) == 5


def test_the_table_of_registrations_holds_no_formula(world: SimpleNamespace) -> None:
    plan = an_event(world.programme, world.coordinator)
    coming(plan, "ada", organisation="=1+1", needs="A ramp")
    text = browser(world.coordinator).get(f"/events/{plan.slug}/registrations.csv").content.decode("utf-8-sig")
    header, row = text.splitlines()
    assert header.split(",")[0] == "state"
    assert row.split(",")[:4] == ["coming", "ada", "'=1+1", "ada@example.org"]


def test_feedback_is_asked_of_those_who_came_in_nine_languages(world: SimpleNamespace) -> None:
    plan = an_event(world.programme, world.coordinator)
    one, _two = coming(plan, "a", "b")
    with pytest.raises(Conflict, match="not begun"):
        feedback.feedback_begin(plan.id, by=world.coordinator)
    _moved(plan, days=-1)
    client = browser(world.coordinator)
    client.post(f"/events/{plan.slug}/registrations", {"attended": [str(one.id)]})
    client.post(f"/events/{plan.slug}/feedback")
    survey = Survey.objects.get()
    assert len(texts_of(survey.title)) == 9
    assert all("Spring meeting" in text for text in texts_of(survey.title).values())
    assert {len(question.text) for question in survey.questions.all()} == {9}
    assert mails("survey_invited") == ["a@example.org"]
    with pytest.raises(Conflict, match="already"):
        feedback.feedback_begin(plan.id, by=world.coordinator)
    page = browser().get(f"/events/{plan.slug}").content.decode()
    path = f"/surveys/open/{survey.waves.get().key}"
    assert path in page
    assert browser().get(path).status_code == 200


def test_the_exports_are_there_for_everybody(world: SimpleNamespace) -> None:
    plan = an_event(world.programme, world.coordinator)
    row = session(plan, world.coordinator, people="Ada")
    told = browser().get(f"/events/{plan.slug}/schedule.json").json()["schedule"]
    assert told["conference"]["days"][0]["rooms"]["A"][0]["guid"] == str(row.id)
    (event,) = browser().get(f"/events/{plan.slug}/indico.json").json()["results"]
    assert event["contributions"][0]["speakers"][0]["fullName"] == "Ada"


@pytest.mark.parametrize("actor", [None, "coordinator"])
def test_pages_need_few_queries_whatever_their_length(
    world: SimpleNamespace, actor: str | None, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    plan = an_event(world.programme, world.coordinator)
    for hour in range(5):
        session(plan, world.coordinator, hour, title=f"Part {hour}")
        told = {"title": f"Slides {hour}", "language": "en", "address": "https://example.org/s", "session": ""}
        planning.material_write(plan.id, material_id=None, values=told, by=world.coordinator)
    coming(plan, *(f"p{number}" for number in range(12)))
    client = browser(getattr(world, actor) if actor else None)
    paths = [f"/events/{plan.slug}", f"/programmes/{world.programme.slug}/events", f"/events/{plan.slug}/register"]
    if actor:
        paths.append(f"/events/{plan.slug}/registrations")
    for path in paths:
        client.get(path)
        with django_assert_max_num_queries(12):
            assert client.get(path).status_code == 200

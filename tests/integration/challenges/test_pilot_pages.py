"""Pages of pilots: who gets what, few queries, nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from citytandem.accounts.contract import Actor
from citytandem.accounts.models import Person
from citytandem.challenges.models import Indicator, Measurement, Pilot, PilotCost
from citytandem.challenges.services.gates import gate_decide
from citytandem.streams.models import Solution
from tests.integration.challenges.making import (
    a_challenge,
    a_proposal,
    council,
    moderator,
    resident,
    second,
    staff,
    unit,
)
from tests.integration.challenges.pilot_world import (
    a_finished_pilot,
    a_pilot,
    a_running_pilot,
)

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12


def signed_in(actor: Actor | None) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    if actor is not None:
        client.force_login(Person.objects.get(id=actor.id))
    return client


def plan_values(**fields: str) -> dict[str, str]:
    told = {
        "hypothesis": "Fewer bins overflow.", "starts_on": "2026-03-02", "ends_on": "2026-04-27", "site": "Market",
        "ai_class": "none", "hourly_rate": "1.060,50", "law": "None", "reason": "The jury put it first.",
    }  # fmt: skip
    return {**told, **fields}


def test_a_pilot_is_planned_over_the_web() -> None:
    challenge = a_challenge("decided")
    proposal = a_proposal(challenge, "shortlisted")
    client = signed_in(unit())
    listed = client.get(f"/challenges/{challenge.code}/pilots").content.decode()
    address = f"/challenges/{challenge.slug}/pilots/new?proposal={proposal.code}"
    assert address in listed
    made = client.post(address, plan_values())
    pilot = Pilot.objects.get()
    assert (made.status_code, made["Location"]) == (302, f"/pilots/{pilot.code}")
    assert str(pilot.hourly_rate) == "1060.50"
    proposal.refresh_from_db()
    assert proposal.step == "pilot"


def test_what_was_typed_comes_back_with_what_is_wrong() -> None:
    proposal = a_proposal(a_challenge("decided"), "shortlisted")
    address = f"/challenges/{proposal.challenge.code}/pilots/new?proposal={proposal.code}"
    for wrong, message in (
        ({"hypothesis": ""}, "field is required"),
        ({"ends_on": "2026-01-01"}, "The end comes after the start."),
        ({"reason": ""}, "field is required"),
        ({"hourly_rate": "plenty"}, "Enter a number."),
    ):
        answer = signed_in(unit()).post(address, plan_values(site="Behind the town hall", **wrong))
        assert answer.status_code == 422
        assert message in answer.content.decode()
        assert "Behind the town hall" in answer.content.decode()
    assert not Pilot.objects.exists()


def test_a_stale_plan_comes_back_and_can_be_saved_again() -> None:
    pilot = a_pilot()
    Pilot.objects.filter(id=pilot.id).update(version=5)
    client = signed_in(unit())
    stale = client.post(f"/pilots/{pilot.code}/edit", plan_values(version="1"))
    assert stale.status_code == 409
    assert 'name="version" value="5"' in stale.content.decode()
    assert client.post(f"/pilots/{pilot.code}/edit", plan_values(version="5")).status_code == 302


@pytest.mark.parametrize(
    ("who", "planned", "ran", "inside"),
    [
        (None, 404, 200, 302),
        (resident, 404, 200, 403),
        (council, 404, 200, 403),
        (moderator, 404, 200, 403),
        (staff, 404, 200, 403),
        (unit, 200, 200, 200),
    ],
)
def test_everybody_sees_what_runs_and_only_some_what_is_planned(
    who: Callable[[], Actor] | None, planned: int, ran: int, inside: int
) -> None:
    client = signed_in(who() if who else None)
    one, other = a_pilot(), a_finished_pilot()
    assert client.get(f"/pilots/{one.code}").status_code == planned
    assert client.get(f"/pilots/{other.code}").status_code == ran
    assert client.get(f"/pilots/{other.code}/measurements.csv").status_code == ran
    for page in ("/measurements", "/break-off", "/gates/ethics"):
        assert client.get(f"/pilots/{other.code}{page}").status_code == inside
    for act in ("/start", "/finish", "/solution"):
        assert client.post(f"/pilots/{other.code}{act}").status_code in {302, 403, 409}
    other.refresh_from_db()
    assert other.state == "finished"


def test_the_sender_of_the_proposal_sees_the_plan() -> None:
    sender = resident("sender")
    pilot = a_pilot(a_proposal(a_challenge("decided"), "shortlisted", by=sender))
    page = signed_in(sender).get(f"/pilots/{pilot.code}")
    assert page.status_code == 200
    assert "Missing before the start" not in page.content.decode()


def test_the_department_that_has_the_need_runs_its_pilot() -> None:
    worker = staff("waste")
    pilot = a_pilot(a_proposal(a_challenge("decided", department_id=next(iter(worker.departments))), "shortlisted"))
    assert signed_in(worker).get(f"/pilots/{pilot.code}/measurements").status_code == 200
    assert signed_in(staff("traffic")).get(f"/pilots/{pilot.code}/measurements").status_code in {403, 404}


def test_pages_take_few_queries() -> None:
    running = a_finished_pilot()
    planned = a_pilot()
    addresses = [f"/pilots/{running.code}{page}" for page in ("", "/measurements", "/decide", "/break-off")]
    addresses += [f"/pilots/{planned.code}{page}" for page in ("", "/edit", "/gates/ethics", "/indicators")]
    addresses += [f"/challenges/{planned.challenge.code}/pilots"]
    for actor in (unit(), None):
        client = signed_in(actor)
        for address in addresses:
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            assert len(queries) <= MOST_QUERIES, (address, [one["sql"][:120] for one in queries])


def test_a_planner_is_told_to_ask_somebody_else() -> None:
    pilot = a_pilot()
    page = signed_in(unit()).get(f"/pilots/{pilot.code}/gates/ethics")
    assert "a second pair of eyes" in page.content.decode()
    answer = signed_in(unit()).post(f"/pilots/{pilot.code}/gates/ethics", {"state": "passed", "note": "Fine."})
    assert answer.status_code == 409
    assert "You have planned this pilot" in answer.content.decode()
    told = signed_in(second()).post(f"/pilots/{pilot.code}/gates/ethics", {"state": "passed", "note": "Looked at it."})
    assert told.status_code == 302
    assert "Looked at it." in signed_in(unit()).get(f"/pilots/{pilot.code}").content.decode()
    assert signed_in(second()).get(f"/pilots/{pilot.code}/gates/weather").status_code == 404


def rows(*told: dict[str, str]) -> dict[str, str]:
    """A table of indicators as a browser sends it."""
    sent = {"count": str(len(told))}
    for place, row in enumerate(told):
        full = {"direction": "up", "kind": "level", "source": "hand", **row}
        sent |= {f"i{place}-{name}": value for name, value in full.items()}
    return sent


def test_the_table_of_indicators_is_saved_as_a_whole() -> None:
    pilot = a_pilot(drafts=())
    client = signed_in(unit())
    address = f"/pilots/{pilot.code}/indicators"
    sent = rows({"name": "Fill", "unit": "%", "baseline": "47,5", "target": "65"}, {}, {"name": "Trips", "unit": "km"})
    assert client.post(address, sent).status_code == 302
    assert list(pilot.indicators.values_list("name", "baseline", "target")) == [
        ("Fill", 47.5, 65.0),
        ("Trips", None, None),
    ]
    first, other = pilot.indicators.all()
    sent = rows(
        {"id": str(first.id), "name": "Fill", "unit": "%", "remove": "on"},
        {"id": str(other.id), "name": "Trips", "unit": "miles"},
    )
    assert client.post(address, sent).status_code == 302
    assert list(pilot.indicators.values_list("name", "unit")) == [("Trips", "miles")]


def test_a_row_that_is_wrong_keeps_the_whole_table() -> None:
    pilot = a_pilot(drafts=())
    client = signed_in(unit())
    address = f"/pilots/{pilot.code}/indicators"
    answer = client.post(
        address, rows({"name": "Fill", "unit": "%", "baseline": "1.000"}, {"name": "Trips", "unit": ""})
    )
    assert answer.status_code == 422
    assert "can be read in two ways" in answer.content.decode()
    assert 'value="Trips"' in answer.content.decode()
    more = client.post(address, {**rows({"name": "Fill", "unit": ""}), "more": "1"})
    assert more.status_code == 200
    assert 'value="Fill"' in more.content.decode()
    assert 'name="i3-name"' in more.content.decode()
    assert not pilot.indicators.exists()


@pytest.fixture
def running() -> Pilot:
    return a_running_pilot()


def post(pilot: Pilot, **fields: Any) -> Any:
    return signed_in(unit()).post(f"/pilots/{pilot.code}/measurements", fields)


def test_values_are_entered_by_hand(running: Pilot) -> None:
    indicator = str(running.indicators.get().id)
    told = {"what": "value", "indicator": indicator, "at": "2026-03-05T08:00", "value": "61,5", "place": "Bin 1"}
    assert post(running, **told).status_code == 302
    assert Measurement.objects.get(is_after=True).value == 61.5
    twice = post(running, **{**told, "value": "62"})
    assert twice.status_code == 409
    assert "There is a value of this moment and place already." in twice.content.decode()
    late = post(running, **told | {"at": "2026-03-06T08:00", "is_baseline": "on"})
    assert late.status_code == 422
    assert "cannot be from after its start" in late.content.decode()
    for wrong in ("NaN", "inf", "1.000", "much"):
        assert post(running, **told | {"value": wrong}).status_code == 422
    assert post(running, **told | {"at": "2026-03-07T08:00", "exposure": "0"}).status_code == 422
    foreign = str(a_finished_pilot().indicators.all()[0].id)
    assert post(running, **told | {"indicator": foreign}).status_code == 422
    assert Measurement.objects.filter(indicator=int(indicator), is_after=True).count() == 1


def test_a_table_is_pasted_or_sent_as_a_file(running: Pilot) -> None:
    table = "at;value\n2026-03-05;61,5\n2026-03-06;nonsense\n"
    pasted = post(running, what="table", table=table)
    assert pasted.status_code == 200
    shown = pasted.content.decode()
    assert "1 value is taken over." in shown
    assert "nonsense" in shown
    assert ">3<" in shown
    file = SimpleUploadedFile("more.csv", b"at,value\n2026-03-07,62\n")
    assert post(running, what="table", file=file).status_code == 302
    assert Measurement.objects.filter(is_after=True).count() == 2
    empty = post(running, what="table", table="")
    assert empty.status_code == 422
    wrong = post(running, what="table", table="when,what\n")
    assert wrong.status_code == 422
    assert "A column is missing." in wrong.content.decode()
    assert "when,what" in wrong.content.decode()


def test_what_is_downloaded_can_be_read_again(running: Pilot) -> None:
    post(running, what="table", table="at;value;place\n2026-03-05;-61,125;Bin 1\n2026-03-06;1e-7;Bin 2\n")
    table = b"".join(signed_in(None).get(f"/pilots/{running.code}/measurements.csv").streaming_content)  # type: ignore[arg-type]
    before = sorted(Measurement.objects.values_list("at", "value", "place", "is_after"))
    Measurement.objects.all().delete()
    assert post(running, what="table", table=table.decode()).status_code == 302
    assert sorted(Measurement.objects.values_list("at", "value", "place", "is_after")) == before


def test_a_wrong_value_is_taken_out_with_a_reason(running: Pilot) -> None:
    row = Measurement.objects.all()[0]
    address = f"/pilots/{running.code}/measurements/{row.id}/remove"
    assert signed_in(unit()).post(address, {"reason": ""}).status_code == 422
    assert signed_in(unit()).post(address, {"reason": "It lay on the ground."}).status_code == 302
    assert not Measurement.objects.filter(id=row.id).exists()
    assert signed_in(unit()).get(address).status_code == 404


def test_costs_are_entered_and_taken_out(running: Pilot) -> None:
    told = {"what": "cost", "kind": "devices", "on": "2026-03-01", "amount": "1.200,50", "cost_note": "12 sensors"}
    assert post(running, **told).status_code == 302
    assert "1,200.50" in signed_in(None).get(f"/pilots/{running.code}").content.decode()
    assert post(running, **told | {"amount": ""}).status_code == 422
    one = PilotCost.objects.get()
    address = f"/pilots/{running.code}/costs/{one.id}/remove"
    assert "1,200.50" in signed_in(unit()).get(address).content.decode()
    assert signed_in(unit()).post(address, {"reason": ""}).status_code == 422
    assert signed_in(unit()).post(address, {"reason": "It belongs to another pilot."}).status_code == 302
    assert not PilotCost.objects.exists()


def test_a_pilot_starts_from_its_page_or_says_why_not() -> None:
    pilot = a_pilot()
    client = signed_in(unit())
    refused = client.post(f"/pilots/{pilot.code}/start")
    assert refused.status_code == 409
    assert "Data protection has not been reviewed." in refused.content.decode()
    gate_decide(pilot.id, kind="data_protection", state="passed", note="Fine.", by=second())
    gate_decide(pilot.id, kind="ethics", state="passed", note="Fine.", by=second())
    Indicator.objects.update(baseline=50.0)
    wrong = client.post(f"/pilots/{pilot.code}/start", {"at": "noonish"})
    assert wrong.status_code == 422
    assert client.post(f"/pilots/{pilot.code}/start").status_code == 302
    assert client.post(f"/pilots/{pilot.code}/finish").status_code == 302
    pilot.refresh_from_db()
    assert pilot.state == "finished"
    assert "Nothing has been measured since the start." in signed_in(None).get(f"/pilots/{pilot.code}").content.decode()


def test_the_page_tells_and_draws_what_came_out() -> None:
    pilot = a_finished_pilot()
    page = signed_in(None).get(f"/pilots/{pilot.code}").content.decode()
    for part in (
        "Fill level when emptied: 1",
        "95\u00a0% interval",
        "Target reached",
        "pi-plot__expected",
        "Full bins",
    ):
        assert part in page, part
    assert page.count('class="pi-plot__spot') >= 112
    assert len(page) < 150_000
    german = Client(headers={"Accept-Language": "de"}).get(f"/pilots/{pilot.code}").content.decode()
    assert "M-" not in german
    assert 'd="M14,' not in german


def test_deciding_is_one_form() -> None:
    pilot = a_finished_pilot()
    client = signed_in(unit())
    address = f"/pilots/{pilot.code}/decide"
    wrong = client.post(address, {"decision": "stop", "step": "implement", "reason": "It works."})
    assert wrong.status_code == 422
    assert "This does not follow from that decision." in wrong.content.decode()
    assert "It works." in wrong.content.decode()
    assert client.post(address, {"decision": "scale", "step": "implement", "reason": "It works."}).status_code == 302
    page = signed_in(None).get(f"/pilots/{pilot.code}").content.decode()
    assert "Take it to the whole city" in page
    assert "It works." in page


@pytest.mark.usefixtures("quick_embedder")
def test_the_solution_opens_from_the_pilot() -> None:
    pilot = a_finished_pilot()
    client = signed_in(unit())
    first = client.post(f"/pilots/{pilot.code}/solution")
    assert first.status_code == 302
    assert client.post(f"/pilots/{pilot.code}/solution")["Location"] == first["Location"]
    assert client.get(first["Location"]).status_code == 200
    assert Solution.objects.count() == 1


def test_breaking_off_asks_why() -> None:
    pilot = a_pilot()
    client = signed_in(unit())
    assert client.post(f"/pilots/{pilot.code}/break-off", {"reason": " "}).status_code == 422
    assert client.post(f"/pilots/{pilot.code}/break-off", {"reason": "The market moves."}).status_code == 302
    assert "The market moves." in client.get(f"/pilots/{pilot.code}").content.decode()
    # It never ran: it is nobody else's.
    assert signed_in(None).get(f"/pilots/{pilot.code}").status_code == 404


def test_another_pilot_begins_with_the_plan_of_the_last() -> None:
    pilot = a_pilot()
    client = signed_in(unit())
    client.post(f"/pilots/{pilot.code}/break-off", {"reason": "The market moves."})
    page = client.get(f"/pilots/{pilot.code}").content.decode()
    address = f"/pilots/new?proposal={pilot.proposal.code}&amp;from={pilot.code}"
    assert address in page
    form = client.get(f"/challenges/{pilot.challenge.code}/pilots/new?proposal={pilot.proposal.code}&from={pilot.code}")
    assert "Rounds that follow the fill level" in form.content.decode()
    assert 'name="reason"' not in form.content.decode()

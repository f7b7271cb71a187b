"""The dashboards: what waits for the innovation unit, from problem to effect, and what everybody is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from citytandem.accounts.contract import Actor
from citytandem.accounts.models import Person, Role
from citytandem.challenges.models import (
    Challenge,
    Gate,
    Juror,
    Pilot,
    PilotCost,
    Proposal,
    Question,
    StepTaken,
    Tender,
)
from citytandem.challenges.reading_dashboards import figures
from citytandem.core import clock
from citytandem.core.ids import short_code, uuid7
from citytandem.core.versions import translations
from tests.integration.challenges.making import a_challenge, a_juror, a_proposal, council, resident, second, unit

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MOST_QUERIES = 12
FINDING = {
    "as_of": "2026-05-01T10:00:00+00:00",
    "indicators": [
        {
            "indicator": 1, "name": "Bins that overflow", "unit": "per week", "direction": "down", "kind": "level",
            "baseline": None, "target_value": 3, "measured_before": 8, "measured_after": 8, "by_day": False,
            "error": "", "finding": {
                "method": "means", "difference": -4.2, "low": -6.3, "high": -2.1, "relative": -0.5, "hedges_g": None,
                "verdict": "better", "target": "yes", "before": {}, "after": {}, "rate": None, "series": None,
                "cautions": [], "per_unit": None,
            },
        }
    ],
}  # fmt: skip


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    """Pages count days as the city's calendar does: at night, and when clocks change, a day ago is not the day before."""
    with clock.at(datetime.now(UTC).replace(hour=12, minute=0)):
        yield


def browser(actor: Actor | None = None, language: str = "en") -> Client:
    client = Client(headers={"Accept-Language": language})
    if actor is not None:
        client.force_login(Person.objects.get(id=actor.id))
    return client


def page_of(client: Client, path: str) -> Any:
    return client.get(path).context["page"]


def a_pilot(challenge: Challenge, proposal: Proposal | None = None, **fields: Any) -> Pilot:
    now, identifier = clock.now(), uuid7()
    told: dict[str, Any] = {
        "language": "en", "starts_on": now.date(), "ends_on": now.date() + 60 * DAY, "state_since": now,
        "created_at": now, "changed_at": now,
    }  # fmt: skip
    if fields.get("state", "planned") != "planned":
        told |= {"started_at": now - 30 * DAY, "ai_class": "none"}
    if fields.get("state") in {"finished", "decided"}:
        told["ended_at"] = now - 3 * DAY
    return Pilot.objects.create(
        id=identifier, code=short_code(identifier), challenge=challenge,
        proposal=proposal or a_proposal(challenge, step="pilot"), **{**told, **fields},
    )  # fmt: skip


def a_tender(challenge: Challenge, **fields: Any) -> Tender:
    now, identifier = clock.now(), uuid7()
    told = {"language": "de", "title": "Sensoren", "contract": "services", "created_at": now, "changed_at": now}
    return Tender.objects.create(id=identifier, code=short_code(identifier), challenge=challenge, **{**told, **fields})


# --- the desk ---------------------------------------------------------------------------------------------------------


def test_an_empty_desk_says_that_all_is_done() -> None:
    a_challenge("open")
    answer = browser(unit()).get("/desk/challenges")
    assert answer.context["page"].total == 0
    assert "All is done" in answer.content.decode()


def test_each_thing_waits_at_its_place_with_the_way_there() -> None:
    now, today = clock.now(), timezone.localdate(clock.now())
    review = a_challenge("in_review")
    closed = a_challenge("open", closes_at=now - 2 * DAY)
    late = a_proposal(a_challenge("open"), step_since=now - 31 * DAY)
    asked = Question.objects.create(challenge=late.challenge, language="de", text="Bis wann?", asked_at=now - 5 * DAY)
    jury = a_challenge("assessment", assess_until=today - DAY)
    a_juror(jury, by=resident("one"))
    a_juror(jury, by=resident("two"), done_at=now)
    done = a_challenge("assessment")
    a_juror(done, by=resident("three"), done_at=now - 4 * DAY)
    deciding = a_challenge("decision", decide_until=today - 3 * DAY)
    gated, ready = a_pilot(deciding), a_pilot(deciding, starts_on=today)
    Gate.objects.create(pilot=gated, kind="ethics")
    ending = a_pilot(deciding, state="running", ends_on=today + 5 * DAY)
    undecided = a_pilot(deciding, state="finished", state_since=now - 2 * DAY)
    tender = a_tender(deciding, created_at=now - 9 * DAY)

    page = page_of(browser(second()), "/desk/challenges")
    found = {section.key: [(row.path, row.days) for row in section.rows] for section in page.sections}
    assert found == {
        "late": [(f"/proposals/{late.code}/step", 31)],
        "question": [(f"/challenges/{asked.challenge.slug}/questions/{asked.id}", 5)],
        "closed": [(f"/challenges/{closed.slug}", 2)],
        "review": [(f"/challenges/{review.code}/review", 0)],
        "jurors": [(f"/challenges/{jury.slug}/assessment/jury", 1)],
        "assessed": [(f"/challenges/{done.slug}/assessment/close", 4)],
        "decision": [(f"/challenges/{deciding.slug}/assessment/decide", 3)],
        "gates": [(f"/pilots/{gated.code}", 0)],
        "begin": [(f"/pilots/{ready.code}", 0)],
        "ending": [(f"/pilots/{ending.code}", -5)],
        "undecided": [(f"/pilots/{undecided.code}/decide", 2)],
        "tender": [(f"/tenders/{tender.code}", 9)],
    }
    assert next(iter(found)) == "late"
    client = browser(second())
    assert all(client.get(path).status_code == 200 for rows in found.values() for path, _days in rows)
    assert page.total == 12
    assert page.oldest == 31


def test_a_proposal_that_is_tried_out_does_not_wait() -> None:
    challenge, long_ago = a_challenge("decision"), clock.now() - 90 * DAY
    tried = a_proposal(challenge, step="pilot", step_since=long_ago)
    a_pilot(challenge, tried, state="running")
    forgotten = a_proposal(challenge, step="pilot", step_since=long_ago)
    a_proposal(challenge, step="declined", step_since=long_ago)
    a_proposal(challenge, step_since=long_ago, moderation="removed")
    page = page_of(browser(unit()), "/desk/challenges")
    late = next(section for section in page.sections if section.key == "late")
    assert [row.path for row in late.rows] == [f"/proposals/{forgotten.code}/step"]


def test_who_sent_a_challenge_is_told_that_another_has_to_publish_it() -> None:
    a_challenge("in_review")
    for actor, note in ((unit(), True), (second(), False)):
        section = page_of(browser(actor), "/desk/challenges").sections[0]
        assert bool(section.rows[0].note) == note


def test_the_desk_needs_few_queries_for_thousands() -> None:
    now = clock.now()
    challenges = [a_challenge("open"), a_challenge("open")]
    rows = []
    for number in range(3_000):
        identifier = uuid7()
        rows.append(
            Proposal(
                id=identifier, code=short_code(identifier), challenge=challenges[number % 2], language="en",
                title=translations(en=f"Proposal {number}"), step_since=now - (31 + number % 50) * DAY,
                created_at=now, changed_at=now,
            )
        )  # fmt: skip
    Proposal.objects.bulk_create(rows)
    Question.objects.bulk_create(
        Question(challenge=challenges[0], language="en", text="What?", asked_at=now) for _number in range(1_000)
    )
    client = browser(unit())
    with CaptureQueriesContext(connection) as queries:
        answer = client.get("/desk/challenges")
    assert len(queries) <= MOST_QUERIES
    page = answer.context["page"]
    assert [section.total for section in page.sections] == [3_000, 1_000]
    assert page.sections[0].rows[0].days == 80
    assert len(page.sections[0].rows) == 8


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/desk/challenges", {Role.INNOVATION_UNIT, Role.ADMINISTRATOR}),
        ("/council", {Role.INNOVATION_UNIT, Role.ADMINISTRATOR, Role.COUNCIL_VIEWER, Role.PROGRAMME_COORDINATOR}),
        ("/about/challenges", set(Role)),
    ],
)
def test_who_may_look(path: str, allowed: set[Role], make_actor: Callable[[str], Actor]) -> None:
    for role in Role:
        assert browser(make_actor(role)).get(path).status_code == (200 if role in allowed else 403), role
    answer = browser().get(path)
    assert answer.status_code == (200 if allowed == set(Role) else 302)


# --- from problem to effect -------------------------------------------------------------------------------------------


def test_the_way_is_counted_stage_by_stage() -> None:
    now = clock.now()
    first, other, hidden = a_challenge("decision"), a_challenge("open"), a_challenge("draft")
    carried = a_proposal(first, step="implement", created_at=now - 20 * DAY)
    a_proposal(first, step="declined")
    a_proposal(first, moderation="removed")
    planned = a_proposal(other)
    a_proposal(hidden)
    a_pilot(first, carried, state="decided", decision="scale", decided_at=now, solution=uuid7(), findings=FINDING)
    a_pilot(other, planned)
    found = figures(year=None, public=False)
    assert [(one.key, one.things, one.challenges) for one in found.reached] == [
        ("problems", 0, 0), ("challenges", 2, 2), ("proposals", 3, 2), ("pilots", 1, 1), ("carried", 1, 1),
        ("solutions", 1, 1),
    ]  # fmt: skip
    assert found.outcomes == {"implement": 1, "declined": 1, "submitted": 1}
    assert (found.stages["submitted"].cases, found.stages["submitted"].over) == (3, 2)
    assert found.stages["submitted"].longest == 20


def test_everybody_learns_nothing_of_proposals_that_nobody_may_read_yet() -> None:
    shown = a_proposal(a_challenge("open", openness="at_once"))
    a_proposal(a_challenge("open"))
    closed = a_challenge("open", closes_at=clock.now() - DAY)
    a_proposal(closed)
    a_proposal(closed, step="withdrawn", step_since=clock.now() - 2 * DAY)
    a_tender(shown.challenge, value=5_000, handed_over_at=clock.now())
    found = figures(year=None, public=True)
    assert next(one.things for one in found.reached if one.key == "proposals") == 2
    assert found.stages["submitted"].cases == 2
    assert found.stages["tender"].cases == 0
    assert [one.tender.count for one in found.money] == [0]
    assert next(one.things for one in figures(year=None, public=False).reached if one.key == "proposals") == 4


def test_a_stage_takes_as_long_as_from_one_step_to_the_next() -> None:
    now, challenge = clock.now(), a_challenge("decision")
    for days in (1, 2, 3, 4, 5, 6, 7):
        row = a_proposal(challenge, step="screened", created_at=now - 40 * DAY)
        StepTaken.objects.filter(proposal=row, step="screened").update(at=now - (40 - days) * DAY)
    found = figures(year=None, public=False).stages["submitted"]
    assert (found.low, found.median, found.high) == (2, 4, 6)
    assert found.waiting == 0
    assert figures(year=None, public=False).stages["screened"].waiting == 7


def test_a_withdrawn_challenge_ends_the_wait_of_its_proposals() -> None:
    now = clock.now()
    challenge = a_challenge("withdrawn", phase_since=now - 30 * DAY)
    for _number in range(5):
        a_proposal(challenge, created_at=now - 35 * DAY)
    found = figures(year=None, public=False).stages["submitted"]
    assert (found.cases, found.over, found.median) == (5, 0, None)


def test_money_is_told_by_year_and_never_across_currencies() -> None:
    now = clock.now()
    euro = a_challenge("decision", budget_low=10_000, budget_high=40_000)
    a_challenge("open", budget_high=90_000, currency="PLN")
    a_challenge("open")
    pilot = a_pilot(euro, state="running", hourly_rate=50)
    PilotCost.objects.create(pilot=pilot, kind="devices", amount=1_200, on=now.date())
    PilotCost.objects.create(pilot=pilot, kind="work", hours=10, on=now.date())
    PilotCost.objects.create(pilot=pilot, kind="work", hours=4, on=now.date() - 400 * DAY)
    a_tender(euro, value=250_000, handed_over_at=now)
    a_tender(euro, value=99)
    told = {(one.year, one.currency): one for one in figures(year=None, public=False).money}
    this_year, published = now.year, euro.published_at.year
    assert (told[published, "EUR"].budget.amount, told[published, "EUR"].budget.unknown) == (40_000, 1)
    assert told[published, "PLN"].budget.amount == 90_000
    assert told[this_year, "EUR"].pilot.amount == 1_700
    assert told[(now.date() - 400 * DAY).year, "EUR"].pilot.amount == 200
    assert (told[this_year, "EUR"].tender.amount, told[this_year, "EUR"].tender.count) == (250_000, 1)


def test_a_year_narrows_all_figures() -> None:
    now = clock.now()
    a_challenge("open", published_at=now - 800 * DAY)
    a_proposal(a_challenge("open"))
    last = (now - 800 * DAY).year
    client = browser(council())
    page = page_of(client, f"/council?year={last}")
    assert (page.year, page.challenges) == (last, 1)
    assert [stage.things for stage in page.funnel if stage.key == "proposals"] == [0]
    assert page_of(client, "/council").challenges == 2
    for wrong in ("1066", "abcd", "٢٠٢٦", "2026' OR 1=1", ""):
        assert page_of(client, f"/council?year={wrong}").year is None
        assert page_of(client, f"/council?year={wrong}").challenges == 2


def test_effects_of_pilots_are_told_in_plain_words() -> None:
    challenge = a_challenge("decided")
    a_pilot(challenge, state="decided", decision="scale", decided_at=clock.now(), findings=FINDING)
    for path, client in (("/council", browser(council())), ("/about/challenges", browser())):
        answer = client.get(path)
        told = answer.context["page"].pilots[0]
        assert told.decision == "Take it to the whole city"
        assert (
            told.effects[0].told.replace("\u00a0", " ")
            == "Bins that overflow: 4.2 per week less (95 % interval: 2.1 to 6.3)"
        )
        assert told.effects[0].verdict == "better"
        assert "Target reached (3 per week)" in answer.content.decode().replace("\u00a0", " ")


@pytest.mark.parametrize("language", ["de", "en", "fr", "it", "nl", "pl", "ro", "el", "bg"])
def test_pages_need_few_queries_in_every_language(language: str) -> None:
    challenge = a_challenge("decided")
    for _number in range(7):
        a_pilot(challenge, state="decided", decision="stop", decided_at=clock.now(), findings=FINDING)
    Juror.objects.create(challenge=challenge, person_id=unit().id, number=1, invited_at=clock.now())
    for path, actor in (("/council", council()), ("/about/challenges", None), ("/desk/challenges", unit())):
        client = browser(actor, language)
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(path + ("?year=2026" if path == "/council" else ""))
        assert answer.status_code == 200
        assert len(queries) <= MOST_QUERIES, [query["sql"][:80] for query in queries]
        assert f'lang="{language}"' in answer.content.decode()[:200]


def test_pages_say_it_where_there_is_nothing_yet() -> None:
    assert "No challenge is published yet" in browser(council()).get("/council").content.decode()
    assert "No pilot is finished yet" in browser().get("/about/challenges").content.decode()

"""Challenges, proposals and pilots over the API: read by whom, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from citytandem.accounts.contract import Actor
from citytandem.accounts.models import Person
from citytandem.challenges.models import Gate, Indicator, PilotCost
from citytandem.core import clock
from tests.integration.challenges.making import a_challenge, a_proposal, resident, unit
from tests.integration.challenges.test_dashboards import a_pilot

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def ask(path: str, actor: Actor | None = None, **headers: str) -> Any:
    client = Client()
    if actor is not None:
        client.force_login(Person.objects.get(id=actor.id))
    return client.get(f"/api/v1{path}", headers={name.replace("_", "-"): one for name, one in headers.items()})


def everything(path: str, actor: Actor | None = None) -> Iterator[dict[str, Any]]:
    """All items of a list, page by page."""
    address = path
    while address:
        page = ask(address.removeprefix("/api/v1"), actor).json()
        yield from page["items"]
        address = page["next"]


def test_lists_hold_what_is_published_newest_first_page_by_page() -> None:
    a_challenge("draft")
    a_challenge("in_review")
    told = [a_challenge("open", published_at=clock.now() - number * DAY).code for number in range(5)]
    assert [one["code"] for one in everything("/challenges?limit=2")] == told
    assert [one["code"] for one in everything("/challenges?limit=2", unit())] == told
    assert ask("/challenges?limit=0").status_code == 422
    assert ask("/challenges?after=nonsense").json()["code"] == "cursor.invalid"


def test_lists_are_narrowed_by_phase_and_theme() -> None:
    waste, other = a_challenge("open"), a_challenge("decided", themes=["mobility"])
    assert [one["code"] for one in ask("/challenges?phase=open").json()["items"]] == [waste.code]
    assert [one["code"] for one in ask("/challenges?phase=decided").json()["items"]] == [other.code]
    assert [one["code"] for one in ask("/challenges?theme=waste").json()["items"]] == [waste.code]
    assert ask("/challenges?theme=magic").json()["items"] == []
    assert ask("/challenges?phase=draft").status_code == 422


@pytest.mark.parametrize("by", ["id", "code", "slug"])
def test_a_challenge_is_found_by_each_of_its_names(by: str) -> None:
    challenge = a_challenge("open", openness="at_once")
    told = ask(f"/challenges/{getattr(challenge, by)}").json()
    assert told["path"] == f"/challenges/{challenge.slug}"
    assert told["title"]["de"] == {"text": "Mülleimer, die melden, wenn sie voll sind", "by": "human"}
    assert len(told["criteria"]) == 8
    assert told["criteria"][0]["anchors"]["low"]["en"]["text"]
    assert told["log"] == {"entries": 1, "head": challenge.log_head}


def test_a_draft_is_told_to_those_who_work_for_the_city_only() -> None:
    draft = a_challenge("draft")
    assert ask(f"/challenges/{draft.code}").status_code == 404
    assert ask(f"/challenges/{draft.code}", resident()).json()["code"] == "challenge.unknown"
    assert ask(f"/challenges/{draft.code}", unit()).status_code == 200


def test_what_has_not_changed_is_not_sent_again() -> None:
    path = f"/challenges/{a_challenge('open', version=3).code}"
    first = ask(path)
    assert first["ETag"].startswith('"3-')
    again = ask(path, If_None_Match=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")


def test_proposals_are_told_when_everybody_may_read_them() -> None:
    challenge, author = a_challenge("open"), resident("author")
    mine, _other = a_proposal(challenge, by=author), a_proposal(challenge)
    path = f"/challenges/{challenge.slug}/proposals"
    assert list(everything(path)) == []
    assert [one["code"] for one in everything(path, author)] == [mine.code]
    assert len(list(everything(path, unit()))) == 2
    assert ask(f"/proposals/{mine.code}").status_code == 404
    with_steps = a_proposal(a_challenge("decision"), step="declined")
    told = ask(f"/proposals/{with_steps.code}").json()
    assert [(one["before"], one["step"], one["reason"]) for one in told["steps"]] == [
        ("", "submitted", ""),
        ("submitted", "declined", "As the rules say."),
    ]


def test_pages_of_proposals_meet_without_gap() -> None:
    challenge = a_challenge("decision")
    told = [a_proposal(challenge, created_at=clock.now() - number // 2 * DAY).code for number in range(7)]
    found = [one["code"] for one in everything(f"/challenges/{challenge.code}/proposals?limit=3")]
    assert sorted(found) == sorted(told)
    assert len(set(found)) == 7


def test_a_pilot_is_told_with_its_reviews_indicators_and_costs() -> None:
    challenge = a_challenge("decision")
    planned = a_pilot(challenge)
    running = a_pilot(challenge, state="running", hourly_rate=40)
    Gate.objects.create(pilot=running, kind="ethics", state="passed", note="No objection.", by_id=unit().id)
    Indicator.objects.create(pilot=running, name="Full bins", unit="per week", direction="down", target=3)
    PilotCost.objects.create(pilot=running, kind="work", hours=8, on=clock.now().date())
    assert ask(f"/pilots/{planned.code}").status_code == 404
    assert ask(f"/pilots/{planned.code}", unit()).status_code == 200
    told = ask(f"/pilots/{running.code}").json()
    assert told["challenge"] == challenge.code
    assert told["gates"] == [{"kind": "ethics", "state": "passed", "note": "No objection.", "at": None}]
    assert told["indicators"][0]["target"] == 3
    assert told["costs"][0]["hours"] == 8
    for path in ("/pilots", f"/challenges/{challenge.code}/pilots"):
        assert [one["code"] for one in everything(path)] == [running.code]
        assert len(list(everything(path, unit()))) == 2
    assert [one["code"] for one in everything("/pilots?state=planned", unit())] == [planned.code]


def test_a_page_needs_few_queries() -> None:
    challenge = a_challenge("decision")
    for _number in range(8):
        a_pilot(challenge, state="running")
    for path in (
        "/challenges",
        f"/challenges/{challenge.code}/proposals",
        "/pilots",
        f"/challenges/{challenge.code}/pilots",
    ):
        with CaptureQueriesContext(connection) as queries:
            assert ask(path).status_code == 200
        assert len(queries) <= 6, path

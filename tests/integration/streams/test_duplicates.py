"""What says the same is shown before it is written again: across languages, in the same city, in the same quarter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from citytandem.accounts.contract import SYSTEM, Actor
from citytandem.accounts.models import Person
from citytandem.core.errors import Forbidden, Invalid
from citytandem.core.ids import stable_id
from citytandem.search.services import embed_waiting, index_things
from citytandem.streams.duplicates import Said, near_duplicates
from citytandem.streams.models import Change, Problem
from citytandem.streams.selectors import record_get, visible_to
from citytandem.streams.services.moderating import problem_merge, problem_split, record_moderate, similar_records
from citytandem.streams.services.records import Wording, record_submit

pytestmark = pytest.mark.django_db
HERE, THERE = stable_id("city", "here"), stable_id("city", "there")
LAMP = {"place_kind": "point", "latitude": 51.33, "longitude": 6.56}


def write(title: str, language: str, *, city: Any = HERE, by: Actor = SYSTEM, **details: Any) -> Problem:
    wording = Wording(title, None, language)
    made: Problem = record_submit(kind="problem", wording=wording, by=by, details={"city": city, **details})
    index_things("problem", [made.id])
    embed_waiting()
    return made


def alike(title: str, language: str, **more: Any) -> list[Problem]:
    return near_duplicates(Said("problem", title, "", language, HERE, **more))


def test_the_same_in_another_language_is_found_and_something_else_is_not() -> None:
    lamp = write("Straßenlampe defekt in der Bahnhofstraße", "de")
    write("Zu wenig Fahrradständer am Bahnhof", "de")
    assert alike("Street light broken in Bahnhofstrasse", "en") == [lamp]
    assert alike("The swings of the playground squeak", "en") == []


def test_another_city_or_another_quarter_is_something_else() -> None:
    write("Straßenlampe defekt in der Bahnhofstraße", "de", city=THERE)
    lamp = write("Straßenlampe defekt in der Bahnhofstraße", "de", **LAMP)
    words = ("Street light broken in Bahnhofstrasse", "en")
    assert alike(*words) == [lamp]
    assert alike(*words, place=(51.331, 6.561)) == [lamp]
    assert alike(*words, place=(51.36, 6.56)) == []


def test_moderators_see_what_is_like_a_held_entry() -> None:
    lamp = write("Straßenlampe defekt in der Bahnhofstraße", "de")
    held = write("Street light broken in Bahnhofstrasse", "en")
    record_moderate(kind="problem", record_id=held.id, state="held", by=SYSTEM)
    index_things("problem", [held.id])
    assert [one.id for one in similar_records(kind="problem", record_id=held.id, reader="de")] == [lamp.id]


def test_a_merger_leads_on_and_can_be_taken_back(make_actor: Callable[[str], Actor], client: Client) -> None:
    moderator, anna = make_actor("moderator"), make_actor("resident")
    lamp, again, third = write("Lampe kaputt", "de"), write("Lampe dunkel", "de", by=anna), write("Loch", "de")
    with pytest.raises(Forbidden):
        problem_merge(problem_id=again.id, into=lamp.id, by=anna)
    problem_merge(problem_id=again.id, into=lamp.id, by=moderator)
    for actor in (anna, moderator):
        assert again not in visible_to(actor, Problem)
    page = client.get(f"/problems/{again.code}")
    assert (page.status_code, f'href="/problems/{lamp.code}"' in page.content.decode()) == (200, True)
    for problem, into in ((again, third), (lamp, again), (lamp, lamp), (lamp, third), (third, again)):
        with pytest.raises(Invalid):
            problem_merge(problem_id=problem.id, into=into.id, by=moderator)
    problem_split(problem_id=again.id, by=moderator)
    assert record_get(anna, kind="problem", key=again.code).moderation == ""
    assert again in visible_to(anna, Problem)
    with pytest.raises(Invalid):
        problem_split(problem_id=again.id, by=moderator)
    told = Change.objects.filter(object_id=again.id).order_by("id").values_list("what", flat=True)
    assert list(told) == ["submitted", "merged", "split"]


def test_the_form_shows_them_once_and_sends_nothing_before(make_actor: Callable[[str], Actor], client: Client) -> None:
    write("Straßenlampe defekt in der Bahnhofstraße", "de", city=None)
    client.force_login(Person.objects.get(id=make_actor("resident").id))
    typed = {
        "title": "Street light broken in Bahnhofstrasse",
        "place_kind": "city",
        "visibility": "public",
        "sender": "resident",
    }
    shown = client.post("/problems/new", typed)
    assert shown.status_code == 200
    assert "Straßenlampe defekt in der Bahnhofstraße" in shown.content.decode()
    assert "Street light broken" in shown.content.decode()
    assert Problem.objects.count() == 1
    assert client.post("/problems/new", {**typed, "seen": "1"}).status_code == 302
    assert Problem.objects.count() == 2


def test_what_was_held_when_it_was_merged_stays_hidden(make_actor: Callable[[str], Actor], client: Client) -> None:
    moderator, anna = make_actor("moderator"), make_actor("resident")
    lamp, again = write("Lampe kaputt", "de"), write("Lampe kaputt bei 0170 1234567", "de", by=anna)
    assert again.moderation == "held"
    problem_merge(problem_id=again.id, into=lamp.id, by=moderator)
    for address in (
        f"/api/v1/problems/{again.code}",
        f"/api/v1/conversation/problem/{again.id}/comments",
        f"/feeds/problem/{again.id}.atom",
        f"/conversation/problem/{again.id}",
        f"/problems/{again.code}",
    ):
        answer = client.get(address)
        assert answer.status_code == 404, address
        assert "1234567" not in answer.content.decode(), address
    assert record_get(anna, kind="problem", key=again.code).id == again.id
    assert record_get(moderator, kind="problem", key=again.code).id == again.id

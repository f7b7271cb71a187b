"""From a thing that a module tells to an object in our log: new, changed, held back, withdrawn, proven anew."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from citytandem.accounts.contract import SYSTEM
from citytandem.core import clock, events
from citytandem.core.errors import Conflict
from citytandem.core.versions import translations
from citytandem.federation import registry
from citytandem.federation.known import keyring_of
from citytandem.federation.models import Changed, HeldBack, LogEntry, OwnKey, Peer, PeerState, SharedObject
from citytandem.federation.protocol.instants import instant
from citytandem.federation.protocol.pages import Page, unfilled, verified
from citytandem.federation.registry import Outgoing, Source, register_source
from citytandem.federation.selectors import published_uri
from citytandem.federation.services import publishing
from citytandem.federation.services.due import do_what_is_due
from citytandem.federation.services.identity import key_revoke, own_did
from citytandem.federation.services.publishing import (
    prove_anew,
    publish,
    publish_all,
    publish_changed,
    publish_later,
    renew,
    together,
)
from citytandem.federation.serving import page_for
from citytandem.federation.tasks import publish as publish_task
from tests.integration.federation.pairs import agreed, paired

pytestmark = pytest.mark.django_db
BORN = datetime(2026, 5, 4, 10, 20, 30, tzinfo=UTC)


@dataclass
class Things:
    """A module with things that can be published."""

    held: dict[UUID, Outgoing] = field(default_factory=dict)
    asked: list[int] = field(default_factory=list)

    def read(self, ids: Any) -> dict[UUID, Outgoing]:
        self.asked.append(len(ids))
        return {key: self.held[key] for key in ids if key in self.held}

    def add(self, **more: Any) -> UUID:
        key = uuid4()
        self.held[key] = replace(OUTGOING, **more)
        return key

    def change(self, key: UUID, **more: Any) -> None:
        self.held[key] = replace(self.held[key], **more)


OUTGOING = Outgoing(
    kind="Problem",
    texts={"name": translations(de="Hitze auf dem Schulhof", en="Heat in the school yard")},
    published=BORN,
    details={"frame": {"inhabitants": 227_000}},
    path="/problems/heat",
)


@pytest.fixture
def things(monkeypatch: pytest.MonkeyPatch) -> Iterator[Things]:
    made = Things()
    monkeypatch.setattr(registry, "_sources", {})
    register_source(Source("thing", "Problem", made.read, lambda: list(made.held)))
    return made


def page(peer: Peer) -> Page:
    keys = keyring_of([], with_own=True)
    data = page_for(peer, after=0, limit=500)
    return verified(data, None, keys, node=own_did(), received=instant(clock.now()))


def body(key: UUID) -> dict[str, Any]:
    return dict(orjson.loads(SharedObject.objects.get(local_id=key).body))


def test_a_thing_is_published_with_its_texts_page_and_proof(things: Things) -> None:
    peer, key = agreed(), things.add()
    assert publish("thing", [key]) == 1
    entry = page(peer).entries[0]
    assert entry.refusal == ""
    made = orjson.loads(entry.body or b"")
    assert made["id"] == published_uri("thing", key) == f"http://localhost:8000/federation/objects/{key}"
    assert made["type"] == ["Problem", "Article"]
    assert made["nameMap"] == {"de": "Hitze auf dem Schulhof", "en": "Heat in the school yard"}
    assert made["details"] == {"frame": {"inhabitants": 227_000}, "page": "http://localhost:8000/problems/heat"}
    assert (made["version"], made["published"], made["visibility"]) == (1, instant(BORN), "partners")


def test_without_a_partner_nothing_is_published_and_with_the_first_all_is(things: Things) -> None:
    paired()
    key = things.add()
    assert publish("thing", [key]) == 0
    assert publish_all() == 0
    assert not LogEntry.objects.exists()
    peer = agreed()
    assert publish_all() == 1
    assert len(page(peer).entries) == 1


def test_what_has_not_changed_is_left_alone(things: Things) -> None:
    agreed()
    key = things.add()
    publish("thing", [key])
    assert publish("thing", [key, key]) == 0
    things.change(key, updated=BORN + timedelta(days=1))
    assert publish("thing", [key]) == 0, "only the hour has changed"
    things.change(key, texts={"name": translations(de="Hitze")})
    assert publish("thing", [key]) == 1
    assert (body(key)["version"], body(key)["updated"]) == (2, instant(BORN + timedelta(days=1)))


def test_what_its_module_no_longer_tells_is_withdrawn_and_can_come_back(things: Things) -> None:
    peer, key = agreed(), things.add()
    publish("thing", [key])
    thing = things.held.pop(key)
    assert publish("thing", [key]) == 1
    assert body(key)["type"] == "Tombstone"
    assert "nameMap" not in body(key)
    assert publish("thing", [key]) == 0
    assert SharedObject.objects.get().kind == "Problem"
    assert published_uri("thing", key) == ""
    things.held[key] = thing
    assert publish("thing", [key]) == 1
    entries = page(peer).entries
    assert [entry.link.version for entry in entries] == [1, 2, 3]
    assert [entry.refusal for entry in entries] == ["", "", ""]
    assert unfilled(entries) == ()


def test_publishing_everything_withdraws_what_is_gone(things: Things) -> None:
    agreed()
    keys = [things.add() for _ in range(3)]
    publish_all()
    del things.held[keys[0]]
    assert publish_all() == 1
    assert SharedObject.objects.get(is_tombstone=True).local_id == keys[0]


def test_withdrawals_do_not_wait_for_a_partner(things: Things) -> None:
    peer, key = agreed(), things.add()
    publish("thing", [key])
    Peer.objects.filter(id=peer.id).update(state=PeerState.ENDED)
    things.change(key, texts={"name": translations(de="Hitze")})
    assert publish("thing", [key]) == 0
    things.held.clear()
    assert publish("thing", [key]) == 1
    assert "Hitze" not in SharedObject.objects.get().body


def test_texts_with_personal_data_are_held_back_and_the_earlier_version_stays(things: Things) -> None:
    agreed()
    key = things.add()
    publish("thing", [key])
    things.change(key, texts={"name": translations(de="Bitte an anna.weber@gmx.de schreiben")})
    assert publish("thing", [key]) == 0
    held = HeldBack.objects.get()
    assert (held.code, held.details) == ("federation.personal_data", {"found": {"name.de": ["pii.email"]}})
    assert body(key)["version"] == 1
    things.change(key, texts={"name": translations(de="Bitte dem Amt schreiben")})
    assert publish("thing", [key]) == 1
    assert not HeldBack.objects.exists()


def test_watched_details_are_screened_and_what_is_gone_is_held_back_no_more(things: Things) -> None:
    agreed()
    key = things.add(watched=["IBAN DE89 3704 0044 0532 0130 00"])
    assert publish("thing", [key]) == 0
    assert HeldBack.objects.get().details == {"found": {"details": ["pii.iban"]}}
    things.held.clear()
    publish("thing", [key])
    assert not HeldBack.objects.exists()


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"details": {"email": "x"}}, "object.personal"),
        ({"texts": {"name": translations(de="x" * 70_000)}}, "object.text_too_long"),
        ({"visibility": "named"}, "object.audience"),
        ({"details": {"number": 1e300}}, "object.number"),
    ],
)
def test_what_does_not_fit_the_protocol_is_held_back_and_stops_nothing_else(
    things: Things, more: dict[str, Any], code: str
) -> None:
    agreed()
    good, bad = things.add(), things.add(**more)
    assert publish("thing", [bad, good]) == 1
    assert list(HeldBack.objects.values_list("local_id", "code")) == [(bad, code)]


def test_many_are_published_with_a_number_of_queries_that_does_not_grow(things: Things) -> None:
    agreed()
    counts = []
    for number in (1, 2, 50):
        keys = [things.add() for _ in range(number)]
        with CaptureQueriesContext(connection) as made:
            assert publish("thing", keys) == number
        counts.append(len(made))
    assert counts[1] == counts[2]
    assert publish_all() == 0
    assert things.asked == [1, 2, 50, 53]


def test_batches_go_on_where_the_one_before_ended(things: Things) -> None:
    peer = agreed()
    keys = [things.add() for _ in range(201)]
    assert publish("thing", keys) == 201
    assert things.asked == [200, 1]
    assert [entry.refusal for entry in page(peer).entries] == [""] * 201


def test_unknown_kinds_travel_under_their_own_word_and_that_of_activitystreams(things: Things) -> None:
    agreed()
    key = things.add(kind="Timetable", also=("Document",))
    publish("thing", [key])
    assert body(key)["type"] == ["Timetable", "Document"]


def test_after_a_revocation_all_is_proven_anew_and_stays_what_it_was(things: Things) -> None:
    peer, key = agreed(), things.add()
    other = things.add()
    publish("thing", [key, other])
    before = page(peer).entries[0].link
    assert prove_anew() == 0
    with clock.at(clock.now() + timedelta(hours=1)):
        key_revoke(OwnKey.objects.get().multikey, by=SYSTEM)
        assert prove_anew() == 2
        assert prove_anew() == 0
        entries = page(peer).entries
    assert [entry.body is not None for entry in entries] == [False, False, True, True]
    assert [entry.refusal for entry in entries] == [""] * 4
    again = next(entry.link for entry in entries[2:] if entry.link.id == before.id)
    assert (again.version, again.object) == (before.version, before.object)


def test_what_ends_within_a_year_is_renewed_and_what_was_held_back_is_tried_again(things: Things) -> None:
    agreed()
    now = clock.now().replace(microsecond=0)
    soon, later = (things.add(expires=now + timedelta(days=days)) for days in (300, 400))
    bad = things.add(watched=["anna.weber@gmx.de"])
    endless = things.add()
    assert publish_all() == 3
    assert renew() == 0
    things.change(soon, expires=now + timedelta(days=700))
    things.change(later, expires=now + timedelta(days=700))
    things.change(bad, watched=[])
    things.change(endless, expires=now + timedelta(days=700))
    assert renew() == 3
    assert {key: body(key)["version"] for key in (soon, later, bad, endless)} == {soon: 2, later: 1, bad: 1, endless: 2}


def publish_jobs() -> int:
    return ProcrastinateJob.objects.filter(task_name="federation.publish", status="todo").count()


def noted() -> list[UUID]:
    return list(Changed.objects.order_by("id").values_list("local_id", flat=True))


def test_a_change_is_noted_within_its_transaction_and_leaves_one_job(
    things: Things, django_capture_on_commit_callbacks: Any
) -> None:
    key = things.add()
    with django_capture_on_commit_callbacks(execute=True):
        publish_later("thing", key)
        publish_later("picture", uuid4())
        events.emit(events.RecordChanged("thing", key))
    assert noted() == [key, key]
    assert publish_jobs() == 1
    agreed()
    assert publish_changed() == 1
    assert noted() == []


def test_bulk_work_notes_each_thing_once(things: Things) -> None:
    keys = sorted(things.add() for _ in range(3))
    with transaction.atomic(), together():
        for key in [*keys, *keys]:
            events.emit(events.RecordChanged("thing", key))
    assert noted() == keys
    agreed()
    publish_task()
    assert SharedObject.objects.filter(is_own=True).count() == 3


def test_without_a_partner_notes_do_not_gather(things: Things) -> None:
    publish_later("thing", things.add())
    assert publish_changed() == 0
    assert noted() == []


@pytest.mark.django_db(transaction=True)
def test_a_change_that_commits_while_an_earlier_one_is_published_is_not_lost(things: Things) -> None:
    agreed()
    key = things.add()
    with transaction.atomic():
        publish_later("thing", key)
    is_noted, is_published = threading.Event(), threading.Event()

    def change_again() -> None:
        with transaction.atomic():
            publish_later("thing", key)
            is_noted.set()
            is_published.wait(10)
        connection.close()

    thread = threading.Thread(target=change_again)
    thread.start()
    is_noted.wait(10)
    ProcrastinateJob.objects.filter(task_name="federation.publish").delete()  # a worker has it
    assert publish_changed() == 1
    things.change(key, texts={"name": translations(en="Shade in the school yard")})  # as readers see it once committed
    is_published.set()
    thread.join()
    assert publish_jobs() == 1
    assert publish_changed() == 1
    assert body(key)["nameMap"] == {"en": "Shade in the school yard"}


def test_what_cannot_be_signed_now_stays_noted_until_it_can(things: Things, monkeypatch: pytest.MonkeyPatch) -> None:
    agreed()

    def locked() -> None:
        raise Conflict("federation.key_locked", "locked")

    publish_later("thing", things.add())
    with monkeypatch.context() as changed:
        changed.setattr(publishing, "signer", locked)
        with pytest.raises(Conflict):
            publish_changed()
    ProcrastinateJob.objects.all().delete()
    do_what_is_due()
    assert publish_jobs() == 1
    assert publish_changed() == 1


def test_a_thing_that_its_module_cannot_tell_stops_no_other(things: Things) -> None:
    agreed()
    keys = [things.add() for _ in range(3)]
    usual = things.read

    def read(ids: Any) -> dict[UUID, Outgoing]:
        if keys[1] in ids:
            raise ZeroDivisionError
        return usual(ids)

    register_source(Source("thing", "Problem", read, list))
    for key in keys:
        publish_later("thing", key)
    assert publish_changed() == 2
    assert noted() == [keys[1]]


def test_partners_get_a_hint_once_it_is_committed(things: Things, django_capture_on_commit_callbacks: Any) -> None:
    agreed()
    with django_capture_on_commit_callbacks(execute=True):
        publish("thing", [things.add(), things.add()])
    assert ProcrastinateJob.objects.filter(task_name="federation.nudge").count() == 1

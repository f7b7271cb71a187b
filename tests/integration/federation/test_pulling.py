"""Reading a partner's log over HTTP: everything comes once, and whatever the partner does concerns nobody but itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import orjson
import pytest
from django.core.cache import cache
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from citytandem.core import clock
from citytandem.core.guarded import Answer
from citytandem.federation import client
from citytandem.federation.known import document_keep
from citytandem.federation.models import Exchange, KnownNode, Peer, PeerState, SetAside, SharedObject
from citytandem.federation.protocol.keys import PrivateKey
from citytandem.federation.services import pulling, storing
from citytandem.federation.services.pulling import Pulled, pull
from tests.integration.federation.served import Reply, Served, document_of, served
from tests.unit.federation.nodes import Node

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_name(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ADDRESS = "http://localhost:8000"
    settings.FEDERATION_LOCAL = True
    # What is agreed is another matter: here everything is.
    monkeypatch.setattr(storing, "widths", lambda *_args, **_more: {"*": 2})


def with_problems(one: Served, count: int, *, begin: int = 1) -> None:
    for number in range(begin, begin + count):
        one.node.publish(one.node.problem(number))


def fresh(one: Served) -> Peer:
    return Peer.objects.get(id=one.peer.id)


def logs_asked(one: Served) -> int:
    return sum("/log" in path for path in one.asked)


def test_all_is_read_page_by_page_and_then_only_what_is_new() -> None:
    with served() as one:
        with_problems(one, 25)
        one.most_entries = 10
        assert pull(one.peer.id) == Pulled(objects=25, pages=3)
        peer = fresh(one)
        assert (peer.cursor_number, peer.cursor_digest, peer.failures) == (25, one.node.cursor.digest, 0)
        assert peer.last_success_at is not None
        assert peer.next_pull_at is not None
        with_problems(one, 2, begin=26)
        assert pull(one.peer.id) == Pulled(objects=2, pages=1)
        assert pull(one.peer.id) == Pulled(objects=0, pages=1)
        assert SharedObject.objects.count() == 27
        assert list(Exchange.objects.order_by("id").values_list("way", "taken", "code")) == [
            ("pull", 25, ""), ("pull", 2, ""),
        ]  # fmt: skip


def test_far_behind_several_processes_verify_and_nothing_is_lost_or_twice() -> None:
    with served() as one:
        with_problems(one, 2_600)
        one.most_entries = 300
        assert pull(one.peer.id) == Pulled(objects=2_600, pages=10)  # the last one tells that there is no more
        assert fresh(one).cursor_digest == one.node.cursor.digest
        assert SharedObject.objects.count() == 2_600
        assert logs_asked(one) == 10


def refused_with(one: Served, status: int, code: str) -> None:
    body = orjson.dumps({"code": code})
    one.twist = lambda _path, _reply: Reply(status, body)


@pytest.mark.parametrize(("status", "code"), [(403, "partner.no_agreement"), (401, "signature.expired"), (500, "boom")])
def test_a_refusal_is_shown_and_tried_again_later(status: int, code: str) -> None:
    with served() as one:
        refused_with(one, status, code)
        assert pull(one.peer.id).code == code
        peer = fresh(one)
        assert (peer.state, peer.last_error_code, peer.failures) == (PeerState.ACTIVE, code, 1)


def test_a_code_that_is_not_plain_is_not_shown() -> None:
    with served() as one:
        refused_with(one, 403, "<script>alert(1)</script>")
        assert pull(one.peer.id).code == "http.403"


def test_nobody_there_waits_twice_as_long_each_time(settings: Any) -> None:
    settings.FEDERATION_PULL_SECONDS = 60
    with served() as one:
        document_keep(one.document, did=one.node.did)
    for failures in range(1, 4):
        assert pull(one.peer.id).code == "network.unreachable"
        peer = fresh(one)
        assert peer.failures == failures
        assert peer.next_pull_at is not None
        pause = (peer.next_pull_at - clock.now()).total_seconds()
        assert 60 * 2**failures / 2 - 5 < pause <= 60 * 2**failures


def test_a_partner_comes_back_where_it_was() -> None:
    with served() as one:
        with_problems(one, 3)
        pull(one.peer.id)
        refused_with(one, 503, "")
        with_problems(one, 3, begin=4)
        assert pull(one.peer.id).code == "http.503"
        one.twist = lambda _path, reply: reply
        assert pull(one.peer.id) == Pulled(objects=3, pages=1)
        assert fresh(one).failures == 0


def changed(data: bytes, **more: Any) -> bytes:
    return orjson.dumps({**orjson.loads(data), **more})


@pytest.mark.parametrize(
    ("page", "code"),
    [
        (lambda data: changed(data, node="did:web:varna.example"), "log.node"),
        (lambda data: changed(data, entries=orjson.loads(data)["entries"][1:]), "log.gap"),
        (lambda data: changed(data, more=1), "log.page"),
        (lambda data: changed(data, head={}), "log.head"),
        (lambda _data: b"[" * 10_000 + b"]" * 10_000, "json.depth"),
        (lambda _data: b"<html>", "json.malformed"),
        (lambda data: changed(data, entries=[]), "log.gap"),
    ],
)
def test_a_page_that_does_not_hold_pauses_its_partner(page: Any, code: str) -> None:
    with served() as one, served(seed=64) as other:
        with_problems(one, 3)
        with_problems(other, 2)
        one.twist = lambda _path, reply: Reply(200, page(reply.body))
        assert pull(one.peer.id).code == code
        peer = fresh(one)
        assert (peer.state, peer.paused_code, peer.cursor_number) == (PeerState.PAUSED, code, 0)
        assert not SharedObject.objects.exists()
        assert pull(one.peer.id) == Pulled()  # not asked any more
        assert pull(other.peer.id) == Pulled(objects=2, pages=1)


def test_an_answer_of_a_gigabyte_is_cut_off_and_asked_for_later() -> None:
    with served() as one:
        with_problems(one, 1)
        one.twist = lambda _path, _reply: Reply(200, b"x" * 3_000_000)
        assert pull(one.peer.id).code == "network.too_large"
        # It was cut off before its signature could be seen, so anybody on the way may have sent it.
        assert (fresh(one).state, fresh(one).failures) == (PeerState.ACTIVE, 1)


def test_a_pause_that_is_no_number_is_none() -> None:
    answer = Answer(429, {"retry-after": "\xb2"}, b"{}")
    assert client._refusal(answer, is_signed=False).retry_after == 0


def test_what_nobody_has_thought_of_backs_off_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: Any, **_more: Any) -> None:
        raise ZeroDivisionError

    with served() as one:
        monkeypatch.setattr(pulling, "ready", broken)
        with pytest.raises(ZeroDivisionError):
            pull(one.peer.id)
        peer = fresh(one)
        assert (peer.state, peer.failures) == (PeerState.ACTIVE, 1)
        assert peer.next_pull_at is not None
        assert peer.next_pull_at > clock.now()


def test_who_takes_long_goes_on_behind_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    with served() as one:
        with_problems(one, 30)
        one.most_entries = 10
        monkeypatch.setattr(pulling, "_TURN", 0)
        pulling.pull_later(uuid4())  # somebody else waits
        assert pull(one.peer.id) == Pulled(objects=10, pages=1)
        jobs = ProcrastinateJob.objects.filter(task_name="federation.pull", status="todo").order_by("id")
        assert [job.args["peer_id"] for job in jobs][1:] == [str(one.peer.id)]
        jobs.delete()
        assert pull(one.peer.id) == Pulled(objects=20, pages=2)
        assert not jobs.exists()


def tampered(_headers: dict[str, str], body: bytes) -> bytes:
    return body.replace(b"Hitze", b"Frost")


def unsigned(headers: dict[str, str], body: bytes) -> bytes:
    headers.clear()
    return body


@pytest.mark.parametrize(("spoil", "code"), [(tampered, "signature.digest"), (unsigned, "signature.missing")])
def test_what_somebody_else_could_have_said_pauses_nobody(spoil: Any, code: str) -> None:
    with served() as one:
        with_problems(one, 1)
        one.spoil = spoil
        assert pull(one.peer.id).code == code
        assert (fresh(one).state, fresh(one).failures) == (PeerState.ACTIVE, 1)
        assert not SharedObject.objects.exists()


def test_a_key_of_another_node_does_not_answer_for_a_partner() -> None:
    with served() as one, served(seed=64) as other:
        document_keep(other.document, did=other.node.did)
        one.signing_key = other.node.key
        with_problems(one, 1)
        assert pull(one.peer.id).code == "signature.key_unknown"
        assert fresh(one).state == PeerState.ACTIVE


def test_a_key_that_is_new_is_learnt_from_the_document() -> None:
    with served() as one:
        document_keep(one.document, did=one.node.did)
        new = PrivateKey(bytes(range(100, 132)))
        one.documents.append(document_of(one.node, new))
        one.signing_key = new
        with_problems(one, 1)
        assert pull(one.peer.id) == Pulled(objects=1, pages=1)


def test_keys_of_an_origin_that_nobody_told_us_are_fetched_from_it() -> None:
    with served() as hub, served(seed=64, state=PeerState.WAITING) as origin:
        hub.node.publish(origin.node.problem(1))
        assert pull(hub.peer.id) == Pulled(objects=1, pages=1)
        row = SharedObject.objects.get()
        assert (row.origin, row.from_peer_id) == (origin.node.did, hub.peer.id)
        assert KnownNode.objects.filter(did=origin.node.did).exists()


def test_an_origin_that_cannot_be_asked_now_is_put_aside_and_tried_again() -> None:
    with served() as hub:
        nowhere = Node("did:web:localhost%3A1", PrivateKey(bytes(range(64, 96))))
        hub.node.publish(nowhere.problem(1))
        with_problems(hub, 1, begin=2)
        assert pull(hub.peer.id) == Pulled(objects=1, pages=2)
        assert SetAside.objects.get().code == "proof.key_unknown"
        document_keep(document_of(nowhere), did=nowhere.did)
        cache.clear()  # a minute later
        assert pull(hub.peer.id) == Pulled(objects=1, pages=2)
        assert not SetAside.objects.exists()
        assert SharedObject.objects.count() == 2
        assert pull(hub.peer.id).pages == 1


def a_minute_later() -> None:
    """What a pull asks for once a minute is due; pauses of origins are what they were."""
    for peer in Peer.objects.all():
        cache.delete(f"federation.again:{peer.id}")


def test_an_origin_that_is_gone_keeps_no_other_from_being_asked_for_again() -> None:
    with served() as hub:
        gone, back = (Node(f"did:web:localhost%3A{port}", PrivateKey(bytes([port] * 32))) for port in (1, 2))
        for number in range(1, 31):
            hub.node.publish(gone.problem(number))
        hub.node.publish(back.problem(1))
        hub.node.publish(back.problem(2))
        pull(hub.peer.id)
        assert SetAside.objects.filter(code="proof.key_unknown").count() == 32
        document_keep(document_of(back), did=back.did)
        a_minute_later()
        pull(hub.peer.id)
        assert SharedObject.objects.filter(origin=back.did).count() == 2
        asked = []
        for _minute in range(14):
            before = logs_asked(hub)
            a_minute_later()
            pull(hub.peer.id)
            asked.append(logs_asked(hub) - before)
        assert asked[:8] == [2] * 8, "one of them each time"
        assert asked[-3:] == [1] * 3, "in the end it is left alone"


def test_what_seemed_to_come_from_the_future_is_used_once_it_is_there() -> None:
    with served() as one:
        with_problems(one, 1)
        pull(one.peer.id)
        SetAside.objects.create(
            peer=one.peer, number=1, uri=one.node.problem(1)["id"], version=1, code="proof.future", at=clock.now()
        )
        SharedObject.objects.all().delete()
        a_minute_later()
        assert pull(one.peer.id).objects == 1
        assert not SetAside.objects.exists()


def test_a_page_full_of_nodes_that_do_not_exist_costs_few_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def fetch(did: str, **_more: Any) -> None:
        asked.append(did)
        raise pulling.FetchFailed("network.too_slow", did)

    with served() as hub:
        document_keep(hub.document, did=hub.node.did)
        for number in range(1, 101):
            hub.node.publish(Node(f"did:web:nobody{number}.example", PrivateKey(bytes([number] * 32))).problem(number))
        monkeypatch.setattr(pulling, "document_fetch", fetch)
        assert pull(hub.peer.id).code == ""
        assert len(asked) <= 21 * pulling._MOST_DOCUMENTS
        assert SetAside.objects.count() == 100


def test_a_share_of_the_hour_is_no_fault(settings: Any) -> None:
    settings.FEDERATION_OBJECTS = 20
    with served() as one:
        with_problems(one, 50)
        one.most_entries = 10
        assert pull(one.peer.id) == Pulled(objects=20, pages=2, code="quota.objects")
        peer = fresh(one)
        assert (peer.state, peer.failures, peer.cursor_number) == (PeerState.ACTIVE, 0, 20)
        assert peer.next_pull_at is not None
        assert peer.next_pull_at >= clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        with clock.at(clock.now() + timedelta(hours=1, minutes=2)):
            settings.FEDERATION_OBJECTS = 1000
            assert pulling.pacing.quota_code(peer) == ""


def test_megabytes_count_as_well(settings: Any) -> None:
    settings.FEDERATION_MEGABYTES = 0
    with served() as one:
        with_problems(one, 1)
        assert pull(one.peer.id).code == "quota.megabytes"
        assert logs_asked(one) == 0


def test_a_second_reading_starts_from_the_beginning_and_then_goes_on() -> None:
    with served() as one:
        with_problems(one, 25)
        pull(one.peer.id)
        SharedObject.objects.all().delete()
        Peer.objects.update(rereads_number=0)
        with_problems(one, 3, begin=26)
        one.most_entries = 10
        assert pull(one.peer.id).objects == 28
        assert (fresh(one).rereads_number, fresh(one).cursor_number) == (None, 28)
        assert SharedObject.objects.count() == 28


def test_another_past_pauses_the_partner() -> None:
    with served() as one:
        with_problems(one, 3)
        pull(one.peer.id)
        one.node.entries.clear()
        with_problems(one, 5, begin=7)
        assert pull(one.peer.id).code == "log.rewritten"
        assert fresh(one).state == PeerState.PAUSED


def test_one_at_a_time(django_db_blocker: Any) -> None:
    with served() as one:
        with_problems(one, 1)
        other = connection.copy()
        try:
            with other.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(%s, %s)", [pulling._LOCKS, one.peer.id.int & 0x7FFFFFFF])
            assert pull(one.peer.id) == Pulled(code="busy")
            assert logs_asked(one) == 0
            # Closing alone frees the lock a moment later.
            with other.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock_all()")
        finally:
            other.close()
        # Who was busy meanwhile finds that somebody wanted to read.
        assert pull(one.peer.id).objects == 1


def test_a_partner_that_is_paused_or_exchanged_by_file_is_not_asked() -> None:
    with served(state=PeerState.PAUSED) as one:
        assert pull(one.peer.id) == Pulled()
        Peer.objects.update(state=PeerState.ACTIVE, paused_at=None, by_file=True)
        assert pull(one.peer.id) == Pulled()
        assert one.asked == []


def test_what_came_waits_for_the_modules_and_for_passing_on() -> None:
    with served() as one:
        with_problems(one, 1)
        pull(one.peer.id)
        assert ProcrastinateJob.objects.filter(task_name="federation.apply", status="todo").count() == 1

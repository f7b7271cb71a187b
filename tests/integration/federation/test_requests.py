"""What partners ask over HTTP: who is answered, who is refused and how, and that answers belong to their questions."""

from __future__ import annotations

from datetime import timedelta
from secrets import token_urlsafe
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from django.http import HttpResponse
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from citytandem.accounts.contract import SYSTEM
from citytandem.core import clock
from citytandem.core.guarded import Answer
from citytandem.federation import client as outside
from citytandem.federation.known import keyring_of
from citytandem.federation.models import AgreementVersion, KnownNode, LogEntry, Nonce, Peer, PeerState, Usage
from citytandem.federation.protocol.did import NodeKey, document, method, read_document
from citytandem.federation.protocol.errors import BadSignature
from citytandem.federation.protocol.instants import instant
from citytandem.federation.protocol.keys import PrivateKey
from citytandem.federation.protocol.log import read_head
from citytandem.federation.protocol.pages import verified
from citytandem.federation.protocol.signatures import Message, signed, verify
from citytandem.federation.protocol.vouching import vouch
from citytandem.federation.services.identity import own_did
from citytandem.federation.services.log import append
from citytandem.federation.services.pairing import partner_end
from tests.integration.federation.pairs import ALL, agreed, offered_by, paired, signed_by
from tests.integration.federation.test_serving import put
from tests.unit.federation.nodes import Node, krefeld, sofia

pytestmark = pytest.mark.django_db
ADDRESS = "http://localhost:8000"


def question(verb: str, path: str, *, by: Node | None = None, body: bytes = b"", url: str = "", **more: Any) -> Message:
    node = by or sofia()
    plain = Message(method=verb, url=url or ADDRESS + path, body=body)
    made = signed(
        plain, node.key, key_id=method(node.did, node.key.public),
        **{"created": int(clock.now().timestamp()), "nonce": token_urlsafe(18), **more},
    )  # fmt: skip
    return Message(method=verb, url=plain.url, headers=made, body=body)


def send(client: Client, asked: Message, path: str, **more: Any) -> HttpResponse:
    headers = {name: str(value) for name, value in asked.headers.items()}
    return client.generic(asked.method, path, asked.body, content_type="application/json", headers=headers, **more)  # type: ignore[return-value]


def ask(client: Client, verb: str, path: str, **more: Any) -> HttpResponse:
    return send(client, question(verb, path, **more), path)


def is_signed_for(response: HttpResponse, asked: Message) -> bool:
    """Whether we have signed this answer, for this question."""
    headers = {name.lower(): value for name, value in response.headers.items()}
    message = Message(status=response.status_code, headers=headers, body=response.content, request=asked)
    try:
        verify(message, keyring_of([], with_own=True), now=int(clock.now().timestamp()))
    except BadSignature:
        return False
    return True


def code(response: HttpResponse) -> tuple[int, str]:
    assert response.headers["Content-Type"] == "application/problem+json"
    return response.status_code, orjson.loads(response.content)["code"]


def test_a_partner_reads_our_log_and_the_answer_belongs_to_its_question(client: Client) -> None:
    agreed()
    append([put(1), put(2)])
    path = "/federation/log?after=0&limit=1"
    asked, other = question("GET", path), question("GET", path)
    response = send(client, asked, path)
    assert response.status_code == 200
    assert is_signed_for(response, asked)
    assert not is_signed_for(response, other)
    page = verified(
        response.content, None, keyring_of([], with_own=True), node=own_did(), received=instant(clock.now())
    )
    assert [entry.link.number for entry in page.entries] == [1]
    assert response.headers["Cache-Control"] == "no-store, no-transform"
    assert response.headers["Content-Type"] == "application/json"


def test_what_was_served_is_counted(client: Client) -> None:
    peer = agreed()
    append([put(1), put(2)])
    size = len(ask(client, "GET", "/federation/log?after=0").content)
    size += len(ask(client, "GET", "/federation/log?after=2").content)
    ask(client, "GET", "/federation/log?after=1")
    usage, peer = Usage.objects.get(), Peer.objects.get(id=peer.id)
    assert (usage.requests, peer.sent_number) == (3, 2)
    assert usage.bytes_out > size > 1000
    assert peer.last_asked_us_at is not None


@pytest.mark.parametrize("path", ["/federation/log", "/federation/heads", "/federation/agreement"])
def test_strangers_and_unsigned_requests_are_refused(client: Client, path: str) -> None:
    agreed()
    stranger = Node("did:web:ghent.example", krefeld().key)
    assert code(client.get(path)) == (401, "signature.missing")
    assert code(ask(client, "GET", path, by=stranger)) == (401, "signature.key_unknown")
    assert not Usage.objects.exists()
    assert not Nonce.objects.exists()


def test_a_stranger_cannot_make_us_fetch_its_document(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    agreed()
    asked: list[str] = []
    monkeypatch.setattr(outside, "fetch", lambda _verb, url, **_more: asked.append(url))
    ask(client, "GET", "/federation/log", by=Node("did:web:ghent.example", krefeld().key))
    assert asked == []


def test_a_request_that_is_sent_again_is_refused_and_costs_its_partner_nothing(client: Client) -> None:
    agreed()
    asked = question("GET", "/federation/log")
    assert send(client, asked, "/federation/log").status_code == 200
    assert code(send(client, asked, "/federation/log")) == (401, "signature.replayed")
    assert Usage.objects.get().requests == 1


def test_the_target_is_our_own_address_and_never_what_headers_claim(client: Client) -> None:
    agreed()
    elsewhere = question("GET", "/federation/log", url="http://127.0.0.1/federation/log")
    assert code(send(client, elsewhere, "/federation/log", HTTP_HOST="127.0.0.1")) == (401, "signature.wrong")
    ours = question("GET", "/federation/log")
    assert send(client, ours, "/federation/log", HTTP_HOST="127.0.0.1").status_code == 200


def test_a_question_for_one_page_does_not_open_another(client: Client) -> None:
    agreed()
    asked = question("GET", "/federation/log?after=0&limit=1")
    assert code(send(client, asked, "/federation/log?after=0&limit=500")) == (401, "signature.wrong")


def test_a_body_that_was_changed_or_is_too_large_is_refused(client: Client) -> None:
    agreed()
    body = orjson.dumps({"node": sofia().did, "number": 1})
    asked = question("POST", "/federation/nudge", body=body)
    other = Message(method="POST", url=asked.url, headers=asked.headers, body=body.replace(b"1", b"2"))
    assert code(send(client, other, "/federation/nudge")) == (401, "signature.digest")
    for size in (300_000, 5_000_000):
        large = question("POST", "/federation/agreement", body=b"x" * size)
        assert code(send(client, large, "/federation/agreement")) == (413, "json.too_large")


def test_beyond_the_quota_a_partner_is_told_when_to_come_again(client: Client, settings: Any) -> None:
    agreed()
    settings.FEDERATION_REQUESTS = 2
    moment = (clock.now() + timedelta(hours=1)).replace(minute=50, second=0, microsecond=0)
    with clock.at(moment):
        answers = [ask(client, "GET", "/federation/heads") for _ in range(2)]
        asked = question("GET", "/federation/heads")
        refused = send(client, asked, "/federation/heads")
        assert [answer.status_code for answer in answers] == [200, 200]
        assert code(refused) == (429, "partner.quota")
        assert refused.headers["Retry-After"] == "600"
        assert is_signed_for(refused, asked)
    with clock.at(moment + timedelta(minutes=10)):
        assert ask(client, "GET", "/federation/heads").status_code == 200


def test_one_partners_quota_does_not_touch_another(client: Client, settings: Any) -> None:
    ghent = Node("did:web:ghent.example", krefeld().key)
    agreed()
    agreed(ghent)
    settings.FEDERATION_REQUESTS = 1
    assert [ask(client, "GET", "/federation/heads").status_code for _ in range(2)] == [200, 429]
    assert ask(client, "GET", "/federation/heads", by=ghent).status_code == 200


@pytest.mark.parametrize(
    ("state", "path", "expected"),
    [
        (PeerState.PAUSED, "/federation/log", (403, "partner.paused")),
        (PeerState.ENDED, "/federation/log", (403, "partner.ended")),
        (PeerState.ENDED, "/federation/heads", (403, "partner.ended")),
    ],
)
def test_the_state_of_a_partner_decides_and_refusals_are_signed(
    client: Client, state: PeerState, path: str, expected: tuple[int, str]
) -> None:
    peer = agreed()
    paused_at = clock.now() if state == PeerState.PAUSED else None
    Peer.objects.filter(id=peer.id).update(state=state, paused_at=paused_at)
    asked = question("GET", path)
    refused = send(client, asked, path)
    assert code(refused) == expected
    assert is_signed_for(refused, asked)


def test_a_paused_partner_still_tells_heads_and_agreements(client: Client) -> None:
    peer = agreed()
    Peer.objects.filter(id=peer.id).update(state=PeerState.PAUSED, paused_at=clock.now())
    for path in ("/federation/heads", "/federation/agreement"):
        assert ask(client, "GET", path).status_code == 200


def test_who_missed_the_end_finds_it_among_the_agreements(client: Client) -> None:
    peer = agreed()
    partner_end(peer.id, by=SYSTEM)
    found = ask(client, "GET", "/federation/agreement")
    assert found.status_code == 200
    newest = orjson.loads(found.content)["agreements"][0]
    assert newest["version"] == 2
    assert code(ask(client, "POST", "/federation/agreement", body=orjson.dumps(newest))) == (403, "partner.ended")


def test_without_an_agreement_there_is_no_log(client: Client) -> None:
    paired()
    assert code(ask(client, "GET", "/federation/log")) == (403, "partner.no_agreement")


@pytest.mark.parametrize("query", ["after=-1", "after=x", "limit=1.5", "after=99999999999999999999", "after="])
def test_queries_that_are_no_numbers_are_refused_under_signature(client: Client, query: str) -> None:
    agreed()
    asked = question("GET", f"/federation/log?{query}")
    refused = send(client, asked, f"/federation/log?{query}")
    assert code(refused) == (422, "federation.number")
    assert is_signed_for(refused, asked)


def test_heads_are_signed_by_the_node(client: Client) -> None:
    agreed()
    append([put(1)])
    told = orjson.loads(ask(client, "GET", "/federation/heads").content)["heads"]
    head = read_head(told[0], keys=keyring_of([], with_own=True), received=instant(clock.now()))
    assert (head.node, head.number, head.digest) == (own_did(), 1, LogEntry.objects.get().digest)


def test_a_new_key_of_a_partner_is_learnt_from_its_document_once(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    agreed()
    new = Node(sofia().did, PrivateKey(bytes(range(64, 96))))
    vouchers = {new.key.public.multikey: vouch(new.did, new.key.public, by=sofia().key, created=instant(clock.now()))}
    told = signed_by(
        new,
        document(new.did, [NodeKey(new.key.public)], endpoint="https://sofia.example/federation", vouchers=vouchers),
    )
    asked: list[str] = []

    def fetched(_verb: str, url: str, **_more: Any) -> Answer:
        asked.append(url)
        return Answer(200, {}, orjson.dumps(told))

    monkeypatch.setattr(outside, "fetch", fetched)
    assert ask(client, "GET", "/federation/log", by=new).status_code == 200
    assert asked == ["https://sofia.example/.well-known/did.json"]
    assert code(ask(client, "GET", "/federation/log")) == (401, "signature.key_unknown")
    assert len(asked) == 1, "at most once a minute"
    assert KnownNode.objects.get(did=new.did).document == told


def test_a_nudge_leaves_one_job_and_a_needless_one_none(client: Client) -> None:
    peer = agreed()
    ProcrastinateJob.objects.all().delete()
    Peer.objects.filter(id=peer.id).update(cursor_number=4)
    for number in (3, 4, 5, 6):
        body = orjson.dumps({"node": peer.did, "number": number})
        assert ask(client, "POST", "/federation/nudge", body=body).status_code == 202
    assert [job.args for job in ProcrastinateJob.objects.filter(task_name="federation.pull")] == [
        {"peer_id": str(peer.id)}
    ]


@pytest.mark.parametrize("body", [b'{"node":"did:web:ghent.example","number":9}', b"[]", b"{", b'{"node":1,"node":2}'])
def test_nudges_that_are_none_are_refused(client: Client, body: bytes) -> None:
    agreed()
    ProcrastinateJob.objects.all().delete()
    refused = ask(client, "POST", "/federation/nudge", body=body)
    assert refused.status_code == 422
    assert not ProcrastinateJob.objects.filter(task_name="federation.pull").exists()


def test_an_agreement_that_is_sent_waits_for_an_administrator_and_is_told_when_asked(client: Client) -> None:
    paired()
    node = sofia()
    offer = offered_by(node, sends={node.did: ALL, own_did(): ALL})
    response = ask(client, "POST", "/federation/agreement", body=orjson.dumps(offer))
    assert response.status_code == 202
    assert AgreementVersion.objects.get().signed_by_them
    assert orjson.loads(ask(client, "GET", "/federation/agreement").content) == {"agreements": []}
    agreed()
    told = orjson.loads(ask(client, "GET", "/federation/agreement").content)["agreements"]
    assert [one["type"][0] for one in told] == ["Agreement"]
    broken = offer | {"version": 9}
    assert ask(client, "POST", "/federation/agreement", body=orjson.dumps(broken)).status_code == 422


def test_other_methods_are_not_answered(client: Client) -> None:
    assert client.post("/federation/log").status_code == 405
    assert client.get("/federation/nudge").status_code == 405
    assert client.delete("/federation/agreement").status_code == 405


def test_the_document_is_there_for_everybody_and_can_be_read_back(client: Client) -> None:
    response = client.get("/.well-known/did.json")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-cache"
    assert read_document(orjson.loads(response.content), did=own_did()).endpoint == f"{ADDRESS}/federation"


def test_a_node_without_a_name_has_no_document(client: Client, settings: Any) -> None:
    settings.ADDRESS = "http://192.0.2.7"
    assert client.get("/.well-known/did.json").status_code == 404
    assert code(client.get("/federation/log")) == (401, "signature.missing")


def test_the_address_of_an_object_leads_people_to_its_page(client: Client) -> None:
    agreed()
    one = put(1, details={"page": f"{ADDRESS}/problems/heat"})
    put(2, is_gone=True)
    put(3, details={"page": "https://elsewhere.example/"})
    response = client.get(one.uri.removeprefix(ADDRESS))
    assert (response.status_code, response.headers["Location"]) == (303, "/problems/heat")
    assert client.get(f"/federation/objects/{UUID(int=2)}").status_code == 410
    assert client.get(f"/federation/objects/{UUID(int=3)}").status_code == 404
    assert client.get(f"/federation/objects/{uuid4()}").status_code == 404

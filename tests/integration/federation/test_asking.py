"""Questions to other nodes and their documents: who answers is who was asked, and nobody makes us ask too often."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.core.cache import cache

from citytandem.core import clock
from citytandem.core.guarded import FetchFailed
from citytandem.federation.client import Refused, ask, document_fetch
from citytandem.federation.known import document_keep
from citytandem.federation.models import KnownNode, PeerState
from citytandem.federation.protocol.errors import BadDocument, BadSignature
from citytandem.federation.protocol.keys import PrivateKey
from tests.integration.federation.served import Reply, document_of, served

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_name(settings: Any) -> None:
    settings.ADDRESS = "http://localhost:8000"


def test_a_question_is_signed_and_its_answer_belongs_to_it() -> None:
    with served() as one:
        first = ask(one.node.did, "GET", "/heads")
        assert orjson.loads(first.body)["heads"]
        old = dict(first.headers)

        def replayed(headers: dict[str, str], body: bytes) -> bytes:
            headers.update({name: old[name] for name in ("signature", "signature-input", "content-digest")})
            return body

        one.spoil = replayed
        with pytest.raises(BadSignature, match=r"signature\.wrong"):
            ask(one.node.did, "GET", "/heads")


def test_a_body_is_signed_as_well() -> None:
    with served() as one:
        one.twist = lambda _path, _reply: Reply(202, b"{}")
        assert ask(one.node.did, "POST", "/nudge", body=b'{"number":1}').status == 202


def test_a_refusal_tells_whether_the_node_itself_said_no() -> None:
    with served() as one:
        one.twist = lambda _path, _reply: Reply(403, b'{"code":"partner.no_agreement"}')
        with pytest.raises(Refused) as caught:
            ask(one.node.did, "GET", "/heads")
        assert (caught.value.code, caught.value.status, caught.value.is_signed) == ("partner.no_agreement", 403, True)

        def unsigned(headers: dict[str, str], body: bytes) -> bytes:
            headers.clear()
            return body

        one.spoil = unsigned
        with pytest.raises(Refused) as caught:
            ask(one.node.did, "GET", "/heads")
        assert not caught.value.is_signed


def documents_asked(one: Any) -> int:
    return sum(path.endswith("did.json") for path in one.asked)


def test_a_document_is_read_once_a_day() -> None:
    with served() as one:
        for _ in range(3):
            document_fetch(one.node.did)
        assert documents_asked(one) == 1
        KnownNode.objects.update(fetched_at=clock.now() - timedelta(days=2))
        document_fetch(one.node.did)
        assert documents_asked(one) == 2


def test_nobody_makes_us_ask_more_than_once_a_minute() -> None:
    with served() as one:
        document_keep(one.document, did=one.node.did)
        new = PrivateKey(bytes(range(100, 132)))
        one.documents.append(document_of(one.node, new))
        assert len(document_fetch(one.node.did, force=True).keys) == 2
        for _ in range(5):
            document_fetch(one.node.did, force=True)
        assert documents_asked(one) == 1
        with clock.at(clock.now() + timedelta(seconds=61)):
            document_fetch(one.node.did, force=True)
        assert documents_asked(one) == 2


def test_a_stranger_that_is_not_there_is_not_asked_again_at_once() -> None:
    did = "did:web:localhost%3A1"
    with pytest.raises(FetchFailed, match=r"network\.unreachable"):
        document_fetch(did)
    with pytest.raises(FetchFailed, match=r"network\.asked_just_now"):
        document_fetch(did)
    with pytest.raises(FetchFailed, match=r"network\.unreachable"):
        document_fetch(did, force=True)  # somebody sits in front of it
    cache.clear()
    with pytest.raises(FetchFailed, match=r"network\.unreachable"):
        document_fetch(did)


def test_while_a_node_does_not_answer_its_last_document_stands() -> None:
    with served(state=PeerState.WAITING) as one:
        document_keep(one.document, did=one.node.did)
    KnownNode.objects.update(fetched_at=clock.now() - timedelta(days=2))
    assert document_fetch(one.node.did).did == one.node.did


def test_a_document_of_somebody_else_or_of_none_is_not_kept() -> None:
    with served() as one, served(seed=64) as other:
        one.documents.append(other.document)
        with pytest.raises(BadDocument):
            document_fetch(one.node.did)
        assert not KnownNode.objects.exists()


def test_a_node_on_this_machine_is_none_in_production(settings: Any) -> None:
    with served() as one:
        settings.FEDERATION_LOCAL = False
        with pytest.raises(FetchFailed, match=r"network\.address"):
            document_fetch(one.node.did)
        assert one.asked == []

"""Hints to partners: who gets one, and that nobody who fails keeps it from the others."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from citytandem.core.guarded import FetchFailed
from citytandem.federation import client
from citytandem.federation.models import Peer
from citytandem.federation.protocol.errors import BadSignature
from citytandem.federation.services.identity import own_did
from citytandem.federation.services.log import append
from citytandem.federation.services.nudging import nudge_partner, nudge_partners
from tests.integration.federation.pairs import agreed, paired
from tests.integration.federation.test_serving import put
from tests.unit.federation.nodes import Node, krefeld

pytestmark = pytest.mark.django_db
FAULTS = {
    "did:web:ghent.example": client.Refused("partner.paused", 403),
    "did:web:plovdiv.example": FetchFailed("network.timeout", "plovdiv.example"),
    "did:web:torino.example": BadSignature("signature.wrong"),
}


def test_active_partners_are_told_how_far_the_log_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, Any]] = []

    def asked(did: str, verb: str, path: str, *, body: bytes, seconds: float) -> None:
        told.append((did, orjson.loads(body)))
        assert (verb, path) == ("POST", "/nudge")
        assert seconds <= 5
        if did in FAULTS:
            raise FAULTS[did]

    monkeypatch.setattr(client, "ask", asked)
    for did in FAULTS:
        agreed(Node(did, krefeld().key))
    for did in ("did:web:silent.example", "did:web:walled.example"):
        agreed(Node(did, krefeld().key))
    Peer.objects.filter(did="did:web:silent.example").update(failures=1)
    Peer.objects.filter(did="did:web:walled.example").update(by_file=True)
    paired(Node("did:web:waiting.example", krefeld().key))
    sofia = agreed()
    append([put(1), put(2)])
    assert nudge_partners() == nudge_partners() == 4
    jobs = ProcrastinateJob.objects.filter(task_name="federation.nudge_partner")
    assert {job.queue_name for job in jobs} == {"partners"}
    assert [nudge_partner(UUID(job.args["peer_id"])) for job in jobs].count(True) == 1
    assert sorted(did for did, _hint in told) == sorted([*FAULTS, sofia.did])
    assert {hint["number"] for _did, hint in told} == {2}
    assert {hint["node"] for _did, hint in told} == {own_did()}

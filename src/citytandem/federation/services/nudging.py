"""Hints to partners that there is something new. Nothing depends on them: who misses one asks a little later."""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

import orjson

from citytandem.core import jobs
from citytandem.core.guarded import FetchFailed
from citytandem.federation.models import Peer, PeerState
from citytandem.federation.protocol.errors import BadLog, ProtocolError
from citytandem.federation.services.identity import own_did
from citytandem.federation.services.log import end_of_log

logger = logging.getLogger(__name__)
_SECONDS = 3.0


def nudge_later() -> None:
    """Leave the hints to a job once the transaction has committed; should the process end in between, nothing is lost."""
    jobs.enqueue_after_commit("federation.nudge", queue="federation", once="federation.nudge")


def nudge_partners() -> int:
    """Leave a hint for each active partner, so that none waits for another; returns how many.

    Who did not answer last time gets none: it comes by itself.
    """
    partners = Peer.objects.filter(state=PeerState.ACTIVE, by_file=False, failures=0).values_list("id", flat=True)
    for number in partners:
        jobs.enqueue(
            "federation.nudge_partner", queue="partners", once=f"federation.nudge:{number}", priority=jobs.SOONER,
            peer_id=str(number),
        )  # fmt: skip
    return len(partners)


def nudge_partner(peer_id: UUID) -> bool:
    """Tell an active partner how far our log goes; whether it took the hint."""
    from citytandem.federation.client import Refused, ask

    peer = Peer.objects.filter(id=peer_id, state=PeerState.ACTIVE, by_file=False).first()
    if peer is None:
        return False
    body = orjson.dumps({"node": own_did(), "number": end_of_log().number})
    try:
        ask(peer.did, "POST", "/nudge", body=body, seconds=_SECONDS)
    except (FetchFailed, Refused, ProtocolError) as error:
        logger.info("no nudge to %s: %s", peer.did, error)
        return False
    return True


def nudge_taken(value: Any, *, peer: Peer) -> None:
    """A partner's hint: ask for its log, unless we have all of it. Raises BadLog (`log.node`) for a hint about another."""
    if not isinstance(value, dict) or value.get("node") != peer.did:
        raise BadLog("log.node")
    number = value.get("number")
    has_all = type(number) is int and number <= peer.cursor_number
    if peer.state == PeerState.ACTIVE and not peer.by_file and not has_all:
        jobs.enqueue("federation.pull", queue="partners", once=f"federation.pull:{peer.id}", peer_id=str(peer.id))

"""A partner with an agreement, two histories of it, and what of ours it could ask for."""

from __future__ import annotations

from citytandem.core import clock
from citytandem.federation.models import Doubt, OwnKey
from citytandem.federation.services.identity import identity
from citytandem.streams.models import Problem
from tests.integration.federation.pairs import agreed


def federation_values(problem: Problem) -> dict[str, dict[str, str]]:
    """What the addresses below `/federation` can name."""
    identity()
    peer = agreed()
    doubt = Doubt.objects.create(
        node=peer.did, code="log.two_histories", first={"number": 1}, second={"number": 1}, at=clock.now()
    )
    return {
        "federation": {
            "peer_id": str(peer.id),
            "doubt_id": str(doubt.pk),
            "which": "first",
            "multikey": OwnKey.objects.get(revoked=None, expires=None).multikey,
            "uuid": str(problem.id),
        }
    }

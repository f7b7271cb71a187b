"""Agreements after a key of ours was revoked: signed again by the new one, so that partners can still take them."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from citytandem.core import clock
from citytandem.federation.models import AgreementVersion, OwnKey, Peer
from citytandem.federation.protocol.did import method
from citytandem.federation.protocol.instants import instant
from citytandem.federation.protocol.keys import public_key
from citytandem.federation.protocol.proofs import proof_set, proven
from citytandem.federation.services.agreeing import peer_for_update, send_later
from citytandem.federation.services.identity import Signer, signer


def agreements_prove_anew() -> int:
    """Replace our proofs by revoked keys, and send those versions again. Returns how many there were.

    What counts stays as it was: number, digest and the partner's proof are the same.
    """
    revoked = OwnKey.objects.exclude(revoked=None).values_list("multikey", flat=True)
    if not revoked:
        return 0
    by = signer()
    methods = {method(by.did, public_key(one)) for one in revoked}
    return sum(_prove_anew(peer, by, methods) for peer in Peer.objects.order_by("id"))


@transaction.atomic
def _prove_anew(peer: Peer, by: Signer, methods: set[str]) -> int:
    rows = AgreementVersion.objects.filter(peer=peer_for_update(peer.id), signed_by_us=True).order_by("id")
    concerned = [row for row in rows if any(_method_of(proof) in methods for proof in proof_set(row.body["proof"]))]
    for row in concerned:
        others = [proof for proof in proof_set(row.body["proof"]) if not _method_of(proof).startswith(f"{by.did}#")]
        unsigned = {name: part for name, part in row.body.items() if name != "proof"}
        before = {**unsigned, "proof": others} if others else unsigned
        row.body = proven(before, by.key, did=by.did, created=instant(clock.now()))
        row.delivered_at, row.tries, row.next_try_at = None, 0, None
        row.save(update_fields=["body", "delivered_at", "tries", "next_try_at"])
    if concerned:
        send_later(peer)
    return len(concerned)


def _method_of(proof: dict[str, Any]) -> str:
    return str(proof["verificationMethod"])

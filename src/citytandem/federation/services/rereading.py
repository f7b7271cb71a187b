"""Reading a log from the beginning once more, because more of it is for us now."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from citytandem.core import clock, jobs
from citytandem.federation.models import AgreementVersion, Peer, PeerState
from citytandem.federation.protocol.agreement import Flow, Terms
from citytandem.federation.protocol.log import start

_WIDTHS = {"named": 0, "public": 1, "partners": 2}
REREADS = ("rereads_number", "rereads_digest", "rereads_again_at")


def wider(after: Terms | None, before: Terms | None, *, sender: str) -> bool:
    """Whether `sender` may send anything that it could not send before."""
    new, old = (terms.sends.get(sender, {}) if terms else {} for terms in (after, before))
    return any(_width(new, kind) > _width(old, kind) for kind in {*new, *old, "*"})


def _width(flow: Flow, kind: str) -> int:
    found = flow.get(kind, flow.get("*"))
    return -1 if found is None else _WIDTHS[found.value]


def plan_reading(peer: Peer, now: datetime, *, knows: bool, certain: datetime) -> None:
    """From the beginning: what the partner kept from us under the terms of before comes only so.

    It goes by the new terms once it has our signature and its own clock has come to their start. Until both are certain, a
    reading may be in vain, so another one follows.
    """
    if knows:
        peer.rereads_number, peer.rereads_digest, peer.next_pull_at = 0, start(peer.did).digest, now
    if not peer.by_file and (not knows or certain > now):
        peer.rereads_again_at = max(certain, now)


def came_back(row: AgreementVersion) -> None:
    """It came with our signature, so the partner has it, whatever we were told of our delivery."""
    AgreementVersion.objects.filter(id=row.id, delivered_at=None).update(
        delivered_at=clock.now(), tries=0, next_try_at=None
    )


@transaction.atomic
def read_anew_if_told(peer_id: UUID) -> None:
    """Begin the second reading that waits for the partner to have our signature, if it has."""
    peer, now = Peer.objects.select_for_update().filter(id=peer_id).first(), clock.now()
    if peer is None or peer.rereads_again_at is None or peer.state == PeerState.ENDED or _untold(peer):
        return
    peer.rereads_number, peer.rereads_digest, peer.next_pull_at = 0, start(peer.did).digest, now
    if peer.rereads_again_at <= now:
        peer.rereads_again_at = None
    peer.save(update_fields=["next_pull_at", *REREADS])
    jobs.enqueue("federation.pull", queue="partners", once=f"federation.pull:{peer.id}", peer_id=str(peer.id))


def _untold(peer: Peer) -> bool:
    rows = AgreementVersion.objects.filter(peer=peer, signed_by_us=True, signed_by_them=True, delivered_at=None)
    return rows.exists()


def second_readings_due() -> int:
    """Begin the second readings whose time has come; how many partners it concerned."""
    due = list(Peer.objects.filter(rereads_again_at__lte=clock.now()).values_list("id", flat=True))
    for peer_id in due:
        read_anew_if_told(peer_id)
    return len(due)

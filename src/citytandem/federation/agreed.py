"""What is in force between us and a partner at a moment, out of the versions that are kept."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import OuterRef, QuerySet, Subquery

from citytandem.core import clock
from citytandem.federation.models import AgreementVersion, Peer, PeerState
from citytandem.federation.protocol.agreement import Agreement, Terms, in_force, known
from citytandem.federation.protocol.instants import instant


def agreements_of(peer: Peer) -> list[Agreement]:
    """The versions of a pair as they were read and verified when they came."""
    return [_agreement(row, peer) for row in AgreementVersion.objects.filter(peer=peer).order_by("version", "id")]


def _agreement(row: AgreementVersion, peer: Peer) -> Agreement:
    parties = row.body["details"]["parties"]
    us = next(did for did in parties if did != peer.did)
    signers = [did for did, is_signed in ((us, row.signed_by_us), (peer.did, row.signed_by_them)) if is_signed]
    return known(row.body, signers, digest=row.digest)


def _counting() -> QuerySet[AgreementVersion]:
    """The versions that `in_force` needs now: the newest that both have signed, and what came after it."""
    begun = AgreementVersion.objects.filter(starts__lte=clock.now())
    base = begun.filter(peer=OuterRef("peer"), signed_by_us=True, signed_by_them=True).order_by("-version")
    return begun.filter(version__gte=Subquery(base.values("version")[:1])).order_by("version", "id")


def terms_with(peer: Peer) -> Terms | None:
    """What may flow now; None if nothing. One query."""
    return in_force([_agreement(row, peer) for row in _counting().filter(peer=peer)], instant(clock.now()))


def widths(terms: Terms | None, *, sender: str) -> dict[str, int]:
    """What `sender` may send as numbers for the database: kind -> 0 named, 1 public, 2 partners; `*` for all others."""
    order: Iterable[str] = ("named", "public", "partners")
    rank = {name: number for number, name in enumerate(order)}
    flow = terms.sends.get(sender, {}) if terms else {}
    return {kind: rank[width.value] for kind, width in flow.items()}


def passed_on() -> list[str]:
    """Partners whose objects for partners we may pass on to ours now. One query, however many there are."""
    now = instant(clock.now())
    versions: dict[str, list[Agreement]] = {}
    for row in _counting().exclude(peer__state=PeerState.ENDED).select_related("peer"):
        versions.setdefault(row.peer.did, []).append(_agreement(row, row.peer))
    found = {did: in_force(those, now) for did, those in versions.items()}
    return sorted(did for did, terms in found.items() if terms and did in terms.passes)

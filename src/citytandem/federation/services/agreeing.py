"""The agreement with a partner: offered, signed, sent there and back; what begins when both have signed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor, entry_add
from citytandem.core import clock, jobs
from citytandem.core.errors import Conflict, Invalid, NotFound
from citytandem.core.ids import uuid7
from citytandem.core.permissions import require
from citytandem.federation.agreed import agreements_of
from citytandem.federation.known import keyring_of
from citytandem.federation.models import AgreementVersion, Peer, PeerState
from citytandem.federation.protocol.agreement import Agreement, Contact, Flow, draft, in_force, kept, read
from citytandem.federation.protocol.did import base_address
from citytandem.federation.protocol.errors import BadAgreement, ProtocolError
from citytandem.federation.protocol.instants import instant, moment
from citytandem.federation.protocol.proofs import proof_set, proven
from citytandem.federation.services.ending import peer_end, takes_all_back
from citytandem.federation.services.identity import Signer, signer
from citytandem.federation.services.rereading import REREADS, came_back, plan_reading, wider

# A version number that leaves no room for later ones, or a heap of offers, would block the pair.
FURTHEST_AHEAD = 10_000
MOST_WAITING = 50
MOST_TOLD = 20
SKEW = timedelta(seconds=300)
TELLS_ENDED = timedelta(days=30)
# The clock strikes once a minute: who is due before it strikes again is asked now, as it is read.
SOON = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Received:
    """A version as we have it now, with all proofs known; `is_complete`: both have signed it."""

    body: dict[str, Any]
    is_complete: bool


@transaction.atomic
def agreement_offer(
    peer_id: UUID,
    *,
    sends: Mapping[str, Flow],
    passes: Iterable[str],
    starts: datetime,
    until: datetime,
    contact: Contact,
    by: Actor,
    their_contact: Contact | None = None,
) -> AgreementVersion:
    """Sign a new version ourselves. What it takes away counts at once; what it adds waits for the partner.

    `their_contact`: as the version before names it, else the partner's name and address. Raises Forbidden, Invalid
    (`partner.agreement_wrong`), or Conflict where the partner has ended.
    """
    require("federation.agree", by)
    peer = peer_for_update(peer_id)
    if peer.state == PeerState.ENDED:
        raise _ended()
    me = signer()
    theirs = their_contact or contact_of(peer, peer.did) or Contact(peer.name, base_address(peer.did))
    row = _offered(peer, me, sends=sends, passes=passes, starts=starts, until=until, contacts={
        me.did: contact, peer.did: theirs,
    })  # fmt: skip
    entry_add("federation_agreement_offered", by=by, facts={"partner": peer.did, "version": row.version})
    send_later(peer)
    return row


def _ended() -> Conflict:
    return Conflict("partner.ended", _("You have ended the work with this partner. Pair again first."))


def _offered(peer: Peer, me: Signer, **terms: Any) -> AgreementVersion:
    now = clock.now()
    terms["starts"], terms["until"] = instant(terms["starts"]), instant(terms["until"])
    try:
        body = draft(
            author=me.did, partner=peer.did, uuid=_uuid(peer, me.did), version=newest_version(peer) + 1,
            published=instant(now), **terms,
        )  # fmt: skip
    except ProtocolError as error:
        raise _wrong(error) from None
    signed = proven(body, me.key, did=me.did, created=instant(now))
    return _kept(peer, signed, kept(body, [me.did]), us=me.did)


def _wrong(error: ProtocolError) -> Invalid:
    fields = {"agreement.time": "until", "agreement.contact": "office"}
    return Invalid(
        "partner.agreement_wrong",
        _("This cannot be an agreement: look at the dates, the contact and what flows."),
        field=fields.get(error.code),
        protocol_code=error.code,
    )


def _uuid(peer: Peer, author: str) -> UUID:
    """An author's versions of a pair have one address."""
    own = AgreementVersion.objects.filter(peer=peer, uri__startswith=f"{base_address(author)}/").order_by("-id").first()
    return UUID(own.uri.rpartition("/")[2]) if own else uuid7()


def _kept(peer: Peer, body: dict[str, Any], found: Agreement, *, us: str) -> AgreementVersion:
    signed = {"body": body, "signed_by_us": us in found.signed_by, "signed_by_them": peer.did in found.signed_by}
    row, _made = AgreementVersion.objects.update_or_create(
        peer=peer,
        version=found.version,
        digest=found.digest,
        defaults=signed,
        create_defaults={
            **signed,
            "uri": found.id,
            "starts": moment(found.starts),
            "until": moment(found.terms.until),
            "received_at": clock.now(),
        },
    )
    return row


@transaction.atomic
def agreement_sign(peer_id: UUID, *, digest: str, by: Actor) -> AgreementVersion:
    """Sign what the partner has offered; with both signatures it counts. Signing twice changes nothing.

    Raises Forbidden, NotFound (`partner.agreement_missing`), Conflict (`partner.agreement_over`).
    """
    require("federation.agree", by)
    peer = peer_for_update(peer_id)
    if peer.state == PeerState.ENDED:
        raise _ended()
    row = AgreementVersion.objects.filter(peer=peer, digest=digest).order_by("-version").first()
    if row is None:
        raise NotFound("partner.agreement_missing", _("There is no such agreement."))
    if row.signed_by_us:
        return row
    if row.until <= clock.now() or row.version < newest_version(peer):
        raise Conflict(
            "partner.agreement_over", _("There is a newer version of this agreement, or its time is over. Look again.")
        )
    me = signer()
    row.body = proven(row.body, me.key, did=me.did, created=instant(clock.now()))
    row.signed_by_us, row.delivered_at, row.tries, row.next_try_at = True, None, 0, None
    row.save(update_fields=["body", "signed_by_us", "delivered_at", "tries", "next_try_at"])
    entry_add("federation_agreement_signed", by=by, facts={"partner": peer.did, "version": row.version})
    begin(peer)
    send_later(peer)
    return row


def send_later(peer: Peer) -> None:
    """Leave a job that exchanges agreements with a partner; one by file takes them with the next file."""
    if not peer.by_file:
        jobs.enqueue("federation.agree", queue="partners", once=f"federation.agree:{peer.id}", peer_id=str(peer.id))


@transaction.atomic
def agreement_received(value: Any, *, peer: Peer) -> Received:
    """A version that the partner sent, or answered with: verified, joined with what we have, and begun if complete.

    Raises ProtocolError; then nothing is kept. What only we have signed is ours already and is not taken from others.
    """
    from citytandem.federation.notices import tell_offered

    held = peer_for_update(peer.id)
    me = signer()
    now = clock.now()
    found = read(
        value, keyring_of([held.did], with_own=True), received=instant(now), latest=instant(now + SKEW)
    )  # fmt: skip
    if found.parties != tuple(sorted((me.did, held.did))):
        raise BadAgreement("agreement.parties")
    if held.did not in found.signed_by:
        raise BadAgreement("agreement.signer")
    before = AgreementVersion.objects.filter(peer=held, version=found.version, digest=found.digest).first()
    if before is None:
        base = _base(held, now)
        if found.version < base:
            return Received(body=value, is_complete=False)  # void: both have signed a later one, which counts
        _make_room(held, found, base, now=now)
    body = _joined(value, before.body if before else None, us=me.did)
    row = _kept(held, body, kept(body, _signers(body["proof"])), us=me.did)
    if row.signed_by_us and me.did in _signers(proof_set(value["proof"])):
        came_back(row)
    begin(held)
    is_newest = before is None and row.version == newest_version(held)
    if is_newest and takes_all_back(found) and held.state in {PeerState.ACTIVE, PeerState.PAUSED}:
        peer_end(held)
    if is_newest and not row.signed_by_us and widens_by(held, found):
        tell_offered(held, row)
    return Received(body=row.body, is_complete=row.signed_by_us and row.signed_by_them)


def _base(peer: Peer, now: datetime) -> int:
    """The number of the newest version that both have signed and that has begun: those before it are void."""
    rows = AgreementVersion.objects.filter(peer=peer, signed_by_us=True, signed_by_them=True, starts__lte=now)
    return rows.aggregate(found=Max("version"))["found"] or 0


def _make_room(peer: Peer, found: Agreement, base: int, *, now: datetime) -> None:
    """Offers wait in a small heap; what only takes away never waits, and takes the place of what it has made void."""
    waiting = AgreementVersion.objects.filter(peer=peer, signed_by_us=False, version__gte=base)
    is_far = found.version > newest_version(peer) + FURTHEST_AHEAD
    if not is_far and waiting.count() < MOST_WAITING:
        return
    if is_far or not _only_takes_away(peer, found, now=now):
        raise BadAgreement("agreement.version", version=found.version)
    if found.starts <= instant(now):
        # It allows no more than what is in force, and that no more than each of these.
        waiting.filter(version__lt=found.version, starts__lte=now).delete()


def _only_takes_away(peer: Peer, found: Agreement, *, now: datetime) -> bool:
    """Whether it takes from what we have signed, and at once; without that there is nothing to take."""
    is_any = AgreementVersion.objects.filter(peer=peer, signed_by_us=True, until__gt=now).exists()
    return is_any and found.starts <= instant(now + SKEW) and not widens_by(peer, found)


def _joined(value: dict[str, Any], before: dict[str, Any] | None, *, us: str) -> dict[str, Any]:
    """The version with one proof of each signer. What came was verified today: their new proof replaces the one before."""
    proofs: dict[str, Any] = {}
    for one in (before, value):
        for proof in proof_set(one["proof"]) if one else ():
            signer_of = _signer_of(proof)
            if signer_of != us or us not in proofs:
                proofs[signer_of] = proof
    return {**value, "proof": list(proofs.values())}


def _signers(proofs: Iterable[dict[str, Any]]) -> set[str]:
    return {_signer_of(proof) for proof in proofs}


def _signer_of(proof: dict[str, Any]) -> str:
    """The DID in a proof that was verified."""
    return str(proof["verificationMethod"]).partition("#")[0]


def agreements_for(peer: Peer) -> list[dict[str, Any]]:
    """The newest versions that we have signed, for the partner to take; newest first."""
    rows = AgreementVersion.objects.filter(peer=peer, signed_by_us=True).order_by("-version", "-id")
    return list(rows.values_list("body", flat=True)[:MOST_TOLD])


def agreement_exchange(peer_id: UUID, *, only_due: bool = False) -> None:
    """Send the partner what it has not got, and take what it has for us. A fault of theirs is noted, and tried later.

    `only_due`: what it has refused waits until its time has come.
    """
    peer = Peer.objects.filter(id=peer_id, by_file=False).first()
    if peer is None:
        return
    from citytandem.federation.services.delivering import deliver

    deliver(peer, only_due=only_due)


def begin(peer: Peer) -> None:
    """Put into effect what both have signed and whose start has come, each version once.

    What has become wider is read anew, things are published, a waiting partner becomes active. The partner's row is locked.
    """
    now = clock.now()
    due = AgreementVersion.objects.filter(
        peer=peer, signed_by_us=True, signed_by_them=True, begun_at=None, starts__lte=now
    )
    rows = list(due.values_list("digest", "starts", "delivered_at"))
    digests = {digest for digest, _starts, _delivered in rows}
    if not digests or peer.state == PeerState.ENDED:
        return
    versions = agreements_of(peer)
    after = in_force(versions, instant(now))
    before = in_force([one for one in versions if one.digest not in digests], instant(now))
    due.update(begun_at=now)
    peer.alerted_at = None
    if peer.state == PeerState.WAITING and after is not None and any(after.sends.values()):
        peer.state, peer.next_pull_at, peer.failures = PeerState.ACTIVE, now, 0
    if peer.cursor_number and wider(after, before, sender=peer.did):
        knows = peer.by_file or all(delivered for _digest, _starts, delivered in rows)
        plan_reading(peer, now, knows=knows, certain=max(starts for _digest, starts, _delivered in rows) + SKEW)
    peer.save(update_fields=["state", "next_pull_at", "failures", *REREADS, "alerted_at"])
    _start_work(peer)


def _start_work(peer: Peer) -> None:
    if peer.state != PeerState.ACTIVE:
        return
    jobs.enqueue("federation.publish_all", queue="federation", once="federation.publish_all")
    if not peer.by_file:
        jobs.enqueue("federation.pull", queue="partners", once=f"federation.pull:{peer.id}", peer_id=str(peer.id))


def agreements_begin() -> int:
    """Put into effect what was signed to begin later and whose time has come; how many partners it concerned."""
    due = AgreementVersion.objects.filter(
        signed_by_us=True, signed_by_them=True, begun_at=None, starts__lte=clock.now()
    ).exclude(peer__state=PeerState.ENDED)
    peers = list(due.values_list("peer_id", flat=True).distinct())
    for peer_id in peers:
        with transaction.atomic():
            begin(peer_for_update(peer_id))
    return len(peers)


def exchanges_due() -> int:
    """Leave jobs that exchange agreements: what is to be delivered, whom we wait for, and each partner once an hour.

    One that we have ended with and that has been gone for a month learns of it when it asks us.
    """
    now = clock.now()
    due = Q(agreements__next_try_at=None) | Q(agreements__next_try_at__lte=now)
    to_deliver = due & Q(agreements__delivered_at=None, agreements__signed_by_us=True)
    rows = (
        Peer.objects.filter(by_file=False)
        .exclude(state=PeerState.ENDED, ended_at__lt=now - TELLS_ENDED)
        .annotate(undelivered=Max("agreements__id", filter=to_deliver))
    )
    wanted = [
        peer
        for peer in rows
        if (peer.next_pull_at or now) <= now + SOON
        and (
            peer.undelivered is not None
            or peer.state == PeerState.WAITING
            or (peer.state != PeerState.ENDED and peer.id.int % 60 == now.minute)
        )
    ]
    for peer in wanted:
        send_later(peer)
    return len(wanted)


def end_agreement(peer: Peer, *, contact: Contact) -> None:
    """Take everything back by our signature alone, what has yet to begin as well; within the caller's transaction.

    So nothing signed before counts again if the two pair anew.
    """
    now = clock.now()
    if not AgreementVersion.objects.filter(peer=peer, signed_by_us=True, until__gt=now).exists():
        return
    me = signer()
    theirs = contact_of(peer, peer.did) or Contact(peer.name, base_address(peer.did))
    ours = contact_of(peer, me.did) or contact
    _offered(peer, me, sends={}, passes=(), starts=now, until=now + timedelta(days=1), contacts={
        me.did: ours, peer.did: theirs,
    })  # fmt: skip
    send_later(peer)


def widens_by(peer: Peer, offered: Agreement) -> bool:
    """Whether a version asks for more than is in force, a later end included, so that it waits for our signature."""
    before = in_force([one for one in agreements_of(peer) if one.digest != offered.digest], instant(clock.now()))
    after = offered.terms
    return (
        before is None
        or after.until > before.until
        or bool(after.passes - before.passes)
        or any(wider(after, before, sender=did) for did in offered.parties)
    ) and any(after.sends.values())


def newest_version(peer: Peer) -> int:
    """The highest number of a version between us and a partner, 0 if there is none."""
    found: int | None = AgreementVersion.objects.filter(peer=peer).aggregate(found=Max("version"))["found"]
    return found or 0


def contact_of(peer: Peer, did: str) -> Contact | None:
    """Whom the newest version names for a party."""
    row = AgreementVersion.objects.filter(peer=peer).order_by("-version", "-id").first()
    return Contact(**row.body["details"]["contacts"][did]) if row else None


def peer_for_update(peer_id: UUID) -> Peer:
    """The partner, locked until the transaction ends. Raises NotFound."""
    found = Peer.objects.select_for_update().filter(id=peer_id).first()
    if found is None:
        raise NotFound("partner.missing", _("There is no such partner."))
    return found

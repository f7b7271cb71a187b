"""What the list of partners and the page of a partner show: read once, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q, Subquery, Window
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from citytandem.core import clock
from citytandem.core.errors import NotFound
from citytandem.core.node import this_node
from citytandem.federation.agreed import agreements_of
from citytandem.federation.days import last_day
from citytandem.federation.drawing import Drawing, drawn
from citytandem.federation.known import is_doubtful
from citytandem.federation.models import (
    AgreementVersion,
    Doubt,
    Exchange,
    HeldBack,
    Identity,
    LogEntry,
    Peer,
    PeerState,
    SetAside,
    SharedObject,
    Usage,
)
from citytandem.federation.pages_agreement import AgreementShown, OfferShown, agreement_shown, offer_shown
from citytandem.federation.protocol.agreement import Agreement, Terms, in_force
from citytandem.federation.protocol.did import Document, base_address
from citytandem.federation.protocol.instants import instant, moment
from citytandem.federation.protocol.objects import Visibility
from citytandem.federation.selectors import is_silent
from citytandem.federation.services.agreeing import TELLS_ENDED
from citytandem.federation.services.identity import own_did
from citytandem.federation.services.pairing import words_of
from citytandem.federation.wording import KINDS, WAYS, Said, Words, kind_words, said, state_words

MOST_EXCHANGES = 20
MOST_ASIDE = 20
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PartnerRow:
    """A partner in the list. `looks`: state for the drawing, `silent` where nothing was heard for a day."""

    name: str
    address: str
    path: str
    looks: str
    state: Words
    trouble: Said | None
    taken: int
    given: int
    last_success_at: datetime | None
    until: date | None
    by_file: bool
    needs_us: bool


@dataclass(frozen=True, slots=True)
class PartnersPage:
    """`/federation`: `is_nameless` where this node has no address under which it could be a partner; `passes_on`: a hub."""

    drawing: Drawing
    rows: Sequence[PartnerRow]
    ended: Sequence[PartnerRow]
    city: str
    published: int
    held_back: int
    is_nameless: bool
    passes_on: bool


def partners_page() -> PartnersPage:
    """All partners; the same few queries for any number of them."""
    taken: dict[UUID, int] = dict(
        SharedObject.objects.filter(from_peer__isnull=False, is_tombstone=False, is_gone=False)
        .values_list("from_peer")
        .annotate(found=Count("id"))
    )
    us = own_did()
    waiting = _waiting_for_us()
    ends = _ends(us)
    rows = [
        _row(peer, taken=taken.get(peer.id, 0), until=ends.get(peer.id), needs_us=peer.id in waiting)
        for peer in Peer.objects.order_by("name", "id")
    ]
    shown = [row for row in rows if row.looks != PeerState.ENDED]
    return PartnersPage(
        drawing=drawn([(row.name, row.looks, row.path) for row in shown]),
        rows=shown,
        ended=[row for row in rows if row.looks == PeerState.ENDED],
        city=str(this_node().name),
        published=SharedObject.objects.filter(is_own=True, is_tombstone=False).count(),
        held_back=HeldBack.objects.count(),
        is_nameless=not us,
        passes_on=Identity.objects.filter(id=1, passes_on=True).exists(),
    )


def _waiting_for_us() -> set[UUID]:
    """Partners whose newest version waits for our signature."""
    newest: dict[UUID, bool] = {}
    rows = AgreementVersion.objects.filter(until__gt=clock.now()).order_by("version", "id")
    for peer_id, ours, theirs in rows.values_list("peer_id", "signed_by_us", "signed_by_them"):
        newest[peer_id] = theirs and not ours
    return {peer_id for peer_id, waits in newest.items() if waits}


def _ends(us: str) -> dict[UUID, date]:
    """The last day of what is in force with each partner, or was; by the rule of the protocol, without reading what flows."""
    now = clock.now()
    rows = AgreementVersion.objects.filter(starts__lte=now).order_by("version", "id")
    told = rows.values_list("peer_id", "peer__did", "version", "starts", "until", "signed_by_us", "signed_by_them")
    versions: dict[UUID, list[Agreement]] = {}
    ends: dict[UUID, date] = {}
    for peer_id, did, version, starts, until, ours, theirs in told:
        signers = frozenset(who for who, is_signed in ((us, ours), (did, theirs)) if is_signed)
        terms = Terms(sends={}, until=instant(until))
        one = Agreement("", version, "", (us, did), terms, instant(starts), {}, signers)
        versions.setdefault(peer_id, []).append(one)
        if one.is_signed_by_both:
            ends[peer_id] = last_day(until)
    found = {peer_id: in_force(those, instant(now)) for peer_id, those in versions.items()}
    return ends | {peer_id: last_day(moment(terms.until)) for peer_id, terms in found.items() if terms}


def file_choices() -> list[tuple[str, str]]:
    """For whom a file can be made, id and name: each partner, and who is reached by file alone and has to learn of the end."""
    lately = Q(state=PeerState.ENDED, by_file=True, ended_at__gt=clock.now() - TELLS_ENDED)
    rows = Peer.objects.filter(~Q(state=PeerState.ENDED) | lately).order_by("name", "id")
    return [(str(number), name) for number, name in rows.values_list("id", "name")]


def _row(peer: Peer, *, taken: int, until: date | None, needs_us: bool) -> PartnerRow:
    silent = is_silent(peer)
    return PartnerRow(
        name=peer.name,
        address=_host(peer),
        path=f"/federation/partners/{peer.id}",
        looks="silent" if silent else peer.state,
        state=_("silent") if silent else state_words(peer.state),
        trouble=_trouble(peer),
        taken=taken,
        given=peer.sent_number,
        last_success_at=peer.last_success_at,
        until=until,
        by_file=peer.by_file,
        needs_us=needs_us,
    )


def _host(peer: Peer) -> str:
    return base_address(peer.did).partition("://")[2]


def _trouble(peer: Peer) -> Said | None:
    code = peer.paused_code or (peer.last_error_code if peer.state != PeerState.ENDED else "")
    return said(code) if code else None


@dataclass(frozen=True, slots=True)
class Volume:
    """Objects of a kind: what came from them and stands here, what of ours they may read."""

    kind: Words
    taken: int
    given: int


@dataclass(frozen=True, slots=True)
class Share:
    """How much of an hour's share is used. `hundredths` for the bar."""

    label: Words
    used: int
    most: int

    @property
    def hundredths(self) -> int:
        """Up to 100."""
        return min(100, round(100 * self.used / self.most)) if self.most else 0


@dataclass(frozen=True, slots=True)
class ExchangeRow:
    """One attempt to read the partner."""

    at: datetime
    way: Words
    trouble: Said | None
    taken: int
    kilobytes: int


@dataclass(frozen=True, slots=True)
class AsideRow:
    """An object that was not used."""

    number: int
    uri: str
    said: Said


@dataclass(frozen=True, slots=True)
class DoubtRow:
    """Two signed documents that contradict each other."""

    id: int
    said: Said
    at: datetime
    told_by: str


@dataclass(frozen=True, slots=True)
class PartnerPage:
    """`/federation/partners/<uuid>`. `behind`: entries of theirs that we have not read; `ahead`: of ours that they have not."""

    id: UUID
    name: str
    did: str
    address: str
    looks: str
    state: Words
    words: Sequence[str]
    confirmed_at: datetime
    trouble: Said | None
    trouble_at: datetime | None
    by_file: bool
    cursor: int
    behind: int
    rereads: int | None
    ahead: int
    sent: int
    last_success_at: datetime | None
    last_asked_us_at: datetime | None
    next_pull_at: datetime | None
    volumes: Sequence[Volume]
    day: Mapping[str, int]
    shares: Sequence[Share]
    exchanges: Sequence[ExchangeRow]
    aside: Sequence[AsideRow]
    aside_count: int
    doubts: Sequence[DoubtRow]
    agreement: AgreementShown | None
    offer: OfferShown | None
    path: str


def partner_get(peer_id: UUID) -> Peer:
    """A partner. Raises NotFound."""
    found = Peer.objects.filter(id=peer_id).first()
    if found is None:
        raise NotFound("partner.missing", _("There is no such partner."))
    return found


def partner_at(did: str, *, document: Document | None = None) -> Peer | None:
    """The partner with this DID; none if the work has ended, or if `document` shows a key whose words nobody compared."""
    keys = document.keys_at(instant(clock.now())) if document else ()
    if any(is_doubtful(did, one.key.multikey) for one in keys):
        return None
    return Peer.objects.filter(did=did).exclude(state=PeerState.ENDED).first()


def count_new(peer: Peer, *, since: datetime) -> int:
    """Objects that have come from a partner, or come anew, since a moment."""
    return SharedObject.objects.filter(from_peer=peer, received_at__gte=since).count()


def partner_page(peer_id: UUID) -> PartnerPage:
    """Everything about one partner. Raises NotFound."""
    end = LogEntry.objects.order_by("-number").values("number")[:1]
    peer = Peer.objects.filter(id=peer_id).annotate(own_end=Coalesce(Subquery(end), 0)).first() or partner_get(peer_id)
    us = own_did()
    versions = agreements_of(peer)
    terms = in_force(versions, instant(clock.now()))
    aside = SetAside.objects.filter(peer=peer).annotate(of_all=Window(Count("id"))).order_by("-id")[:MOST_ASIDE]
    silent = is_silent(peer)
    usage = _usage(peer)
    return PartnerPage(
        id=peer.id,
        name=peer.name,
        did=peer.did,
        address=base_address(peer.did),
        looks="silent" if silent else peer.state,
        state=_("silent") if silent else state_words(peer.state),
        words=words_of(peer).split("-"),
        confirmed_at=peer.confirmed_at,
        trouble=_trouble(peer),
        trouble_at=peer.paused_at or peer.last_error_at,
        by_file=peer.by_file,
        cursor=peer.cursor_number,
        behind=max(0, peer.head_number - peer.cursor_number),
        rereads=peer.rereads_number,
        ahead=max(0, getattr(peer, "own_end", 0) - peer.sent_number),
        sent=peer.sent_number,
        last_success_at=peer.last_success_at,
        last_asked_us_at=peer.last_asked_us_at,
        next_pull_at=peer.next_pull_at if peer.state in (PeerState.ACTIVE, PeerState.WAITING) else None,
        volumes=_volumes(peer, terms, us),
        day=usage["day"],
        shares=usage["shares"],
        exchanges=_exchanges(peer),
        aside=[AsideRow(one.number, one.uri, said(one.code)) for one in aside],
        aside_count=aside[0].of_all if aside else 0,
        doubts=[
            DoubtRow(one.id, said(one.code), one.at, one.told_by)
            for one in Doubt.objects.filter(node=peer.did).order_by("-id")[:10]
        ],
        agreement=agreement_shown(terms, versions, us=us, peer=peer),
        offer=offer_shown(peer, terms, versions, us=us),
        path=f"/federation/partners/{peer.id}",
    )


def _volumes(peer: Peer, terms: Terms | None, us: str) -> list[Volume]:
    """By kind, those with anything in it, known kinds first in their order."""
    taken: dict[str, int] = {}
    given: dict[str, int] = {}
    theirs, ours = Q(from_peer=peer, is_gone=False), Q(is_own=True, entry__isnull=False)
    rows = SharedObject.objects.filter(theirs | ours, is_tombstone=False).values_list("is_own", "kind", "visibility")
    for is_own, kind, width, found in rows.annotate(found=Count("id")):
        if not is_own:
            taken[kind] = taken.get(kind, 0) + found
        # What names its readers is counted where somebody asks for it, not here.
        elif terms and width != Visibility.NAMED and terms.allows(us, kind, Visibility(width)):
            given[kind] = given.get(kind, 0) + found
    kinds = [kind for kind in KINDS if kind in taken or kind in given]
    kinds += sorted((set(taken) | set(given)) - set(kinds))
    return [Volume(kind_words(kind), taken.get(kind, 0), given.get(kind, 0)) for kind in kinds]


def _usage(peer: Peer) -> dict[str, Any]:
    now = clock.now()
    rows = list(Usage.objects.filter(peer=peer, hour__gt=now - _DAY))
    day = {name: sum(getattr(row, name) for row in rows) for name in ("bytes_in", "bytes_out")}
    this_hour = now.replace(minute=0, second=0, microsecond=0)
    hour = next((row for row in rows if row.hour == this_hour), Usage())
    shares = [
        Share(_("requests from them"), hour.requests, settings.FEDERATION_REQUESTS),
        Share(_("objects from them"), hour.objects_in, settings.FEDERATION_OBJECTS),
        Share(_("megabytes from them"), round(hour.bytes_in / 1_000_000), settings.FEDERATION_MEGABYTES),
    ]
    return {"day": day, "shares": shares}


def _exchanges(peer: Peer) -> list[ExchangeRow]:
    return [
        ExchangeRow(
            at=one.at,
            way=WAYS[one.way],
            trouble=said(one.code) if one.code else None,
            taken=one.taken,
            kilobytes=round(one.size / 1000),
        )
        for one in Exchange.objects.filter(peer=peer).order_by("-id")[:MOST_EXCHANGES]
    ]


def doubt_document(peer_id: UUID, doubt_id: int, which: str) -> dict[str, Any]:
    """One of the two signed documents of a doubt about a partner. Raises NotFound."""
    found = Doubt.objects.filter(id=doubt_id, node=partner_get(peer_id).did).first()
    if found is None or which not in ("first", "second"):
        raise NotFound("partner.missing", _("There is no such document."))
    value: dict[str, Any] = getattr(found, which)
    return value

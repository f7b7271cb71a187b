"""An agreement in plain words: what flows which way, what a version would change, what waits for a signature."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from citytandem.core import clock
from citytandem.federation.days import last_day
from citytandem.federation.models import AgreementVersion, Peer
from citytandem.federation.protocol.agreement import Agreement, Contact, Flow, Terms, in_force
from citytandem.federation.protocol.instants import instant, moment
from citytandem.federation.protocol.objects import Visibility
from citytandem.federation.wording import EVERY, KINDS, WIDTHS, Words, kind_words

_YES: Mapping[bool, Words] = {True: _("yes"), False: _("no")}
_RANKS = {"": -1, "named": 0, "public": 1, "partners": 2}
# A kind without a width of its own.
LIKE = "like"


@dataclass(frozen=True, slots=True)
class FlowRow:
    """A kind, and how far it goes each way, in words."""

    kind: Words
    ours: Words
    theirs: Words


@dataclass(frozen=True, slots=True)
class AgreementShown:
    """What is in force. `passes_*`: whether the other one may pass it on to its own partners."""

    version: int
    until: date
    rows: Sequence[FlowRow]
    contact: Contact | None
    own_contact: Contact | None
    they_pass_ours: bool
    we_pass_theirs: bool


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that would change. `is_wider` says whether it needs both signatures."""

    text: Words | str
    before: Words | str
    after: Words | str
    is_wider: bool


@dataclass(frozen=True, slots=True)
class OfferShown:
    """A version that waits: for us where `is_theirs`, else for the partner.

    `begins`: its first day, if that is still to come; `has_failed`: it could not be delivered so far.
    """

    digest: str
    version: int
    is_theirs: bool
    begins: date | None
    until: date
    changes: Sequence[Change]
    rows: Sequence[FlowRow]
    contact: Contact
    delivered_at: datetime | None
    has_failed: bool


def width_of(flow: Flow, kind: str) -> str:
    """Up to which visibility a kind flows; empty: not at all."""
    found = flow.get(kind, flow.get(EVERY))
    return found.value if found is not None else ""


def flow_of(chosen: Mapping[str, str]) -> Flow:
    """What was chosen, by kind and for the rest, as agreements say it: short where it can be.

    The protocol has no width for nothing. Where the rest flows and one kind must not, each that flows is named instead.
    """
    rest = chosen[EVERY]
    widths = {kind: rest if width == LIKE else width for kind, width in chosen.items() if kind != EVERY}
    if is_by_name(chosen) or not rest:
        return {kind: Visibility(width) for kind, width in widths.items() if width}
    named = {kind: Visibility(width) for kind, width in widths.items() if width != rest}
    return {**named, EVERY: Visibility(rest)}


def is_by_name(chosen: Mapping[str, str]) -> bool:
    """Whether what flows has to be named kind by kind, so that kinds of later versions are left out."""
    return bool(chosen[EVERY]) and "" in chosen.values()


def chosen_of(flow: Flow, kinds: Sequence[str]) -> dict[str, str]:
    """The reverse of `flow_of`: where kinds had to be named because one must not flow, most of them are the rest."""
    widths = {kind: width_of(flow, kind) for kind in kinds}
    rest = width_of(flow, EVERY)
    if not rest and "" in widths.values():
        usual = Counter(widths.values()).most_common(1)[0][0]
        rest = usual if usual in ("public", "partners") else ""
    return {**{kind: LIKE if width == rest else width for kind, width in widths.items()}, EVERY: rest}


def _kinds(*flows: Flow) -> list[str]:
    """Those we know in their order, then others that are named, then the rest."""
    return [*KINDS, *sorted({kind for flow in flows for kind in flow} - set(KINDS) - {EVERY}), EVERY]


def flow_rows(terms: Terms, *, us: str, them: str) -> list[FlowRow]:
    """Kinds with an answer of their own; the others are gathered in the last row."""
    ours, theirs = terms.sends.get(us, {}), terms.sends.get(them, {})
    rest = (width_of(ours, EVERY), width_of(theirs, EVERY))
    named = [(kind, (width_of(ours, kind), width_of(theirs, kind))) for kind in _kinds(ours, theirs)]
    rows = [FlowRow(kind_words(kind), WIDTHS[a], WIDTHS[b]) for kind, (a, b) in named if (a, b) != rest]
    label = kind_words(EVERY) if rows else _("Everything")
    return [*rows, FlowRow(label, WIDTHS[rest[0]], WIDTHS[rest[1]])]


def agreement_shown(
    terms: Terms | None, versions: Sequence[Agreement], *, us: str, peer: Peer
) -> AgreementShown | None:
    """What is in force between the two; None if nothing flows."""
    if terms is None or not any(terms.sends.values()):
        return None
    newest = max(versions, key=lambda one: one.version)
    return AgreementShown(
        version=newest.version,
        until=last_day(moment(terms.until)),
        rows=flow_rows(terms, us=us, them=peer.did),
        contact=newest.contacts.get(peer.did),
        own_contact=newest.contacts.get(us),
        they_pass_ours=us in terms.passes,
        we_pass_theirs=peer.did in terms.passes,
    )


def offer_shown(peer: Peer, terms: Terms | None, versions: Sequence[Agreement], *, us: str) -> OfferShown | None:
    """The newest version, if it waits for a signature that would change anything."""
    now = instant(clock.now())
    found = max(versions, key=lambda one: (one.version, us not in one.signed_by), default=None)
    if found is None or found.is_signed_by_both or found.terms.until <= now:
        return None
    # What this version takes away is in force already; what waits is the rest.
    before = in_force([one for one in versions if one.digest != found.digest], now) if terms else None
    listed = changes(before or terms, found.terms, us=us, them=peer.did)
    if not any(change.is_wider for change in listed):
        return None
    is_theirs = peer.did in found.signed_by
    delivered_at, has_failed = (None, False) if is_theirs else _delivery(peer, found)
    return OfferShown(
        digest=found.digest,
        version=found.version,
        is_theirs=is_theirs,
        begins=moment(found.starts).date() if found.starts > now else None,
        until=last_day(moment(found.terms.until)),
        changes=listed,
        rows=flow_rows(found.terms, us=us, them=peer.did),
        contact=found.contacts[peer.did if is_theirs else us],
        delivered_at=delivered_at,
        has_failed=has_failed,
    )


def _delivery(peer: Peer, version: Agreement) -> tuple[datetime | None, bool]:
    rows = AgreementVersion.objects.filter(peer=peer, version=version.version, digest=version.digest)
    delivered_at, tries = rows.values_list("delivered_at", "tries").first() or (None, 0)
    return delivered_at, bool(tries)


def changes(before: Terms | None, after: Terms, *, us: str, them: str) -> list[Change]:
    """What `after` changes, in the order of the kinds: ours first, then theirs, then the end and passing on."""
    made = []
    for sender, label in ((us, _("We send")), (them, _("They send"))):
        old: Flow = before.sends.get(sender, {}) if before else {}
        new: Flow = after.sends.get(sender, {})
        made += _of_flow(label, old, new)
    if before is None or before.until != after.until:
        was = moment(before.until) if before else None
        made.append(_end(was, moment(after.until)))
    for sender, label in (
        (us, _("They may pass on what we send to partners")),
        (them, _("We may pass on what they send to partners")),
    ):
        was_allowed, is_allowed = bool(before and sender in before.passes), sender in after.passes
        if was_allowed != is_allowed:
            made.append(Change(label, _YES[was_allowed], _YES[is_allowed], is_allowed))
    return made


def _of_flow(label: Words, old: Flow, new: Flow) -> list[Change]:
    """A line for each kind that changes; one for all where all of them change alike."""
    steps = {kind: (width_of(old, kind), width_of(new, kind)) for kind in _kinds(old, new)}
    names: dict[str, Words] = {**{kind: kind_words(kind) for kind in steps}, EVERY: _("what later versions bring")}
    if len(set(steps.values())) == 1:
        steps, names = {EVERY: steps[EVERY]}, {EVERY: _("everything")}
    return [
        Change(f"{label}: {names[kind]}", WIDTHS[a], WIDTHS[b], _RANKS[b] > _RANKS[a])
        for kind, (a, b) in steps.items()
        if a != b
    ]


def _end(was: datetime | None, will: datetime) -> Change:
    label = _("The last day of the agreement")
    if was is None:
        return Change(label, "–", date_format(last_day(will), "DATE_FORMAT"), is_wider=True)
    if last_day(was) == last_day(will):
        before, after = (date_format(localtime(value), "DATETIME_FORMAT") for value in (was, will))
    else:
        before, after = (date_format(last_day(value), "DATE_FORMAT") for value in (was, will))
    return Change(label, before, after, will > was)


def contact_changes(before: Contact | None, after: Contact) -> list[Change]:
    """Whom to ask on our side, where somebody was named before."""
    if before is None:
        return []
    steps = (
        (_("Office to ask on our side"), before.office, after.office),
        (_("Page of this office"), before.address, after.address),
    )
    return [Change(label, old, new, is_wider=False) for label, old, new in steps if old != new]

"""The partnership agreement of two nodes: what flows which way, until when; what of it is in force at a moment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from citytandem.federation.protocol.did import base_address
from citytandem.federation.protocol.errors import BadAgreement, BadDocument
from citytandem.federation.protocol.instants import is_instant
from citytandem.federation.protocol.objects import CONTEXT, SCHEMA, Visibility, check
from citytandem.federation.protocol.proofs import KeyLookup, proof_set, read_proof, verify

KIND = "Agreement"
EVERY_TYPE = "*"
MOST_TYPES = 100
_TYPE = re.compile(r"\*|[A-Za-z][A-Za-z0-9:._-]{0,79}", re.ASCII)
_ADDRESS = re.compile(r"https?://[!-~]{3,500}", re.ASCII)
# From narrow to wide. Objects for named nodes only follow their own audience and need no more than a type that flows.
_WIDTH = {Visibility.NAMED: 0, Visibility.PUBLIC: 1, Visibility.PARTNERS: 2}

Flow = Mapping[str, Visibility]


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to ask: an office and its page, never a person."""

    office: str
    address: str


@dataclass(frozen=True, slots=True)
class Terms:
    """What each party sends the other: type -> up to which visibility. `*` stands for every type not named.

    `passes`: parties whose objects for partners the other one may pass on to its own partners, as a programme's hub does.
    What is public may be passed on by anybody.
    """

    sends: Mapping[str, Flow]
    until: str
    passes: frozenset[str] = frozenset()

    def allows(self, sender: str, kind: str, visibility: Visibility) -> bool:
        """Whether an object of `sender` may go to the other one."""
        flow = self.sends.get(sender, {})
        widest = flow.get(kind, flow.get(EVERY_TYPE))
        return widest is not None and _WIDTH[visibility] <= _WIDTH[widest]


@dataclass(frozen=True, slots=True)
class Agreement:
    """An agreement as read, with those who have proven it."""

    id: str
    version: int
    digest: str
    parties: tuple[str, str]
    terms: Terms
    starts: str
    contacts: Mapping[str, Contact]
    signed_by: frozenset[str]

    @property
    def is_signed_by_both(self) -> bool:
        """Whether it can widen what flows."""
        return self.signed_by == frozenset(self.parties)


def draft(
    *,
    author: str,
    partner: str,
    uuid: UUID,
    version: int,
    sends: Mapping[str, Flow],
    starts: str,
    until: str,
    contacts: Mapping[str, Contact],
    published: str,
    passes: Iterable[str] = (),
) -> dict[str, Any]:
    """An agreement for both to prove with `proofs.proven`, its version higher than that of any before between the two.

    Raises BadAgreement as `read` does.
    """
    made = {
        "@context": CONTEXT,
        "id": f"{base_address(author)}/federation/objects/{uuid}",
        "type": [KIND, "Document"],
        "attributedTo": author,
        "schema": SCHEMA,
        "version": version,
        "published": published,
        "visibility": Visibility.NAMED.value,
        "audience": [partner],
        "details": {
            "parties": sorted((author, partner)),
            "sends": {did: {kind: width.value for kind, width in flow.items()} for did, flow in sends.items()},
            "starts": starts,
            "until": until,
            "contacts": {did: {"office": one.office, "address": one.address} for did, one in contacts.items()},
            **({"passes": sorted(passes)} if passes else {}),
        },
    }
    _terms(made, frozenset())
    return made


def read(value: Any, keys: KeyLookup, *, received: str, latest: str = "") -> Agreement:
    """An agreement with at least one good proof, all of them by its parties and none bad.

    Raises BadObject, BadProof, or BadAgreement with `agreement.form`, `agreement.parties`, `agreement.sends`,
    `agreement.time`, `agreement.contact` or `agreement.signer`.
    """
    found = check(value)
    signers = set()
    for item in proof_set(value.get("proof")):
        proof = read_proof(item, CONTEXT)
        verify(proof, found.data, origin=proof.signer, keys=keys, received=received, latest=latest)
        signers.add(proof.signer)
    return _terms(value, frozenset(signers))


def kept(value: dict[str, Any], signers: Iterable[str]) -> Agreement:
    """An agreement of our own store, whose proofs by `signers` were verified when it came. Raises as `read` does."""
    return _terms(value, frozenset(signers))


def known(value: dict[str, Any], signers: Iterable[str], *, digest: str) -> Agreement:
    """As `kept`, for one that `kept` has read before: nothing is made canonical again. Raises BadAgreement."""
    audience = tuple(value["audience"])
    return _agreement(
        value, value["id"], value["version"], digest, (value["attributedTo"], audience), frozenset(signers)
    )


def _terms(value: dict[str, Any], signers: frozenset[str]) -> Agreement:
    found = check(value)
    one = found.envelope
    if one.kind != KIND or not isinstance(value.get("details"), dict):
        raise BadAgreement("agreement.form")
    return _agreement(value, one.id, one.version, found.digest, (one.origin, one.audience), signers)


def _agreement(
    value: dict[str, Any],
    uri: str,
    version: int,
    digest: str,
    named: tuple[str, tuple[str, ...]],
    signers: frozenset[str],
) -> Agreement:
    details = value["details"]
    parties = _parties(details, *named)
    if not signers <= set(parties):
        raise BadAgreement("agreement.signer")
    starts, until = details.get("starts"), details.get("until")
    if not (is_instant(starts) and is_instant(until) and str(starts) < str(until)):
        raise BadAgreement("agreement.time")
    return Agreement(
        id=uri,
        version=version,
        digest=digest,
        parties=parties,
        terms=Terms(sends=_sends(details, parties), until=str(until), passes=_passes(details, parties)),
        starts=str(starts),
        contacts=_contacts(details, parties),
        signed_by=signers,
    )


def _parties(details: dict[str, Any], author: str, audience: tuple[str, ...]) -> tuple[str, str]:
    named = details.get("parties")
    if not isinstance(named, list) or len(named) != 2 or not all(isinstance(did, str) for did in named):
        raise BadAgreement("agreement.parties")
    first, second = named
    try:
        base_address(first)
        base_address(second)
    except BadDocument:
        raise BadAgreement("agreement.parties") from None
    if first >= second or author not in named or audience != tuple(did for did in named if did != author):
        raise BadAgreement("agreement.parties")
    return first, second


def _sends(details: dict[str, Any], parties: tuple[str, str]) -> dict[str, Flow]:
    given = details.get("sends")
    if not isinstance(given, dict) or not given.keys() <= set(parties):
        raise BadAgreement("agreement.sends")
    return {did: _flow(given.get(did, {})) for did in parties}


def _passes(details: dict[str, Any], parties: tuple[str, str]) -> frozenset[str]:
    given = details.get("passes", [])
    if not isinstance(given, list) or not all(isinstance(did, str) and did in parties for did in given):
        raise BadAgreement("agreement.sends")
    return frozenset(given)


def _flow(given: Any) -> Flow:
    if not isinstance(given, dict) or len(given) > MOST_TYPES or not all(_TYPE.fullmatch(kind) for kind in given):
        raise BadAgreement("agreement.sends")
    try:
        return {kind: Visibility(width) for kind, width in given.items()}
    except ValueError:
        raise BadAgreement("agreement.sends") from None


def _contacts(details: dict[str, Any], parties: tuple[str, str]) -> dict[str, Contact]:
    given = details.get("contacts")
    if not isinstance(given, dict) or given.keys() != set(parties):
        raise BadAgreement("agreement.contact")
    return {did: _contact(given[did]) for did in parties}


def _contact(given: Any) -> Contact:
    if not isinstance(given, dict) or given.keys() != {"office", "address"}:
        raise BadAgreement("agreement.contact")
    office, address = given["office"], given["address"]
    if not (isinstance(office, str) and 1 <= len(office) <= 200 and "@" not in office):
        raise BadAgreement("agreement.contact")
    if not (isinstance(address, str) and _ADDRESS.fullmatch(address)):
        raise BadAgreement("agreement.contact")
    return Contact(office=office, address=address)


def in_force(agreements: Iterable[Agreement], now: str) -> Terms | None:
    """What two parties may send each other at `now`, None if nothing.

    Versions count in their order. One that both signed sets the terms. One that a single party signed only takes away:
    what stays is what both the terms before and it allow, at once, and the rest of it waits for the second signature. So
    narrowing needs one, widening two, and a party can always end it (`sends` empty). `starts` and `until` bound each.
    Where both signed two of one number (offers that crossed), what both allow counts, whatever order they came in.
    """
    begun = sorted(
        (one for one in agreements if one.starts <= now), key=lambda one: (one.version, not one.is_signed_by_both)
    )
    terms: Terms | None = None
    number = 0
    for one in begun:
        if one.is_signed_by_both and one.version != number:
            terms, number = one.terms, one.version
        elif terms is not None:
            terms = narrowed(terms, one.terms)
    return terms if terms is not None and now < terms.until else None


def narrowed(terms: Terms, by: Terms) -> Terms:
    """What both allow, until the earlier end."""
    sends = {did: _both(flow, by.sends.get(did, {})) for did, flow in terms.sends.items()}
    return Terms(sends=sends, until=min(terms.until, by.until), passes=terms.passes & by.passes)


def _both(first: Flow, second: Flow) -> Flow:
    made = {}
    for kind in [*first, *(kind for kind in second if kind not in first)]:
        widths = [flow.get(kind, flow.get(EVERY_TYPE)) for flow in (first, second)]
        if None not in widths:
            made[kind] = min((width for width in widths if width is not None), key=_WIDTH.__getitem__)
    return made

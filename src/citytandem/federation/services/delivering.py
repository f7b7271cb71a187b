"""Taking agreements to a partner, and fetching its own: the one part of agreeing that goes over the network."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
from django.db.models import Q

from citytandem.core import clock
from citytandem.core.guarded import FetchFailed
from citytandem.federation.client import Refused, ask
from citytandem.federation.models import AgreementVersion, Peer, PeerState
from citytandem.federation.protocol.errors import BadJson, ProtocolError
from citytandem.federation.protocol.reading import PAGE_BYTES, parsed
from citytandem.federation.services.agreeing import MOST_TOLD, agreement_received
from citytandem.federation.services.rereading import read_anew_if_told

LONGEST_PAUSE = timedelta(hours=1)


def deliver(peer: Peer, *, only_due: bool = False) -> None:
    """POST what is not delivered, then GET theirs. Never raises for what the partner or the network does.

    One version that is refused, or that we cannot take, holds up no other one.
    """
    try:
        code = _post(peer, only_due=only_due)
        if peer.state != PeerState.ENDED:
            code = _get(peer) or code
    except (Refused, FetchFailed, ProtocolError) as error:
        _failed(peer, error.code)
    else:
        _worked(peer, code)
        read_anew_if_told(peer.id)


def _post(peer: Peer, *, only_due: bool) -> str:
    """Newest first, since an ending must not wait for what it ends. Returns the code of what was refused, if anything was."""
    code = ""
    rows = AgreementVersion.objects.filter(peer=peer, signed_by_us=True, delivered_at=None).order_by("-version", "-id")
    if only_due:
        rows = rows.filter(Q(next_try_at=None) | Q(next_try_at__lte=clock.now()))
    for row in rows[:MOST_TOLD]:
        try:
            answer = ask(peer.did, "POST", "/agreement", body=orjson.dumps(row.body))
        except Refused as error:
            if error.is_signed and error.code == "partner.ended" and peer.state == PeerState.ENDED:
                AgreementVersion.objects.filter(peer=peer).update(delivered_at=clock.now())
                return ""  # it has ended as well: there is nothing left to tell
            if not (error.is_signed and error.status == 422):
                raise
            _try_later(row)
            code = error.code
            continue
        if answer.status == 200 and peer.state != PeerState.ENDED:
            code = _taken(peer, answer.body) or code
        AgreementVersion.objects.filter(id=row.id).update(delivered_at=clock.now(), tries=0, next_try_at=None)
    return code


def _taken(peer: Peer, data: bytes) -> str:
    try:
        agreement_received(parsed(data), peer=peer)
    except ProtocolError as error:
        return error.code
    return ""


def _get(peer: Peer) -> str:
    """Take each that can be taken. Returns why the newest cannot; an old one may be unusable for ever, after a theft."""
    value: Any = parsed(ask(peer.did, "GET", "/agreement").body, most_bytes=PAGE_BYTES)
    offered = value.get("agreements") if isinstance(value, dict) else None
    if not isinstance(offered, list):
        raise BadJson("json.malformed")
    code = ""
    # Oldest first, so that numbers rise as they did there.
    for one in reversed(offered[:MOST_TOLD]):
        try:
            agreement_received(one, peer=peer)
        except ProtocolError as error:
            code = error.code
        else:
            code = ""
    return code


def _pause(tries: int) -> timedelta:
    return min(LONGEST_PAUSE, timedelta(minutes=2 ** min(tries, 6)))


def _try_later(row: AgreementVersion, *, is_there: bool = False) -> None:
    """`is_there`: its log could be read the last time, so that only this message was lost; it need not wait for long."""
    pause = _pause(0 if is_there else row.tries)
    AgreementVersion.objects.filter(id=row.id).update(tries=row.tries + 1, next_try_at=clock.now() + pause)


def _failed(peer: Peer, code: str) -> None:
    """While we wait for a partner nothing else asks it, so the pause between two tries is kept here.

    With all others only what is to be delivered leads to a question out of turn, so that has a pause of its own.
    """
    now = clock.now()
    rows = Peer.objects.filter(id=peer.id)
    rows.update(last_error_at=now, last_error_code=code)
    rows.filter(state=PeerState.WAITING).update(failures=peer.failures + 1, next_pull_at=now + _pause(peer.failures))
    is_there = rows.filter(state=PeerState.ACTIVE, failures=0).exists()
    for row in AgreementVersion.objects.filter(peer=peer, signed_by_us=True, delivered_at=None).defer("body"):
        _try_later(row, is_there=is_there)


def _worked(peer: Peer, code: str) -> None:
    now = clock.now()
    rows = Peer.objects.filter(id=peer.id)
    if code:
        rows.update(last_error_at=now, last_error_code=code)
    waiting = rows.filter(state=PeerState.WAITING)
    waiting.update(failures=0, next_pull_at=None, last_success_at=now, **({} if code else {"last_error_code": ""}))

"""Things that travel between two nodes, for tests: through the protocol's own checks, as bytes, and back."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from citytandem.challenges.models import PartnerChallenge
from citytandem.challenges.services.partner_challenges import challenge_take
from citytandem.core import clock
from citytandem.core.ids import uuid7
from citytandem.core.versions import translations
from citytandem.federation.contract import Incoming, Outgoing
from citytandem.federation.protocol.did import base_address
from citytandem.federation.protocol.instants import instant
from citytandem.federation.protocol.objects import Visibility, check, new_object

SOFIA = "did:web:sofia.example"
KREFELD = "did:web:krefeld.example"


def uri_at(origin: str, key: UUID) -> str:
    """Address of an object of a node."""
    return f"{base_address(origin)}/federation/objects/{key}"


def travelled(told: Outgoing, key: UUID, *, origin: str, version: int = 1, name: str = "") -> Incoming:
    """What the other node gets of something that was published: what the protocol refuses fails here."""
    body = new_object(
        told.kind,
        origin=origin,
        uuid=key,
        version=version,
        published=instant(told.published),
        updated=instant(told.updated) if told.updated else "",
        expires=instant(told.expires) if told.expires else "",
        texts={field: dict(versions) for field, versions in told.texts.items() if versions},
        details=dict(told.details),
        visibility=Visibility(told.visibility),
        audience=tuple(told.audience),
        in_reply_to=told.in_reply_to,
    )
    read = json.loads(json.dumps(body, ensure_ascii=False))
    check(read)
    return Incoming(
        uri=read["id"],
        origin=origin,
        kind=told.kind,
        version=version,
        texts=told.texts,
        details=read.get("details", {}),
        visibility=told.visibility,
        in_reply_to=told.in_reply_to,
        published=told.published,
        updated=told.updated or told.published,
        expires=told.expires,
        page=f"{base_address(origin)}{told.path}" if told.path else "",
        peer_name=name,
    )


def a_call(key: UUID | None = None, *, version: int = 1, **fields: Any) -> Incoming:
    """A challenge of Sofia as it comes in."""
    now = clock.now()
    details = {
        "state": "open",
        "conditions": translations(en="Runs on what is there."),
        "targets": [{"indicator": "Heat", "unit": "hours a day", "value": "2"}],
        "criteria": [
            {"name": translations(en="Effect"), "share": "0.6"},
            {"name": translations(en="Cost"), "share": "0.4"},
        ],
        "themes": ["waste"],
        "form": "agile",
        "languages": ["bg", "en"],
        "budget": {"low": "10000", "high": "40000.00", "currency": "EUR"},
        "dates": {"closes_at": (now + timedelta(days=20)).isoformat(), "pilot_until": "2027-05-01"},
    }
    told: dict[str, Any] = {
        "uri": uri_at(SOFIA, key or uuid7()),
        "origin": SOFIA,
        "kind": "Challenge",
        "version": version,
        "texts": {"name": translations(bg="Жега в дворовете", en="Heat in courtyards"), "content": translations(en="Courtyards heat up.")},
        "details": {**details, **fields.pop("details", {})},
        "visibility": "partners",
        "in_reply_to": "",
        "published": now - timedelta(days=3),
        "updated": now - timedelta(days=1),
        "expires": now + timedelta(days=400),
        "page": "https://sofia.example/challenges/heat",
        "peer_name": "Sofia",
    }  # fmt: skip
    return Incoming(**{**told, **fields})


def a_partner_challenge(**fields: Any) -> PartnerChallenge:
    """One that is here."""
    return challenge_take(a_call(**fields))


def a_bid(challenge_uri: str, key: UUID | None = None, *, version: int = 1, **fields: Any) -> Incoming:
    """A proposal of Sofia to a challenge of ours as it comes in."""
    now: datetime = clock.now()
    told: dict[str, Any] = {
        "uri": uri_at(SOFIA, key or uuid7()),
        "origin": SOFIA,
        "kind": "Proposal",
        "version": version,
        "texts": {
            "name": translations(en="Sensors as in our centre"),
            "content": translations(en="We run 400 of them."),
        },
        "details": {"team": "Two engineers", "cost": {"amount": "12000.50", "currency": "EUR"}},
        "visibility": "named",
        "in_reply_to": challenge_uri,
        "published": now,
        "updated": now,
        "expires": None,
        "peer_name": "Sofia",
    }
    return Incoming(**{**told, **fields})

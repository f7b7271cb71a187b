"""What a partner node publishes, as the federation hands it to the two streams."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from citytandem.core import clock
from citytandem.core.versions import translations
from citytandem.federation.contract import Incoming
from citytandem.federation.models import Peer
from citytandem.federation.registry import source_of, taker_of

SOFIA = "did:web:sofia.example"
BASE = "https://sofia.example/federation/objects/"
AT = datetime(2026, 5, 4, 10, 20, 30, tzinfo=UTC)


def uri(number: int) -> str:
    """Address of an object of Sofia's node."""
    return f"{BASE}018f4c1e-7b00-7000-8000-{number:012d}"


def incoming(kind: str, number: int, *, details: Mapping[str, Any] | None = None, **more: Any) -> Incoming:
    """An object of Sofia's node, version 1 unless told otherwise."""
    values: dict[str, Any] = {
        "uri": uri(number),
        "origin": SOFIA,
        "kind": kind,
        "version": 1,
        "texts": {
            "name": translations(bg="Сензори за кофи", en="Sensors in bins"),
            "content": translations(bg="Те казват кога кофата е пълна.", en="They tell when a bin is full."),
        },
        "details": details or {},
        "visibility": "public",
        "in_reply_to": "",
        "published": AT,
        "updated": AT,
        "expires": datetime(2028, 1, 1, tzinfo=UTC),
        "page": "https://sofia.example/solutions/abc",
        "peer_name": "Sofia",
    }
    return Incoming(**values | more)


def take(kind: str, number: int, **more: Any) -> Incoming:
    """Let the module that shows such objects take one over."""
    told = incoming(kind, number, **more)
    taker = taker_of(kind)
    assert taker is not None
    taker.take(told)
    return told


def drop(kind: str, *numbers: int) -> None:
    """Withdraw objects of Sofia's node."""
    taker = taker_of(kind)
    assert taker is not None
    taker.drop([uri(number) for number in numbers])


def confirmed(did: str = SOFIA) -> Peer:
    """A node whose words an administrator here has compared."""
    usual = {
        "name": did.removeprefix("did:web:"),
        "confirmed_key": "z6Mk",
        "confirmed_at": clock.now(),
        "cursor_digest": "0" * 64,
    }
    return Peer.objects.get_or_create(did=did, defaults=usual)[0]


def profile(number: int = 1, **city: Any) -> None:
    """The profile of Sofia's node, which is a partner."""
    confirmed()
    told = {"slug": "sofia", "name": "София", "nameLatin": "Sofia", "country": "BG", "languages": ["bg"]}
    take("CityProfile", number, details={"city": told | city}, texts={"name": translations(bg="София")})


def published(local_kind: str, identifier: Any) -> Any:
    """How a thing of ours would be published, None where it would not."""
    source = source_of(local_kind)
    assert source is not None
    return source.read([identifier]).get(identifier)

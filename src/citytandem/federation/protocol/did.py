"""did:web (W3C CCG, did:web Method) and the document that tells a node's keys and where its federation answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from citytandem.federation.protocol.errors import BadDocument
from citytandem.federation.protocol.instants import is_instant
from citytandem.federation.protocol.keys import PublicKey, public_key

DOCUMENT_BYTES = 64 * 1024
MOST_KEYS = 16
LONGEST = 512
CONTEXT = [
    "https://www.w3.org/ns/did/v1",
    "https://w3id.org/security/multikey/v1",
    {"validFrom": "urn:citytandem:1:validFrom"},
]
SERVICE = "CityTandemFederation"
_LABEL = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
_HOST = re.compile(rf"(?:{_LABEL}\.)+(?!\d+(?:\.|$)){_LABEL}|localhost", re.ASCII)
_PORT = re.compile(r"[1-9]\d{0,4}", re.ASCII)
_SEGMENT = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._-]{1,64}", re.ASCII)
_MOST_SEGMENTS = 8


@dataclass(frozen=True, slots=True)
class NodeKey:
    """A key of a node and when it counts. `expires`: rotated, old proofs stay good; `revoked`: stolen or doubtful."""

    key: PublicKey
    valid_from: str = ""
    expires: str = ""
    revoked: str = ""

    def counts(self, *, created: str, received: str) -> bool:
        """Whether a proof that says `created` and first came to the reader at `received` counts under this key.

        A thief can write any date into a proof, so after `revoked` only what the reader had already received counts.
        """
        if self.revoked and received >= self.revoked:
            return False
        return self.valid_from <= created and (not self.expires or created < self.expires)


@dataclass(frozen=True, slots=True)
class Document:
    """What a node says of itself: newest key first is a habit, not a rule; `endpoint` is where its log is pulled from."""

    did: str
    keys: tuple[NodeKey, ...]
    endpoint: str

    def key(self, method: str) -> NodeKey | None:
        """The key that `did#fragment` names, if it is one of this node."""
        did, _, fragment = method.partition("#")
        if did != self.did:
            return None
        return next((known for known in self.keys if known.key.multikey == fragment), None)

    def keys_at(self, now: str) -> tuple[NodeKey, ...]:
        """Keys that sign at this moment; during a rotation there are two."""
        return tuple(known for known in self.keys if known.counts(created=now, received=now))


def method(did: str, key: PublicKey) -> str:
    """The name of a key in proofs and signatures."""
    return f"{did}#{key.multikey}"


@lru_cache(maxsize=4096)
def base_address(did: str) -> str:
    """`did:web:city.example` -> `https://city.example`; `did:web:localhost%3A8001` -> `http://localhost:8001`.

    Paths follow as further parts (`did:web:host:nodes:bonn`). Raises BadDocument(`did.form`) for anything but a DNS name
    in small letters: no address by number, no user, no query, no escapes but that of the port's colon.
    """
    parts = did.split(":")
    if len(did) > LONGEST or parts[:2] != ["did", "web"] or not 3 <= len(parts) <= 3 + _MOST_SEGMENTS:
        raise BadDocument("did.form")
    host, colon, port = parts[2].partition("%3A")
    named = len(host) <= 253 and _HOST.fullmatch(host)
    numbered = not colon or (_PORT.fullmatch(port) and int(port) <= 65535)
    if not named or not numbered or not all(_SEGMENT.fullmatch(part) for part in parts[3:]):
        raise BadDocument("did.form")
    scheme = "http" if host == "localhost" else "https"
    return "/".join([f"{scheme}://{host}{':' + port if colon else ''}", *parts[3:]])


def document_address(did: str) -> str:
    """Where the document of `did` lies (did:web Method, Read). Raises BadDocument(`did.form`)."""
    base = base_address(did)
    return f"{base}/did.json" if did.count(":") > 2 else f"{base}/.well-known/did.json"


def did_of(address: str) -> str:
    """The DID of the node at `address`, the reverse of `base_address`. Raises BadDocument(`did.form`)."""
    try:
        url = urlsplit(address)
        port = url.port
    except ValueError:
        raise BadDocument("did.form") from None
    host = (url.hostname or "") + (f"%3A{port}" if port is not None else "")
    path = [part for part in url.path.strip("/").split("/") if part]
    did = ":".join(["did", "web", host, *path])
    plain = not (url.query or url.fragment or url.username or url.password or "?" in address or "#" in address)
    if not plain or base_address(did) != address.rstrip("/"):
        raise BadDocument("did.form")
    return did


def document(
    did: str, keys: Iterable[NodeKey], *, endpoint: str, vouchers: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The JSON to serve (DID Core 1.0, 5; Controlled Identifiers 1.0, 2.2). Raises BadDocument if it could not be read back.

    `vouchers`: by multikey the proof by which the key before vouches for it (`vouching.vouch`).
    """
    known = tuple(keys)
    methods = [
        {
            "id": method(did, item.key),
            "type": "Multikey",
            "controller": did,
            "publicKeyMultibase": item.key.multikey,
            **{name: value for name, value in _times(item) if value},
            **({"proof": vouchers[item.key.multikey]} if vouchers and item.key.multikey in vouchers else {}),
        }
        for item in known
    ]
    # A revoked key stays in the document, so that readers learn of it, but is good for nothing.
    usable = [method(did, item.key) for item in known if not item.revoked]
    made = {
        "@context": CONTEXT,
        "id": did,
        "verificationMethod": methods,
        "authentication": usable,
        "assertionMethod": usable,
        "service": [{"id": f"{did}#federation", "type": SERVICE, "serviceEndpoint": endpoint}],
    }
    read_document(made, did=did)
    return made


def _times(item: NodeKey) -> list[tuple[str, str]]:
    return [("validFrom", item.valid_from), ("expires", item.expires), ("revoked", item.revoked)]


def read_document(value: Any, *, did: str) -> Document:
    """The document that `document_address(did)` answered with, read by `reading.parsed` at most `DOCUMENT_BYTES` long.

    Keys of other kinds or controllers are passed over; those of ours that are in no list of purposes count as revoked
    only if they say so, else as absent. The endpoint lies at the node's own address, so that a document cannot send its
    readers elsewhere. Raises BadDocument with `did.other`, `did.keys`, `did.key`, `did.endpoint` or `did.form`.
    """
    base = base_address(did)
    if not isinstance(value, dict) or value.get("id") != did:
        raise BadDocument("did.other")
    listed = value.get("verificationMethod")
    if not isinstance(listed, list) or not 1 <= len(listed) <= MOST_KEYS:
        raise BadDocument("did.keys", most=MOST_KEYS)
    purposes = _listed(value, "authentication") & _listed(value, "assertionMethod")
    keys = tuple(item for item in (_node_key(entry, did, purposes) for entry in listed) if item is not None)
    if not any(not item.revoked for item in keys):
        raise BadDocument("did.keys", most=MOST_KEYS)
    return Document(did=did, keys=keys, endpoint=_endpoint(value, base))


def _listed(value: dict[str, Any], purpose: str) -> set[str]:
    names = value.get(purpose)
    return {name for name in names if isinstance(name, str)} if isinstance(names, list) else set()


def _node_key(entry: Any, did: str, purposes: set[str]) -> NodeKey | None:
    if not isinstance(entry, dict) or entry.get("type") != "Multikey" or entry.get("controller") != did:
        return None
    written = entry.get("publicKeyMultibase")
    times = {name: entry.get(name, "") for name in ("validFrom", "expires", "revoked")}
    if not isinstance(written, str) or not all(value == "" or is_instant(value) for value in times.values()):
        raise BadDocument("did.key")
    if not written.startswith("z6Mk"):
        return None
    key = public_key(written)
    if entry.get("id") != method(did, key):
        raise BadDocument("did.key")
    if entry["id"] not in purposes and not times["revoked"]:
        return None
    return NodeKey(key=key, valid_from=times["validFrom"], expires=times["expires"], revoked=times["revoked"])


def _endpoint(value: dict[str, Any], base: str) -> str:
    services = value.get("service")
    for service in services if isinstance(services, list) else []:
        if isinstance(service, dict) and service.get("type") == SERVICE:
            address = service.get("serviceEndpoint")
            path = address[len(base) :] if isinstance(address, str) and address.startswith(base + "/") else ""
            if re.fullmatch(r"(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._-]+)+", path, re.ASCII) and len(path) <= 200:
                return str(address)
    raise BadDocument("did.endpoint")

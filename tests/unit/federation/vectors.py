"""Makes docs/protocol/vectors.json, the same each time: `python -m tests.unit.federation.vectors` writes it anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

from citytandem.federation.protocol import agreement, did, keys, log, objects, proofs, signatures
from citytandem.federation.protocol.canonical import canonical
from citytandem.federation.protocol.did import NodeKey
from citytandem.federation.protocol.errors import ProtocolError
from citytandem.federation.protocol.objects import Visibility, check, new_object, tombstone
from citytandem.federation.protocol.reading import parsed
from citytandem.federation.protocol.signatures import Message
from tests.unit.federation.nodes import DAY, LATER, Node, krefeld, sofia

PLACE = Path(__file__).parents[3] / "docs" / "protocol" / "vectors.json"
OLD_KEY = keys.PrivateKey(bytes(range(64, 96)))
CANONICAL = [
    '{"b": 1, "a": [true, false, null, "ä€☀"]}',
    '{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001, -0.0, 1.0]}',
    '{"string": "\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/"}',
    '{"\\u20ac": 1, "\\r": 2, "\\ufb33": 3, "1": 4, "\\ud83d\\ude00": 5, "\\u0080": 6, "\\u00f6": 7}',
]
REFUSED = [
    '{"a":1,"a":2}',
    '{"a" :1,"\\u0061":2}',
    '{"a":NaN}',
    '{"a":"\\ud800"}',
    '{"a":1}x',
    "[" * 33 + "]" * 33,
    "1" + "0" * 60,
]
REQUEST = Message(
    method="GET", url="https://sofia.example/federation/log?after=0&limit=500", headers={"accept": "application/json"}
)
CREATED = 1_777_890_030


def vectors() -> dict[str, Any]:
    """Everything another node needs to check itself against."""
    return {
        "protocol": 1,
        "note": "The secret keys are for these vectors only. Instants and nonces are fixed so that the results are.",
        "keys": [key_of(krefeld()), key_of(sofia())],
        "canonical": [canonical_of(text) for text in CANONICAL],
        "refused": [{"json": text, "code": refusal(text)} for text in REFUSED],
        "documents": [document_of(krefeld(), rotated=True), document_of(sofia(), rotated=False)],
        "objects": [object_of(value) for value in travelling()],
        "log": log_of(),
        "equivocation": equivocation(),
        "messages": messages(),
        "agreement": agreed(),
    }


def key_of(node: Node) -> dict[str, Any]:
    public = node.key.public
    return {
        "did": node.did,
        "seed": node.key.seed.hex(),
        "secretMultikey": node.key.multikey,
        "public": public.raw.hex(),
        "multikey": public.multikey,
        "method": did.method(node.did, public),
        "fingerprint": keys.fingerprint(public, did=node.did),
        "qr": keys.qr_text(public, did=node.did),
    }


def canonical_of(text: str) -> dict[str, str]:
    value = json.loads(text)
    return {
        "json": text,
        "canonical": canonical(value).decode(),
        "sha256": objects.sha256(canonical(value)).hexdigest(),
    }


def refusal(text: str) -> str:
    try:
        parsed(text.encode())
    except ProtocolError as error:
        return error.code
    raise AssertionError(text)


def document_of(node: Node, *, rotated: bool) -> dict[str, Any]:
    known = [NodeKey(node.key.public)]
    if rotated:
        known = [
            NodeKey(node.key.public, valid_from="2026-01-01T00:00:00Z"),
            NodeKey(OLD_KEY.public, expires="2026-02-01T00:00:00Z"),
        ]
    endpoint = f"{did.base_address(node.did)}/federation"
    return {"address": did.document_address(node.did), "document": did.document(node.did, known, endpoint=endpoint)}


def travelling() -> list[dict[str, Any]]:
    city, other = krefeld(), sofia()
    problem = new_object(
        "Problem",
        origin=city.did,
        uuid=UUID("018f4c1e-7b00-7000-8000-000000000001"),
        version=1,
        published=DAY,
        expires="2028-05-04T00:00:00Z",
        visibility=Visibility.PARTNERS,
        texts={
            "name": {
                "de": {"text": "Hitze auf dem Schulhof", "by": "human"},
                "bg": {"text": "Жега в училищния двор", "by": "machine"},
            },
            "content": {"de": {"text": "Im Sommer hat der Hof < 2 % Schatten.", "by": "human"}},
        },
        details={"themes": ["heat"], "frame": {"inhabitants": 227000, "density": 1650.5}},
    )
    reuse = new_object(
        "Reuse",
        origin=other.did,
        uuid=UUID("018f4c1e-7b00-7000-8000-000000000002"),
        version=1,
        published=LATER,
        visibility=Visibility.PUBLIC,
        texts={"summary": {"bg": {"text": "Засадихме дървета.", "by": "human"}}},
        details={
            "status": "done",
            "frame": {"inhabitants": 1290000},
            "results": [{"indicator": "degrees", "change": -2.5}],
        },
        in_reply_to=problem["id"],
    )
    gone = tombstone(check(problem).envelope, deleted=LATER)
    return [city.proven(problem), proofs.proven(reuse, other.key, did=other.did, created=LATER), city.proven(gone)]


def object_of(value: dict[str, Any]) -> dict[str, Any]:
    options = {name: item for name, item in value["proof"].items() if name != "proofValue"}
    data = check(value).data
    return {
        "object": value,
        "canonical": data.decode(),
        "digest": check(value).digest,
        "canonicalProofOptions": canonical(options).decode(),
        "hashData": proofs.hash_data(options, data).hex(),
    }


def log_of() -> dict[str, Any]:
    city, other = krefeld(), sofia()
    problem, reuse, gone = travelling()
    city.publish(problem)
    taken = other.publish(reuse)
    city.publish(reuse, source=log.Source(other.did, 1, taken["digest"]))
    city.publish(gone)
    del city.entries[0]["body"]
    return {
        "node": city.did,
        "start": log.start(city.did).digest,
        "canonicalEntries": [
            canonical({key: item for key, item in entry.items() if key not in ("digest", "body")}).decode()
            for entry in city.entries
        ],
        "page": json.loads(city.page()),
    }


def equivocation() -> dict[str, Any]:
    one, two = krefeld(), krefeld()
    one.publish(one.problem(1))
    two.publish(two.problem(2))
    longer = krefeld()
    longer.publish(longer.problem(1))
    longer.publish(longer.problem(2))
    return {
        "twoHistories": [one.head(), two.head()],
        "shrunk": [longer.head(), one.head(at=LATER)],
        "honest": [one.head(), longer.head(at=LATER)],
    }


def messages() -> list[dict[str, Any]]:
    city, other = krefeld(), sofia()
    method = did.method(city.did, city.key.public)
    pull = added(
        REQUEST, signatures.signed(REQUEST, city.key, key_id=method, created=CREATED, nonce="AAAAAAAAAAAAAAAAAAAAAA")
    )
    body = canonical({"node": city.did, "number": 3})
    nudge = Message(
        method="POST",
        url="https://sofia.example/federation/nudge",
        body=body,
        headers={"content-type": "application/json"},
    )
    nudge = added(
        nudge, signatures.signed(nudge, city.key, key_id=method, created=CREATED, nonce="BBBBBBBBBBBBBBBBBBBBBB")
    )
    answer = Message(status=200, body=other.page(), request=pull, headers={"content-type": "application/json"})
    by = did.method(other.did, other.key.public)
    answer = added(
        answer, signatures.signed(answer, other.key, key_id=by, created=CREATED + 1, nonce="CCCCCCCCCCCCCCCCCCCCCC")
    )
    return [message_of(pull), message_of(nudge), {**message_of(answer), "answers": message_of(pull)}]


def added(message: Message, headers: dict[str, str]) -> Message:
    return signatures._with(message, headers)


def message_of(message: Message) -> dict[str, Any]:
    inputs = signatures.read_inputs(message.headers["signature-input"])
    told = {"status": message.status} if message.status else {"method": message.method, "url": message.url}
    return {
        **told,
        "headers": dict(message.headers),
        "body": message.body.decode(),
        "signatureBase": signatures.signature_base(message, inputs[signatures.LABEL]).decode(),
    }


def agreed() -> dict[str, Any]:
    city, other = krefeld(), sofia()
    value = agreement.draft(
        author=city.did,
        partner=other.did,
        uuid=UUID("018f4c1e-7b00-7000-8000-000000000003"),
        version=1,
        sends={city.did: {"*": Visibility.PARTNERS}, other.did: {"Solution": Visibility.PUBLIC}},
        starts=DAY,
        until="2027-05-04T00:00:00Z",
        contacts={
            city.did: agreement.Contact("Innovation office", "https://krefeld.example/innovation"),
            other.did: agreement.Contact("Digital unit", "https://sofia.example/digital"),
        },
        published=DAY,
    )
    return other.proven(city.proven(value))


def written() -> str:
    """The file."""
    return json.dumps(vectors(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PLACE.write_text(written(), encoding="utf-8")

"""Signed requests and answers: the vector of RFC 9421, an independent implementation on the other side, and attacks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import http_message_signatures as oracle
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from citytandem.federation.protocol import signatures
from citytandem.federation.protocol.did import NodeKey, method
from citytandem.federation.protocol.errors import BadSignature
from citytandem.federation.protocol.keys import PrivateKey
from citytandem.federation.protocol.proofs import Keyring
from citytandem.federation.protocol.signatures import (
    Message,
    content_digest,
    read_inputs,
    signature_base,
    signed,
    verify,
)
from tests.unit.federation.nodes import krefeld, sofia

NOW = 1_780_000_000
NONCE = "n" * 22
KEY_ID = method(krefeld().did, krefeld().key.public)
RING = Keyring({KEY_ID: NodeKey(krefeld().key.public)})
PULL = Message(
    method="GET", url="https://sofia.example/federation/log?after=12&limit=500", headers={"accept": "application/json"}
)
NUDGE = Message(method="POST", url="https://sofia.example/federation/nudge", body=b'{"node":"did:web:krefeld.example"}')
URLS = st.builds(
    "https://{}.example{}/{}{}".format,
    st.from_regex(r"[a-z][a-z0-9]{0,10}", fullmatch=True),
    st.sampled_from(["", ":443", ":8443"]),
    st.from_regex(r"[A-Za-z0-9._~/-]{0,20}", fullmatch=True).filter(lambda path: not path.startswith("/")),
    st.from_regex(r"(?:\?[a-z]{1,5}=[a-z0-9%]{0,0}[a-z0-9]{0,5})?", fullmatch=True),
)

# RFC 9421: the message of appendix B.2, the key of B.1.4, the signature of B.2.6. Copied by hand from there.
RFC_SEED = bytes.fromhex("9f8362f87a484a954e6e740c5b4c0e84229139a20aa8ab56ff66586f6a7d29c5")
RFC_MESSAGE = Message(
    method="POST",
    url="https://example.com/foo?param=Value&Pet=dog",
    headers={
        "host": "example.com",
        "date": "Tue, 20 Apr 2021 02:07:55 GMT",
        "content-type": "application/json",
        "content-length": "18",
        "signature-input": 'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length")'
        ';created=1618884473;keyid="test-key-ed25519"',
        "signature": "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:",
    },
    body=b'{"hello": "world"}',
)
RFC_BASE = """"date": Tue, 20 Apr 2021 02:07:55 GMT
"@method": POST
"@path": /foo
"@authority": example.com
"content-type": application/json
"content-length": 18
"@signature-params": ("date" "@method" "@path" "@authority" "content-type" "content-length")\
;created=1618884473;keyid="test-key-ed25519\""""


def test_the_ed25519_vector_of_rfc_9421() -> None:
    base = signature_base(RFC_MESSAGE, read_inputs(RFC_MESSAGE.headers["signature-input"])["sig-b26"])
    assert base.decode() == RFC_BASE
    key = PrivateKey(RFC_SEED)
    given_signature = signatures._bytes(RFC_MESSAGE.headers["signature"].partition("=")[2])
    assert key.sign(base) == given_signature
    assert key.public.verifies(given_signature, base)
    with pytest.raises(BadSignature, match=r"signature\.missing"):
        verify(RFC_MESSAGE, Keyring({"test-key-ed25519": NodeKey(key.public)}), now=1618884473)


def asked(message: Message = PULL, **how: Any) -> Message:
    headers = signed(message, krefeld().key, **{"key_id": KEY_ID, "created": NOW, "nonce": NONCE, **how})
    return replace(message, headers={**message.headers, **headers})


def answered(request: Message, body: bytes = b'{"entries":[]}', status: int = 200) -> Message:
    answer = Message(status=status, body=body, request=request, headers={"content-type": "application/json"})
    return asked(answer)


def code_of(message: Message, *, now: int = NOW, keys: Keyring = RING) -> str:
    with pytest.raises(BadSignature) as refused:
        verify(message, keys, now=now)
    return refused.value.code


@pytest.mark.parametrize("message", [PULL, NUDGE])
def test_a_signed_request_tells_who_asks(message: Message) -> None:
    found = verify(asked(message), RING, now=NOW + 5)
    assert (found.key, found.nonce) == (KEY_ID, NONCE)
    assert found.keep_until == NOW + signatures.LIFE_SECONDS + signatures.SKEW_SECONDS


def test_authority_path_and_query_stand_for_the_target() -> None:
    parts = ["@method", "@authority", "@path", "@query", "content-digest"]
    assert verify(asked(components=parts), RING, now=NOW).key == KEY_ID
    assert code_of(asked(components=["@method", "@authority", "@path", "content-digest"])) == "signature.components"


def test_an_answer_belongs_to_one_question() -> None:
    first, second = asked(), asked(nonce="m" * 22)
    answer = answered(first)
    assert verify(answer, RING, now=NOW).key == KEY_ID
    assert code_of(replace(answer, request=second)) == "signature.wrong"
    assert code_of(replace(answer, request=PULL)) == "signature.components"
    assert code_of(replace(answer, request=None)) == "signature.components"
    assert code_of(replace(answer, status=404)) == "signature.wrong"
    assert code_of(replace(answer, body=b"[]")) == "signature.digest"


@given(st.data())
def test_whatever_is_changed_on_the_way_is_noticed(data: st.DataObject) -> None:
    message = asked(NUDGE)
    part = data.draw(st.sampled_from(["method", "url", "body", *message.headers]))
    other: Message
    if part == "method":
        other = replace(message, method="PUT")
    elif part == "url":
        other = replace(message, url=data.draw(URLS.filter(lambda url: url != message.url)))
    elif part == "body":
        other = replace(message, body=data.draw(st.binary(max_size=30).filter(lambda body: body != message.body)))
    else:
        text = message.headers[part]
        place = data.draw(st.integers(0, len(text) - 1))
        letter = data.draw(st.sampled_from('aZ09"=;:() ,\\').filter(lambda new: new != text[place]))
        other = replace(message, headers={**message.headers, part: text[:place] + letter + text[place + 1 :]})
    with pytest.raises(BadSignature):
        verify(other, RING, now=NOW)


@pytest.mark.parametrize("name", ["signature", "signature-input", "content-digest"])
def test_nothing_of_it_can_be_left_out(name: str) -> None:
    message = asked(NUDGE)
    headers = {key: value for key, value in message.headers.items() if key != name}
    with pytest.raises(BadSignature):
        verify(replace(message, headers=headers), RING, now=NOW)


def test_a_body_that_nobody_signed_is_refused() -> None:
    message = asked(components=["@method", "@target-uri"])
    headers = {name: value for name, value in message.headers.items() if name != "content-digest"}
    assert verify(replace(message, headers=headers), RING, now=NOW)
    assert code_of(replace(message, headers=headers, body=b"x")) == "signature.components"
    assert code_of(message) == "signature.components"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (-signatures.SKEW_SECONDS - 1, "signature.future"),
        (signatures.LIFE_SECONDS + signatures.SKEW_SECONDS, "signature.expired"),
    ],
)
def test_clocks_may_differ_by_five_minutes_and_no_more(seconds: int, code: str) -> None:
    assert verify(asked(), RING, now=NOW + seconds - (1 if seconds > 0 else -1))
    assert code_of(asked(), now=NOW + seconds) == code


@pytest.mark.parametrize(
    "how",
    [{"life": 301}, {"life": 0}, {"life": -5}, {"nonce": "short"}, {"nonce": "with space in here"}, {"key_id": ""}],
)
def test_parameters_have_limits(how: dict[str, Any]) -> None:
    assert code_of(asked(**how)) == "signature.parameters"


def test_a_key_counts_only_while_its_node_says_so() -> None:
    assert code_of(asked(), keys=Keyring({})) == "signature.key_unknown"
    for known in (
        NodeKey(krefeld().key.public, revoked="2020-01-01T00:00:00Z"),
        NodeKey(krefeld().key.public, expires="2020-01-01T00:00:00Z"),
        NodeKey(krefeld().key.public, valid_from="2099-01-01T00:00:00Z"),
    ):
        assert code_of(asked(), keys=Keyring({KEY_ID: known})) == "signature.key_unknown"
    assert code_of(asked(), keys=Keyring({KEY_ID: NodeKey(sofia().key.public)})) == "signature.wrong"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("signature-input", "citytandem"),
        ("signature-input", 'citytandem=("@method"'),
        ("signature-input", 'citytandem=("@method"  "@path")'),
        ("signature-input", 'citytandem=("@method" );created=1'),
        ("signature-input", 'citytandem=("@method" "@method");created=1'),
        ("signature-input", "citytandem=();created=1;created=2"),
        ("signature-input", 'citytandem=();created="1"'),
        ("signature-input", "citytandem=();keyid=5"),
        ("signature-input", "a=(), a=()"),
        ("signature-input", "a=(), "),
        ("signature-input", "a=(), b=(), c=(), d=(), e=()"),
        ("signature-input", "a" * 5_000),
        ("signature", "citytandem=:YQ==:, citytandem=:YQ==:"),
        ("signature", "citytandem=:YQ=:"),
        ("signature", 'citytandem="x"'),
        ("content-digest", "sha-512=:YQ==:"),
        ("content-digest", "sha-256=YQ=="),
    ],
)
def test_headers_of_another_form_are_refused(name: str, value: str) -> None:
    message = asked(NUDGE)
    with pytest.raises(BadSignature):
        verify(replace(message, headers={**message.headers, name: value}), RING, now=NOW)


def test_a_signature_has_one_spelling() -> None:
    message = asked()
    written = message.headers["signature"]
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    respelt = written[:-4] + letters[letters.index(written[-4]) + 1] + written[-3:]
    assert code_of(replace(message, headers={**message.headers, "signature": respelt})) == "signature.form"


def test_a_signature_of_a_proxy_is_passed_over_and_a_second_of_ours_is_not() -> None:
    message = asked()
    inputs, given_signature = message.headers["signature-input"], message.headers["signature"]
    proxy = {
        "signature-input": f'{inputs}, proxy=("@method");created=1;tag="p"',
        "signature": f"{given_signature}, proxy=:YQ==:",
    }
    assert verify(replace(message, headers={**message.headers, **proxy}), RING, now=NOW)
    twice = {"signature-input": f"{inputs}, again={inputs.partition('=')[2]}"}
    assert code_of(replace(message, headers={**message.headers, **twice})) == "signature.form"


def test_a_proof_of_an_object_is_no_signature_of_a_message() -> None:
    assert code_of(replace(PULL, headers={"signature-input": "x=()", "signature": "x=:YQ==:"})) == "signature.missing"


# --- the other implementation ---------------------------------------------------------------------------------------


class Known(oracle.HTTPSignatureKeyResolver):
    """One key pair under any name."""

    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey:
        return Ed25519PublicKey.from_public_bytes(krefeld().key.public.raw)

    def resolve_private_key(self, key_id: str) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(krefeld().key.seed)


def theirs(message: Message) -> Any:
    """A message as the package reads it."""
    if message.status:
        assert message.request is not None
        return SimpleNamespace(
            status_code=message.status, headers=dict(message.headers), request=theirs(message.request)
        )
    return SimpleNamespace(method=message.method, url=message.url, headers=dict(message.headers))


def check_by_them(message: Message) -> list[Any]:
    verifier = oracle.HTTPMessageVerifier(signature_algorithm=oracle.algorithms.ED25519, key_resolver=Known())
    return list(verifier.verify(theirs(message), max_age=datetime.now(UTC) - datetime.fromtimestamp(0, UTC)))


def now() -> int:
    return int(datetime.now(UTC).timestamp())


@given(URLS, st.binary(max_size=100), st.sampled_from(["GET", "POST"]))
def test_what_we_sign_the_other_implementation_verifies(url: str, body: bytes, verb: str) -> None:
    message = asked(Message(method=verb, url=url, body=body), created=now())
    (found,) = check_by_them(message)
    assert found.parameters["keyid"] == KEY_ID
    assert set(found.covered_components) >= {'"@method"', '"@target-uri"', '"content-digest"'}
    answer = asked(Message(status=200, body=body, request=message), created=now())
    assert len(check_by_them(answer)) == 1
    with pytest.raises(oracle.InvalidSignature):
        check_by_them(replace(message, headers={**message.headers, "content-digest": content_digest(body + b"x")}))


@given(URLS, st.binary(max_size=100), st.sampled_from(["GET", "POST"]))
def test_what_the_other_implementation_signs_we_verify(url: str, body: bytes, verb: str) -> None:
    plain = Message(method=verb, url=url, body=body, headers={"content-digest": content_digest(body)})
    request = signed_by_them(plain, ("@method", "@target-uri", "content-digest"))
    assert verify(request, RING, now=now()).nonce == NONCE
    answer = Message(status=200, body=body, request=request, headers={"content-digest": content_digest(body)})
    covered = tuple(name if name.startswith('"') else f'"{name}"' for name in signatures.RESPONSE)
    assert verify(signed_by_them(answer, covered), RING, now=now()).key == KEY_ID
    with pytest.raises(BadSignature):
        verify(replace(request, body=body + b"x"), RING, now=now())


def signed_by_them(message: Message, covered: tuple[str, ...]) -> Message:
    signer = oracle.HTTPMessageSigner(signature_algorithm=oracle.algorithms.ED25519, key_resolver=Known())
    made = theirs(message)
    signer.sign(
        made,
        key_id=KEY_ID,
        created=datetime.now(UTC),
        expires=datetime.fromtimestamp(now() + 60, UTC),
        nonce=NONCE,
        label=signatures.LABEL,
        tag=signatures.TAG,
        covered_component_ids=covered,
        use_existing_digest=True,
    )
    return replace(message, headers={name.lower(): value for name, value in made.headers.items()})

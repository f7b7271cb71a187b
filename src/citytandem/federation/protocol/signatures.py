"""HTTP message signatures (RFC 9421) with Ed25519: which node asks, which node answers, and that nothing was changed."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from hmac import compare_digest
from typing import Any
from urllib.parse import SplitResult, urlsplit

from citytandem.federation.protocol.errors import BadSignature
from citytandem.federation.protocol.instants import instant
from citytandem.federation.protocol.keys import PrivateKey
from citytandem.federation.protocol.proofs import KeyLookup

LABEL = "citytandem"
TAG = "citytandem-1"
LIFE_SECONDS = 60
SKEW_SECONDS = 300
# For the caller of `verify`, who keeps the nonces: this one came before.
REPLAYED = "signature.replayed"
REQUEST = ("@method", "@target-uri", "content-digest")
# The answer covers the signature of what was asked: it cannot be given to another question (RFC 9421, 2.4).
RESPONSE = ("@status", "content-digest", '"@method";req', '"@target-uri";req', f'"signature";req;key="{LABEL}"')
_LONGEST_LIFE = 300
_MOST_HEADER = 4096
_MOST_SIGNATURES = 4
_NAME = r"[a-z*][a-z0-9_.*-]{0,63}"
_STRING = r'"(?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"'
_COMPONENT = rf"{_STRING}(?:;{_NAME}(?:={_STRING})?)*"
_PARAMETER = rf";({_NAME})(?:=({_STRING}|-?\d{{1,15}}))?"
# As RFC 8941, 4.1 writes it: what is written otherwise would be signed otherwise, and is refused.
_INPUT = re.compile(rf"({_NAME})=(\(((?:{_COMPONENT}(?: (?!\)))?)*)\)((?:{_PARAMETER})*))(?: ?, ?|$)", re.ASCII)
_BYTES = re.compile(rf"({_NAME})=(:[A-Za-z0-9+/]*={{0,2}}:)(?: ?, ?|$)", re.ASCII)
_ONE_COMPONENT = re.compile(rf"({_STRING})((?:;{_NAME}(?:={_STRING})?)*)", re.ASCII)
_ONE_PARAMETER = re.compile(_PARAMETER, re.ASCII)
_FIELD = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]{1,64}", re.ASCII)
_NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Message:
    """What is signed of a request or, with `status` and the request it answers, of a response.

    `url`: the absolute address as the public knows it; behind a proxy that is the node's own address, never one that
    the request's headers claim. `headers`: names in small letters, values of repeated ones joined by `, `.
    """

    method: str = ""
    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    status: int = 0
    request: Message | None = None


@dataclass(frozen=True, slots=True)
class SignatureInput:
    """A member of `Signature-Input` (RFC 9421, 4.1): covered components and parameters, and their text as it was signed."""

    components: tuple[str, ...]
    created: int | None
    expires: int | None
    key: str
    nonce: str
    tag: str
    algorithm: str
    text: str


@dataclass(frozen=True, slots=True)
class Verified:
    """Who signed. The caller keeps `nonce` of `key` until `keep_until` (Unix seconds) and refuses it if it comes again."""

    key: str
    nonce: str
    keep_until: int


def content_digest(body: bytes) -> str:
    """The value of `Content-Digest` (RFC 9530, 2)."""
    return f"sha-256=:{b64encode(sha256(body).digest()).decode()}:"


def signed(
    message: Message,
    key: PrivateKey,
    *,
    key_id: str,
    created: int,
    nonce: str,
    life: int = LIFE_SECONDS,
    components: Sequence[str] | None = None,
) -> dict[str, str]:
    """Headers to add to a message: `content-digest`, `signature-input`, `signature`.

    `key_id`: `did.method(…)`. `created`: Unix seconds. `nonce`: 16 to 64 letters, new each time.
    """
    covered = tuple(components) if components else (RESPONSE if message.status else REQUEST)
    digest = content_digest(message.body)
    whole = _with(message, {"content-digest": digest})
    parameters = (
        f';created={created};expires={created + life};nonce="{nonce}";keyid="{key_id}";alg="ed25519";tag="{TAG}"'
    )
    text = f"({' '.join(_identifier(name) for name in covered)}){parameters}"
    signature = key.sign(signature_base(whole, read_input(text)))
    return {
        "content-digest": digest,
        "signature-input": f"{LABEL}={text}",
        "signature": f"{LABEL}=:{b64encode(signature).decode()}:",
    }


def _identifier(name: str) -> str:
    return name if name.startswith('"') else f'"{name}"'


def _with(message: Message, headers: dict[str, str]) -> Message:
    return Message(
        method=message.method,
        url=message.url,
        headers={**message.headers, **headers},
        body=message.body,
        status=message.status,
        request=message.request,
    )


def verify(message: Message, keys: KeyLookup, *, now: int) -> Verified:
    """Who signed this message, if everything holds (RFC 9421, 3.2; the profile: docs/protocol/transport.md).

    Exactly one signature with our tag; others, e.g. of a proxy, are passed over. Raises BadSignature with
    `signature.missing`, `signature.form`, `signature.parameters`, `signature.components` (something is not covered that
    must be), `signature.digest`, `signature.expired`, `signature.future`, `signature.key_unknown`, `signature.wrong`.
    """
    inputs = read_inputs(_header(message, "signature-input"))
    ours = [(label, found) for label, found in inputs.items() if found.tag == TAG]
    if len(ours) != 1:
        raise BadSignature("signature.missing" if not ours else "signature.form")
    label, found = ours[0]
    if label != LABEL:
        raise BadSignature("signature.form")  # the answer would not find the signature that it has to cover
    given = _byte_members(_header(message, "signature")).get(label)
    if given is None:
        raise BadSignature("signature.missing")
    _check_components(message, found)
    _check_digest(message)
    keep_until = _check_times(found, now)
    known = keys(found.key)
    at = instant(datetime.fromtimestamp(found.created or 0, UTC))
    if known is None or not known.counts(created=at, received=instant(datetime.fromtimestamp(now, UTC))):
        raise BadSignature("signature.key_unknown")
    if not known.key.verifies(_bytes(given), signature_base(message, found)):
        raise BadSignature("signature.wrong")
    return Verified(key=found.key, nonce=found.nonce, keep_until=keep_until)


def _header(message: Message, name: str) -> str:
    value = message.headers.get(name, "")
    if not value:
        raise BadSignature("signature.missing")
    if len(value) > _MOST_HEADER:
        raise BadSignature("signature.form")
    return value


def _check_components(message: Message, found: SignatureInput) -> None:
    covered = set(found.components)
    if message.status:
        needed = set(RESPONSE)
    else:
        target = {'"@authority"', '"@path"', '"@query"'}
        needed = {'"@method"', *(target if target <= covered else {'"@target-uri"'})}
        if message.body or "content-digest" in message.headers:
            needed.add('"content-digest"')
    if not {_identifier(name) for name in needed} <= covered:
        raise BadSignature("signature.components")


def _check_digest(message: Message) -> None:
    """Content and header agree. A digest that is there counts, even when no content is."""
    value = message.headers.get("content-digest", "")
    if not value and not message.body:
        return
    given = _byte_members(value).get("sha-256")
    if given is None or not compare_digest(_bytes(given), sha256(message.body).digest()):
        raise BadSignature("signature.digest")


def _check_times(found: SignatureInput, now: int) -> int:
    created, expires = found.created, found.expires
    complete = created is not None and expires is not None and found.key and _NONCE.fullmatch(found.nonce)
    if created is None or expires is None or not complete or found.algorithm not in ("", "ed25519"):
        raise BadSignature("signature.parameters")
    if not 0 < created < expires <= created + _LONGEST_LIFE:
        raise BadSignature("signature.parameters")
    if created > now + SKEW_SECONDS:
        raise BadSignature("signature.future")
    if expires + SKEW_SECONDS <= now:
        raise BadSignature("signature.expired")
    return expires + SKEW_SECONDS


def read_inputs(header: str) -> dict[str, SignatureInput]:
    """The members of `Signature-Input`. Raises BadSignature(`signature.form`)."""
    return {label: _input(*parts) for label, *parts in _members(_INPUT, header, (1, 2, 3, 4))}


def read_input(text: str) -> SignatureInput:
    """One inner list with its parameters, e.g. `("@method");created=1`. Raises BadSignature(`signature.form`)."""
    return read_inputs(f"{LABEL}={text}")[LABEL]


def _members(pattern: re.Pattern[str], header: str, groups: tuple[int, ...]) -> list[tuple[str, ...]]:
    """Members of a dictionary (RFC 8941, 3.2), each of one form; a label twice is refused."""
    found: list[tuple[str, ...]] = []
    place = 0
    while place < len(header):
        match = pattern.match(header, place)
        ended_by_comma = match is not None and match.end() == len(header) and header.rstrip().endswith(",")
        if match is None or ended_by_comma or len(found) >= _MOST_SIGNATURES:
            raise BadSignature("signature.form")
        found.append(tuple(match[group] for group in groups))
        place = match.end()
    if not found or len({label for label, *_ in found}) < len(found):
        raise BadSignature("signature.form")
    return found


def _input(text: str, inner: str, parameters: str) -> SignatureInput:
    components = tuple(match[0] for match in _ONE_COMPONENT.finditer(inner))
    if " ".join(components) != inner or len(set(components)) != len(components):
        raise BadSignature("signature.form")
    values: dict[str, Any] = {}
    for name, value in _ONE_PARAMETER.findall(parameters):
        if name in values:
            raise BadSignature("signature.form")
        values[name] = _unquoted(value) if value.startswith('"') else int(value or 0)
    return SignatureInput(
        components=components,
        created=_typed(values, "created", int, None),
        expires=_typed(values, "expires", int, None),
        key=_typed(values, "keyid", str, ""),
        nonce=_typed(values, "nonce", str, ""),
        tag=_typed(values, "tag", str, ""),
        algorithm=_typed(values, "alg", str, ""),
        text=text,
    )


def _typed(values: dict[str, Any], name: str, kind: type, default: Any) -> Any:
    value = values.get(name, default)
    if name in values and not isinstance(value, kind):
        raise BadSignature("signature.form")
    return value


def _unquoted(text: str) -> str:
    return text[1:-1].replace('\\"', '"').replace("\\\\", "\\")


def _byte_members(header: str) -> dict[str, str]:
    """Label to byte sequence, still as written."""
    return {label: value[0] for label, *value in _members(_BYTES, header, (1, 2))}


def _bytes(written: str) -> bytes:
    """The bytes of `:…:`; one way to write them only, so that a signature cannot be respelt."""
    try:
        data = b64decode(written[1:-1], validate=True)
    except NotBase64:
        raise BadSignature("signature.form") from None
    if b64encode(data).decode() != written[1:-1]:
        raise BadSignature("signature.form")
    return data


def signature_base(message: Message, of: SignatureInput) -> bytes:
    """The text that is signed (RFC 9421, 2.5). Raises BadSignature(`signature.components`) for what is not there."""
    lines = [f"{component}: {_component(message, component)}" for component in of.components]
    lines.append(f'"@signature-params": {of.text}')
    base = "\n".join(lines)
    if not base.isascii():
        raise BadSignature("signature.components")
    return base.encode()


def _component(message: Message, component: str) -> str:
    match = _ONE_COMPONENT.fullmatch(component)
    if match is None:
        raise BadSignature("signature.form")
    name, given = _unquoted(match[1]), _ONE_PARAMETER.findall(match[2])
    parameters = dict(given)
    if len(parameters) != len(given) or not parameters.keys() <= {"req", "key"}:
        raise BadSignature("signature.components")
    of = message
    if "req" in parameters:
        if parameters["req"] or message.request is None:
            raise BadSignature("signature.components")
        of = message.request
    value = _derived(of, name) if name.startswith("@") else _field(of, name, parameters.get("key"))
    if not value.replace("\t", " ").isprintable() or (name.startswith("@") and "key" in parameters):
        raise BadSignature("signature.components")
    return value


def _field(message: Message, name: str, key: str | None) -> str:
    value = message.headers.get(name)
    if value is None or not _FIELD.fullmatch(name):
        raise BadSignature("signature.components")
    if key is None:
        return value.strip()
    member = _byte_members(value).get(_unquoted(key)) if key and name == "signature" else None
    if member is None:
        raise BadSignature("signature.components")
    return member


def _derived(message: Message, name: str) -> str:
    """RFC 9421, 2.2."""
    if message.status:
        if name == "@status":
            return str(message.status)
        raise BadSignature("signature.components")
    try:
        url = urlsplit(message.url)
        port = url.port
    except ValueError:
        raise BadSignature("signature.components") from None
    path, query = url.path or "/", f"?{url.query}" if "?" in message.url else ""
    authority = _authority(url, port)
    values = {
        "@method": message.method,
        "@target-uri": f"{url.scheme}://{url.netloc}{path}{query}",
        "@authority": authority,
        "@scheme": url.scheme,
        "@request-target": path + query,
        "@path": path,
        "@query": query or "?",
    }
    if name not in values:
        raise BadSignature("signature.components")
    return values[name]


def _authority(url: SplitResult, port: int | None) -> str:
    usual = {"https": 443, "http": 80}.get(url.scheme)
    host = url.hostname or ""
    return host if port in (None, usual) else f"{host}:{port}"

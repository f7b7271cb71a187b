"""Ed25519 keys (RFC 8032) as they travel (Multikey), and the fingerprint that two people read out to each other."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from citytandem.federation.protocol.errors import BadKey

_LETTERS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = {letter: value for value, letter in enumerate(_LETTERS)}
_CHUNK = 10
_LONGEST = 128
_PUBLIC_PREFIX = bytes.fromhex("ed01")
_SECRET_PREFIX = bytes.fromhex("8026")
_CONSONANTS, _VOWELS = "bdfghjklmnprstvz", "aiou"
_QR_PREFIX = "citytandem-pair-1"
# Points of small order, and other ways to write them, without the sign bit: one signature fits many texts under such a
# key. The list follows from RFC 7748, 7 and RFC 8032, 5.1.3; the tests multiply each by eight.
_WEAK = frozenset(
    bytes.fromhex(point)
    for point in (
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    )
)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """32 bytes that anybody may know. Raises BadKey(`key.weak`, `key.length`)."""

    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != 32:
            raise BadKey("key.length")
        if self.raw[:31] + bytes([self.raw[31] & 0x7F]) in _WEAK:
            raise BadKey("key.weak")

    @property
    def multikey(self) -> str:
        """`z6Mk…` (Controlled Identifiers 1.0, 2.2.2 Multikey; multicodec ed25519-pub)."""
        return multibase(_PUBLIC_PREFIX + self.raw)

    def verifies(self, signature: bytes, data: bytes) -> bool:
        """Whether the owner of this key signed `data`."""
        try:
            _loaded(self.raw).verify(signature, data)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """The seed of a key pair; it never shows in a log or a traceback."""

    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.seed) != 32:
            raise BadKey("key.length")

    @property
    def public(self) -> PublicKey:
        """The half that others get."""
        return PublicKey(_signer(self.seed).public_key().public_bytes_raw())

    @property
    def multikey(self) -> str:
        """`z3u2…` (multicodec ed25519-priv). Secret."""
        return multibase(_SECRET_PREFIX + self.seed)

    def sign(self, data: bytes) -> bytes:
        """64 bytes; the same each time (RFC 8032, 5.1.6)."""
        return _signer(self.seed).sign(data)


def new_key() -> PrivateKey:
    """A key pair from the system's randomness."""
    return PrivateKey(secrets.token_bytes(32))


@lru_cache(maxsize=4096)
def _loaded(raw: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(raw)


@lru_cache(maxsize=16)
def _signer(seed: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(seed)


@lru_cache(maxsize=4096)
def public_key(multikey: str) -> PublicKey:
    """Read `z6Mk…`. Raises BadKey with `key.form`, `key.length` or `key.weak`."""
    return PublicKey(_payload(multikey, _PUBLIC_PREFIX))


def private_key(multikey: str) -> PrivateKey:
    """Read `z3u2…`. Raises BadKey with `key.form` or `key.length`."""
    return PrivateKey(_payload(multikey, _SECRET_PREFIX))


def _payload(multikey: str, prefix: bytes) -> bytes:
    data = from_multibase(multikey)
    if not data.startswith(prefix):
        raise BadKey("key.form")
    return data[len(prefix) :]


def multibase(data: bytes) -> str:
    """base58-btc with its prefix `z` (Controlled Identifiers 1.0, 2.4 Multibase)."""
    number = int.from_bytes(data, "big")
    letters = []
    while number:
        number, value = divmod(number, 58)
        letters.append(_LETTERS[value])
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "z" + "1" * zeros + "".join(reversed(letters))


def from_multibase(text: str) -> bytes:
    """The reverse of `multibase`, for at most 128 letters. Raises BadKey(`key.form`)."""
    if not text.startswith("z") or len(text) > _LONGEST:
        raise BadKey("key.form")
    number = 0
    try:
        # Ten letters at a time fit a machine word: a third of the time of letter by letter.
        for start in range(1, len(text), _CHUNK):
            part, value = text[start : start + _CHUNK], 0
            for letter in part:
                value = value * 58 + _VALUES[letter]
            number = number * 58 ** len(part) + value
    except KeyError:
        raise BadKey("key.form") from None
    zeros = len(text) - 1 - len(text[1:].lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def fingerprint(key: PublicKey, *, did: str) -> str:
    """Eight words of five letters that say which key belongs to which node, e.g. `lusab-babad-…`.

    128 bits of SHA-256 over address and key, written as proquints (Wilkerson 2009, arXiv:0901.4016): consonant and
    vowel in turn, so that people of any of our languages can say them and write down what they hear. Whoever wants to
    stand between two nodes needs a second key with the same fingerprint, 2^128 tries (docs/protocol/security.md).
    """
    data = sha256(f"citytandem fingerprint 1\n{did}\n{key.multikey}".encode()).digest()[:16]
    return "-".join(_word(int.from_bytes(data[place : place + 2], "big")) for place in range(0, 16, 2))


def _word(value: int) -> str:
    return (
        _CONSONANTS[value >> 12]
        + _VOWELS[value >> 10 & 3]
        + _CONSONANTS[value >> 6 & 15]
        + _VOWELS[value >> 4 & 3]
        + _CONSONANTS[value & 15]
    )


def same_fingerprint(read: str, shown: str) -> bool:
    """Whether what somebody typed in is the fingerprint shown: capitals and what stands between words do not count."""
    return _bare(read) == _bare(shown) != ""


def _bare(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalpha())


def qr_text(key: PublicKey, *, did: str) -> str:
    """What a QR code for pairing holds: the address and the whole key, so that nothing need be read out."""
    return f"{_QR_PREFIX} {did} {key.multikey}"


def from_qr_text(text: str) -> tuple[str, PublicKey]:
    """DID and key of a scanned code. Raises BadKey(`key.form`); the caller still checks the DID."""
    parts = text.strip().split(" ")
    if len(parts) != 3 or parts[0] != _QR_PREFIX:
        raise BadKey("key.form")
    return parts[1], public_key(parts[2])

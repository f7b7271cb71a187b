"""Keys as they travel, and the words that two people read out."""

from __future__ import annotations

import base58
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from citytandem.federation.protocol import keys
from citytandem.federation.protocol.errors import BadKey
from citytandem.federation.protocol.keys import PrivateKey, PublicKey, fingerprint, public_key
from tests.unit.federation.nodes import krefeld

# RFC 8032, 7.1, TEST 2.
SEED = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"
PUBLIC = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
SIGNATURE = (
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
)
# Edwards curve of RFC 8032, 5.1.
P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P


@given(st.binary(max_size=90))
def test_multibase_is_base58_of_the_reference(data: bytes) -> None:
    written = keys.multibase(data)
    assert written == "z" + base58.b58encode(data).decode()
    assert keys.from_multibase(written) == data


@pytest.mark.parametrize("text", ["", "m3", "z0", "zO", "zI", "zl", "z 1", "zé", "z" * 129])
def test_other_writings_are_refused(text: str) -> None:
    with pytest.raises(BadKey, match=r"key\.form"):
        keys.from_multibase(text)


def test_the_vector_of_rfc_8032() -> None:
    key = PrivateKey(bytes.fromhex(SEED))
    assert key.public.raw.hex() == PUBLIC
    assert key.sign(b"\x72").hex() == SIGNATURE
    assert key.public.verifies(bytes.fromhex(SIGNATURE), b"\x72")
    assert not key.public.verifies(bytes.fromhex(SIGNATURE), b"\x73")


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200))
def test_keys_come_back_from_their_writing_and_verify_what_they_sign(seed: bytes, data: bytes) -> None:
    key = PrivateKey(seed)
    assert keys.private_key(key.multikey) == key
    assert public_key(key.public.multikey) == key.public
    assert key.public.multikey.startswith("z6Mk")
    assert key.sign(data) == Ed25519PrivateKey.from_private_bytes(seed).sign(data)
    assert key.public.verifies(key.sign(data), data)


def test_a_signature_with_a_scalar_beyond_the_order_is_refused() -> None:
    order = 2**252 + 27742317777372353535851937790883648493
    signature = bytes.fromhex(SIGNATURE)
    second = (int.from_bytes(signature[32:], "little") + order).to_bytes(32, "little")
    assert not PublicKey(bytes.fromhex(PUBLIC)).verifies(signature[:32] + second, b"\x72")


@pytest.mark.parametrize("written", sorted(point.hex() for point in keys._WEAK))
@pytest.mark.parametrize("sign", [0, 0x80])
def test_a_key_of_small_order_is_refused(written: str, sign: int) -> None:
    raw = bytes.fromhex(written)
    with pytest.raises(BadKey, match=r"key\.weak"):
        PublicKey(raw[:31] + bytes([raw[31] | sign]))


@pytest.mark.parametrize("written", sorted(point.hex() for point in keys._WEAK))
def test_each_point_of_the_list_is_of_small_order(written: str) -> None:
    y = int.from_bytes(bytes.fromhex(written), "little") % P
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * pow(2, (P - 1) // 4, P) % P
    assert x * x % P == square
    point = (x, y)
    for _ in range(3):
        point = _doubled(point)
    assert point == (0, 1)


def _doubled(point: tuple[int, int]) -> tuple[int, int]:
    x, y = point
    product = D * x * x * y * y % P
    return 2 * x * y * pow(1 + product, -1, P) % P, (y * y + x * x) * pow(1 - product, -1, P) % P


def test_a_private_key_does_not_show() -> None:
    key = keys.new_key()
    assert key.seed.hex() not in repr(key)
    assert repr(key.seed) not in repr(key)
    assert keys.new_key() != key


@pytest.mark.parametrize("data", [b"", bytes(31), bytes(33)])
def test_a_key_has_32_bytes(data: bytes) -> None:
    with pytest.raises(BadKey, match=r"key\.length"):
        PrivateKey(data)
    with pytest.raises(BadKey, match=r"key\.length"):
        PublicKey(data)


def test_a_secret_key_is_not_taken_for_a_public_one() -> None:
    with pytest.raises(BadKey, match=r"key\.form"):
        public_key(krefeld().key.multikey)


# arXiv:0901.4016: 127.0.0.1 is lusab-babad, 63.84.220.193 is gutih-tugad.
@pytest.mark.parametrize(
    ("value", "word"), [(0x7F00, "lusab"), (0x0001, "babad"), (0x3F54, "gutih"), (0xDCC1, "tugad")]
)
def test_words_are_proquints(value: int, word: str) -> None:
    assert keys._word(value) == word


def test_a_fingerprint_has_eight_words_and_holds_address_and_key() -> None:
    node = krefeld()
    words = fingerprint(node.key.public, did=node.did).split("-")
    assert [len(word) for word in words] == [5] * 8
    assert fingerprint(node.key.public, did="did:web:krefeld.example.org").split("-") != words
    assert fingerprint(keys.new_key().public, did=node.did).split("-") != words


def test_what_is_typed_in_may_have_capitals_and_spaces_but_no_other_letter() -> None:
    shown = fingerprint(krefeld().key.public, did=krefeld().did)
    assert keys.same_fingerprint(shown.upper().replace("-", "  "), shown)
    assert not keys.same_fingerprint(shown[:-1], shown)
    assert not keys.same_fingerprint("", "")
    assert not keys.same_fingerprint(shown.replace(shown[0], "x", 1), shown)


def test_a_qr_code_carries_the_whole_key() -> None:
    node = krefeld()
    text = keys.qr_text(node.key.public, did=node.did)
    assert len(text) < 200
    assert keys.from_qr_text(text + "\n") == (node.did, node.key.public)
    with pytest.raises(BadKey):
        keys.from_qr_text(text.replace("pair-1", "pair-2"))

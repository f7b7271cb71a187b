"""The name and the keys of this node: made when first needed, rotated, revoked."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor, entry_add
from citytandem.core import clock, jobs
from citytandem.core.errors import Conflict
from citytandem.core.permissions import require
from citytandem.federation.models import Identity, LogEntry, OwnKey, Peer, SharedObject
from citytandem.federation.protocol.did import MOST_KEYS, Document, NodeKey, base_address, did_of, document
from citytandem.federation.protocol.errors import BadDocument
from citytandem.federation.protocol.instants import instant
from citytandem.federation.protocol.keys import PrivateKey, new_key, private_key, public_key
from citytandem.federation.protocol.proofs import proof_set, proven
from citytandem.federation.protocol.vouching import vouch

# How long the key before still counts after a rotation: partners read our document at least once a day.
OVERLAP = timedelta(days=30)
# Older ones have left all proofs in the log long before they leave the document, which has room for twice as many.
KEYS_IN_USE = 8
_CONTEXT = b"citytandem federation key 1\n"


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs for this node now."""

    did: str
    key: PrivateKey


def configured_did() -> str:
    """The name that the node's address stands for; empty where the address cannot be one (a number, for example)."""
    try:
        did: str = did_of(settings.ADDRESS)
    except BadDocument:
        return ""
    return did if settings.FEDERATION_LOCAL or not is_local(did) else ""


def is_local(did: str) -> bool:
    """Whether a node lies on this machine."""
    return did.startswith("did:web:localhost")


def own_did() -> str:
    """The name of this node: the one that it has signed under, else the one its address stands for; empty if neither."""
    return Identity.objects.filter(id=1).values_list("did", flat=True).first() or configured_did()


def endpoint(did: str) -> str:
    """Where partners ask this node."""
    return f"{base_address(did)}/federation"


def own_prefix() -> str:
    """What the addresses of our objects begin with; the id of the thing follows. Empty where we have no address."""
    did = own_did()
    return f"{endpoint(did)}/objects/" if did else ""


@transaction.atomic
def identity() -> Identity:
    """This node's identity with a key that counts; made on the first call. Raises Conflict without a usable address.

    As long as nobody is paired with us and nothing was published, it follows the configured address.
    """
    configured = configured_did()
    found = Identity.objects.filter(id=1).first()
    if found is None or (found.did != configured and configured and _is_unused()):
        if not configured:
            raise Conflict(
                "federation.no_address",
                _("Partners can only reach this node under a host name: set CITYTANDEM_ADDRESS."),
            )
        found, _made = Identity.objects.update_or_create(id=1, defaults={"did": configured, "started_at": clock.now()})
    _ensure_key()
    return found


def _is_unused() -> bool:
    return not (Peer.objects.exists() or LogEntry.objects.exists() or SharedObject.objects.exists())


def _ensure_key(*, before: PrivateKey | None = None) -> None:
    if OwnKey.objects.filter(expires=None, revoked=None).exists():
        return
    try:
        with transaction.atomic():
            _add_key(clock.now(), before=before)
    except IntegrityError:
        return  # another process was first, and its key is as good


def _add_key(now: datetime, *, before: PrivateKey | None) -> OwnKey:
    """A new key, which the key before vouches for if it can be opened: else partners have to compare words again."""
    key = new_key()
    did = Identity.objects.values_list("did", flat=True).get(id=1)
    return OwnKey.objects.create(
        multikey=key.public.multikey,
        secret=_box().encrypt(key.multikey.encode()),
        voucher=vouch(did, key.public, by=before, created=instant(now)) if before else None,
        valid_from=now.replace(microsecond=0),
    )


def _box() -> Fernet:
    """Encryption under the node's signing key: who has a copy of the database alone cannot sign for the city."""
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(_CONTEXT + settings.SECRET_KEY.encode()).digest()))


def _opened(row: OwnKey) -> PrivateKey | None:
    """The secret of a key; None if it is gone or was stored under another key of the node."""
    try:
        return private_key(_box().decrypt(bytes(row.secret or b"")).decode())
    except InvalidToken:
        return None


def signer() -> Signer:
    """Who signs now. Raises Conflict where there is no address, or the stored key cannot be opened."""
    me = identity()
    key = _opened(OwnKey.objects.get(expires=None, revoked=None))
    if key is None:
        raise Conflict(
            "federation.key_locked",
            _("The key of this node was stored under another CITYTANDEM_SECRET_KEY and cannot be opened."),
        )
    return Signer(did=me.did, key=key)


def _listed() -> Sequence[OwnKey]:
    return list(OwnKey.objects.order_by("-valid_from", "-id")[:MOST_KEYS])


def _node_keys(rows: Sequence[OwnKey]) -> Sequence[NodeKey]:
    return [
        NodeKey(
            public_key(row.multikey),
            valid_from=instant(row.valid_from),
            expires=instant(row.expires) if row.expires else "",
            revoked=instant(row.revoked) if row.revoked else "",
        )
        for row in rows
    ]


def own_keys() -> Sequence[NodeKey]:
    """All keys of the node's document, the newest first."""
    return _node_keys(_listed())


def own_keys_document() -> Document:
    """Our keys as a document that is for ourselves."""
    me = identity()
    return Document(did=me.did, keys=tuple(own_keys()), endpoint=endpoint(me.did))


def own_document() -> dict[str, Any]:
    """The document that this node publishes of itself, proven by the key in use as far as that can be opened.

    Who knows that key knows by it that all others are ours, and which of two documents is the later one.
    """
    me, rows = identity(), _listed()
    vouchers = {row.multikey: row.voucher for row in rows if row.voucher}
    made = document(me.did, _node_keys(rows), endpoint=endpoint(me.did), vouchers=vouchers)
    key = next((_opened(row) for row in rows if row.expires is None and row.revoked is None), None)
    return proven(made, key, did=me.did, created=instant(clock.now())) if key else made


@transaction.atomic
def passing_on_set(*, is_on: bool, by: Actor) -> None:
    """Be a hub from now on, or stop being one. What was passed on already stays in our log."""
    require("federation.agree", by)
    identity()
    if Identity.objects.exclude(passes_on=is_on).update(passes_on=is_on):
        entry_add("federation_hub", by=by, facts={"passes_on": is_on})
        if is_on:
            jobs.enqueue("federation.relay", queue="federation", once="federation.relay")


def key_rotate(*, by: Actor, overlap: timedelta = OVERLAP) -> OwnKey:
    """Sign with a new key from now on. The one before counts for `overlap` more, and its secret is destroyed at once.

    Raises Conflict(`federation.keys_in_use`) while the key that would leave the document has proven things in the log.
    """
    require("federation.keys", by)
    identity()
    leaving = list(OwnKey.objects.order_by("-valid_from", "-id").values_list("multikey", flat=True)[MOST_KEYS - 1 :])
    if _have_proven(leaving):
        _prove_anew_later()
        raise Conflict(
            "federation.keys_in_use",
            _("There are 16 keys, and the oldest is still in use. It is being replaced: try again in some minutes."),
        )
    return _rotate(by=by, overlap=overlap)


@transaction.atomic
def _rotate(*, by: Actor, overlap: timedelta) -> OwnKey:
    now = clock.now().replace(microsecond=0)
    before = OwnKey.objects.select_for_update().get(expires=None, revoked=None)
    secret = _opened(before)
    before.expires, before.secret = max(now + overlap, before.valid_from + timedelta(seconds=1)), None
    before.save(update_fields=["expires", "secret"])
    made = _add_key(now, before=secret)
    if OwnKey.objects.count() > KEYS_IN_USE:
        _prove_anew_later()
    entry_add("federation_key_rotated", by=by, facts={"key": made.multikey})
    return made


def keys_to_replace() -> list[str]:
    """Keys whose proofs are made anew: revoked ones, and old ones long before the document has no room for them."""
    rows = OwnKey.objects.order_by("-valid_from", "-id").values_list("multikey", "revoked")
    return [multikey for number, (multikey, revoked) in enumerate(rows) if revoked or number >= KEYS_IN_USE]


def _have_proven(keys: Sequence[str]) -> bool:
    """Whether a proof of ours that is in use is by one of these keys."""
    for key in keys:
        bodies = SharedObject.objects.filter(is_own=True, body__contains=key).values_list("body", flat=True)
        for body in bodies.iterator(500):
            # Any mention of the key finds it, and what is only a mention does not count.
            proofs = proof_set(orjson.loads(body).get("proof"))
            if any(str(one.get("verificationMethod", "")).endswith(f"#{key}") for one in proofs):
                return True
    return False


def _prove_anew_later() -> None:
    jobs.enqueue("federation.prove_anew", queue="federation", once="federation.prove_anew")


@transaction.atomic
def key_revoke(multikey: str, *, by: Actor) -> None:
    """Say that a key may be in wrong hands: from now on only what readers had received before stays good.

    If it is the key in use, a new one takes its place, and the old one vouches for it: who holds a stolen copy could do
    that as well, so nothing is lost. A job proves all our objects anew.
    """
    require("federation.keys", by)
    now = clock.now().replace(microsecond=0)
    before = OwnKey.objects.select_for_update().filter(multikey=multikey, revoked=None).first()
    if before is None:
        return
    secret = _opened(before)
    before.revoked, before.secret = now, None
    before.save(update_fields=["revoked", "secret"])
    _ensure_key(before=secret)
    _prove_anew_later()
    entry_add("federation_key_revoked", by=by, facts={"key": multikey})

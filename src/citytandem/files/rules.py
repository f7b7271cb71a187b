"""Who may do what with files."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

import rules

from citytandem.accounts.contract import Actor
from citytandem.files import owners
from citytandem.files.models import Attachment, State


@dataclass(frozen=True, slots=True)
class Held:
    """A file, and the secret that the reader's browser keeps; empty for none."""

    file: Attachment
    key: str = ""


def key_hash(key: str) -> str:
    """What is stored of a visitor's secret."""
    return hashlib.sha256(key.encode(errors="replace")).hexdigest() if key else ""


@rules.predicate
def is_sender(actor: Actor, held: Held) -> bool:
    """Sent this file: by the sign-in, or by the visitor's secret."""
    sent = held.file
    if actor.id is not None:
        return sent.uploaded_by_id == actor.id
    return bool(held.key and sent.upload_key) and hmac.compare_digest(sent.upload_key, key_hash(held.key))


@rules.predicate
def is_staff(actor: Actor) -> bool:
    """Works for this city."""
    return actor.is_staff


@rules.predicate
def may_write_thing(actor: Actor, held: Held) -> bool:
    """May change the thing on which the file hangs."""
    return owners.is_writable(held.file.kind, held.file.object_id, actor)


@rules.predicate
def may_read_thing(actor: Actor, held: Held) -> bool:
    """May read the thing on which the file hangs."""
    return held.file.object_id in owners.readable(held.file.kind, [held.file.object_id], actor)


@rules.predicate
def is_published(_actor: Actor, held: Held) -> bool:
    """Checked, described, not removed."""
    return held.file.state == State.READY


rules.add_perm(
    "files.read", (is_published & may_read_thing) | is_sender | (may_read_thing & (is_staff | may_write_thing))
)
rules.add_perm("files.edit", is_sender | may_write_thing)
rules.add_perm("files.restore", is_staff)

"""The address under which people reach this node, and what addresses of people are recognised by."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import urlsplit

from django.conf import settings


def absolute(path: str) -> str:
    """A path of this node as a whole address, for mails and calendars; whole addresses stay."""
    return path if "://" in path else settings.ADDRESS + "/" + path.removeprefix("/")


def host() -> str:
    """The host in this node's address, for the ids of mails and lists."""
    return urlsplit(settings.ADDRESS).hostname or "localhost"


def address_key(address: str) -> str:
    """A keyed hash of an address: recognises it again, and tells it to nobody."""
    folded = address.strip().casefold().encode(errors="replace")
    return hmac.new(settings.SECRET_KEY.encode(), b"notifications.address:" + folded, hashlib.sha256).hexdigest()

"""How somebody without a sign-in proves that a report is theirs: by the address that they were sent."""

from __future__ import annotations

from django.core import signing
from django.utils.crypto import constant_time_compare
from django.utils.http import urlencode

_SALT = "moderation.report"


def key_of(code: str) -> str:
    """The key that goes with the number of a report."""
    return signing.Signer(salt=_SALT).signature(code)


def fits(code: str, key: str) -> bool:
    """Whether a key goes with this number."""
    return bool(key) and constant_time_compare(key_of(code), key)


def receipt_path(code: str) -> str:
    """The page that tells what became of a report, for whoever was sent this address."""
    return f"/report/{code}?{urlencode({'key': key_of(code)})}"

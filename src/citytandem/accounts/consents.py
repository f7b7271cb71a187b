"""What people can agree to, freely and one by one: modules register their purposes in `apps.py`."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Purpose:
    """One thing to agree to. `text` is what one agrees to, word for word; `needed_for` what does not happen without it."""

    name: str
    label: str | Promise
    text: str | Promise
    needed_for: str | Promise


_purposes: dict[str, Purpose] = {}


def register(purpose: Purpose) -> None:
    """Make a purpose known; the last registration of a name counts."""
    _purposes[purpose.name] = purpose


def purposes() -> list[Purpose]:
    """All purposes, as registered."""
    return list(_purposes.values())


def purpose(name: str) -> Purpose | None:
    """One purpose, or None."""
    return _purposes.get(name)


def fingerprint(wording: str) -> str:
    """SHA-256 of a wording, by which one sees whether two people agreed to the same words."""
    return hashlib.sha256(wording.encode()).hexdigest()

"""Addresses of people as they may be shown to somebody who need not know them. Pure."""

from __future__ import annotations

from citytandem.accounts.demo_sign_ins import SIGN_INS

_OF_THE_DEMO = frozenset(one.email for one in SIGN_INS)


def masked(address: str) -> str:
    """`a…@example.org`: enough to tell a mistake in the domain, too little to write to."""
    local, _at, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}" if local else "…"


def is_of_the_demo(address: str) -> bool:
    """Whether the demo's own people sign in with it: everybody knows these."""
    return address.lower() in _OF_THE_DEMO


def address_shown(address: str, *, masks: bool) -> str:
    """An address as a page shows it. `masks`: to somebody of the demo, whose sign-in everybody can use."""
    return masked(address) if masks and address and not is_of_the_demo(address) else address

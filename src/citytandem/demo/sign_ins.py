"""How the sign-ins of the demo are told to whoever has started it. Pure."""

from __future__ import annotations

from citytandem.accounts.demo_sign_ins import SIGN_INS, SignIn

__all__ = ["SIGN_INS", "SignIn", "sign_in_lines"]


def sign_in_lines() -> list[str]:
    """What to print for whoever has started a demo node."""
    width = max(len(sign_in.email) for sign_in in SIGN_INS)
    heading = "Demo sign-ins, known to everybody (load no real data into a demo):"
    return [heading, *(f"  {one.email:{width}}  password {one.password}  {one.name}" for one in SIGN_INS)]

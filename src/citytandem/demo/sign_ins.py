"""The sign-ins of the demo. They are shown to everybody: no node with real data has them. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SignIn:
    """A demo sign-in; its password is no secret."""

    email: str
    password: str
    name: str
    role: str


SIGN_INS = (
    SignIn("innovation@citytandem.example", "demo-innovation-unit", "Innovation unit (demo)", "innovation_unit"),
    SignIn("resident@citytandem.example", "demo-resident", "Resident (demo)", "resident"),
)


def sign_in_lines() -> list[str]:
    """What to print for whoever has started a demo node."""
    width = max(len(sign_in.email) for sign_in in SIGN_INS)
    heading = "Demo sign-ins, known to everybody (load no real data into a demo):"
    return [heading, *(f"  {one.email:{width}}  password {one.password}  {one.name}" for one in SIGN_INS)]

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

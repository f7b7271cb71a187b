"""The sign-ins of the demo. They are shown to everybody: no node with real data has them. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SignIn:
    """A demo sign-in; its password is no secret. `department`: short name of the one that it works for."""

    email: str
    password: str
    name: str
    role: str
    department: str = ""

    @property
    def role_label(self) -> str:
        """The role in the reader's words."""
        from citytandem.accounts.models import Role

        return str(Role(self.role).label)


SIGN_INS = (
    SignIn("innovation@citytandem.example", "demo-innovation-unit", "Innovation unit (demo)", "innovation_unit"),
    SignIn("waste@citytandem.example", "demo-department", "Waste and cleaning (demo)", "department_staff", "waste"),
    SignIn(
        "coordination@citytandem.example", "demo-coordination", "Programme coordination (demo)", "programme_coordinator"
    ),
    SignIn("moderator@citytandem.example", "demo-moderator", "Moderator (demo)", "moderator"),
    SignIn("administrator@citytandem.example", "demo-administrator", "Administrator (demo)", "administrator"),
    SignIn("resident@citytandem.example", "demo-resident", "Resident (demo)", "resident"),
)

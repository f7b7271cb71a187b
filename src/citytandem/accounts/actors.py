"""Whoever does or reads something, and in which roles. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

# The node itself: imports, jobs, the command line.
SYSTEM_ROLE = "system"
_CURATING = frozenset({"innovation_unit", "administrator", SYSTEM_ROLE})
_STAFF = _CURATING | {"department_staff"}


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever does or reads something. `id` is None for visitors and for the system; the system has its own role.

    `roles` holds those of the people whom the actor stands in for as well; so do `departments` and `organisations`.
    `leads`: ids of departments and organisations that the actor leads. `is_demo`: everybody knows the password.
    """

    id: UUID | None
    name: str = ""
    roles: frozenset[str] = frozenset()
    departments: frozenset[UUID] = frozenset()
    organisations: frozenset[UUID] = frozenset()
    leads: frozenset[UUID] = frozenset()
    is_demo: bool = False

    @property
    def is_system(self) -> bool:
        """The node itself."""
        return SYSTEM_ROLE in self.roles

    @property
    def is_anonymous(self) -> bool:
        """A visitor without a sign-in."""
        return self.id is None and not self.is_system

    @property
    def curates(self) -> bool:
        """Joins the two streams: the innovation unit and the administrator."""
        return bool(self.roles & _CURATING)

    @property
    def is_staff(self) -> bool:
        """Works for the city in the matter: reads drafts and internal records."""
        return bool(self.roles & _STAFF)

    @property
    def moderates(self) -> bool:
        """Decides what stays readable."""
        return bool(self.roles & {"moderator", SYSTEM_ROLE})

    @property
    def administers(self) -> bool:
        """Sets up the node."""
        return bool(self.roles & {"administrator", SYSTEM_ROLE})

    def has(self, roles: Iterable[str]) -> bool:
        """Whether the actor has one of these roles."""
        return not self.roles.isdisjoint(roles)


ANYBODY = Actor(None)
SYSTEM = Actor(None, "citytandem", frozenset({SYSTEM_ROLE}))

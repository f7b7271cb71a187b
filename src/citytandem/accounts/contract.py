"""Who acts: what other modules know of a person."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest

from citytandem.accounts.demo_sign_ins import SIGN_INS, SignIn
from citytandem.accounts.models import Person, Role
from citytandem.core.node import this_node
from citytandem.core.text import clean_line


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever does or reads something. `id` is None for visitors and for the system; the system has its own role."""

    id: UUID | None
    name: str = ""
    role: str = ""

    @property
    def is_anonymous(self) -> bool:
        """A visitor without a sign-in."""
        return self.id is None and self.role != "system"

    @property
    def is_staff(self) -> bool:
        """Works for the city: sees internal records and may curate."""
        return self.role in {Role.INNOVATION_UNIT, Role.ADMINISTRATOR, "system"}


ANYBODY = Actor(None)
SYSTEM = Actor(None, "citytandem", "system")


def actor_of(request: HttpRequest) -> Actor:
    """The actor behind a request."""
    person = request.user
    if isinstance(person, Person):
        return Actor(person.id, str(person), person.role)
    return ANYBODY


def person_make(
    *, email: str, password: str, name: str | None = None, role: str | None = None, is_demo: bool = False
) -> Actor:
    """Make a sign-in or change one; what is None stays as it is. Used by the demo and by the command line.

    Raises django's ValidationError where the name is too long or the password too weak: those of the demo are known to
    everybody anyhow.
    """
    person = Person.objects.filter(email__iexact=email).first() or Person(email=email.lower())
    person.name = person.name if name is None else clean_line(name)
    person.role = role or person.role
    person.is_demo = is_demo
    if not person.check_password(password):
        if not is_demo:
            # With the person at hand: their own name or address is no password.
            validate_password(password, user=person)
        person.set_password(password)
    person.clean_fields()
    person.save()
    return Actor(person.id, str(person), person.role)


def demo_sign_ins() -> tuple[SignIn, ...]:
    """What the sign-in page shows on a demo node; nothing on any other."""
    return SIGN_INS if this_node().demo else ()

"""The sign-ins of the demo are known to everybody: nobody reaches people outside the demo by them."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from citytandem.accounts.actors import Actor
from citytandem.accounts.models import Person
from citytandem.core.errors import Forbidden


def refuse_shared(by: Actor, *, about: UUID | None = None) -> None:
    """Raise Forbidden where `by` is of the demo, and the person whom it is about (None: a stranger) is not."""
    if by.id is None:
        return
    of_the_demo = Person.objects.filter(id__in={by.id, about or by.id}, is_demo=True)
    known = set(of_the_demo.values_list("id", flat=True))
    if by.id in known and about not in known:
        message = _(
            "This sign-in belongs to the demo, and everybody can use it. So it can neither invite nor change, export or"
            " erase people who are not of the demo."
        )
        raise Forbidden("sign_in.shared", message)


def refuse_of_the_demo(by: Actor) -> None:
    """Raise Forbidden where `by` is of the demo: for what would reach real people, whomever it is done to."""
    if by.id is not None and Person.objects.filter(id=by.id, is_demo=True).exists():
        raise Forbidden("sign_in.shared", _("This sign-in belongs to the demo, and many people use it."))

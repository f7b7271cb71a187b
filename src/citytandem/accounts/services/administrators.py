"""A node without an administrator could not be set up any more: there is always one."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from citytandem.accounts.models import Membership, Role
from citytandem.core.errors import Invalid


def keep_an_administrator(*, without: UUID) -> None:
    """Raise Invalid where nobody else administers this node. Two who go at once take turns.

    The administrator of the demo, whose password everybody knows, counts only as long as there is no real one.

    Call it in a transaction, before anything else of people or roles is locked.
    """
    held = Membership.objects.filter(role=Role.ADMINISTRATOR)
    # Always in the same order, or two who go at once wait for each other until the database ends one of them.
    list(held.select_for_update().order_by("id").values_list("id"))
    active = dict(held.filter(person__is_active=True).values_list("person_id", "person__is_demo"))
    real = {person for person, is_demo in active.items() if not is_demo}
    if (real or set(active)) == {without}:
        raise Invalid("role.last_administrator", _("This is the last administrator. Name another one first."))

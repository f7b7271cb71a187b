"""Does e-mail work? A letter to the administrator who asks."""

from __future__ import annotations

from uuid import uuid4

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.actors import Actor
from citytandem.accounts.models import Person
from citytandem.accounts.privacy.outside import mail_is_set_up
from citytandem.accounts.services.entries import entry_add
from citytandem.core import letters
from citytandem.core.errors import Unavailable
from citytandem.core.permissions import require


@transaction.atomic
def mail_try(*, by: Actor) -> None:
    """Write to whoever asks. Raises Forbidden, and Unavailable where no mail server is configured."""
    require("accounts.administer", by)
    if not mail_is_set_up():
        raise Unavailable("mail.not_set_up", _("No mail server is configured. The operator sets CITYTANDEM_MAIL_URL."))
    if by.id is None:
        return  # the node itself has no letterbox
    address = Person.objects.values_list("email", flat=True).get(id=by.id)
    letters.post().send(
        to=address, template="trial", language=get_language() or "en", parameters={}, path="/administration",
        once=f"trial:{uuid4()}",
    )  # fmt: skip
    entry_add("mail.tried", by=by)

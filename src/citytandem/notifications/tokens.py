"""Addresses that stop a kind of e-mail: signed, so that they work without a sign-in and nobody can make one up."""

from __future__ import annotations

from uuid import UUID

from django.core import signing
from django.utils.translation import gettext_lazy as _

from citytandem.core.errors import NotFound

_SALT = "notifications.unsubscribe"


def unsubscribe_token(person: UUID, kind: str) -> str:
    """For one kind; without one for everything that comes collected."""
    return signing.dumps([person.hex, kind], salt=_SALT)


def read_unsubscribe_token(token: str) -> tuple[UUID, str]:
    """Whose e-mails of which kind. Raises NotFound for what we did not sign; there is no end to its time."""
    try:
        person, kind = signing.loads(token, salt=_SALT)
        return UUID(person), str(kind)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise NotFound(
            "notifications.token", _("This address does not work. Open the whole link of the e-mail.")
        ) from error

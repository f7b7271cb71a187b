"""Adding a passkey, switching the second factor off."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.actors import Actor
from citytandem.accounts.models import Person
from citytandem.accounts.services.entries import entry_add
from citytandem.core.errors import Forbidden

APP = "allauth.mfa"


@transaction.atomic
def passkey_add(request: HttpRequest, *, name: str, credential: dict[str, Any], by: Actor) -> None:
    """Keep a passkey that the browser has made, and tell its owner by e-mail. Raises ReauthenticationRequired.

    allauth's own way makes recovery codes as well; those belong to the second factor.
    """
    raise_if_reauthentication_required(request, app=APP)
    person = _person(by)
    WebAuthn.add(person, name, credential)
    entry_add("passkey.added", by=by, person=person.id)
    _tell(request, person, "webauthn_added")


@transaction.atomic
def second_factor_off(request: HttpRequest, *, by: Actor) -> None:
    """Switch the second factor off; its recovery codes go too. Raises ReauthenticationRequired."""
    raise_if_reauthentication_required(request, app=APP)
    person = _person(by)
    factors = [Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES]
    Authenticator.objects.filter(user=person, type__in=factors).delete()
    entry_add("second_factor.off", by=by, person=person.id)
    _tell(request, person, "totp_deactivated")


@transaction.atomic
def second_factor_drop(*, email: str, by: Actor) -> int:
    """Take away all that somebody signs in with besides the password; for the operator. Returns how many there were."""
    person = Person.objects.filter(email__iexact=email).first()
    gone, _rows = Authenticator.objects.filter(user__email__iexact=email).delete()
    if person is not None and gone:
        entry_add("second_factor.dropped", by=by, person=person.id)
    return gone


def _person(by: Actor) -> Person:
    if by.id is None:
        raise Forbidden("permission.missing", _("You are not allowed to do this."))
    return Person.objects.get(id=by.id)


def _tell(request: HttpRequest, person: Person, what: str) -> None:
    adapter = get_adapter(request)
    adapter.add_message(request, messages.SUCCESS, f"mfa/messages/{what}.txt")
    adapter.send_notification_mail(f"mfa/email/{what}", person)

"""What a person has to sign in with, for the page “My account”."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from citytandem.accounts.models import Person
from citytandem.accounts.signin.devices import device_name
from citytandem.core import clock


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey as its owner sees it."""

    id: int
    name: str
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Device:
    """A browser in which somebody is signed in."""

    id: int
    name: str
    address: str
    since: datetime
    last_seen_at: datetime
    is_this: bool


@dataclass(frozen=True, slots=True)
class Keys:
    """Everything that a person signs in with."""

    email: str
    is_confirmed: bool
    has_password: bool
    passkeys: Sequence[Passkey]
    has_second_factor: bool
    codes_left: int | None
    devices: int
    city_email: str | None


def keys_of(person_id: UUID) -> Keys:
    """What the person has. Five queries."""
    person = Person.objects.get(id=person_id)
    factors = list(Authenticator.objects.filter(user_id=person_id).order_by("created_at"))
    kinds = {factor.type: factor for factor in factors}
    codes = kinds.get(Authenticator.Type.RECOVERY_CODES)
    city = SocialAccount.objects.filter(user_id=person_id).order_by("id").first()
    return Keys(
        email=person.email,
        is_confirmed=EmailAddress.objects.filter(user_id=person_id, email=person.email, verified=True).exists(),
        has_password=person.has_usable_password(),
        passkeys=[_passkey(factor) for factor in factors if factor.type == Authenticator.Type.WEBAUTHN],
        has_second_factor=Authenticator.Type.TOTP in kinds,
        codes_left=len(codes.wrap().get_unused_codes()) if codes else None,
        devices=len(_living(person_id)),
        city_email=None if city is None else str(city.extra_data.get("userinfo", {}).get("email", "")),
    )


def passkeys_of(person_id: UUID) -> list[Passkey]:
    """The passkeys of a person, the oldest first."""
    rows = Authenticator.objects.filter(user_id=person_id, type=Authenticator.Type.WEBAUTHN).order_by("created_at")
    return [_passkey(row) for row in rows]


def devices_of(person_id: UUID, *, session_key: str | None) -> list[Device]:
    """Where a person is signed in; this browser first, then the last used."""
    devices = [
        Device(
            id=row.pk,
            name=device_name(row.user_agent),
            address="" if row.ip == "0.0.0.0" else row.ip,  # noqa: S104 - our word for "none"
            since=row.created_at,
            last_seen_at=row.last_seen_at,
            is_this=row.session_key == session_key,
        )
        for row in _living(person_id)
    ]
    return sorted(devices, key=lambda device: (not device.is_this, -device.last_seen_at.timestamp()))


def _living(person_id: UUID) -> list[UserSession]:
    """Sessions that have neither ended nor been left to expire."""
    rows = list(UserSession.objects.filter(user_id=person_id).order_by("-last_seen_at")[:200])
    keys = [row.session_key for row in rows]
    there = Session.objects.filter(session_key__in=keys, expire_date__gt=clock.now())
    living = set(there.values_list("session_key", flat=True))
    return [row for row in rows if row.session_key in living]


def _passkey(factor: Authenticator) -> Passkey:
    return Passkey(factor.pk, factor.wrap().name, factor.created_at, factor.last_used_at)

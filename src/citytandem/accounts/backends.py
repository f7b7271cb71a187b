"""Who may sign in."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.hashers import get_hashers_by_algorithm, make_password
from django.core.cache import cache
from django.http import HttpRequest

from citytandem.accounts.models import Person
from citytandem.core.node import is_demo_node

# By which passwords were kept before; it takes longer than the one of today.
_OLD = "scrypt"
_KEY, _SECONDS = "accounts.old_passwords", 3_600


def _some_are_old() -> bool:
    """Whether anybody has not signed in since passwords are kept in another way; looked up once an hour."""
    if _OLD not in get_hashers_by_algorithm():
        return False
    known = cache.get(_KEY)
    if known is None:
        known = Person.objects.filter(password__startswith=f"{_OLD}$").exists()
        cache.set(_KEY, known, _SECONDS)
    return bool(known)


def may_sign_in(person: Any) -> bool:
    """Whether a person may: the people of the demo, whose passwords everybody knows, exist on demo nodes only."""
    return bool(person.is_active) and (not person.is_demo or is_demo_node())


class PasswordBackend(AuthenticationBackend):
    """allauth's: by any confirmed address, and as slow for unknown addresses as for known ones."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> Any:
        """See ModelBackend. A wrong password takes as long as any other, also where some are kept by the older method."""
        person = super().authenticate(request, **credentials)
        password = credentials.get("password")
        if person is None and password and _some_are_old():
            address = credentials.get("email") or ""
            is_old = Person.objects.filter(email__iexact=address, password__startswith=f"{_OLD}$").exists()
            make_password(password, hasher="default" if is_old else _OLD)
        return person

    def user_can_authenticate(self, user: Any) -> bool:
        """See ModelBackend; asked at each sign-in and, through `get_user`, at each request of a session."""
        return may_sign_in(user)

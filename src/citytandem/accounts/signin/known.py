"""Browsers in which somebody signed in before. They are not locked out by what others try elsewhere.

The idea is OWASP's "device cookie". The cookie holds a random number and, signed, for whose address it was given; it is
sent to /sign-in only and tells nobody who that is.
"""

from __future__ import annotations

import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

COOKIE = "known"
PATH = "/sign-in"
SECONDS = 180 * 86_400
_SALT = "citytandem.accounts.signin.known"


def remember(request: HttpRequest, response: HttpResponse, *, email: str) -> None:
    """Give the browser a cookie that says: this address has signed in here."""
    value = signing.dumps([_mark(email), secrets.token_urlsafe(12)], salt=_SALT)
    response.set_cookie(
        COOKIE,
        value,
        max_age=SECONDS,
        path=PATH,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE or request.is_secure(),
    )


def recognise(request: HttpRequest, *, email: str) -> str:
    """The number of this browser, if this address has signed in here; empty otherwise."""
    try:
        mark, number = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return ""
    return str(number) if mark == _mark(email) else ""


def _mark(email: str) -> str:
    return salted_hmac(_SALT, email.casefold(), algorithm="sha256").hexdigest()[:32]

"""Visitors without a sign-in keep a secret in their session, so that they can describe and remove what they sent."""

from __future__ import annotations

import secrets

from django.http import HttpRequest

_NAME = "files_key"


def key_of(request: HttpRequest) -> str:
    """The secret of this browser; empty if it has sent nothing yet, or if somebody is signed in."""
    return "" if request.user.is_authenticated else str(request.session.get(_NAME, ""))


def key_made(request: HttpRequest) -> str:
    """The secret of this browser, made now if there is none; for whoever is about to send a file."""
    if request.user.is_authenticated:
        return ""
    if not request.session.get(_NAME):
        request.session[_NAME] = secrets.token_urlsafe(32)
    return key_of(request)

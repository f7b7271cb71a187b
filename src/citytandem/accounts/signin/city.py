"""Whether there is a sign-in of the city, and what it is called."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _


def city_sign_in_name() -> str:
    """The words on the button; empty where there is none."""
    providers: dict[str, Any] = settings.SOCIALACCOUNT_PROVIDERS
    apps = providers["openid_connect"]["APPS"]
    return str(apps[0]["name"] or _("Sign in with the city's account")) if apps else ""

"""The city's own identity provider (OpenID Connect), if there is one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from citytandem.accounts.signin.claims import read_mapping

# Our name for it in addresses: /sign-in/city.
PROVIDER = "city"
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def city_roles(environment: Mapping[str, str]) -> str:
    """CITYTANDEM_OIDC_ROLES, looked through. Raises ImproperlyConfigured for a role that there is not."""
    text = environment.get("CITYTANDEM_OIDC_ROLES", "")
    try:
        read_mapping(text)
    except ValueError as error:
        raise ImproperlyConfigured(f"CITYTANDEM_OIDC_ROLES: “{error}” is not value=role") from error
    return text


def city_sign_in(environment: Mapping[str, str]) -> list[dict[str, Any]]:
    """The provider for allauth's `APPS`, or an empty list. Raises ImproperlyConfigured where half of it is missing.

    CITYTANDEM_OIDC_URL is the issuer's address, below which `.well-known/openid-configuration` lies.
    """
    url = environment.get("CITYTANDEM_OIDC_URL", "").rstrip("/")
    if not url:
        return []
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise ImproperlyConfigured("CITYTANDEM_OIDC_URL begins with https://")
    if not environment.get("CITYTANDEM_OIDC_ID"):
        raise ImproperlyConfigured("CITYTANDEM_OIDC_ID: under which name does the identity provider know this node?")
    return [
        {
            "provider_id": PROVIDER,
            "name": environment.get("CITYTANDEM_OIDC_NAME", ""),
            "client_id": environment["CITYTANDEM_OIDC_ID"],
            "secret": environment.get("CITYTANDEM_OIDC_SECRET", ""),
            "settings": {"server_url": url},
        }
    ]

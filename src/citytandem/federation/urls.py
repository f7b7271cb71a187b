"""Addresses of the federation: what nodes ask each other, then the pages of its partners."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.urls import include, path

from citytandem.federation.views import protocol

app_name = "federation"
# A node whose address has a path tells its document there; a proxy may pass the path on or cut it.
_BELOW = urlsplit(settings.ADDRESS).path.strip("/")

urlpatterns = [
    path(".well-known/did.json", protocol.document),
    path("did.json", protocol.document),
    *([path(f"{_BELOW}/did.json", protocol.document)] if _BELOW else []),
    path("federation/log", protocol.log),
    path("federation/heads", protocol.heads),
    path("federation/nudge", protocol.nudge),
    path("federation/agreement", protocol.agreement),
    path("federation/objects/<uuid:uuid>", protocol.shared_object, name="object"),
    path("", include("citytandem.federation.urls_pages")),
]

"""Addresses of the node."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path


def health(_request: HttpRequest) -> HttpResponse:
    """For the supervisor and for load balancers: 200 if the database answers."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    response = JsonResponse({"status": "ok"})
    response["Cache-Control"] = "no-store"
    return response


urlpatterns = [
    path("health", health),
    path("api/", include("citytandem.api")),
    path("", include("citytandem.accounts.urls")),
    path("", include("citytandem.accounts.places.urls")),
    path("", include("citytandem.accounts.signin.urls")),
    path("", include("citytandem.accounts.privacy.urls")),
    path("", include("citytandem.accounts.administration.urls")),
    path("", include("citytandem.files.urls")),
    path("", include("citytandem.federation.urls")),
    path("", include("citytandem.moderation.urls")),
    path("", include("citytandem.notifications.urls")),
    path("", include("citytandem.conversation.urls")),
    path("", include("citytandem.streams.urls")),
    path("", include("citytandem.streams.urls_desk")),
    path("", include("citytandem.challenges.urls")),
    path("", include("citytandem.partnerships.urls")),
    path("", include("citytandem.ui.urls")),
]
handler400 = "citytandem.ui.errors.bad_request"

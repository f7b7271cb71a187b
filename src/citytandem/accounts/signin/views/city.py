"""Signing in by the city's own identity provider."""

from __future__ import annotations

import requests
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from citytandem.accounts.signin.city_adapter import CityFlow
from citytandem.accounts.signin.views.page import own_target, show
from citytandem.core.errors import Unavailable


@never_cache
@require_safe
def start(request: HttpRequest, provider_id: str) -> HttpResponse:
    """To the identity provider. A plain link leads here: of forms, browsers let no redirect leave the node (CSP).

    allauth would read more wishes from the address, such as to connect accounts or to ask for other claims.
    """
    target = own_target(request)
    wishes = request.GET.copy()
    wishes.clear()
    if target:
        wishes["next"] = target
    request.GET = wishes  # type: ignore[assignment]
    try:
        response: HttpResponse = OAuth2LoginView.adapter_view(CityFlow(request, provider_id))(request)
    except SocialApp.DoesNotExist as error:
        raise Http404 from error
    except (requests.RequestException, OAuth2Error, KeyError, ValueError) as error:
        raise Unavailable(
            "oidc.unavailable", _("The city's sign-in does not answer. Please try later, or use your password.")
        ) from error
    return response


@never_cache
@require_safe
def back(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Back from the identity provider."""
    try:
        response: HttpResponse = OAuth2CallbackView.adapter_view(CityFlow(request, provider_id))(request)
    except SocialApp.DoesNotExist as error:
        raise Http404 from error
    except (KeyError, ValueError) as error:
        # An answer that is no OpenID Connect.
        raise Unavailable("oidc.unusable", _("The city's sign-in sent something that we could not check.")) from error
    return response


@require_safe
def unconfirmed(request: HttpRequest) -> HttpResponse:
    """The city's account has no confirmed e-mail address."""
    page = show(request, "accounts/signin/city_unconfirmed.html")
    page.status_code = 403
    return page


@require_safe
def cancelled(request: HttpRequest) -> HttpResponse:
    """Somebody has turned back at the identity provider."""
    return show(request, "accounts/signin/city_cancelled.html")


@require_safe
def failed(request: HttpRequest) -> HttpResponse:
    """The identity provider and the node do not understand each other, or too much time has passed."""
    page = show(request, "socialaccount/authentication_error.html")
    page.status_code = 401
    return page

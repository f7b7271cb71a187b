"""The city's own identity provider: whom it makes known, and what of that we keep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allauth.account.internal.userkit import filter_users_by_email
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, _build_apps_from_settings
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse

from citytandem.accounts.backends import may_sign_in
from citytandem.accounts.models import Person
from citytandem.accounts.signin import wording
from citytandem.accounts.signin.adapters import language_of
from citytandem.accounts.signin.claims import Grant, grants_of, read_mapping, values_of
from citytandem.accounts.signin.services.people import person_joined, roles_take_over, unconfirmed_drop
from citytandem.core.text import clean_line

_LONGEST_NAME = 120


class CityFlow(OpenIDConnectOAuth2Adapter):
    """OpenID Connect with what the specification asks for, and without keeping what nobody here needs."""

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> SocialLogin:
        """As allauth's. Raises OAuth2Error where both answers speak of different people (OpenID Connect Core, 5.3.2)."""
        login = super().complete_login(request, app, token, **kwargs)
        told = login.account.extra_data
        by_token, by_userinfo = told.get("id_token", {}), told.get("userinfo", {})
        if by_token and by_userinfo and by_token.get("sub") != by_userinfo.get("sub"):
            raise OAuth2Error("userinfo speaks of another subject than the ID token")
        login.claims = {**by_token, **by_userinfo}
        login.account.extra_data = {"userinfo": {"sub": login.account.uid, "email": login.claims.get("email", "")}}
        return login


class CityAdapter(DefaultSocialAccountAdapter):
    """Who may come in by the city's own sign-in, and as whom."""

    error_messages = {**DefaultSocialAccountAdapter.error_messages, **wording.ERRORS}

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[Any]:  # noqa: ARG002 - allauth's signature
        """From the settings only: no page pays for a look into the database."""
        found = _build_apps_from_settings(provider=provider, client_id=client_id)
        return [app for apps in found.values() for app in apps]

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:  # noqa: ARG002 - allauth's signature
        """Always: the switch is about signing up here, and the city knows its own people."""
        return True

    def authenticate_by_email(self, sociallogin: SocialLogin) -> tuple[Person, str] | None:
        """The sign-in of this address, if the address is confirmed on both sides."""
        for address in sociallogin.email_addresses:
            # Some providers send the text "false", which Python takes for true.
            if address.verified is not True:
                continue
            confirmed = EmailAddress.objects.filter(email=address.email.lower(), verified=True)
            for person in filter_users_by_email(address.email, prefer_verified=True, for_login=True):
                if not person.is_demo and confirmed.filter(user=person).exists():
                    return person, address.email
        return None

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:  # noqa: ARG002 - allauth's signature
        """Refuse who has no confirmed address or may not sign in; take the roles over."""
        if sociallogin.is_existing:
            if may_sign_in(sociallogin.user):
                take_over(sociallogin.user, sociallogin.claims)
            return
        confirmed = [address.email for address in sociallogin.email_addresses if address.verified is True]
        if not confirmed:
            raise ImmediateHttpResponse(HttpResponseRedirect(reverse("accounts:city-unconfirmed")))
        unconfirmed_drop(email=confirmed[0])

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> Person:
        """Make the person. Their name is not taken over, for others see it here; that of staff is."""
        person: Person = sociallogin.user
        person.language = language_of(request)
        if granted(sociallogin.claims):
            person.name = clean_line(str(sociallogin.claims.get("name", "")))[:_LONGEST_NAME]
        super().save_user(request, sociallogin, form)
        take_over(person, sociallogin.claims)
        person_joined(person_id=person.id)
        return person


def granted(claims: Mapping[str, Any]) -> frozenset[Grant]:
    """The roles that these claims give here."""
    return grants_of(values_of(claims, claim=settings.OIDC_CLAIM), mapping=read_mapping(settings.OIDC_ROLES))


def take_over(person: Person, claims: Mapping[str, Any]) -> None:
    """Make the roles of a person those that the claims tell of."""
    mapping = read_mapping(settings.OIDC_ROLES)
    if mapping:
        mapped = frozenset(grant for grants in mapping.values() for grant in grants)
        roles_take_over(person_id=person.id, grants=granted(claims), mapped=mapped)

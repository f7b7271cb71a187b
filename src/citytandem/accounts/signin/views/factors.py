"""The second factor and its recovery codes."""

from __future__ import annotations

from typing import Any

from allauth.mfa.base import views as base
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from citytandem.accounts.contract import actor_of
from citytandem.accounts.signin import factor_forms as forms
from citytandem.accounts.signin.adapters import certain
from citytandem.accounts.signin.selectors import keys_of
from citytandem.accounts.signin.services.factors import second_factor_off
from citytandem.accounts.signin.views.page import OwnPage, Page, refused, show


class SecondFactor(Page, base.AuthenticateView):
    """After the password: a code of the app, a recovery code, or a passkey."""

    template_name = "accounts/signin/second_factor_step.html"

    def get_form_class(self) -> Any:
        """Ours."""
        return forms.SecondFactorForm

    def get_webauthn_form_class(self) -> Any:
        """Ours."""
        return forms.PasskeyFactorForm

    def form_invalid(self, form: Any) -> HttpResponse:
        """The page again."""
        return refused(self.render_to_response(self.get_context_data()), form.too_many)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Passkeys are offered to people who have one."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        options = context.get("js_data", {}).get("request_options", {}).get("publicKey", {})
        return {**context, "has_passkey": bool(options.get("allowCredentials"))}


class SecondFactorAgain(Page, base.ReauthenticateView):
    """Show once more that it is oneself, by a code."""

    template_name = "accounts/signin/again.html"

    def get_form_class(self) -> Any:
        """Ours."""
        return forms.SecondFactorAgainForm

    def form_valid(self, form: Any) -> HttpResponse:
        """Remember when."""
        certain(self.request)
        response: HttpResponse = super().form_valid(form)
        return response


@never_cache
@login_required
@require_safe
def second_factor(request: HttpRequest) -> HttpResponse:
    """Whether there is a second factor, and what it is good for."""
    actor = actor_of(request)
    if actor.id is None:
        return HttpResponseRedirect(reverse("account_login"))
    return show(request, "accounts/signin/second_factor.html", keys=keys_of(actor.id))


class SwitchOn(OwnPage, totp.ActivateTOTPView):
    """Connect an app."""

    template_name = "accounts/signin/second_factor_on.html"

    def get_form_class(self) -> Any:
        """Ours."""
        return forms.SwitchOnForm


class SwitchOff(OwnPage, totp.DeactivateTOTPView):
    """Do without."""

    template_name = "accounts/signin/second_factor_off.html"

    def get_form_class(self) -> Any:
        """Ours."""
        return forms.SwitchOffForm

    def form_valid(self, form: Any) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """The recovery codes go too."""
        second_factor_off(self.request, by=actor_of(self.request))
        return HttpResponseRedirect(reverse("mfa_index"))


class Codes(OwnPage, codes.ViewRecoveryCodesView):
    """The recovery codes that are left."""

    template_name = "accounts/signin/recovery_codes.html"
    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Without a second factor there are none."""
        try:
            response: HttpResponse = super().get(request, *args, **kwargs)
        except Http404:
            return HttpResponseRedirect(reverse("mfa_index"))
        return response


class CodesFile(OwnPage, codes.DownloadRecoveryCodesView):
    """The same as a text file."""

    template_name = "accounts/signin/recovery_codes.txt"
    content_type = "text/plain; charset=utf-8"
    http_method_names = ["get", "head"]


class CodesNew(OwnPage, codes.GenerateRecoveryCodesView):
    """New codes instead of the old ones."""

    template_name = "accounts/signin/recovery_codes_new.html"

"""Passkeys: adding, naming and removing them, and signing in with one."""

from __future__ import annotations

from typing import Any

from allauth.mfa.webauthn import views as theirs
from allauth.mfa.webauthn.internal import auth
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.generic.edit import FormMixin

from citytandem.accounts.contract import actor_of, demo_sign_ins
from citytandem.accounts.signin import factor_forms as forms
from citytandem.accounts.signin.adapters import certain
from citytandem.accounts.signin.city import city_sign_in_name
from citytandem.accounts.signin.forms import SignInForm
from citytandem.accounts.signin.selectors import passkeys_of
from citytandem.accounts.signin.services.factors import passkey_add
from citytandem.accounts.signin.views.page import OwnPage, Page, own_target, refused, show
from citytandem.core.switches import is_on


class PasskeySignIn(Page, theirs.LoginWebAuthnView):
    """A passkey alone. Asked for by a script, it gives the question for the passkey; sent to, it takes the answer."""

    def get_form_class(self) -> Any:
        """Ours."""
        return forms.PasskeySignInForm

    def form_invalid(self, form: Any) -> HttpResponse:
        """The page for signing in, with what went wrong."""
        error = next((str(text) for texts in form.errors.values() for text in texts), "")
        page = show(
            self.request, "accounts/sign_in.html", form=SignInForm(), demo=demo_sign_ins(), city=city_sign_in_name(),
            may_sign_up=is_on("signup"), passkey_error=error,
        )  # fmt: skip
        return refused(page, form.too_many)


@never_cache
@login_required
@require_safe
def passkeys(request: HttpRequest) -> HttpResponse:
    """The passkeys that one has."""
    actor = actor_of(request)
    if actor.id is None:
        return HttpResponseRedirect(reverse("account_login"))
    return show(request, "accounts/signin/passkeys.html", passkeys=passkeys_of(actor.id))


class PasskeyAdd(OwnPage, theirs.AddWebAuthnView):
    """One more passkey, that can sign in alone."""

    template_name = "accounts/signin/passkey_add.html"

    def get_form_class(self) -> Any:
        """Ours."""
        return forms.PasskeyAddForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With what the browser needs; allauth's own would ask for a passkey that is only a second factor."""
        options = auth.begin_registration(self.request.user, passwordless=True)
        return {**FormMixin.get_context_data(self, **kwargs), "js_data": {"creation_options": options}}

    def form_valid(self, form: Any) -> HttpResponse:
        """Keep it."""
        values = form.cleaned_data
        passkey_add(self.request, name=values["name"], credential=values["credential"], by=actor_of(self.request))
        return HttpResponseRedirect(reverse("mfa_list_webauthn"))


class PasskeyFirst(Page, theirs.SignupWebAuthnView):
    """The passkey of somebody who has just confirmed their address and has no password."""

    template_name = "accounts/signin/passkey_add.html"

    def get_form_class(self) -> Any:
        """Ours."""
        return forms.PasskeyFirstForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With what the browser needs."""
        options = auth.begin_registration(self._login_stage.login.user, passwordless=True)
        context = FormMixin.get_context_data(self, **kwargs)
        return {**context, "js_data": {"creation_options": options}, "is_first": True, "next": own_target(self.request)}


class PasskeyName(OwnPage, theirs.EditWebAuthnView):
    """Another name for a passkey."""

    template_name = "accounts/signin/passkey_name.html"

    def get_form_class(self) -> Any:
        """Ours."""
        return forms.PasskeyNameForm


class PasskeyRemove(OwnPage, theirs.RemoveWebAuthnView):
    """One passkey less."""

    template_name = "accounts/signin/passkey_remove.html"


class PasskeyAgain(Page, theirs.ReauthenticateWebAuthnView):
    """Show once more that it is oneself, by a passkey."""

    template_name = "accounts/signin/again_passkey.html"

    def get_form_class(self) -> Any:
        """Ours."""
        return forms.PasskeyAgainForm

    def form_valid(self, form: Any) -> HttpResponse:
        """Remember when."""
        certain(self.request)
        response: HttpResponse = super().form_valid(form)
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        """The page again."""
        return refused(self.render_to_response({**self.get_context_data(), "form": form}), form.too_many)

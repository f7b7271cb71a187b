"""Signing in, up and out; confirming an address."""

from __future__ import annotations

from typing import Any

from allauth.account import views as theirs
from allauth.account.internal.flows.email_verification_by_code import EmailVerificationProcess
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citytandem.accounts.contract import demo_sign_ins
from citytandem.accounts.signin import limits
from citytandem.accounts.signin.city import city_sign_in_name
from citytandem.accounts.signin.forms import CodeForm, SignInForm, SignUpForm
from citytandem.accounts.signin.views.page import Page, own_target, refused, show
from citytandem.core.errors import TooMany
from citytandem.core.switches import is_on


class SignIn(Page, theirs.LoginView):
    """Sign in, then go on where one wanted to go. The answer does not tell whether an account exists."""

    form_class = SignInForm
    template_name = "accounts/sign_in.html"

    def get_form_class(self) -> Any:
        """Ours."""
        return self.form_class

    def _redirect_to_pending_stage(self, *_which: Any) -> HttpResponseRedirect | None:
        """Whoever opens this page again begins anew, instead of being sent back to the second step."""
        return None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The ways in that there are."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "demo": demo_sign_ins(), "city": city_sign_in_name(), "may_sign_up": is_on("signup")}


class SignUp(Page, theirs.SignupView):
    """Make a sign-in. Whoever has one already gets the same answer, and a letter that says so."""

    form_class = SignUpForm
    template_name = "accounts/signin/sign_up.html"
    template_name_signup_closed = "accounts/signin/sign_up_closed.html"

    def get_form_class(self) -> Any:
        """Ours."""
        return self.form_class

    def get_initial(self) -> dict[str, Any]:
        """Nothing from the address of the page."""
        return {}

    def _redirect_to_pending_stage(self, *_which: Any) -> HttpResponseRedirect | None:
        """Whoever opens this page again begins anew: perhaps the address was mistyped."""
        return None

    def closed(self) -> HttpResponse:
        """Where the administrator has closed it."""
        return show(self.request, self.template_name_signup_closed, city=city_sign_in_name())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The ways in that there are."""
        return {**super().get_context_data(**kwargs), "city": city_sign_in_name()}


class SignUpByPasskey(SignUp):
    """The same without a password."""

    template_name = "accounts/signin/sign_up.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        """See allauth's view of this name."""
        return {**super().get_form_kwargs(), "by_passkey": True}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """So that the page says it."""
        return {**super().get_context_data(**kwargs), "by_passkey": True}


class Confirm(Page, theirs.ConfirmEmailVerificationCodeView):
    """Type the code from the letter."""

    form_class = CodeForm
    template_name = "accounts/signin/confirm.html"

    def _get_verify_form_class(self) -> Any:
        return self.form_class

    def get_initial(self) -> dict[str, Any]:
        """With the code of the letter's link."""
        return {"code": self.kwargs.get("key", "")}

    def form_invalid(self, form: Any) -> HttpResponse:
        """A try that was not looked at is no wrong code."""
        if getattr(form, "too_many", None) is not None:
            return refused(self.render_to_response(self.get_context_data(form=form)), form.too_many)
        response: HttpResponse = super().form_invalid(form)
        if isinstance(response, HttpResponseRedirect):
            return HttpResponseRedirect(reverse("accounts:confirm-failed"))
        return response

    def _resend_form_valid(self, form: Any) -> HttpResponse:
        try:
            limits.letter(self._process.email.lower())
        except TooMany as error:
            again = self.form_class(initial=self.get_initial())
            page = self.render_to_response({**self.get_context_data(form=form), "form": again, "wait": error})
            return refused(page, error)
        super()._resend_form_valid(form)
        return HttpResponseRedirect(f"{reverse('account_email_verification_sent')}?sent=1")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whether the code has just been sent again."""
        return {**super().get_context_data(**kwargs), "sent_again": "sent" in self.request.GET}


confirm_typed = Confirm.as_view()


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponseBase:
    """The page for the code; for whoever has nothing to confirm here: where they sign in."""
    return confirm_typed(request)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_link(request: HttpRequest, key: str) -> HttpResponseBase:
    """The letter's link: in the browser where one began it fills in the code; elsewhere it says where to type it.

    Opening it confirms nothing, for mail servers open links too. And it confirms nothing elsewhere: somebody may have
    signed up with an address of others and hope that they open the link.
    """
    if EmailVerificationProcess.resume(request) is None:
        return show(request, "accounts/signin/confirm_elsewhere.html", code=key)
    return confirm_typed(request, key=key)


@require_safe
def confirm_failed(request: HttpRequest) -> HttpResponse:
    """Too many wrong codes."""
    return show(request, "accounts/signin/confirm_failed.html")


@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out."""
    logout(request)
    return HttpResponseRedirect(own_target(request) or "/")


@require_safe
def switched_off(request: HttpRequest) -> HttpResponse:
    """For people whose sign-in the administrator has switched off."""
    page = show(request, "accounts/signin/switched_off.html")
    page.status_code = 403
    return page

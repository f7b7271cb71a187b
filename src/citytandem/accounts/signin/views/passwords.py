"""A forgotten, another, or a first password."""

from __future__ import annotations

from typing import Any

from allauth.account import views as theirs
from allauth.account.decorators import reauthentication_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe

from citytandem.accounts.contract import Actor, actor_of
from citytandem.accounts.signin.forms import FirstPasswordForm, ForgottenForm, NewPasswordForm, OtherPasswordForm
from citytandem.accounts.signin.services.people import mailbox_shown
from citytandem.accounts.signin.services.sessions import sessions_end_others
from citytandem.accounts.signin.views.page import OwnPage, Page, show


class Forgotten(Page, theirs.PasswordResetView):
    """Ask for a letter with a link. The answer is the same whether there is a sign-in or not."""

    form_class = ForgottenForm
    template_name = "accounts/signin/forgotten.html"

    def get_form_class(self) -> Any:
        """Ours."""
        return self.form_class


@require_safe
def forgotten_sent(request: HttpRequest) -> HttpResponse:
    """The letter is on its way, if there is somebody to write to."""
    return show(request, "accounts/signin/forgotten_sent.html")


class New(Page, theirs.PasswordResetFromKeyView):
    """Choose a new password, by the letter's link."""

    form_class = NewPasswordForm
    template_name = "accounts/signin/new_password.html"

    def get_form_class(self) -> Any:
        """Ours."""
        return self.form_class

    def form_valid(self, form: Any) -> HttpResponse:
        """Whoever got the letter has the mailbox; whoever knew the old password is out."""
        person = self.reset_user
        mailbox_shown(self.request, person_id=person.id)
        response: HttpResponse = super().form_valid(form)
        sessions_end_others(
            person_id=person.id, keep=self.request.session.session_key, by=Actor(person.id, person.name)
        )
        return response


@require_safe
def new_done(request: HttpRequest) -> HttpResponse:
    """The new password holds."""
    return show(request, "accounts/signin/new_password_done.html")


class Other(OwnPage, theirs.PasswordChangeView):
    """Another password; ends all other sessions."""

    form_class = OtherPasswordForm
    template_name = "accounts/signin/password.html"

    def get_form_class(self) -> Any:
        """Ours."""
        return self.form_class

    def form_valid(self, form: Any) -> HttpResponse:
        """Sign out everywhere else."""
        response: HttpResponse = super().form_valid(form)
        end_others(self.request)
        return response


@method_decorator(reauthentication_required(app="allauth.account"), name="dispatch")
class First(OwnPage, theirs.PasswordSetView):
    """A first password is one more way in: only for who has just shown that it is themselves."""

    form_class = FirstPasswordForm
    template_name = "accounts/signin/password.html"

    def get_form_class(self) -> Any:
        """Ours."""
        return self.form_class

    def form_valid(self, form: Any) -> HttpResponse:
        """Sign out everywhere else."""
        response: HttpResponse = super().form_valid(form)
        end_others(self.request)
        return response


def end_others(request: HttpRequest) -> None:
    """Sign out everywhere but here."""
    actor = actor_of(request)
    if actor.id is not None:
        sessions_end_others(person_id=actor.id, keep=request.session.session_key, by=actor)


def password(request: HttpRequest) -> HttpResponseBase:
    """Another password, or a first one."""
    has_one = request.user.is_authenticated and request.user.has_usable_password()
    view = Other if has_one else First
    return view.as_view()(request)

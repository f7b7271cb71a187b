"""“My account”: what one signs in with, where one is signed in, and what other modules add."""

from __future__ import annotations

from typing import Any

from allauth.account import views as theirs
from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from citytandem.accounts.contract import actor_of
from citytandem.accounts.signin.adapters import certain, language_of
from citytandem.accounts.signin.city import city_sign_in_name
from citytandem.accounts.signin.forms import AgainForm, OtherEmailForm, ProfileForm
from citytandem.accounts.signin.sections import sections
from citytandem.accounts.signin.selectors import devices_of, keys_of
from citytandem.accounts.signin.services.people import city_disconnect, profile_edit
from citytandem.accounts.signin.services.sessions import session_end, sessions_end_others
from citytandem.accounts.signin.views.page import OwnPage, Page, refuse_demo, refused, show
from citytandem.core.errors import DomainError
from citytandem.core.middleware import LANGUAGE_COOKIE


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """The overview, and the name that others see."""
    actor = actor_of(request)
    if actor.id is None:
        return HttpResponseRedirect(reverse("account_login"))
    start = {"name": actor.name, "language": getattr(request.user, "language", "") or language_of(request)}
    form = ProfileForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        refuse_demo(request)
        language = form.cleaned_data["language"]
        try:
            profile_edit(person_id=actor.id, name=form.cleaned_data["name"], language=language, by=actor)
        except DomainError as error:
            form.refuse(error)
        else:
            with override(language):
                messages.success(request, _("Your changes are saved."))
            response = HttpResponseRedirect(reverse("accounts:account"))
            response.set_cookie(
                LANGUAGE_COOKIE, language, max_age=31_536_000, samesite="Lax", secure=request.is_secure()
            )
            return response
    page = show(
        request, "accounts/signin/account.html", form=form, keys=keys_of(actor.id), sections=sections(actor),
        city=city_sign_in_name(),
    )  # fmt: skip
    return refused(page) if form.errors else page


@method_decorator(reauthentication_required(app="allauth.account"), name="dispatch")
class Email(OwnPage, theirs.EmailView):
    """Another e-mail address; it counts once the code that was sent there is typed in."""

    form_class = OtherEmailForm
    template_name = "accounts/signin/email.html"

    def get_form_class(self) -> Any:
        """Ours."""
        return self.form_class

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """There is one address only: nothing but adding another one can be asked for."""
        asked = request.POST.copy()
        for action in ("action_send", "action_remove", "action_primary"):
            asked.pop(action, None)
        asked["action_add"] = "1"
        request.POST = asked  # type: ignore[assignment]
        response: HttpResponse = super().post(request, *args, **kwargs)
        return response


class Again(Page, theirs.ReauthenticateView):
    """Show once more that it is oneself, by the password."""

    form_class = AgainForm
    template_name = "accounts/signin/again.html"

    def get_form_class(self) -> Any:
        """Ours."""
        return self.form_class

    def form_valid(self, form: Any) -> HttpResponse:
        """Remember when."""
        certain(self.request)
        response: HttpResponse = super().form_valid(form)
        return response


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def sessions(request: HttpRequest) -> HttpResponse:
    """Where one is signed in. To end one session, or all others."""
    actor = actor_of(request)
    if actor.id is None:
        return HttpResponseRedirect(reverse("account_login"))
    key = request.session.session_key
    if request.method == "POST":
        refuse_demo(request)
        chosen = request.POST.get("session", "")
        if chosen.isascii() and chosen.isdecimal() and len(chosen) < 18:
            if session_end(session_id=int(chosen), person_id=actor.id, by=actor):
                messages.success(request, _("You are signed out on that device."))
        elif "others" in request.POST:
            sessions_end_others(person_id=actor.id, keep=key, by=actor)
            messages.success(request, _("You are signed out on all other devices."))
        return HttpResponseRedirect(reverse("usersessions_list"))
    # Of the shared people of a demo, others' devices are nobody's business.
    mine = [] if getattr(request.user, "is_demo", False) else devices_of(actor.id, session_key=key)
    return show(request, "accounts/signin/sessions.html", devices=mine, has_others=len(mine) > 1)


@never_cache
@login_required
@require_POST
@reauthentication_required(app="allauth.socialaccount")
def city_cut(request: HttpRequest) -> HttpResponse:
    """Cut the tie to the city's account."""
    refuse_demo(request)
    city_disconnect(request, by=actor_of(request))
    return HttpResponseRedirect(reverse("accounts:account"))

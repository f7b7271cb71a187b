"""Signing in and out."""

from __future__ import annotations

from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from citytandem.accounts.contract import demo_sign_ins
from citytandem.accounts.forms import SignInForm


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in, then go on where one wanted to go. The answer does not tell whether an account exists."""
    target = _safe_target(request)
    if request.user.is_authenticated and request.method != "POST":
        return HttpResponseRedirect(target)
    form = SignInForm(request.POST or None)
    context = {"form": form, "next": target, "demo": demo_sign_ins()}
    if request.method != "POST":
        return render(request, "accounts/sign_in.html", context)
    if form.is_valid():
        values = form.cleaned_data
        person = authenticate(request, username=values["email"].strip(), password=values["password"])
        if person is not None:
            login(request, person)
            return HttpResponseRedirect(target)
        form.add_error(None, _("This e-mail address and password do not go together. Please check both."))
    return render(request, "accounts/sign_in.html", context, status=422)


@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out."""
    logout(request)
    return HttpResponseRedirect("/")


def _safe_target(request: HttpRequest) -> str:
    """Where to go afterwards: only to pages of this node."""
    wish = request.POST.get("next") or request.GET.get("next") or "/"
    is_ours = url_has_allowed_host_and_scheme(wish, allowed_hosts=None) and wish.startswith("/")
    return wish if is_ours and wish.isprintable() else "/"

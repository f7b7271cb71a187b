"""Per request of somebody who is signed in: when and where they were seen; and showing again that it is oneself."""

from __future__ import annotations

from collections.abc import Callable

from allauth.account.adapter import get_adapter
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from citytandem.accounts.signin.services.sessions import session_seen

GetResponse = Callable[[HttpRequest], HttpResponse]


class SignInMiddleware:
    """Stands behind allauth's, so it is asked first what to do with its exceptions."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Not before the page has asked who it is: public pages of visitors read no session.
        response = self.get_response(request)
        if request.session.accessed and request.session.session_key and request.user.is_authenticated:
            session_seen(request)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """To the page where one shows again that it is oneself, and back.

        allauth would keep what was sent in the session and send it again; there may be a password in it.
        """
        if not isinstance(exception, ReauthenticationRequired):
            return None
        methods = get_adapter(request).get_reauthentication_methods(request.user)
        target = methods[0]["url"] if methods else reverse("account_login")
        return HttpResponseRedirect(f"{target}?{urlencode({'next': request.get_full_path()})}")

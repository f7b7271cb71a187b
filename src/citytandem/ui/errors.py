"""What is shown when a request cannot be read, or a form's token against forged requests does not fit (any more)."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import DisallowedHost, RequestDataTooBig, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from citytandem.core.api_errors import Malformed, malformed, problem, too_large, too_many_files
from citytandem.core.errors import DomainError

# Never sent back to the page.
SECRET = frozenset({"password", "password1", "oldpassword", "credential"})


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Somebody signed in or out in another window: what was typed comes back, to be sent again with a new token.

    Only if the form was ours: a forged one must not get a token for its content.
    """
    own = request.headers.get("Origin", "") == f"{request.scheme}://{request.get_host()}"
    may_resend = own and SECRET.isdisjoint(request.POST) and not request.path.startswith("/api/")
    fields = [
        (name, value)
        for name in request.POST if name != "csrfmiddlewaretoken" for value in request.POST.getlist(name)
    ] if may_resend else []  # fmt: skip
    return render(request, "403_csrf.html", {"typed": fields, "address": request.get_full_path()}, status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Too large, too many files, or broken: told before any view has seen the request."""
    if isinstance(exception, DisallowedHost):
        # A scanner's guess, asked at any time: neither the database nor a page of ours for that.
        return HttpResponse("400 Bad Request\n", status=400, content_type="text/plain")
    kinds: dict[type[Exception], Callable[[], DomainError]] = {
        RequestDataTooBig: too_large,
        TooManyFilesSent: too_many_files,
    }
    told = next((told for kind, told in kinds.items() if isinstance(exception, kind)), None)
    if request.path.startswith("/api/"):
        return problem((told or malformed)(), request)
    error = told() if told else Malformed("request.malformed", _("This request cannot be read."))
    return render(request, "ui/error.html", {"error": error, "status": error.status}, status=error.status)

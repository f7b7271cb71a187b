"""What is shown when a form's token against forged requests does not fit (any more)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

# Never sent back to the page.
SECRET = frozenset({"password", "csrfmiddlewaretoken"})


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Somebody signed in or out in another window: what was typed comes back, to be sent again with a new token.

    Only if the form was ours: a forged one must not get a token for its content.
    """
    own = request.headers.get("Origin", "") == f"{request.scheme}://{request.get_host()}"
    may_resend = own and "password" not in request.POST and not request.path.startswith("/api/")
    fields = [
        (name, value) for name in request.POST if name not in SECRET for value in request.POST.getlist(name)
    ] if may_resend else []  # fmt: skip
    return render(request, "403_csrf.html", {"typed": fields, "address": request.get_full_path()}, status=403)

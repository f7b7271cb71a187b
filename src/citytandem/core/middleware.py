"""Per request: the language of the answer, and domain errors as pages or problem details."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import translation

from citytandem.core.errors import DomainError, problem_details
from citytandem.core.languages import choose, is_language
from citytandem.core.node import this_node

GetResponse = Callable[[HttpRequest], HttpResponse]
LANGUAGE_COOKIE = "lang"


class LanguageMiddleware:
    """Answer in the language asked for by `?lang=`, else chosen before, else the browser's, else the city's."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = request.GET.get("lang")
        language = choose(
            asked=asked,
            cookie=request.COOKIES.get(LANGUAGE_COOKIE),
            header=request.headers.get("Accept-Language", ""),
        )
        language = language or this_node().language
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        response.headers["Vary"] = ", ".join(filter(None, (response.headers.get("Vary"), "Accept-Language, Cookie")))
        if asked and is_language(asked) and request.COOKIES.get(LANGUAGE_COOKIE) != asked:
            response.set_cookie(LANGUAGE_COOKIE, asked, max_age=31_536_000, samesite="Lax", secure=request.is_secure())
        return response


class DomainErrorMiddleware:
    """A DomainError that no view caught becomes a page with its message, or RFC 9457 for programs."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Django calls this for exceptions that leave a view."""
        if not isinstance(exception, DomainError):
            return None
        if request.path.startswith("/api/"):
            return problem_response(exception, instance=request.path)
        return render(
            request, "ui/error.html", {"error": exception, "status": exception.status}, status=exception.status
        )


def problem_response(error: DomainError, *, instance: str = "") -> HttpResponse:
    """The error as `application/problem+json`."""
    return JsonResponse(
        problem_details(error, instance=instance), status=error.status, content_type="application/problem+json"
    )

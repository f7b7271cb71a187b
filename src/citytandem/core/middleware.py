"""Per request: the language of the answer, and domain errors as pages or problem details."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from citytandem.core.errors import DomainError, MethodNotAllowed, problem_details, retry_headers
from citytandem.core.languages import choose
from citytandem.core.node import this_node

GetResponse = Callable[[HttpRequest], HttpResponse]
LANGUAGE_COOKIE = "lang"


class LanguageMiddleware:
    """Answer in the language asked for by `?lang=`, else chosen before, else the browser's, else the city's."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.get_host()  # A wrong host is refused before anybody asks the database.
        asked = request.GET.get("lang")
        node = this_node()
        language = choose(
            asked=asked,
            cookie=request.COOKIES.get(LANGUAGE_COOKIE),
            header=request.headers.get("Accept-Language", ""),
            offered=node.languages,
        )
        language = language or node.language
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        response.headers["Vary"] = ", ".join(filter(None, (response.headers.get("Vary"), "Accept-Language, Cookie")))
        if asked and asked in node.languages and request.COOKIES.get(LANGUAGE_COOKIE) != asked:
            response.set_cookie(LANGUAGE_COOKIE, asked, max_age=31_536_000, samesite="Lax", secure=request.is_secure())
        return response


class DomainErrorMiddleware:
    """A DomainError that no view caught becomes a page with its message, or RFC 9457 for programs."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and not (response.streaming or response.content):
            return _not_allowed(request, response)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Django calls this for exceptions that leave a view."""
        if not isinstance(exception, DomainError):
            return None
        if request.path.startswith("/api/"):
            return problem_response(exception, instance=request.path)
        page = render(
            request, "ui/error.html", {"error": exception, "status": exception.status}, status=exception.status
        )
        for name, value in retry_headers(exception).items():
            page.headers[name] = value
        return page


def _not_allowed(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Somebody reloads what a form was sent to, or types its address: a page says so, for Django's answer is blank."""
    error = MethodNotAllowed("method.not_allowed", _("This address cannot be asked in this way."))
    page = render(request, "ui/error.html", {"error": error, "status": error.status}, status=error.status)
    page.headers["Allow"] = response.headers.get("Allow", "")
    return page


def problem_response(error: DomainError, *, instance: str = "") -> HttpResponse:
    """The error as `application/problem+json`."""
    return JsonResponse(
        problem_details(error, instance=instance), status=error.status, content_type="application/problem+json"
    )

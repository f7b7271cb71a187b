"""Every error of the HTTP API as RFC 9457 problem details, in the reader's language."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, TooManyFilesSent
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from citytandem.core.errors import (
    DomainError,
    Forbidden,
    Invalid,
    MethodNotAllowed,
    NotFound,
    problem_details,
    retry_headers,
)

MEDIA_TYPE = "application/problem+json"
logger = logging.getLogger(__name__)


class Malformed(DomainError):
    """The request cannot be read at all."""


class NotSignedIn(DomainError):
    """Only people with a sign-in may do this."""

    status = 401


class Stale(DomainError):
    """`If-Match` names a version that is not the current one."""

    status = 412


class TooLarge(DomainError):
    """The body is larger than we read."""

    status = 413


class UnsupportedMedia(DomainError):
    """The body comes in a format that this operation does not read."""

    status = 415


class VersionMissing(DomainError):
    """A change without `If-Match` could overwrite somebody else's."""

    status = 428


class Failed(DomainError):
    """Our fault. The details are in the node's log, not in the answer."""

    status = 500


def malformed() -> Malformed:
    """What is said of unreadable requests."""
    return Malformed("request.malformed", _("This request cannot be read. Send well-formed JSON in UTF-8."))


def too_large() -> TooLarge:
    """What is said of a body that is larger than anything we read."""
    return TooLarge("request.too_large", _("This is too much at once. Send less, or in several steps."))


def too_many_files() -> TooLarge:
    """What is said of more files than any form of ours takes."""
    return TooLarge("request.too_many_files", _("These are too many files at once. Send a few of them."))


def path_unknown() -> NotFound:
    """What is said of addresses that lead nowhere."""
    return NotFound("path.unknown", _("There is nothing at this address."))


# What is said of a value that does not fit, by pydantic's type of error; values in braces come from the error.
_MESSAGES: Mapping[str, str | Promise] = {
    "missing": _("This value is missing."),
    "extra_forbidden": _("This field is not known here."),
    "string_too_short": _("This text is too short: at least %(min_length)s characters."),
    "string_too_long": _("This text is too long: at most %(max_length)s characters."),
    "too_long": _("There are too many entries: at most %(max_length)s."),
    "too_short": _("There are too few entries: at least %(min_length)s."),
    "greater_than_equal": _("This number is too small: at least %(ge)s."),
    "less_than_equal": _("This number is too large: at most %(le)s."),
    "literal_error": _("This is not one of the choices: %(expected)s."),
    "enum": _("This is not one of the choices: %(expected)s."),
    "int_parsing": _("A whole number is expected here."),
    "int_type": _("A whole number is expected here."),
    "int_from_float": _("A whole number is expected here."),
    "float_type": _("A number is expected here."),
    "string_type": _("A text is expected here."),
    "bool_type": _("True or false is expected here."),
    "list_type": _("A list is expected here."),
    "model_type": _("An object with named fields is expected here."),
    "model_attributes_type": _("An object with named fields is expected here."),
    "dict_type": _("An object with named fields is expected here."),
    "uuid_parsing": _("This is not an identifier."),
    "string_pattern_mismatch": _("This text contains characters that are not allowed here."),
}


def problem(error: DomainError, request: HttpRequest, *, errors: Sequence[Mapping[str, Any]] = ()) -> HttpResponse:
    """The error as an answer. `errors` names every value that does not fit, where there are several."""
    body = problem_details(error, instance=request.path)
    if errors:
        body["errors"] = list(errors)
    details = {name: value for name, value in error.details.items() if isinstance(value, int | str)}
    content = orjson.dumps({**details, **body}, default=str)
    response = HttpResponse(content, status=error.status, content_type=MEDIA_TYPE)
    response["Cache-Control"] = "no-store"
    for name, value in retry_headers(error).items():
        response.headers[name] = value
    if error.status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = 'Session realm="citytandem"'
    return response


def handle_errors(api: NinjaAPI) -> None:
    """Give `api` an answer for everything that can leave an operation."""
    handlers: dict[type[Exception], Callable[[Any], DomainError]] = {
        DomainError: lambda error: error,
        Http404: lambda _error: path_unknown(),
        HttpError: _of_http_error,
        RequestDataTooBig: lambda _error: too_large(),
        TooManyFilesSent: lambda _error: too_many_files(),
        SuspiciousOperation: lambda _error: malformed(),
        MultiPartParserError: lambda _error: malformed(),
        UnreadablePostError: lambda _error: malformed(),
        Exception: _failed,
    }
    for kind, translate in handlers.items():
        api.add_exception_handler(kind, _handler(translate))
    api.add_exception_handler(ValidationError, _invalid)


def _handler(translate: Callable[[Any], DomainError]) -> Callable[[HttpRequest, Any], HttpResponse]:
    return lambda request, error: problem(translate(error), request)


def _of_http_error(error: HttpError) -> DomainError:
    if isinstance(error, AuthenticationError):
        return NotSignedIn("sign_in.needed", _("Sign in to do this."))
    if error.status_code == HTTPStatus.FORBIDDEN:
        return Forbidden("csrf.failed", _("The security token is missing or wrong. Load the page again."))
    return malformed()


def _failed(error: Exception) -> DomainError:
    logger.error("an API operation failed", exc_info=error)
    return Failed("server.failed", _("Something went wrong on our side. Please try again later."))


def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    """Values that do not fit: 404 in the address itself, 428 for a missing `If-Match`, else 422."""
    found: list[dict[str, Any]] = error.errors
    if any(entry["loc"][:1] == ("path",) for entry in found):
        return problem(path_unknown(), request)
    if any(entry["loc"][:2] == ("header", "If-Match") and entry["type"] == "missing" for entry in found):
        needed = _("Send the version that you have seen in the header If-Match, so that no work is lost.")
        return problem(VersionMissing("version.missing", needed), request)
    if all(entry["loc"][:2] == ("header", "If-Match") for entry in found):
        return problem(stale(), request)
    invalid = Invalid("request.invalid", _("Some values do not fit. They are listed under “errors”."))
    return problem(invalid, request, errors=[_told(entry) for entry in found[:50]])


def stale(*, current: int | None = None) -> Stale:
    """What is said where `If-Match` is not the current version."""
    message = _("Somebody else has changed this entry in the meantime. Load it again, then repeat your change.")
    return Stale("version.stale", message, current_version=current)


def _told(entry: Mapping[str, Any]) -> dict[str, str]:
    place, *path = entry["loc"]
    if place == "body":
        path = path[1:]  # the name of our own argument says nothing to the reader
    message = _MESSAGES.get(entry["type"], _("This value does not fit."))
    return {
        "field": ".".join(str(part) for part in path) or place,
        "code": entry["type"],
        "message": str(message) % entry.get("ctx", {}),
    }


class ProblemMiddleware:
    """The last resort below `/api/`: whatever failed outside an operation is told as problem details, too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code < 400 or not request.path.startswith("/api/"):
            return response
        if response.headers.get("Content-Type", "").startswith(MEDIA_TYPE):
            return response
        with translation.override(getattr(request, "LANGUAGE_CODE", translation.get_language())):
            told = problem(_of_status(response.status_code), request)
        for name in ("Allow", "Vary", "Content-Language", "Retry-After"):
            if name in response.headers:
                told[name] = response.headers[name]
        return told


def _of_status(status: int) -> DomainError:
    if status == HTTPStatus.NOT_FOUND:
        return path_unknown()
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        return MethodNotAllowed("method.not_allowed", _("This address cannot be asked in this way."))
    if status == HTTPStatus.FORBIDDEN:
        return Forbidden("csrf.failed", _("The security token is missing or wrong. Load the page again."))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Failed("server.failed", _("Something went wrong on our side. Please try again later."))
    return malformed()

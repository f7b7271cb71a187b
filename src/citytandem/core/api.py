"""What every part of the HTTP API shares: reading and writing JSON, sign-in, languages, versions and ETags."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any, Literal, TypeVar

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.datastructures import MultiValueDict
from django.utils.http import parse_etags
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI, Query, Router
from ninja.errors import HttpError
from ninja.operation import Operation
from ninja.parser import Parser
from ninja.renderers import BaseRenderer
from ninja.utils import check_csrf
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from citytandem.core.api_errors import MEDIA_TYPE, UnsupportedMedia, handle_errors, stale
from citytandem.core.errors import Invalid
from citytandem.core.languages import is_language
from citytandem.core.openapi import document
from citytandem.core.paging import Page

Operated = TypeVar("Operated", bound=Callable[..., Any])
JSON = "application/json"
PUBLIC_SECONDS = 10
_VERSION = re.compile(r'"([0-9]{1,9})(?:-[0-9a-f]{16})?"')

# PostgreSQL cannot store NUL; nothing that people write needs it.
NO_NUL = r"^[^\x00]*$"
Language = Literal["de", "en", "fr", "it", "nl", "pl", "ro", "el", "bg"]
LanguageWish = Literal["", "de", "en", "fr", "it", "nl", "pl", "ro", "el", "bg"]
Key = Annotated[str, Field(max_length=80, pattern=r"^[0-9A-Za-z][0-9A-Za-z_-]*$")]
SlugWish = Annotated[str, Field(max_length=80, pattern=r"^[0-9A-Za-z_-]*$")]
Cursor = Annotated[str, Query(max_length=1_000, pattern=r"^[0-9A-Za-z_-]*$", description="Where to go on: see `next`.")]
Limit = Annotated[int, Query(ge=1, le=100, description="How many at most.")]


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


# Beside `int` in a body: JSON knows one kind of number, and 6.0 is a whole one.
WHOLE = BeforeValidator(_whole)


class Shape(BaseModel):
    """Base of what goes out."""

    model_config = ConfigDict(extra="forbid", json_schema_serialization_defaults_required=True)


class Input(BaseModel):
    """Base of what comes in: unknown fields and values of another type are refused, never guessed at."""

    model_config = ConfigDict(extra="forbid", strict=True)


class OrjsonRenderer(BaseRenderer):
    """Answers as JSON; knows UUIDs, dates and enumerations."""

    media_type = JSON

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:  # noqa: ARG002
        """See BaseRenderer."""
        return orjson.dumps(data, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z)


class StrictParser(Parser):
    """Bodies as RFC 8259 has it (no NaN, no lone surrogates), and each parameter at most once."""

    def parse_body(self, request: HttpRequest) -> Any:
        """See Parser; raises ValueError, which becomes 400."""
        return orjson.loads(request.body)

    def parse_querydict(self, data: MultiValueDict, list_fields: list[str], request: HttpRequest) -> dict[str, Any]:
        """See Parser; raises Invalid for a parameter that is given twice."""
        for name in data:
            if name not in list_fields and len(data.getlist(name)) > 1:
                raise Invalid("parameter.repeated", _("This parameter is given twice."), field=name)
        return super().parse_querydict(data, list_fields, request)


class Session:
    """The same sign-in as on the pages, with its token against forged requests where something is written."""

    openapi_security_schema = {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}

    def __call__(self, request: HttpRequest) -> bool:
        """Whether somebody is signed in; raises HttpError 403 without the token."""
        if not request.user.is_authenticated:
            return False
        _require_token(request)
        return True


def session_or_nobody(request: HttpRequest) -> bool:
    """Also for visitors; who is signed in needs the token as everywhere."""
    return Session()(request) or True


def _require_token(request: HttpRequest) -> None:
    if check_csrf(request) is not None:
        raise HttpError(403, "token")


class ApiRouter(Router):
    """Operations of one module. What can be read by GET can be asked by HEAD (RFC 9110, 9.3.2)."""

    def get(self, path: str, **options: Any) -> Callable[[Operated], Operated]:
        """See Router."""
        return self.api_operation(["GET", "HEAD"], path, **options)


class Api(NinjaAPI):
    """django-ninja with our errors, our JSON and our documentation."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            renderer=OrjsonRenderer(), parser=StrictParser(), docs_url=None, openapi_url=None,
            default_router=ApiRouter(), **options,
        )  # fmt: skip
        handle_errors(self)
        self.add_decorator(_spoken_and_kept, mode="view")
        self._document: bytes | None = None

    def document(self) -> bytes:
        """The OpenAPI document as JSON, made once."""
        if self._document is None:
            self._document = orjson.dumps(document(self.get_openapi_schema()), option=orjson.OPT_NON_STR_KEYS)
        return self._document

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Short and stable: the name of the function."""
        return operation.view_func.__name__


def _spoken_and_kept(run: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Around each operation: the language wished for, the body's format, and what caches may do with the answer."""
    operation: Operation = run.__self__  # type: ignore[attr-defined]

    @wraps(run)
    def wrapper(request: HttpRequest, **path: Any) -> HttpResponse:
        try:
            language = _wished_language(request)
            _check_media_type(request, operation)
        except Invalid as error:
            return operation.api.on_exception(request, error)
        except UnsupportedMedia as error:
            return operation.api.on_exception(request, error)
        with translation.override(language):
            response = run(request, **path)
        response["Content-Language"] = language
        return _kept(request, response)

    return wrapper


def _wished_language(request: HttpRequest) -> str:
    wishes = request.GET.getlist("in")
    if not wishes:
        return translation.get_language() or settings.LANGUAGE_CODE
    if len(wishes) > 1 or not is_language(wishes[0]):
        raise Invalid("language.unknown", _("This language is not one of the nine."), field="in")
    return wishes[0]


def _check_media_type(request: HttpRequest, operation: Operation) -> None:
    accepted = media_types(operation)
    if not accepted or request.method in {"GET", "HEAD"}:
        return
    sent = (request.content_type or "").lower()
    is_empty = not sent and request.META.get("CONTENT_LENGTH") in {None, "", "0"}
    if sent not in accepted and not is_empty:
        message = _("This format is not read here. Send one of these: %(formats)s.") % {"formats": ", ".join(accepted)}
        raise UnsupportedMedia("request.media_type", message)


def media_types(operation: Operation) -> tuple[str, ...]:
    """The formats in which an operation takes a body; none if it takes no body."""
    told = (operation.openapi_extra or {}).get("requestBody", {}).get("content", {})
    if told:
        return tuple(told)
    return (JSON,) if any(model.__ninja_param_source__ == "body" for model in operation.models) else ()


def _kept(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Say what caches may do; answer 304 where the reader has it already."""
    if request.method not in {"GET", "HEAD"} or response.status_code != 200:
        response.headers.setdefault("Cache-Control", "no-store")
        return response
    version = response.headers.get("ETag", "").strip('"')
    fingerprint = hashlib.blake2b(response.content, digest_size=8).hexdigest()
    etag = f'"{version}-{fingerprint}"' if version else f'"{fingerprint}"'
    signed_in = settings.SESSION_COOKIE_NAME in request.COOKIES
    control = "private, no-cache" if signed_in else f"public, max-age={PUBLIC_SECONDS}"
    known = [tag.removeprefix("W/") for tag in parse_etags(request.headers.get("If-None-Match", ""))]
    if etag in known or "*" in known:
        language = response["Content-Language"]
        response = HttpResponse(status=304)
        del response["Content-Type"]
        response["Content-Language"] = language
    elif request.method == "HEAD":
        response["Content-Length"] = str(len(response.content))
        response.content = b""
    response["ETag"] = etag
    response["Cache-Control"] = control
    return response


def version_tag(version: int) -> str:
    """The ETag of a record's version, as `If-Match` takes it."""
    return f'"{version}"'


def require_version(if_match: str, *, current: int) -> None:
    """Raise Stale unless the header `If-Match` names the current version; `*` means whatever is there."""
    if if_match.strip() == "*":
        return
    named = {int(found) for found in _VERSION.findall(if_match)}
    if current not in named:
        raise stale(current=current)


def page_body(request: HttpRequest, page: Page[Any], items: list[Any]) -> dict[str, Any]:
    """`{"items": […], "next": address of the next page or null}`."""
    address = None
    if page.next_cursor:
        query = request.GET.copy()
        query["after"] = page.next_cursor
        address = f"{request.path}?{query.urlencode()}"
    return {"items": items, "next": address}


__all__ = ["JSON", "MEDIA_TYPE", "Api", "ApiRouter", "Input", "Language", "Session", "Shape", "document"]

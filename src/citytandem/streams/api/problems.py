"""Problems over HTTP."""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Status

from citytandem.accounts.contract import actor_of
from citytandem.core.api import (
    ApiRouter,
    Cursor,
    Key,
    LanguageWish,
    Limit,
    Session,
    SlugWish,
    page_body,
    require_version,
    version_tag,
)
from citytandem.core.openapi import problems as errors
from citytandem.core.throttle import address_of
from citytandem.partnerships.contract import cities_by_id
from citytandem.streams.api.records import IfMatch, city_written, detail_parts, filters_of, no_page
from citytandem.streams.schemas.reading import ProblemDetail, ProblemOut, ProblemPage, cities_named
from citytandem.streams.schemas.writing import ProblemIn, ProblemPatch, ProblemStatus, StatusChange
from citytandem.streams.selectors import record_get, record_page
from citytandem.streams.services.pacing import count_submission
from citytandem.streams.services.records import problem_set_status, record_edit, record_submit

router = ApiRouter(tags=["problems"])


@router.get("/problems", response=ProblemPage)
def problem_list(
    request: HttpRequest,
    theme: SlugWish = "",
    city: SlugWish = "",
    status: ProblemStatus | Literal[""] = "",
    language: LanguageWish = "",
    partnership: SlugWish = "",
    after: Cursor = "",
    limit: Limit = 20,
) -> Any:
    """Problems, newest first. `theme` may be a top theme, `city` and `partnership` are short names."""
    filters = filters_of(theme=theme, city=city, status=status, language=language, partnership=partnership)
    if filters is None:
        return no_page()
    page = record_page(actor_of(request), kind="problem", filters=filters, after=after, size=limit)
    cities = cities_by_id(cities_named(page.items))
    return page_body(request, page, [ProblemOut.of(record, cities) for record in page.items])


@router.get("/problems/{key}", response=ProblemDetail)
def problem_get(request: HttpRequest, response: HttpResponse, key: Key) -> Any:
    """A problem by id, short code or slug, with its links and history. The ETag begins with its version."""
    return _detail(request, response, record_get(actor_of(request), kind="problem", key=key))


@router.post("/problems", response={201: ProblemDetail}, auth=Session(), openapi_extra=errors(429))
def problem_submit(request: HttpRequest, response: HttpResponse, body: ProblemIn) -> Any:
    """Submit a problem. It is public at once unless `visibility` says something else."""
    count_submission(actor_of(request), address=address_of(request))
    wording = body.wording()
    assert wording is not None  # noqa: S101 - a new problem has a title
    record = record_submit(kind="problem", wording=wording, details=city_written(body.details()), by=actor_of(request))
    response["Location"] = f"{request.path}/{record.code}"
    return Status(201, _detail(request, response, record))


@router.patch("/problems/{key}", response=ProblemDetail, auth=Session(), openapi_extra=errors(409, 412, 428))
def problem_edit(
    request: HttpRequest,
    response: HttpResponse,
    key: Key,
    body: ProblemPatch,
    if_match: IfMatch,
) -> Any:
    """Change a problem. `If-Match` names the version that you have seen: its ETag, or its number in quotes."""
    actor = actor_of(request)
    seen = record_get(actor, kind="problem", key=key)
    require_version(if_match, current=seen.version)
    wording = body.wording(known=seen.title, original=seen.language)
    details = city_written(body.details())
    record = record_edit(kind="problem", key=seen.id, version=seen.version, by=actor, wording=wording, details=details)
    return _detail(request, response, record)


@router.post("/problems/{key}/status", response=ProblemDetail, auth=Session())
def problem_status(request: HttpRequest, response: HttpResponse, key: Key, body: StatusChange) -> Any:
    """Move a problem on, with a reason that everybody can read. For the innovation unit."""
    record = problem_set_status(key=key, status=body.status, reason=body.reason, by=actor_of(request))
    return _detail(request, response, record)


def _detail(request: HttpRequest, response: HttpResponse, record: Any) -> ProblemDetail:
    response["ETag"] = version_tag(record.version)
    cities, more = detail_parts(actor_of(request), record, side="problem")
    return ProblemDetail.of(record, cities, **more)

"""Solutions over HTTP."""

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
from citytandem.streams.api.publiccode import YAML_BODY, yaml_of
from citytandem.streams.api.records import IfMatch, city_written, detail_parts, filters_of, no_page
from citytandem.streams.schemas.reading import (
    ImportOut,
    NoticeOut,
    SolutionDetail,
    SolutionOut,
    SolutionPage,
    cities_named,
)
from citytandem.streams.schemas.writing import SolutionIn, SolutionKind, SolutionPatch, Stage
from citytandem.streams.selectors import record_get, record_page, uses_of
from citytandem.streams.services.pacing import count_submission
from citytandem.streams.services.publiccode import solution_import_publiccode
from citytandem.streams.services.records import record_edit, record_submit

router = ApiRouter(tags=["solutions"])


@router.get("/solutions", response=SolutionPage)
def solution_list(
    request: HttpRequest,
    theme: SlugWish = "",
    city: SlugWish = "",
    kind: SolutionKind | Literal[""] = "",
    stage: Stage | Literal[""] = "",
    language: LanguageWish = "",
    partnership: SlugWish = "",
    after: Cursor = "",
    limit: Limit = 20,
) -> Any:
    """Solutions, newest first. `theme` may be a top theme, `city` and `partnership` are short names."""
    filters = filters_of(theme=theme, city=city, kind=kind, stage=stage, language=language, partnership=partnership)
    if filters is None:
        return no_page()
    page = record_page(actor_of(request), kind="solution", filters=filters, after=after, size=limit)
    uses = {record.id: [use.city for use in record.uses.all()] for record in page.items}
    cities = cities_by_id([*cities_named(page.items), *(city for used in uses.values() for city in used)])
    return page_body(request, page, [SolutionOut.of(row, cities, used_in=uses[row.id]) for row in page.items])


@router.post("/solutions", response={201: SolutionDetail}, auth=Session(), openapi_extra=errors(429))
def solution_submit(request: HttpRequest, response: HttpResponse, body: SolutionIn) -> Any:
    """Submit a solution. It is public at once unless `visibility` says something else."""
    count_submission(actor_of(request), address=address_of(request))
    wording = body.wording()
    assert wording is not None  # noqa: S101 - a new solution has a title
    record = record_submit(kind="solution", wording=wording, details=city_written(body.details()), by=actor_of(request))
    response["Location"] = f"{request.path}/{record.code}"
    return Status(201, _detail(request, response, record))


# Before `/solutions/{key}`, which would take the word for a key.
@router.post(
    "/solutions/import-publiccode",
    response={201: ImportOut},
    auth=Session(),
    openapi_extra=errors(409, 429, requestBody=YAML_BODY),
)
def solution_import(request: HttpRequest, response: HttpResponse) -> Any:
    """Take over open-source software from its publiccode.yml (0.2 to 0.7). Look at the warnings afterwards."""
    count_submission(actor_of(request), address=address_of(request))
    solution, warnings = solution_import_publiccode(yaml=yaml_of(request), by=actor_of(request))
    response["Location"] = f"{request.path.removesuffix('/import-publiccode')}/{solution.code}"
    told = [
        NoticeOut(code=notice.code, message=str(notice.message), field=notice.field, line=notice.line)
        for notice in warnings
    ]
    return Status(201, ImportOut(solution=_detail(request, response, solution), warnings=told))


@router.get("/solutions/{key}", response=SolutionDetail)
def solution_get(request: HttpRequest, response: HttpResponse, key: Key) -> Any:
    """A solution by id, short code or slug, with its links and history. The ETag begins with its version."""
    return _detail(request, response, record_get(actor_of(request), kind="solution", key=key))


@router.patch("/solutions/{key}", response=SolutionDetail, auth=Session(), openapi_extra=errors(409, 412, 428))
def solution_edit(
    request: HttpRequest,
    response: HttpResponse,
    key: Key,
    body: SolutionPatch,
    if_match: IfMatch,
) -> Any:
    """Change a solution. `If-Match` names the version that you have seen: its ETag, or its number in quotes."""
    actor = actor_of(request)
    seen = record_get(actor, kind="solution", key=key)
    require_version(if_match, current=seen.version)
    wording = body.wording(known=seen.title, original=seen.language)
    details = city_written(body.details())
    record = record_edit(kind="solution", key=seen.id, version=seen.version, by=actor, wording=wording, details=details)
    return _detail(request, response, record)


def _detail(request: HttpRequest, response: HttpResponse, record: Any) -> SolutionDetail:
    response["ETag"] = version_tag(record.version)
    used_in = uses_of([record.id]).get(record.id, [])
    cities, more = detail_parts(actor_of(request), record, side="solution", also=used_in)
    return SolutionDetail.of(record, cities, used_in=used_in, **more)

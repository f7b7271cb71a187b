"""Links between problems and solutions over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Status

from citytandem.accounts.contract import actor_of
from citytandem.core.api import ApiRouter, Session
from citytandem.core.openapi import problems as errors
from citytandem.partnerships.contract import cities_by_id
from citytandem.streams.schemas.reading import LinkOut, cities_named
from citytandem.streams.schemas.writing import LinkIn
from citytandem.streams.services.links import link_decide, link_make

router = ApiRouter(tags=["links"])


@router.post("/links", response={201: LinkOut}, auth=Session(), openapi_extra=errors(404))
def link_submit(request: HttpRequest, body: LinkIn) -> Any:
    """Join a problem and a solution by hand. A link that exists already is confirmed. For the innovation unit."""
    link = link_make(problem=body.problem, solution=body.solution, why=body.why, by=actor_of(request))
    return Status(201, _out(link))


@router.post("/links/{link_id}/confirm", response=LinkOut, auth=Session())
def link_confirm(request: HttpRequest, link_id: UUID) -> Any:
    """Confirm a suggested link. For the innovation unit; can be taken back."""
    return _out(link_decide(link_id=link_id, accept=True, by=actor_of(request)))


@router.post("/links/{link_id}/reject", response=LinkOut, auth=Session())
def link_reject(request: HttpRequest, link_id: UUID) -> Any:
    """Reject a suggested link. For the innovation unit; can be taken back."""
    return _out(link_decide(link_id=link_id, accept=False, by=actor_of(request)))


def _out(link: Any) -> LinkOut:
    return LinkOut.of(link, cities_by_id(cities_named([], [link])))

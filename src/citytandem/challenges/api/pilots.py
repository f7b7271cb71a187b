"""Pilots over HTTP."""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpRequest, HttpResponse

from citytandem.accounts.contract import actor_of
from citytandem.challenges import reading_open as reading
from citytandem.challenges.schemas import PilotOut, PilotPage
from citytandem.challenges.selectors import challenge_get
from citytandem.core.api import ApiRouter, Cursor, Key, Limit, page_body, version_tag

router = ApiRouter(tags=["pilots"])
State = Literal["", "planned", "running", "finished", "decided", "abandoned"]


@router.get("/pilots", response=PilotPage)
def pilot_list(request: HttpRequest, state: State = "", after: Cursor = "", limit: Limit = 20) -> Any:
    """Pilots of all challenges, newest first. What is being prepared is shown to those who prepare it."""
    page = reading.pilots_page(actor_of(request), state=state, after=after, size=limit)
    return page_body(request, page, [PilotOut.of(row) for row in page.items])


@router.get("/pilots/{key}", response=PilotOut)
def pilot_get(request: HttpRequest, response: HttpResponse, key: Key) -> Any:
    """A pilot by id or short code, with what its measurements show. The ETag begins with its version."""
    row = reading.pilot_with_parts(actor_of(request), key)
    response["ETag"] = version_tag(row.version)
    return PilotOut.of(row)


@router.get("/challenges/{key}/pilots", response=PilotPage)
def challenge_pilots(request: HttpRequest, key: Key, after: Cursor = "", limit: Limit = 20) -> Any:
    """The pilots of a challenge, newest first."""
    actor = actor_of(request)
    challenge = challenge_get(actor, key)
    page = reading.pilots_page(actor, challenge=challenge.id, after=after, size=limit)
    return page_body(request, page, [PilotOut.of(row) for row in page.items])

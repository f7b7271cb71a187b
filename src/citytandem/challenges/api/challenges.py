"""Challenges and their proposals over HTTP."""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpRequest, HttpResponse

from citytandem.accounts.contract import actor_of
from citytandem.challenges import reading_open as reading
from citytandem.challenges.reading_challenges import criteria_of
from citytandem.challenges.schemas import ChallengeDetail, ChallengeOut, ChallengePage, ProposalOut, ProposalPage
from citytandem.challenges.selectors import challenge_get as get_challenge
from citytandem.challenges.selectors import proposal_get as get_proposal
from citytandem.core.api import ApiRouter, Cursor, Key, Limit, SlugWish, page_body, version_tag

router = ApiRouter(tags=["challenges"])


@router.get("/challenges", response=ChallengePage)
def challenge_list(
    request: HttpRequest,
    phase: Literal["", "open", "running", "decided", "withdrawn"] = "",
    theme: SlugWish = "",
    after: Cursor = "",
    limit: Limit = 20,
) -> Any:
    """Published challenges, newest first. `running`: nobody can hand in any more, and nothing is decided yet."""
    page = reading.challenges_page(phase=phase, theme=theme, after=after, size=limit)
    return page_body(request, page, [ChallengeOut.of(row) for row in page.items])


@router.get("/challenges/{key}", response=ChallengeDetail)
def challenge_get(request: HttpRequest, response: HttpResponse, key: Key) -> Any:
    """A challenge by id, short code or slug, with its criteria. The ETag begins with its version."""
    row = get_challenge(actor_of(request), key)
    response["ETag"] = version_tag(row.version)
    return ChallengeDetail.whole(row, criteria_of(row))


@router.get("/challenges/{key}/proposals", response=ProposalPage)
def challenge_proposals(request: HttpRequest, key: Key, after: Cursor = "", limit: Limit = 20) -> Any:
    """The proposals of a challenge that the reader may read, newest first: all for the unit, the department and the jury,
    for others those that are open by now, and their own."""
    actor = actor_of(request)
    page = reading.proposals_of(actor, get_challenge(actor, key), after=after, size=limit)
    steps = reading.steps_by_proposal([row.id for row in page.items])
    return page_body(request, page, [ProposalOut.of(row, steps.get(row.id, [])) for row in page.items])


@router.get("/proposals/{key}", response=ProposalOut)
def proposal_get(request: HttpRequest, response: HttpResponse, key: Key) -> Any:
    """A proposal by id or short code. The ETag begins with its version."""
    row = get_proposal(actor_of(request), key)
    response["ETag"] = version_tag(row.version)
    return ProposalOut.of(row, reading.steps_by_proposal([row.id]).get(row.id, []))

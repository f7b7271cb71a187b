"""The weights of the match over HTTP: shown to everybody, changed by the innovation unit, every step reversible."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Status
from pydantic import Field

from citytandem.accounts.contract import actor_of
from citytandem.core.api import ApiRouter, Session
from citytandem.streams.schemas.match import WeightingList, WeightingOut
from citytandem.streams.selectors import weighting_list
from citytandem.streams.services.feedback import weighting_propose, weighting_use
from citytandem.streams.weighting import shipped_weights

router = ApiRouter(tags=["weightings"])
Number = Annotated[int, Field(ge=0, le=2**63 - 1)]


@router.get("/weightings", response=WeightingList)
def weightings(request: HttpRequest) -> Any:
    """All weightings, newest first, and the shipped one; exactly one is in use."""
    return _all(request)


@router.post("/weightings", response={201: WeightingOut}, auth=Session())
def weighting_submit(request: HttpRequest) -> Any:
    """Learn new weights from the feedback so far. They change nothing until somebody puts them in use."""
    return Status(201, WeightingOut.of(weighting_propose(by=actor_of(request)), with_maker=True))


@router.post("/weightings/{weighting_id}/use", response=WeightingList, auth=Session())
def weighting_put_in_use(request: HttpRequest, weighting_id: Number) -> Any:
    """Put a weighting in use; 0 goes back to the shipped one."""
    weighting_use(weighting_id=weighting_id or None, by=actor_of(request))
    return _all(request)


def _all(request: HttpRequest) -> WeightingList:
    stored = weighting_list()
    with_maker = actor_of(request).is_staff
    items = [WeightingOut.of(weighting, with_maker=with_maker) for weighting in stored]
    in_use = not any(weighting.is_in_use for weighting in stored)
    shipped = WeightingOut.shipped(asdict(shipped_weights()), reason=_("Shipped with the software"), in_use=in_use)
    return WeightingList(items=[*items, shipped])

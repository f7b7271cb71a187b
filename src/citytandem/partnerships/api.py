"""Cities, partnerships and events over HTTP."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query

from citytandem.accounts.contract import ANYBODY
from citytandem.core.api import NO_NUL, ApiRouter, Cursor, Key, Limit, page_body
from citytandem.partnerships.best_partners import best_partners
from citytandem.partnerships.convening import reading as convening
from citytandem.partnerships.schemas import (
    CityOut,
    CityPage,
    EventList,
    EventOut,
    MemberOut,
    PartnershipList,
    PartnershipOut,
)
from citytandem.partnerships.schemas_events import EventPlanList, EventPlanOut, EventPlanWhole
from citytandem.partnerships.schemas_partners import PartnerList, PartnerOut
from citytandem.partnerships.selectors import (
    city_cards,
    city_get,
    city_page,
    event_list,
    partnership_get,
    partnership_list,
    partnerships_of,
)

router = ApiRouter(tags=["cities"])

Country = Annotated[str, Query(pattern=r"^([A-Za-z]{2})?$", description="Two letters as in ISO 3166-1.")]
Name = Annotated[str, Query(max_length=120, pattern=NO_NUL, description="Part of a name.")]
People = Annotated[int, Query(ge=0, le=1_000_000_000, description="Number of people; 0 for any.")]
# The words that JSON and forms use; `bool` would also take `on`, `y` and the like.
Flag = Literal["true", "false"]


@router.get("/cities", response=CityPage)
def cities(
    request: HttpRequest,
    q: Name = "",
    country: Country = "",
    profiled: Flag = "true",
    after: Cursor = "",
    limit: Limit = 20,
) -> Any:
    """Cities by name: those with a profile, or with `profiled=false` every place that this node knows."""
    page = city_page(profiled=profiled == "true", country=country, text=q, after=after, size=limit)
    return page_body(request, page, [MemberOut.of(city) for city in page.items])


@router.get("/cities/{slug}", response=CityOut)
def city(request: HttpRequest, slug: Key) -> Any:
    """A city with its profile and its partnerships."""
    found = city_get(slug)
    return CityOut.with_profile(found, _partnerships(partnerships_of(found.id)))


@router.get("/cities/{slug}/partners", response=PartnerList)
def city_partners(
    request: HttpRequest,
    slug: Key,
    country: Country = "",
    smallest: People = 0,
    largest: People = 0,
    limit: Limit = 20,
) -> Any:
    """The best partners of a city in other countries out of all places that this node knows, with what speaks for each."""
    found = best_partners(slug, top=limit, country=country, smallest=smallest, largest=largest)
    return PartnerList(items=[PartnerOut.of(partner) for partner in found])


@router.get("/partnerships", response=PartnershipList)
def partnerships(request: HttpRequest) -> Any:
    """All partnerships with their cities."""
    return PartnershipList(items=_partnerships(partnership_list()))


@router.get("/partnerships/{slug}", response=PartnershipOut)
def partnership(request: HttpRequest, slug: Key) -> Any:
    """A partnership with its cities."""
    return _partnerships([partnership_get(slug)])[0]


@router.get("/events", response=EventList)
def events(request: HttpRequest) -> Any:
    """The events of the programme."""
    return EventList(items=[EventOut.of(event) for event in event_list()])


@router.get("/planned-events", response=EventPlanList)
def planned_events(request: HttpRequest) -> Any:
    """Events that programmes of this node plan or have held, in the order of time; cancelled ones say so."""
    return EventPlanList(items=[EventPlanOut.of(row) for row in convening.public_plans()])


@router.get("/planned-events/{slug}", response=EventPlanWhole)
def planned_event(request: HttpRequest, slug: Key) -> Any:
    """An event with its sessions and materials."""
    row = convening.plan_get(ANYBODY, slug)
    return EventPlanWhole.with_parts(row, convening.sessions_of(row), convening.materials_of(row))


def _partnerships(rows: list[Any]) -> list[PartnershipOut]:
    cards = city_cards(list({member for row in rows for member in row.members}))
    return [PartnershipOut.of(row, cards) for row in rows]

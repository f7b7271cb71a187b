"""When a city leaves or pauses: the seat ends, and those whom it leaves behind are told their ways on."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.core.errors import Conflict, Invalid, NotFound
from citytandem.core.ids import uuid7
from citytandem.core.permissions import require
from citytandem.partnerships.cohort.leaving import proposals
from citytandem.partnerships.cohort.weights import PRESETS
from citytandem.partnerships.models import City, Partnership, PartnershipState, Seat
from citytandem.partnerships.programmes.applicants import embedded, facts_of
from citytandem.partnerships.programmes.cohorts import rules_of, scores_of
from citytandem.partnerships.programmes.profiles import contacts_of
from citytandem.partnerships.programmes.solving import admitted_cities


@transaction.atomic
def seat_leave(*, partnership: str, city: str, on: date, because: str, language: str, pauses: bool, by: Actor) -> Seat:
    """End a city's seat, or let it pause, with the reason in its words.

    A partnership in which fewer than two are left pauses. Raises Forbidden, NotFound, Invalid, Conflict if it has left.
    """
    row = _partnership(partnership)
    require("partnerships.leave", by, row)
    seat = row.seats.select_for_update().filter(city__slug=city, until=None).first()
    if seat is None:
        raise Conflict("seat.left_already", _("This city does not sit in the partnership any more."))
    if seat.since and on < seat.since:
        raise Invalid("seat.leaves_early", _("It cannot leave before it came."), field="on")
    if not because.strip():
        raise Invalid("seat.reason_missing", _("Say why, so that the others can learn from it."), field="because")
    seat.left_because = {language: {"text": because.strip(), "by": "human"}}
    if pauses:
        seat.is_paused = True
    else:
        seat.until = on
    seat.save()
    working = row.seats.filter(until=None, is_paused=False).count()
    if working < 2 and row.state in {PartnershipState.ACTIVE, PartnershipState.PLANNED}:
        row.state = PartnershipState.PAUSED
        row.save(update_fields=["state"])
    return seat


def ways_on(partnership: Partnership, *, leaver: str, on: date) -> list[dict[str, Any]]:
    """What those left behind can do, best first, as plain JSON; each way changes at most one other group.

    on: the groups of the programme are taken as they were on that day, so that an earlier exit can be replayed.
    """
    programme = partnership.programme
    if programme is None:
        return []
    sat = Q(until=None) | Q(until__gte=on)
    seats = Seat.objects.filter(sat, Q(since=None) | Q(since__lte=on), partnership__programme=programme)
    groups: dict[UUID, list[str]] = {}
    cities: dict[str, City] = {}
    for seat in seats.select_related("city").order_by("city__slug"):
        groups.setdefault(seat.partnership_id, []).append(seat.city.slug)
        cities[seat.city.slug] = seat.city
    own = groups.setdefault(partnership.id, [])
    if leaver not in own:
        gone = City.objects.filter(slug=leaver, id__in=partnership.members).first()
        if gone is None:
            raise NotFound("city.unknown", _("There is no city of this name here."))
        own.append(leaver)
        cities[leaver] = gone
    waiting = [city for city in admitted_cities(programme) if city.slug not in cities]
    cities |= {city.slug: city for city in waiting}
    facts = [facts_of(city) for city in cities.values()]
    scores = scores_of(facts, programme.weights or PRESETS["balanced"], embedded)
    wanted = {
        name: programme.rules[name]
        for name in ("never_same_country", "must_not", "min_hours")
        if name in programme.rules
    }
    rules = rules_of({**wanted, "must_not": [pair for pair in wanted.get("must_not", []) if set(pair) <= set(cities)]})
    found = proposals(
        scores,
        [group for group in groups.values() if len(group) > 1],
        leaver,
        rules=rules,
        waiting=[city.slug for city in waiting],
    )
    return [_told(one) for one in found]


def _told(proposal: Any) -> dict[str, Any]:
    told = asdict(proposal)
    pairs = [
        {
            "first": pair.split("|")[0],
            "second": pair.split("|")[1],
            "score": sum(term["value"] for term in terms),
            "terms": terms,
        }
        for pair, terms in told.pop("reasons").items()
    ]
    key = f"{told['kind']}:" + "/".join("+".join(group) for group in told["groups"])
    return {**told, "groups": [list(group) for group in told["groups"]], "key": key, "pairs": pairs}


@transaction.atomic
def way_accept(*, partnership: str, leaver: str, on: date, key: str, by: Actor) -> list[Partnership]:
    """Go one of the ways: seats end and begin, no partnership is lost from the record. Returns those that go on.

    Raises Forbidden, NotFound, Conflict if this way is not open any more.
    """
    row = _partnership(partnership)
    require("partnerships.coordinate", by, row.programme)
    if row.state == PartnershipState.ENDED:
        raise Conflict("partnership.ended", _("This partnership has ended."))
    if row.seats.filter(city__slug=leaver, until=None, is_paused=False).exists():
        raise Conflict("seat.still_there", _("The city has not left or paused yet."))
    chosen = next((one for one in ways_on(row, leaver=leaver, on=on) if one["key"] == key), None)
    if chosen is None:
        raise Conflict("way.closed", _("This way is not open any more. Look at the ways again."))
    if chosen["kind"] in {"go_on", "newcomer"}:
        return [_filled(row, chosen["groups"][0], on=on)]
    before = _partnership_of(row, chosen["before"])
    if chosen["kind"] == "dock_on":
        _ended(row, on=on, but=leaver)
        return [_filled(before, chosen["groups"][0], on=on, docked=True)]
    for old in (row, before):
        _ended(old, on=on, but=leaver)
    return [_made(row, group, on=on) for group in chosen["groups"]]


def _partnership_of(row: Partnership, group: list[str]) -> Partnership:
    for other in Partnership.objects.select_for_update().filter(programme=row.programme_id).exclude(id=row.id):
        if set(other.seats.filter(until=None).values_list("city__slug", flat=True)) == set(group):
            return other
    raise Conflict("way.closed", _("This way is not open any more. Look at the ways again."))


def _filled(row: Partnership, group: list[str], *, on: date, docked: bool = False) -> Partnership:
    """Whoever is in the group and has no seat gets one; whoever is not loses it."""
    row.seats.filter(until=None).exclude(city__slug__in=group).update(until=on, is_paused=False)
    sitting = set(row.seats.filter(until=None).values_list("city__slug", flat=True))
    for city in City.objects.filter(slug__in=set(group) - sitting):
        contact, deputy = contacts_of(city.id)
        Seat.objects.create(partnership=row, city=city, since=on, is_docked=docked, contact=contact, deputy=deputy)
    row.state = PartnershipState.ACTIVE
    row.save(update_fields=["state"])
    return row


def _ended(row: Partnership, *, on: date, but: str) -> None:
    row.seats.filter(until=None).exclude(city__slug=but).update(until=on)
    row.seats.filter(until=None).update(until=on, is_paused=False)
    row.state = PartnershipState.ENDED
    row.save(update_fields=["state"])


def _made(row: Partnership, group: list[str], *, on: date) -> Partnership:
    cities = list(City.objects.filter(slug__in=group).order_by("slug"))
    slug = f"{'-'.join(city.slug for city in cities)[:60]}-{on:%Y}"
    if Partnership.objects.filter(slug=slug).exists():
        slug = f"{slug}-{uuid7().hex[-6:]}"
    made = Partnership.objects.create(
        slug=slug, kind="tridem" if len(cities) == 3 else "tandem", members=[city.id for city in cities],
        programme=row.programme, state=PartnershipState.PLANNED, starts_on=on,
    )  # fmt: skip
    return _filled(made, group, on=on, docked=True)


def _partnership(slug: str) -> Partnership:
    row = Partnership.objects.select_for_update(of=("self",)).select_related("programme").filter(slug=slug).first()
    if row is None:
        raise NotFound("partnership.unknown", _("There is no partnership of this name here."))
    return row

"""Writing what a city says of itself, and who is to be asked there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.core import clock, events
from citytandem.core.errors import Conflict, Invalid, NotFound
from citytandem.core.permissions import require
from citytandem.partnerships.models import City, CityContact, Seat
from citytandem.partnerships.naming import sort_key
from citytandem.partnerships.programmes.maturity import DIMENSIONS, LEVELS
from citytandem.partnerships.programmes.profile_fields import phrases, twinnings

_PLAIN = (
    "population", "region", "languages", "borders", "hours", "exchange_budget", "currency", "topics", "teach_themes",
    "learn_themes", "networks",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody who is to be asked; without a name: nobody."""

    name: str = ""
    function: str = ""
    email: str = ""
    consents: bool = False


@transaction.atomic
def profile_write(*, slug: str, values: Mapping[str, Any], version: str = "", by: Actor) -> City:
    """Write what a city says of itself; values as `ProfileForm` cleans them.

    Raises NotFound, Forbidden, Conflict if somebody else wrote meanwhile.
    """
    city = _city(slug)
    require("partnerships.edit_city", by, city)
    current = city.said_at.isoformat() if city.said_at else ""
    if version != current:
        told = _("Somebody else has saved this profile since you opened it.")
        raise Conflict("city.changed_meanwhile", told, current_version=current)
    for name in _PLAIN:
        setattr(city, name, values[name])
    city.degurba = int(values["degurba"]) if values["degurba"] else None
    city.can_travel = {"yes": True, "no": False}.get(values["can_travel"])
    strategy = {"title": values["strategy_title"], "year": values["strategy_year"]}
    city.strategy = {name: told for name, told in strategy.items() if told} or None
    city.maturity = _maturity(values)
    city.can_teach = phrases(values["can_teach"], city.can_teach)
    city.wants_to_learn = phrases(values["wants_to_learn"], city.wants_to_learn)
    city.twinnings = [_known_here(entry) for entry in twinnings(values["twinnings"], city.twinnings)]
    city.is_profiled = True
    city.sort_key = sort_key(city.name, latin=city.name_latin)
    city.said_at = clock.now()
    city.save()
    events.emit(events.RecordChanged(kind="city", object_id=city.id))
    return city


def _maturity(values: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for dimension in DIMENSIONS:
        level = values.get(f"level_{dimension}", "")
        if str(level).isdigit() and int(level) in LEVELS:
            told[dimension] = {"level": int(level), "because": values.get(f"because_{dimension}", "")}
    return told


def _known_here(entry: dict[str, Any]) -> dict[str, Any]:
    """A twin town that is known here by that name, and by no other place of that name, is linked."""
    if "slug" in entry or not entry.get("country"):
        return entry
    found = City.objects.filter(country=entry["country"], sort_key=sort_key(entry["name"])).values_list(
        "slug", flat=True
    )
    slugs = list(found[:2])
    return {**entry, "slug": slugs[0]} if len(slugs) == 1 else entry


@transaction.atomic
def contacts_set(*, slug: str, contact: Named, deputy: Named, by: Actor) -> City:
    """Name who is to be asked in a city and who stands in; both have to agree, and be two people.

    Who was named before stays in the record with the day on which they left. The city's seats follow.
    Raises NotFound, Forbidden, Invalid.
    """
    city = _city(slug)
    require("partnerships.edit_city", by, city)
    for role, named in (("contact", contact), ("deputy", deputy)):
        if named.name and not named.consents:
            told = _("Name somebody only if they have agreed to it.")
            raise Invalid("contact.consent_missing", told, field=f"{role}_consents")
        if named.name and not named.email:
            raise Invalid("contact.address_missing", _("An address is needed to reach them."), field=f"{role}_email")
    if deputy.name and (deputy.name, deputy.email.casefold()) == (contact.name, contact.email.casefold()):
        raise Invalid("contact.same_person", _("The deputy has to be another person."), field="deputy_name")
    first = _named(city, contact, is_deputy=False)
    second = _named(city, deputy, is_deputy=True)
    Seat.objects.filter(city=city, until=None).update(contact=first, deputy=second)
    return city


def _named(city: City, named: Named, *, is_deputy: bool) -> CityContact | None:
    today = timezone.localdate(clock.now())
    rows = CityContact.objects.select_for_update().filter(city=city, is_deputy=is_deputy, until=None)
    kept = None
    for row in rows:
        if named.name and (row.name, row.email.casefold()) == (named.name, named.email.casefold()) and kept is None:
            kept = row
        else:
            row.until = max(today, row.since)
            row.save(update_fields=["until"])
    if not named.name:
        return None
    kept = kept or CityContact(city=city, is_deputy=is_deputy, since=today, name=named.name, email=named.email)
    kept.function = named.function
    kept.consented_at = kept.consented_at or clock.now()
    kept.save()
    return kept


def contacts_of(city: UUID) -> tuple[CityContact | None, CityContact | None]:
    """Who is to be asked now, and who stands in."""
    rows = list(CityContact.objects.filter(city=city, until=None).order_by("since", "id"))
    contact = next((row for row in rows if not row.is_deputy), None)
    return contact, next((row for row in rows if row.is_deputy), None)


def _city(slug: str) -> City:
    city = City.objects.select_for_update().filter(slug=slug).first()
    if city is None:
        raise NotFound("city.unknown", _("There is no city of this name here."))
    return city

"""The profile of our city as partners get it, and theirs as we take it over."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from citytandem.core import clock, events
from citytandem.core.errors import Conflict, Invalid
from citytandem.core.node import this_node
from citytandem.core.text import clean_line, clean_text
from citytandem.core.versions import texts_of, translations
from citytandem.federation.contract import (
    Incoming,
    Outgoing,
    PartnerConfirmed,
    PartnerLeft,
    Source,
    Taker,
    is_partner,
    own_since,
    register_source,
    register_taker,
    renewed_until,
    take_again,
)
from citytandem.partnerships.contract import CityNodeKnown
from citytandem.partnerships.models import City, CityNode
from citytandem.partnerships.naming import fold, sort_key
from citytandem.partnerships.nodes import city_meant, is_named, number_of
from citytandem.partnerships.services import city_id

KIND = "CityProfile"
LONGEST_PROFILE = 20_000
MOST_TOPICS = 40
# Refused today, and taken over once an administrator has confirmed the node, or the other one has left the city.
_UNCONFIRMED, _TAKEN = "partner.city_unconfirmed", "partner.city_taken"
_COUNTRY = re.compile("[A-Z]{2}")
_LANGUAGE = re.compile("[a-z]{2,3}")
_NOT_SLUG = re.compile("[^a-z0-9]+")


def _read(ids: Sequence[UUID]) -> dict[UUID, Outgoing]:
    home = this_node().home_city
    city = City.objects.filter(id=home).first() if home in set(ids) else None
    return {city.id: _outgoing(city)} if city else {}


def _outgoing(city: City) -> Outgoing:
    named = {"slug": city.slug, "name": city.name, "nameLatin": city.name_latin, "country": city.country}
    facts = {
        "region": city.region,
        "languages": list(city.languages),
        "population": city.population,
        "latitude": city.latitude,
        "longitude": city.longitude,
        "geonameid": city.geonameid,
    }
    lists = {
        "topics": list(city.topics),
        "canTeach": _texts(city.can_teach),
        "wantsToLearn": _texts(city.wants_to_learn),
    }
    name = translations(**{(city.languages or ["en"])[0]: city.name}) | translations(en=city.name_latin or city.name)
    return Outgoing(
        kind=KIND,
        # The profile is noted in English, as its sources are.
        texts={"name": name, "content": translations(en=city.profile)},
        published=own_since(),
        details={
            "city": {key: value for key, value in {**named, **facts}.items() if value not in (None, "", [])},
            **{key: value for key, value in lists.items() if value},
        },
        visibility="public",
        expires=renewed_until(city.id),
        also=("Organization",),
        watched=[*city.topics, *_texts(city.can_teach), *_texts(city.wants_to_learn)],
        path=f"/cities/{city.slug}",
    )


def _texts(items: Sequence[Any]) -> list[str]:
    return [str(item["text"]) for item in items if isinstance(item, Mapping) and item.get("text")]


def _all_ids() -> Iterable[UUID]:
    home = this_node().home_city
    return [home] if home else []


def take(incoming: Incoming) -> None:
    """Join a partner node with the city it speaks for. A profile that we have from elsewhere stays as it is.

    Raises Invalid without name or country, Conflict for our own city, for one that another partner speaks for, and where no
    administrator here has confirmed the node: anybody can say that they are a city.
    """
    named = incoming.details.get("city")
    if not isinstance(named, Mapping) or not clean_line(str(named.get("name", ""))):
        raise Invalid("partner.city_unreadable", _("This profile does not name its city."))
    if not _COUNTRY.fullmatch(str(named.get("country", ""))):
        raise Invalid("partner.city_unreadable", _("This profile does not name its city."))
    node = CityNode.objects.select_for_update().select_related("city").filter(did=incoming.origin).first()
    city = city_meant(named) or City(id=city_id(slug := _free_slug(named)), slug=slug)
    _make_free(city, incoming.origin)
    if node is not None and node.city_id != city.id:
        _leave(node)
        node = None
        take_again(KIND, refused=[_TAKEN])
    is_made = node.is_made if node is not None else not city.is_profiled
    if is_made:
        _write(city, incoming, named)
    CityNode.objects.update_or_create(
        did=incoming.origin,
        defaults={"uri": incoming.uri, "city": city, "is_made": is_made},
        create_defaults={"uri": incoming.uri, "city": city, "is_made": is_made, "since": clock.now()},
    )
    events.emit(CityNodeKnown(did=incoming.origin, city=city.id))


def drop(uris: Sequence[str]) -> None:
    """The nodes no longer speak for their cities; what profiles have told of them goes, places that others know stay."""
    left = list(CityNode.objects.select_for_update().select_related("city").filter(uri__in=list(uris)))
    for node in left:
        _leave(node)
    if left:
        take_again(KIND, refused=[_TAKEN])


def on_partner_confirmed(event: PartnerConfirmed) -> None:  # noqa: ARG001 - what it says of itself may have come by a relay
    """Its profile, where it came before, is looked at again."""
    take_again(KIND, refused=[_UNCONFIRMED, _TAKEN])


def on_partner_left(event: PartnerLeft) -> None:
    """It speaks for no city any more, also where its profile came by a relay; another partner may."""
    for node in CityNode.objects.select_for_update().select_related("city").filter(did=event.did):
        _leave(node)
    take_again(KIND, refused=[_TAKEN])


def _leave(node: CityNode, *, is_taken_over: bool = False) -> None:
    """What a node has told of its city goes, and with it the city where nobody else knows of it."""
    city = node.city
    node.delete()
    if not node.is_made:
        return
    # Places of GeoNames have ids of another kind.
    is_told = city.id == city_id(city.slug) and not is_taken_over
    if is_told and not is_named(city.id, but_by=node.did):
        city.delete()
    else:
        city.is_profiled, city.profile, city.source = False, "", {}
        city.topics, city.can_teach, city.wants_to_learn = [], [], []
        city.save()
    events.emit(events.RecordChanged(kind="city", object_id=node.city_id))


def _make_free(city: City, origin: str) -> None:
    """A partner takes its city back from a node that is none any more."""
    if city.id == this_node().home_city:
        raise Conflict("partner.city_ours", _("This is our own city: no other node speaks for it."))
    if not is_partner(origin):
        raise Conflict("partner.city_unconfirmed", _("Nobody here has confirmed that this node is the city's."))
    others = CityNode.objects.select_for_update().select_related("city").filter(city_id=city.id).exclude(did=origin)
    for other in others:
        if is_partner(other.did):
            raise Conflict("partner.city_taken", _("Another node speaks for this city already."))
        _leave(other, is_taken_over=True)
        city.refresh_from_db()
        events.emit(CityNodeKnown(did=other.did, city=None))


def _write(city: City, incoming: Incoming, named: Mapping[str, Any]) -> None:
    details = incoming.details
    name, latin = (clean_line(str(named.get(key) or ""))[:120] for key in ("name", "nameLatin"))
    latitude, longitude = _place(named)
    values = {
        "name": name,
        "name_latin": latin,
        "country": str(named["country"]),
        "region": clean_line(str(named.get("region") or ""))[:120],
        "languages": [str(code) for code in _list(named.get("languages"), 10) if _LANGUAGE.fullmatch(str(code))],
        "population": _people(named.get("population")),
        "latitude": latitude if latitude is not None else city.latitude,
        "longitude": longitude if longitude is not None else city.longitude,
        "geonameid": city.geonameid or number_of(named),
        "profile": clean_text(texts_of(incoming.texts.get("content")).get("en", ""))[:LONGEST_PROFILE],
        "topics": [clean_line(str(topic))[:120] for topic in _list(details.get("topics"), MOST_TOPICS)],
        "can_teach": _noted(details.get("canTeach")),
        "wants_to_learn": _noted(details.get("wantsToLearn")),
        "is_profiled": True,
        "source": {"title": incoming.peer_name or name, "url": incoming.page},
        "sort_key": sort_key(name, latin=latin),
    }
    if all(getattr(city, key) == value for key, value in values.items()):
        return
    for key, value in values.items():
        setattr(city, key, value)
    city.save()
    events.emit(events.RecordChanged(kind="city", object_id=city.id))


def _list(value: Any, most: int) -> list[Any]:
    return [item for item in value[:most] if item] if isinstance(value, list) else []


def _noted(value: Any) -> list[dict[str, str]]:
    return [{"text": clean_line(str(text))[:500], "basis": "stated"} for text in _list(value, MOST_TOPICS)]


def _people(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31 else None


def _place(named: Mapping[str, Any]) -> tuple[float | None, float | None]:
    latitude, longitude = named.get("latitude"), named.get("longitude")
    if not isinstance(latitude, int | float) or not isinstance(longitude, int | float):
        return None, None
    on_earth = -90 <= latitude <= 90 and -180 <= longitude <= 180
    return (float(latitude), float(longitude)) if on_earth else (None, None)


def _free_slug(named: Mapping[str, Any]) -> str:
    """The short name that the node gives its city; with its country where another city has it."""
    told = str(named.get("slug") or named.get("nameLatin") or named["name"])
    slug = _NOT_SLUG.sub("-", fold(told)).strip("-")[:60] or "city"
    taken = set(City.objects.filter(slug__startswith=slug).values_list("slug", flat=True))
    options = [slug, f"{slug}-{str(named['country']).lower()}", *(f"{slug}-{number}" for number in range(2, 1_000))]
    return next(option for option in options if option not in taken)


def register_all() -> None:
    """Called once when Django is ready."""
    register_source(Source(local_kind="city", kind=KIND, read=_read, all_ids=_all_ids))
    register_taker(Taker(kind=KIND, take=take, drop=drop))
    events.listen_within(PartnerConfirmed, on_partner_confirmed)
    events.listen_within(PartnerLeft, on_partner_left)

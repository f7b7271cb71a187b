"""From the facts of the programme to the fields of cities, partnerships and events. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from citytandem.core.versions import translations
from citytandem.demo.reading import Demo

_GEONAMES = {"title": "GeoNames", "url": "https://www.geonames.org/", "licence": "CC BY 4.0"}
_CITY_FACTS = ("units", "awards", "other_links")
_PARTNERSHIP_FACTS = (
    "matched_because", "challenges", "joint_projects", "themes", "results", "success_factors", "hurdles", "remedies",
    "lessons", "meetings", "prior_contacts",
)  # fmt: skip
_EVENT_FACTS = (
    "date_note", "participants_kind", "sessions", "content", "audience", "countries", "programme", "survey_findings",
    "takeaways",
)  # fmt: skip
# Told in the status of the partnership: at half-time, at the end of 2023.
_LEFT = {
    "krefeld-sofia": {"sofia": (date(2023, 12, 31), "changes in the administration, and lack of resources")},
}


def city_fields(demo: Demo, slug: str) -> dict[str, Any]:
    """Everything about a city that the sources say; what they do not say stays empty."""
    city, place = demo.cities[slug], demo.places[slug]
    facts = {name: city[name] for name in _CITY_FACTS if city.get(name)}
    facts["networks"] = [{"id": name, "name": _network_name(demo, name)} for name in city.get("networks", [])]
    source = demo.source(f"municipalities.{slug}", city["src"])
    source["coordinates"] = {**_GEONAMES, **({"point_of": place["place"]} if "place" in place else {})}
    if "name_local_basis" in city:
        source["name"] = city["name_local_basis"]
    return {
        "name_latin": city.get("name_in_report", ""),
        "region": city.get("region", ""),
        "languages": list(city["language"]),
        "population": city["population"],
        "latitude": place["latitude"],
        "longitude": place["longitude"],
        "geonameid": place.get("geonameid"),
        "profile": city["profile"],
        "strategy": city["strategy"],
        "topics": list(city["themes"]),
        "can_teach": list(city["can_teach"]),
        "wants_to_learn": list(city["wants_to_learn"]),
        "networks": [network["name"] for network in facts["networks"]],
        "borders": _borders(demo, slug),
        "twinnings": [_twinning(demo, twinning) for twinning in city.get("twinnings", [])],
        "facts": facts,
        "source": source,
    }


def partnership_fields(demo: Demo, slug: str) -> dict[str, Any]:
    """What the sources say of a partnership; the reasons for the match carry their sentence."""
    partnership = demo.partnerships[slug]
    facts = {name: partnership[name] for name in _PARTNERSHIP_FACTS if partnership.get(name)}
    reasons = {reason["id"]: reason["text"] for reason in demo.facts["programme"]["matching_reasons"]}
    facts["matched_because"] = [{"id": name, "text": reasons[name]} for name in partnership["matched_because"]]
    return {
        "status": partnership["status"],
        "twinning_since": partnership.get("twinning_since"),
        "facts": facts,
        "source": demo.source(f"partnerships.{slug}", partnership["src"]),
    }


def programme_fields(demo: Demo) -> dict[str, Any]:
    """The programme itself: all that the sources say of it, with the contradictions that are known."""
    programme = demo.facts["programme"]
    year, month, *_days = (int(part) for part in programme["end"].split("-"))
    return {
        "language": "de",
        "title": translations(de=programme["title_de"], en=programme["title_en"]),
        "text": translations(en=programme["topic"]),
        "state": "ended",
        "starts_on": date.fromisoformat(programme["start"]),
        # The source tells the month; the last day of it says no more than that.
        "ends_on": date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1),
        "facts": dict(programme),
        "source": demo.source("programme", ["003"]),
    }


def who_left(slug: str) -> dict[str, tuple[date, dict[str, Any]]]:
    """By city: when it left the partnership and why."""
    return {city: (day, translations(en=because)) for city, (day, because) in _LEFT.get(slug, {}).items()}


def _borders(demo: Demo, slug: str) -> list[str]:
    """Countries whose border a city lies on: told of those that were matched as neighbours across a border."""
    countries = {
        demo.cities[member]["country"]
        for partnership in demo.partnerships.values()
        if "match-border" in partnership["matched_because"] and slug in partnership["members"]
        for member in partnership["members"]
    }
    return sorted(countries - {demo.cities[slug]["country"]})


def event_fields(demo: Demo, path: str, event: Mapping[str, Any]) -> dict[str, Any]:
    """What the sources say of an event. Numbers of people stay texts: some are `almost 50`."""
    place = event.get("place") or {}
    facts = {name: event[name] for name in _EVENT_FACTS if event.get(name)}
    if event.get("cities_present"):
        facts["cities_present"] = list(event["cities_present"])
    participants = event.get("participants")
    return {
        "number": event.get("no"),
        "dates": list(event.get("date") or []),
        "format": event["format"],
        "place": place.get("city", ""),
        "country": place.get("country", ""),
        "participants": "" if participants is None else str(participants),
        "facts": facts,
        "source": demo.source(path, event["src"]),
    }


def _twinning(demo: Demo, twinning: Mapping[str, Any]) -> dict[str, Any]:
    partner = demo.cities.get(twinning["with"])
    rest = {name: value for name, value in twinning.items() if name != "with"}
    if partner is None:
        return {"name": twinning["with"], **rest}
    return {"name": partner["name"], "slug": twinning["with"], "country": partner["country"], **rest}


def _network_name(demo: Demo, name: str) -> str:
    """Networks are listed by how they came about; one is a funding programme whose cities form a network."""
    groups = demo.facts["networks"]
    entries = [entry for group in ("top_down", "bottom_up", "other") for entry in groups[group]]
    entries += demo.facts["funding"]["other"]
    return next((str(entry["name"]) for entry in entries if entry["id"] == name), name)

"""Between a form and a record: what a form shows of a record, and what it says to write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from citytandem.accounts.contract import Actor
from citytandem.core.areas import as_typed
from citytandem.core.node import this_node
from citytandem.core.text import clean_line, clean_text
from citytandem.core.versions import human_versions, read
from citytandem.partnerships.contract import CityCard
from citytandem.search.detect import detect_language
from citytandem.streams.contract import RecordCard
from citytandem.streams.duplicates import Said, near_duplicates
from citytandem.streams.listing import record_card
from citytandem.streams.models import FRAME_CONDITIONS, PlaceKind, Sender, SolutionKind, Visibility
from citytandem.streams.relabelling import conditions_moved, same_words
from citytandem.streams.services.records import Wording

SHARED = ("themes", "place_kind", "place_name", "latitude", "longitude", "area", "visibility")
OWN = {
    "problem": ("sender", "affected", "evidence"),
    "solution": (
        "kind", "stage", "trl", "provider", "licence", "cost_low", "cost_high", "cost_note", "contact_role",
        "reuse_notes", "url",
    ),
}  # fmt: skip


def empty_values(actor: Actor, *, kind: str, text: str = "") -> dict[str, Any]:
    """What a new form starts with."""
    values: dict[str, Any] = {
        "text": text,
        "city": this_node().home_slug,
        "place_kind": PlaceKind.CITY,
        "visibility": Visibility.PUBLIC,
    }
    if kind == "problem":
        return {**values, "sender": Sender.DEPARTMENT if actor.is_staff else Sender.RESIDENT}
    return {**values, "kind": SolutionKind.IDEA, "stage": ""}


def similar_cards(
    values: Mapping[str, Any], *, actor: Actor, kind: str, cities: Sequence[CityCard], reader: str
) -> list[RecordCard]:
    """What is there already and may say the same as what somebody is about to send: so that they can join it instead."""
    wording = wording_of(values, hint=reader)
    details = details_of(values, kind=kind, cities=cities, wording=wording)
    exact = details.get("place_kind") == PlaceKind.POINT and details["latitude"] is not None
    place = (details["latitude"], details["longitude"]) if exact and details["longitude"] is not None else None
    said = Said(kind, wording.title, wording.text or "", wording.language, details.get("city"), place)
    found = near_duplicates(said, public_only=not actor.is_staff)
    return [record_card(one, kind=kind, language=reader) for one in found]


def values_of(record: Any, *, kind: str, language: str, cities: Sequence[CityCard]) -> dict[str, Any]:
    """What the form of a record starts with: its words in `language` if people wrote them, else in the original one.

    Never the words of a machine: saved, they would pass as those of the person.
    """
    titles, texts = human_versions(record.title), human_versions(record.text)
    chosen = language if language in titles else record.language
    slugs = {city.id: city.slug for city in cities}
    values = {name: getattr(record, name) for name in (*SHARED, *OWN[kind])}
    values |= {
        "title": titles.get(chosen, {}).get("text", ""),
        "text": texts.get(chosen, {}).get("text", ""),
        "language": chosen,
        "city": slugs.get(record.city, ""),
        "version": record.version,
    }
    if kind == "solution":
        values["standards"] = ", ".join(record.standards)
        for name in FRAME_CONDITIONS:
            stored = human_versions(record.frame_conditions.get(name))
            values[f"condition_{name}"] = read(stored, reader=chosen, original=record.language).text
    return values


def wording_of(values: Mapping[str, Any], *, hint: str, record: Any = None) -> Wording:
    """Title and text; the language is found out unless said, a short text in the reader's own.

    The words of `record` sent again under another language correct it.
    """
    title, text = values.get("title", ""), values.get("text", "")
    language = values.get("language") or detect_language(f"{title}\n{text}", hint=hint)
    wrong = ""
    if record is not None:
        wrong = same_words(record, title=clean_line(title), text=clean_text(text), language=language)
    return Wording(title, text, language, corrects=wrong)


def details_of(
    values: Mapping[str, Any], *, kind: str, cities: Sequence[CityCard], wording: Wording, record: Any = None
) -> dict[str, Any]:
    """The fields to write. What the form does not offer (holes in an area, a place beyond its cities) stays as it is."""
    details = {name: values[name] for name in (*SHARED, *OWN[kind]) if name in values}
    if details.get("place_kind") != PlaceKind.POINT:
        details["latitude"] = details["longitude"] = None
    if details.get("place_kind") != PlaceKind.AREA:
        details["area"] = None
    elif record is not None and record.area and details.get("area") == as_typed(record.area):
        details["area"] = record.area
    ids: dict[str, UUID] = {city.slug: city.id for city in cities}
    known = record is None or record.city is None or record.city in ids.values()
    if known:
        details["city"] = ids.get(values.get("city", ""))
    if kind == "solution":
        parts = (clean_line(part) for part in values.get("standards", "").split(","))
        details["standards"] = [part for part in parts if part]
        details["frame_conditions"] = _conditions(values, wording=wording, record=record)
    return details


def _conditions(values: Mapping[str, Any], *, wording: Wording, record: Any) -> dict[str, Any]:
    """Only the version of this language changes; a text that is still the other language's is not copied."""
    language = wording.language
    stored = dict(record.frame_conditions) if record is not None else {}
    if wording.corrects:
        stored = conditions_moved(stored, wrong=wording.corrects, right=language)
    for name in FRAME_CONDITIONS:
        text = values.get(f"condition_{name}", "").strip()
        versions = dict(stored.get(name) or {})
        original = record.language if record is not None else language
        shown = read(human_versions(versions), reader=language, original=original)
        if text == shown.text.strip():
            continue
        versions.pop(language, None)
        if text:
            versions[language] = {"text": text, "by": "human"}
        if versions:
            stored[name] = versions
        else:
            stored.pop(name, None)
    return stored

"""Does everything in the demo hold together, and is everything in it said by the sources? Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from citytandem.core.languages import is_language
from citytandem.core.themes import leaf_themes
from citytandem.demo.reading import Demo, NoSuchPath, find, paths_of
from citytandem.demo.validate_challenges import of_challenge

STREAMS = ("problem", "solution")
BASES = ("stated", "derived")
LONGEST = {"title": 200, "text": 20_000}
# Keys a record may have, so that a misspelt one is not lost in silence.
COMMON = frozenset(["id", "stream", "city", "partnership", "also", "themes", "title", "text", "basis", "source"])
KEYS = {
    "problem": COMMON | {"affected", "sender"},
    "solution": COMMON | {"kind", "status", "used_in", "frame_conditions", "standards"},
}


def complaints(demo: Demo) -> list[str]:
    """What is wrong with the demo's files, one sentence each; empty if all is well."""
    found: list[str] = []
    identifiers = Counter(record["id"] for record in demo.records)
    found += [f"{name}: there are {count} records of this id" for name, count in identifiers.items() if count > 1]
    for record in demo.records:
        found += [f"{record['id']}: {complaint}" for complaint in _of_record(record, demo)]
    for link in demo.links:
        found += [f"{link['problem']} - {link['solution']}: {complaint}" for complaint in _of_link(link, demo)]
    for city in demo.cities:
        if city not in demo.places:
            found.append(f"{city}: places.yaml does not say where it lies")
    for challenge in demo.challenges:
        found += [f"{challenge['id']}: {complaint}" for complaint in of_challenge(challenge, demo)]
    return found


def _of_record(record: Mapping[str, Any], demo: Demo) -> Iterator[str]:
    unknown = set(record) - KEYS[record["stream"]] if record["stream"] in STREAMS else {"stream"}
    if unknown:
        yield f"unknown keys {sorted(unknown)}"
    cities = [record["city"], *record.get("also", []), *record.get("used_in", [])]
    yield from (f"no such city {city!r}" for city in cities if city not in demo.cities)
    if record.get("partnership", next(iter(demo.partnerships))) not in demo.partnerships:
        yield f"no such partnership {record['partnership']!r}"
    leaves = {theme.id for theme in leaf_themes()}
    if not record["themes"] or not set(record["themes"]) <= leaves:
        yield f"themes {record['themes']}"
    if record["basis"] not in BASES:
        yield f"basis {record['basis']!r}"
    yield from _of_words(record, demo)
    yield from _of_source(record, demo)


def _of_words(record: Mapping[str, Any], demo: Demo) -> Iterator[str]:
    own = demo.cities[record["city"]]["language"][0]
    wanted = {own, "en"}
    for part, longest in LONGEST.items():
        texts = record[part]
        if set(texts) != wanted or not all(is_language(language) for language in texts):
            yield f"{part} is in {sorted(texts)}, not in {sorted(wanted)}"
        if any(not text.strip() or len(text) > longest for text in texts.values()):
            yield f"{part} is empty or too long"
    for condition, texts in record.get("frame_conditions", {}).items():
        if set(texts) != wanted:
            yield f"{condition} is in {sorted(texts)}, not in {sorted(wanted)}"
    if record.get("used_in") and record.get("status") != "in_use":
        yield "names users, and is not in use"


def _of_source(record: Mapping[str, Any], demo: Demo) -> Iterator[str]:
    keys = record["source"]["src"]
    if not keys or not set(keys) <= set(demo.facts["meta"]["sources"]):
        yield f"works {keys}"
    for path in paths_of(record):
        try:
            find(demo.facts, path)
        except NoSuchPath:
            yield f"no such fact {path}"


def _of_link(link: Mapping[str, Any], demo: Demo) -> Iterator[str]:
    streams = {record["id"]: record["stream"] for record in demo.records}
    for stream in STREAMS:
        if streams.get(link[stream]) != stream:
            yield f"no such {stream}"
    if link["basis"] not in BASES:
        yield f"basis {link['basis']!r}"
    if not link["why"] or not all(is_language(language) and why for language, why in link["why"].items()):
        yield "no reason given"

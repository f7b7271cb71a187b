"""Texts in several languages: language maps on the way (ActivityStreams 2, 4.7), `{language: {text, by}}` at home."""

from __future__ import annotations

import re
from typing import Any

from citytandem.federation.protocol.errors import BadObject

FIELDS = ("name", "summary", "content")
MOST_LANGUAGES = 40
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}", re.ASCII)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<[!?][^<>]*>")
_HIDDEN_CONTENT = ("script", "style", "template", "iframe", "object", "noscript")
# Control characters but tab and newline; marks that turn the direction of what follows, to show another text than is there.
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
_ROUNDS = 8

Versions = dict[str, dict[str, str]]


def language_maps(texts: dict[str, Versions]) -> dict[str, Any]:
    """`{"name": {"de": {"text": …, "by": "human"}}}` as members of an object: `nameMap`, …, and `machine`.

    `machine` names the languages of each field that a machine translated, so that other readers of ActivityStreams see
    plain language maps. Raises KeyError for a field that is not one of `FIELDS`.
    """
    unknown = set(texts) - set(FIELDS)
    if unknown:
        raise KeyError(*sorted(unknown))
    made: dict[str, Any] = {
        f"{field}Map": {language: version["text"] for language, version in texts[field].items()}
        for field in FIELDS
        if texts.get(field)
    }
    machine = {
        field: sorted(language for language, version in versions.items() if version.get("by") == "machine")
        for field, versions in texts.items()
    }
    marked = {field: languages for field, languages in machine.items() if languages}
    return {**made, "machine": marked} if marked else made


def texts_of(value: dict[str, Any]) -> dict[str, Versions]:
    """The reverse, cleaned for showing; of a checked object."""
    machine = value.get("machine", {})
    return {
        field: {
            language: {"text": cleaned(text), "by": "machine" if language in machine.get(field, ()) else "human"}
            for language, text in value[f"{field}Map"].items()
        }
        for field in FIELDS
        if f"{field}Map" in value
    }


def check_texts(value: dict[str, Any]) -> None:
    """Raise BadObject(`object.texts`) unless the language maps of an object are maps of languages to texts."""
    for field in FIELDS:
        if field in value:
            raise BadObject("object.texts", field=field)  # one text without its language is of no use to partners
        texts = value.get(f"{field}Map")
        if texts is not None and not _is_map(texts):
            raise BadObject("object.texts", field=f"{field}Map")
    machine = value.get("machine", {})
    if not isinstance(machine, dict) or not all(
        field in FIELDS and isinstance(languages, list) and value.get(f"{field}Map", {}).keys() >= _names(languages)
        for field, languages in machine.items()
    ):
        raise BadObject("object.texts", field="machine")


def _is_map(texts: Any) -> bool:
    return (
        isinstance(texts, dict)
        and 1 <= len(texts) <= MOST_LANGUAGES
        and all(_LANGUAGE.fullmatch(language) and isinstance(text, str) for language, text in texts.items())
    )


def _names(languages: list[Any]) -> set[str]:
    return {language if isinstance(language, str) else "" for language in languages}


def cleaned(text: str) -> str:
    """Plain text of what a partner sent. Our texts are plain, so markup in them is a mistake or an attack.

    Elements that hold no text for people (script, style, …) go with what is in them, other tags and comments go alone,
    again until nothing is left that looks like one, as do control characters and marks that turn the reading direction.
    `a < b` stays. Character references stay as they are typed. Linear in the length of the text but for eight rounds;
    what then still looks like a tag loses its `<`. The page escapes what it shows all the same.
    """
    text = _INVISIBLE.sub("", text)
    if "<" not in text:
        return text
    for _ in range(_ROUNDS):
        before = text
        for element in _HIDDEN_CONTENT:
            text = _without(text, element)
        text = _TAG.sub("", text)
        if text == before:
            return text
    return text.replace("<", "")


def _without(text: str, element: str) -> str:
    small = text.lower() if text.isascii() else _ascii_lower(text)
    opening = f"<{element}"
    kept, place, start = [], 0, small.find(opening)
    while start >= 0:
        after = start + len(opening)
        if small[after : after + 1].isalnum():
            start = small.find(opening, after)
            continue
        end = small.find(f"</{element}", after)
        close = small.find(">", end) if end >= 0 else -1
        kept.append(text[place:start])
        place = close + 1 if close >= 0 else len(text)
        start = small.find(opening, place)
    return "".join([*kept, text[place:]])


def _ascii_lower(text: str) -> str:
    """Small letters without changing the length, as `str.lower` may."""
    return text.translate({code: code + 32 for code in range(65, 91)})

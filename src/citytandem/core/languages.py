"""The nine languages, and which one a request is answered in. Pure: no Django."""

from __future__ import annotations

from collections.abc import Collection, Sequence

LANGUAGES: tuple[str, ...] = ("de", "en", "fr", "it", "nl", "pl", "ro", "el", "bg")

# Each language by its own name, as a reader looks for it.
NATIVE_NAMES: dict[str, str] = {
    "de": "Deutsch",
    "en": "English",
    "fr": "Français",
    "it": "Italiano",
    "nl": "Nederlands",
    "pl": "Polski",
    "ro": "Română",
    "el": "Ελληνικά",
    "bg": "Български",
}


def is_language(code: str | None) -> bool:
    """Whether `code` is one of the nine."""
    return code in NATIVE_NAMES


def accepted(header: str) -> list[str]:
    """Languages of an Accept-Language header (RFC 9110, 12.5.4) that we speak, best first."""
    wishes: list[tuple[float, int, str]] = []
    for position, part in enumerate(header[:1000].split(",")):
        tag, _, parameters = part.strip().partition(";")
        code = tag.strip().lower().partition("-")[0]
        if is_language(code):
            wishes.append((-_quality(parameters), position, code))
    return [code for quality, _, code in sorted(wishes) if quality < 0]


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return min(1.0, max(0.0, float(value)))
    except ValueError:
        return 0.0


def choose(*, asked: str | None, cookie: str | None, header: str, offered: Collection[str] = LANGUAGES) -> str | None:
    """The language of an answer: asked for in the address, else chosen before, else the browser's; None: the city's.

    Only what the city offers counts.
    """
    for wish in (asked, cookie, *accepted(header)):
        if wish is not None and wish in offered:
            return wish
    return None


def reading_order(reader: str, original: str) -> Sequence[str]:
    """Which language version a reader gets: the own one, then English, then the original."""
    return tuple(dict.fromkeys((reader, "en", original)))

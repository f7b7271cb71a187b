"""Reading what a partner sent as plain JSON. Pure.

Nothing of a partner is trusted: what is missing, too long or of another kind than expected is left out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from citytandem.core.languages import is_language
from citytandem.core.text import MAX_TEXT, clean_line, clean_text, shorten
from citytandem.core.versions import Translations, human_versions

_DEAREST = Decimal(10) ** 10
_NUMBER = int | float
_YEARS = range(1900, 2201)


def words(value: Any, *, limit: int = MAX_TEXT, is_line: bool = False) -> Translations:
    """Texts by language, those in languages that we know, cut to what we keep."""
    found: Translations = {}
    for language, version in mapping(value).items():
        told = mapping(version).get("text")
        if not is_language(language) or not isinstance(told, str):
            continue
        plain = shorten(told, limit=limit) if is_line else clean_text(told)[:limit]
        if plain:
            found[language] = {"text": plain, "by": "machine" if mapping(version).get("by") == "machine" else "human"}
    return found


def original_of(title: Translations, told: Any = "") -> str:
    """The language that a record was written in: the one told, where people wrote it; else the first of theirs; else any."""
    people = human_versions(title)
    return told if isinstance(told, str) and told in people else next(iter(people or title), "")


def plain(versions: Mapping[str, Mapping[str, str]]) -> Translations:
    """Texts by language as they travel: words and who wrote them, nothing of our own bookkeeping."""
    return {
        code: {"text": version["text"], "by": version.get("by", "human")}
        for code, version in versions.items()
        if version.get("text")
    }


def line(value: Any, *, limit: int) -> str:
    """One line of text; empty for what is none."""
    return clean_line(value)[:limit].strip() if isinstance(value, str) else ""


def lines(value: Any, *, limit: int) -> str:
    """A text of some lines; empty for what is none."""
    return clean_text(value)[:limit] if isinstance(value, str) else ""


def choice(value: Any, known: Collection[str], *, default: str = "") -> str:
    """One of the words that we know."""
    return value if isinstance(value, str) and value in known else default


def chosen(value: Any, known: Collection[str], *, most: int) -> list[str]:
    """Those of a list of words that we know, each once."""
    return list(dict.fromkeys(one for one in listed(value) if isinstance(one, str) and one in known))[:most]


def amount(value: Any, *, places: int = 2) -> Decimal | None:
    """An amount from 0, as a string or a number, to so many places (money: to the cent); None for what is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        found = round(Decimal(str(value)), places)
    except (InvalidOperation, ValueError, OverflowError):
        return None
    return found if found.is_finite() and 0 <= found < _DEAREST else None


def whole(value: Any, *, least: int, most: int) -> int | None:
    """A whole number between two others."""
    return value if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most else None


def figure(value: Any) -> float | None:
    """A number; None for what is none."""
    is_number = isinstance(value, _NUMBER) and not isinstance(value, bool)
    return float(value) if is_number and abs(value) < 1e15 else None


def place(value: Any) -> tuple[float | None, float | None]:
    """Latitude and longitude of a point on earth, or twice None."""
    latitude, longitude = figure(mapping(value).get("latitude")), figure(mapping(value).get("longitude"))
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return None, None
    return latitude, longitude


def day(value: Any) -> date | None:
    """A day in reach; None for what is none."""
    try:
        found = date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found is not None and found.year in _YEARS else None


def instant(value: Any) -> datetime | None:
    """A time with its zone, in reach; None for what is none."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None and found.year in _YEARS else None


def web(value: Any, *, limit: int = 500) -> str:
    """An address that a browser may open; empty for any other."""
    is_web = isinstance(value, str) and value.startswith(("https://", "http://")) and len(value) <= limit
    return value if is_web and not any(letter.isspace() or letter in "<>\"'\\" for letter in value) else ""


def mapping(value: Any) -> Mapping[str, Any]:
    """The value, or nothing where it is no object of JSON."""
    return value if isinstance(value, Mapping) else {}


def listed(value: Any) -> list[Any]:
    """The value, or nothing where it is no list; never more than a thousand."""
    return value[:1_000] if isinstance(value, list) else []

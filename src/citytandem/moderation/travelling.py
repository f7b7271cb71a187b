"""What texts are checked for before they leave for other cities, from where nobody can call them back for certain.

Names alone do not stop a text: offices, streets and places look like them, and people here have decided about those.
What has a form and belongs to one person does: an address, a number, an account.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from citytandem.moderation.checking import country_here, public_contacts
from citytandem.moderation.pii.model import Finding, without_overlaps
from citytandem.moderation.pii.numbers import find_cards, find_emails, find_ibans, find_national_ids
from citytandem.moderation.pii.offices import is_public, public_contact
from citytandem.moderation.pii.telephones import find_telephones
from citytandem.moderation.plain import Plain, plain
from citytandem.moderation.reasons import PERSONAL

_SURE_ENOUGH = 0.5
_DIGIT = re.compile(r"\d")


def personal_data_to_stop(text: str) -> Sequence[str]:
    """For which kinds of personal data a text stays here: `pii.email`, `pii.telephone`, …

    Addresses and numbers of our departments may travel: their pages tell everybody.
    """
    country = country_here()
    found = [one for one in without_overlaps(_formed(plain(text), country)) if one.certainty >= _SURE_ENOUGH]
    if not found:
        return []
    offices = frozenset(public_contact(contact, country=country) for contact in public_contacts())
    stopped = (one for one in found if not is_public(one, offices, country=country))
    return list(dict.fromkeys(f"{PERSONAL}.{one.kind}" for one in stopped))


def _formed(reading: Plain, country: str) -> Iterator[Finding]:
    yield from find_emails(reading)
    if _DIGIT.search(reading.text):
        yield from find_ibans(reading)
        yield from find_cards(reading)
        yield from find_national_ids(reading, countries=frozenset({country}))
        yield from find_telephones(reading, language="", country=country)

"""E-mail addresses and telephone numbers at which offices can be reached: anybody may pass them on. Pure."""

from __future__ import annotations

import phonenumbers

from citytandem.moderation.pii.model import EMAIL, TELEPHONE, Finding


def public_contact(contact: str, *, country: str) -> str:
    """Form in which contacts are compared: an address in small letters, a number as it is dialled from abroad (E.164)."""
    if "@" in contact:
        return "".join(contact.split()).casefold()
    try:
        number = phonenumbers.parse(contact, country)
    except phonenumbers.NumberParseException:
        return ""
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def is_public(finding: Finding, contacts: frozenset[str], *, country: str) -> bool:
    """Whether an address or a number that was found is one of `contacts` (as `public_contact` makes them)."""
    if not contacts or finding.kind not in {EMAIL, TELEPHONE}:
        return False
    form = public_contact(finding.text, country=country)
    return bool(form) and form in contacts

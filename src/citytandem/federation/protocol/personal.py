"""Names of members that hold a person's data: they may not enter a log, which nobody can take back from all partners."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

# In small letters, without hyphens, underscores and prefix. Offices have a name and an address of the web, no person.
_WORDS = """
    email emailaddress emails mail mbox hasemail replyto
    phone phonenumber telephone tel hastelephone mobilephone mobilenumber fax faxnumber
    givenname familyname firstname lastname surname middlename maidenname additionalname honorificprefix personname
    birthdate dateofbirth birthday bday birthplace homeaddress homelocation homephone privateaddress
    passport passportnumber nationalid identitynumber idcardnumber socialsecuritynumber taxid iban bankaccount
    userid username login accountid ipaddress useragent deviceid
"""
PERSONAL = frozenset(re.findall("[a-z]+", _WORDS))
_PERSON = frozenset(["person"])
_WATCHED = frozenset(word.encode() for word in PERSONAL | _PERSON)
_SMALL = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ:/#", b"abcdefghijklmnopqrstuvwxyz\n\n\n")
_PREFIX = re.compile(r"^.*[:/#]")


def personal_member(value: Any, strings: list[bytes]) -> str:
    """Name of a member of `value` that would hold a person's data, or the type Person; empty if there is none.

    `strings` are all strings of the canonical form: only where one of them reads like a watched word is `value` walked.
    """
    words = b"\n".join(strings).translate(_SMALL, b"-_").split(b"\n")
    return "" if _WATCHED.isdisjoint(words) else _found(value)


def _found(value: Any) -> str:
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, dict):
            for name, inner in item.items():
                if _bare(name) in PERSONAL or (_bare(name) in ("type", "@type") and _is_person(inner)):
                    return str(name)
                waiting.append(inner)
    return ""


def _is_person(value: Any) -> bool:
    types = value if isinstance(value, list) else [value]
    return any(isinstance(name, str) and _bare(name) in _PERSON for name in types)


@lru_cache(maxsize=4096)
def _bare(name: str) -> str:
    return _PREFIX.sub("", name).lower().replace("-", "").replace("_", "")

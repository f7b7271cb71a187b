"""What travels of a record beyond what every kind has: frame conditions, and addresses of other objects. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import unquote

from citytandem.core.versions import Translations
from citytandem.federation.details import listed, mapping, plain, words

MOST_LINKS = 200
MOST_URI = 700
_PLAIN_NUMBER = re.compile(r"(?<![\w+])\d+(?!\w)", re.ASCII)


def conditions_out(stored: Mapping[str, Any]) -> dict[str, Translations]:
    """Frame conditions as they travel."""
    found = {name: plain(versions) for name, versions in stored.items() if isinstance(versions, Mapping)}
    return {name: versions for name, versions in found.items() if versions}


def conditions_in(value: Any, *, known: Collection[str], limit: int) -> dict[str, Translations]:
    """Frame conditions by name, those that we know."""
    found = {name: words(mapping(value).get(name), limit=limit) for name in known}
    return {name: versions for name, versions in found.items() if versions}


def spelled_out(address: str) -> str:
    """An address as it is screened for personal data: unquoted, and without plain numbers in it.

    Numbers of pages and documents look like telephones; a telephone in an address has its `+`.
    """
    return _PLAIN_NUMBER.sub("0", unquote(address))


def uris(value: Any) -> list[str]:
    """Addresses of objects, each once."""
    found = (one for one in listed(value) if isinstance(one, str) and 0 < len(one) <= MOST_URI)
    return list(dict.fromkeys(found))[:MOST_LINKS]

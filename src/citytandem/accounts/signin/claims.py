"""Which roles the claims of the city's identity provider give. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

STAFF = "department_staff"
NODE_ROLES = frozenset({"innovation_unit", "council_viewer", "programme_coordinator", "moderator", "administrator"})


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """A role, for staff with the short name of the department."""

    role: str
    department: str = ""


def read_mapping(text: str) -> dict[str, frozenset[Grant]]:
    """What each value of the claim gives.

    `text` holds entries `value=role` or `value=department_staff:department`, separated by commas; a value may be there
    several times. Values may hold colons and equals signs: the last equals sign counts. Raises ValueError for anything else.
    """
    found: dict[str, frozenset[Grant]] = {}
    for entry in filter(None, (part.strip() for part in text.split(","))):
        value, equals, given = (part.strip() for part in entry.rpartition("="))
        role, _colon, department = (part.strip() for part in given.partition(":"))
        if not equals or not value or (role == STAFF) != bool(department) or role not in {STAFF, *NODE_ROLES}:
            raise ValueError(entry)
        found[value] = found.get(value, frozenset()) | {Grant(role, department)}
    return found


def values_of(claims: Mapping[str, Any], *, claim: str) -> frozenset[str]:
    """The values of a claim: a text, or a list of texts. `a.b` looks into `a` (`realm_access.roles`), unless there is `a.b`."""
    return frozenset(_texts(claims[claim] if claim in claims else _within(claims, claim)))


def grants_of(values: frozenset[str], *, mapping: Mapping[str, frozenset[Grant]]) -> frozenset[Grant]:
    """Everything that these values give."""
    return frozenset(grant for value in values for grant in mapping.get(value, frozenset()))


def _within(claims: Any, claim: str) -> Any:
    for part in claim.split("."):
        claims = claims.get(part) if isinstance(claims, Mapping) else None
    return claims


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        yield from (one for one in value if isinstance(one, str))

"""Which roles the city's sign-in gives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytandem.accounts.models import NODE_ROLES as MODEL_ROLES
from citytandem.accounts.signin.claims import NODE_ROLES, Grant, grants_of, read_mapping, values_of

WORDS = st.text(st.characters(codec="utf-8", exclude_characters=",=:"), min_size=1).map(str.strip).filter(bool)
GRANTS = st.one_of(
    st.builds(Grant, st.sampled_from(sorted(NODE_ROLES))), st.builds(Grant, st.just("department_staff"), WORDS)
)


def written(value: str, grant: Grant) -> str:
    return f"{value}={grant.role}" + (f":{grant.department}" if grant.department else "")


@given(st.lists(st.tuples(WORDS, GRANTS)))
def test_what_is_written_is_read(entries: list[tuple[str, Grant]]) -> None:
    mapping = read_mapping(" , ".join(written(value, grant) for value, grant in entries))

    assert {(value, grant) for value, grants in mapping.items() for grant in grants} == set(entries)


@given(st.lists(st.tuples(WORDS, GRANTS)), st.frozensets(WORDS))
def test_nobody_gets_what_none_of_their_values_gives(entries: list[tuple[str, Grant]], values: frozenset[str]) -> None:
    mapping = read_mapping(",".join(written(value, grant) for value, grant in entries))

    assert grants_of(values, mapping=mapping) == {grant for value, grant in entries if value in values}


def test_addresses_may_be_values() -> None:
    assert read_mapping("urn:x:staff=a=moderator") == {"urn:x:staff=a": frozenset({Grant("moderator")})}


@pytest.mark.parametrize(
    "text", ["x", "x=", "=moderator", "x=resident", "x=king", "x=department_staff", "x=moderator:waste", "x=system"]
)
def test_what_cannot_be_meant_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=text):
        read_mapping(text)


@pytest.mark.parametrize(
    ("claims", "claim", "values"),
    [
        ({"groups": ["a", "b", 3, None]}, "groups", {"a", "b"}),
        ({"groups": "a"}, "groups", {"a"}),
        ({"realm_access": {"roles": ["a"]}}, "realm_access.roles", {"a"}),
        ({"https://x.y/roles": ["a"]}, "https://x.y/roles", {"a"}),
        ({}, "groups", set()),
        ({"realm_access": ["a"]}, "realm_access.roles", set()),
        ({"groups": {"a": 1}}, "groups", set()),
    ],
)
def test_claims_have_many_shapes(claims: dict[str, object], claim: str, values: set[str]) -> None:
    assert values_of(claims, claim=claim) == values


def test_the_roles_are_those_of_the_model() -> None:
    assert {role.value for role in MODEL_ROLES} == NODE_ROLES

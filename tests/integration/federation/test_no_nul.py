"""A letter that no database keeps, where nothing is checked yet."""

from __future__ import annotations

import orjson
import pytest

from citytandem.federation.known import keys_for
from citytandem.federation.protocol.errors import BadLog
from citytandem.federation.protocol.log import read_link
from citytandem.federation.services.heads import heads_take
from tests.unit.federation.nodes import sofia

pytestmark = pytest.mark.django_db
NUL = "did:web:sofia.example\0"


def test_who_is_named_as_signer_is_only_looked_for_if_it_can_be_a_name() -> None:
    page = {"entries": [{"number": 1, "body": {"proof": {"verificationMethod": f"{NUL}#key"}}}]}
    assert NUL not in keys_for(orjson.dumps(page), node=sofia().did).keys


def test_heads_of_such_a_name_are_passed_over() -> None:
    assert heads_take(orjson.dumps({"heads": [{"attributedTo": NUL}]}), told_by=sofia().did) == 0


def test_a_link_with_such_an_address_is_no_link() -> None:
    node = sofia()
    made = node.publish(node.problem(1))
    with pytest.raises(BadLog):
        read_link({name: item for name, item in made.items() if name != "body"} | {"id": f"{made['id']}\0"})

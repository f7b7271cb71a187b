"""Every code of the protocol says in plain words what is wrong and what to do; the drawing keeps everybody apart."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytandem.federation.drawing import HEIGHT, STRIP, WIDTH, drawn
from citytandem.federation.models import PeerState
from citytandem.federation.wording import STATES, said

PROTOCOL = Path(__file__).parents[3] / "docs" / "protocol" / "index.md"
CODES = re.findall(r"^\| `([a-z]+\.[a-z_]+)` \|", PROTOCOL.read_text(), flags=re.MULTILINE)


@pytest.mark.parametrize("code", CODES)
def test_every_code_of_the_protocol_has_words(code: str) -> None:
    found = said(code)
    assert found.code == code
    assert len(str(found.what)) > 20
    assert len(str(found.todo)) > 15
    assert str(found.what) != "The partner said no."


def test_the_protocol_lists_its_codes() -> None:
    assert len(CODES) > 70


@given(st.text(max_size=60))
def test_a_code_that_nobody_knows_has_words_too(code: str) -> None:
    assert str(said(code).what)
    assert said(code).code == code


def test_every_state_has_a_name() -> None:
    assert set(STATES) == set(PeerState.values)


@given(st.lists(st.text(max_size=200), min_size=1, max_size=20))
def test_nobody_stands_on_somebody_else_or_outside(names: list[str]) -> None:
    found = drawn([(name, "active", f"/{number}") for number, name in enumerate(names)])
    places = [(spot.x, spot.y) for spot in found.spots] + [(found.x, found.y)]
    assert len({(round(x), round(y)) for x, y in places}) == len(places)
    assert all(30 <= x <= WIDTH - 30 and 30 <= y <= HEIGHT - 20 for x, y in places)
    assert all(len(spot.name) <= 26 for spot in found.spots)
    # Our own name stands below us.
    assert not any(abs(spot.x - found.x) < 1 and spot.y > found.y for spot in found.spots)


@pytest.mark.parametrize("count", [1, 2])
def test_one_or_two_partners_take_no_more_than_a_strip(count: int) -> None:
    found = drawn([("Sofia", "active", "/")] * count)
    assert found.view_box == f"0 0 {WIDTH:g} {STRIP:g}"
    assert all(spot.text_y <= STRIP - 12 for spot in found.spots)
    assert found.y + 52 <= STRIP - 12

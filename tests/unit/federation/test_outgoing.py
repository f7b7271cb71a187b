"""From a thing to the next version of its object."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import orjson
from hypothesis import given
from hypothesis import strategies as st

from citytandem.federation.outgoing import Held, Kept, next_version, personal_data, withdrawn
from citytandem.federation.protocol.objects import Checked
from citytandem.federation.registry import Outgoing

KREFELD = "did:web:krefeld.example"
BORN = datetime(2026, 5, 4, 10, 20, 30, tzinfo=UTC)
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
TEXTS = st.dictionaries(
    st.sampled_from(["name", "summary", "content"]),
    st.dictionaries(
        st.sampled_from(["de", "bg", "el"]),
        st.builds(lambda text, by: {"text": text, "by": by}, WORDS, st.sampled_from(["human", "machine"])),
    ),
)
THINGS = st.builds(
    Outgoing,
    kind=st.sampled_from(["Problem", "Solution", "Timetable"]),
    texts=TEXTS,
    published=st.just(BORN),
    updated=st.none() | st.integers(-999, 999).map(lambda days: BORN + timedelta(days=days)),
    details=st.dictionaries(st.sampled_from(["frame", "theme"]), WORDS | st.integers(0, 9) | st.none()),
    visibility=st.sampled_from(["public", "partners"]),
    path=st.sampled_from(["", "/problems/heat"]),
)


def no_screen(_text: str) -> list[str]:
    return []


def after(thing: Outgoing, held: Held | None = None) -> Checked | Kept | None:
    return next_version(thing, held, origin=KREFELD, uuid=UUID(int=7), screened=no_screen)


def held_of(found: Checked | Kept | None) -> Held:
    assert isinstance(found, Checked)
    envelope = found.envelope
    return Held(envelope.version, found.digest, envelope.is_tombstone, orjson.loads(found.data))


@given(THINGS)
def test_publishing_what_is_published_changes_nothing(thing: Outgoing) -> None:
    held = held_of(after(thing))
    assert held.version == 1
    assert after(thing, held) is None
    assert after(replace(thing, updated=BORN + timedelta(days=2000)), held) is None


@given(THINGS, THINGS)
def test_another_content_is_the_next_version(first: Outgoing, second: Outgoing) -> None:
    held = held_of(after(first))
    found = after(second, held)
    if found is not None:
        assert held_of(found).version == 2
        assert {**held_of(found).body, "version": 1, "updated": ""} != {**held.body, "updated": ""}


@given(THINGS)
def test_what_was_withdrawn_comes_back_under_a_higher_number(thing: Outgoing) -> None:
    gone = held_of(withdrawn(held_of(after(thing)), deleted="2026-06-01T00:00:00Z"))
    assert (gone.version, gone.is_tombstone) == (2, True)
    assert held_of(after(thing, gone)).version == 3


def test_personal_data_is_told_by_its_place() -> None:
    thing = Outgoing(
        kind="Problem",
        texts={"name": {"de": {"text": "a@b", "by": "human"}, "en": {"text": "fine", "by": "human"}}},
        published=BORN,
        watched=["fine", "c@d", "e@f"],
    )
    found = personal_data(thing, lambda text: ["pii.email"] if "@" in text else [])
    assert found == {"name.de": ["pii.email"], "details": ["pii.email"]}

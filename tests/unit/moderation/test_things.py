"""Whether a thing reads differently from what a case kept of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from citytandem.core.errors import NotFound
from citytandem.core.ids import uuid7
from citytandem.core.subjects import Subject
from citytandem.moderation.grounds import GROUNDS, house_rules, laws
from citytandem.moderation.keys import fits, key_of
from citytandem.moderation.models import Verdict
from citytandem.moderation.services.appeals import AGAINST, OVERTURNED_BY
from citytandem.moderation.things import is_changed, parse_about, snapshot_of, whole_text

THING = Subject("note", uuid7(), "A lamp", "en", "/", "It is dark.")


def test_the_same_words_are_no_change_however_they_were_handed_over() -> None:
    more = "A lamp\nIt is dark.\nTwo photos show it."
    for text, snapshot in (
        ("It is dark.", "stale"),
        (whole_text(THING), "stale"),
        (more, snapshot_of(THING)),
        ("", ""),
    ):
        assert not is_changed(text, snapshot, THING)


@pytest.mark.parametrize(
    "change", [{"text": "It is dark and cold."}, {"text": "It is"}, {"text": ""}, {"title": "Another"}]
)
def test_each_change_is_seen(change: dict[str, str]) -> None:
    assert is_changed("A lamp\nIt is dark.\nTwo photos show it.", snapshot_of(THING), replace(THING, **change))


@pytest.mark.parametrize("about", ["", "note", "note:", "note:7", ":", "note:\x00"])
def test_an_address_that_names_nothing_is_not_found(about: str) -> None:
    with pytest.raises(NotFound):
        parse_about(about)


def test_an_address_names_kind_and_id() -> None:
    assert parse_about(f"note:{THING.id}") == ("note", THING.id)


def test_every_ground_tells_where_it_is_written_and_what_it_forbids() -> None:
    assert len(laws()) + len(house_rules()) == len(GROUNDS)
    assert [one.code for one in GROUNDS.values() if not (str(one.label) and str(one.source) and str(one.says))] == []
    assert {one.code.partition(".")[0] for one in laws()} == {"law"}


def test_against_each_decision_somebody_can_appeal_and_it_can_be_changed() -> None:
    assert set(AGAINST) == set(Verdict)
    assert set(OVERTURNED_BY) | {Verdict.MERGE, Verdict.SPLIT} == set(Verdict)


def test_a_key_fits_its_own_number_only() -> None:
    assert fits("abcdefghjk", key_of("abcdefghjk"))
    assert not fits("abcdefghjm", key_of("abcdefghjk"))
    assert not fits("abcdefghjk", "")
    assert not fits("abcdefghjk", "κλειδί")

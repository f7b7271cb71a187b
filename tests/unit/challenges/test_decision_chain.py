"""The chain of decisions: nothing can be changed unseen, and a stranger's script finds the same."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citytandem.challenges.decisions.chain import Broken, Entry, content_of, digest_of, first_broken, next_entry

SCRIPT = Path(__file__).parents[3] / "docs" / "use" / "check_decisions.py"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
facts = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.from_regex("[a-z_]{1,9}", fullmatch=True), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
objects = st.dictionaries(st.from_regex("[a-z_]{1,9}", fullmatch=True), facts, max_size=3)


def chained(told: Sequence[dict[str, Any]]) -> list[Entry]:
    entries: list[Entry] = []
    for number, one in enumerate(told):
        last = entries[-1] if entries else None
        entries.append(next_entry(last, at=NOON + timedelta(minutes=number), what="proposal.screened", facts=one))
    return entries


@given(told=st.lists(objects, max_size=6))
def test_what_was_written_stands(told: list[dict[str, Any]]) -> None:
    entries = chained(told)
    assert first_broken(entries, head=entries[-1].digest if entries else None, count=len(told)) is None
    assert [content_of(entry.body)["facts"] for entry in entries] == told


@given(told=st.lists(objects, min_size=1, max_size=5), data=st.data())
def test_one_changed_byte_is_found_in_its_entry(told: list[dict[str, Any]], data: st.DataObject) -> None:
    entries = chained(told)
    number = data.draw(st.integers(0, len(entries) - 1))
    body = bytearray(entries[number].body.encode())
    place = data.draw(st.integers(0, len(body) - 1))
    body[place] ^= data.draw(st.sampled_from([1, 2, 4, 8, 16]))
    entries[number] = Entry(body.decode(errors="replace"), entries[number].digest)
    assert first_broken(entries) == Broken(number + 1, "body")


@given(told=st.lists(objects, min_size=2, max_size=6), data=st.data())
def test_a_changed_entry_with_a_new_digest_breaks_the_next_one(told: list[dict[str, Any]], data: st.DataObject) -> None:
    entries = chained(told)
    number = data.draw(st.integers(0, len(entries) - 2))
    body = entries[number].body.replace("proposal.screened", "proposal.declined")
    entries[number] = Entry(body, digest_of(body))
    assert first_broken(entries) == Broken(number + 2, "previous")


@given(told=st.lists(objects, min_size=2, max_size=6), data=st.data())
def test_removing_and_exchanging_is_found(told: list[dict[str, Any]], data: st.DataObject) -> None:
    entries = chained(told)
    head, count = entries[-1].digest, len(entries)
    number = data.draw(st.integers(0, count - 1))
    without = entries[:number] + entries[number + 1 :]
    broken = first_broken(without, head=head, count=count)
    assert broken is not None
    assert broken.number == number + 1
    exchanged = [*entries[:-2], entries[-1], entries[-2]]
    assert first_broken(exchanged) == Broken(count - 1, "number")


def test_an_end_cut_off_is_seen_by_who_noted_it() -> None:
    entries = chained([{}, {}, {}])
    assert first_broken(entries[:2]) is None
    assert first_broken(entries[:2], head=entries[2].digest, count=3) == Broken(3, "missing")
    assert first_broken(entries, head=entries[1].digest, count=2) == Broken(3, "added")


def test_the_text_is_the_same_everywhere() -> None:
    berlin = datetime(2026, 3, 1, 13, tzinfo=timezone(timedelta(hours=1)))
    entry = next_entry(None, at=berlin, what="a", facts={"z": "Ä", "b": [1, True, None]})
    assert entry.body == (
        '{"at":"2026-03-01T12:00:00Z","facts":{"b":[1,true,null],"z":"Ä"},"number":1,"previous":"'
        + "0" * 64
        + '","what":"a"}'
    )


@pytest.mark.parametrize(
    "wrong", [{"a": 0.5}, {"a": 2**53}, {"ä": 1}, {1: 1}, {"a": {2, 3}}, {"a": b"x"}, {"a": "\ud800"}]
)
def test_what_others_may_write_in_another_way_is_not_let_in(wrong: dict[Any, Any]) -> None:
    with pytest.raises(ValueError, match=r"same|plain name|surrogates"):
        next_entry(None, at=NOON, what="a", facts=wrong)


def test_a_time_has_a_zone() -> None:
    with pytest.raises(ValueError, match="zone"):
        next_entry(None, at=datetime(2026, 3, 1), what="a", facts={})  # noqa: DTZ001 - that is the point


@given(told=st.lists(objects, min_size=1, max_size=3), data=st.data())
@settings(max_examples=8, deadline=None)
def test_a_strangers_script_comes_to_the_same(
    told: list[dict[str, Any]], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    entries = chained(told)
    log = {
        "count": len(entries), "head": entries[-1].digest,
        "entries": [{"body": entry.body, "digest": entry.digest} for entry in entries],
    }  # fmt: skip
    file = tmp_path_factory.mktemp("log") / "decisions.json"
    file.write_text(json.dumps(log), encoding="utf-8")
    done = subprocess.run([sys.executable, str(SCRIPT), str(file)], capture_output=True, text=True, check=False)
    assert (done.returncode, entries[-1].digest in done.stdout) == (0, True)
    number = data.draw(st.integers(0, len(entries) - 1))
    log["entries"][number]["body"] = log["entries"][number]["body"].replace("screened", "shelved")  # type: ignore[index]
    file.write_text(json.dumps(log), encoding="utf-8")
    done = subprocess.run([sys.executable, str(SCRIPT), str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"entry {number + 1} " in done.stderr


def test_a_body_that_no_reader_survives_is_broken() -> None:
    body = "[" * 100_000
    assert first_broken([Entry(body, digest_of(body))]) == Broken(1, "number")

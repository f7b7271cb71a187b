"""The zip that people take along: names that lead nowhere else, everything in it once."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import PurePosixPath
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from citytandem.accounts.privacy.archive import Part, archive, safe_name

NAMES = st.text(max_size=200)


def part(*files: tuple[str, bytes], rows: object = ()) -> Part:
    return Part("files", "Files", "Why", "Law", "Long", 7, rows, [(name, content) for name, content in files])


@given(NAMES)
def test_a_name_is_a_name_and_no_way_elsewhere(name: str) -> None:
    safe = safe_name(name)

    assert safe
    assert PurePosixPath(safe).name == safe
    assert "\\" not in safe
    assert ":" not in safe
    assert safe not in {".", ".."}
    assert not safe.startswith(".")


@given(st.lists(st.tuples(NAMES, st.binary(max_size=50)), max_size=12))
def test_every_file_is_in_it_once_whatever_it_is_called(files: list[tuple[str, bytes]]) -> None:
    packed = io.BytesIO()
    archive(packed, about={}, parts=[part(*files)], readme="Hello")

    box = zipfile.ZipFile(packed)
    told = json.loads(box.read("data.json"))["holdings"][0]["files"]
    assert len({name.casefold() for name in told}) == len(files)
    assert [box.read(name) for name in told] == [content for _name, content in files]
    assert all(name.startswith("files/files/") and name.count("/") == 2 for name in told)


def test_large_files_are_opened_one_after_the_other() -> None:
    packed = io.BytesIO()
    opened = Part("x", "", "", "", "", None, [], [("a.txt", lambda: io.BytesIO(b"one")), ("a.txt", b"two")])
    archive(packed, about={}, parts=[opened], readme="")

    box = zipfile.ZipFile(packed)
    assert (box.read("files/x/a.txt"), box.read("files/x/a-2.txt")) == (b"one", b"two")


def test_everything_a_database_has_becomes_json() -> None:
    key = UUID(int=7)
    rows = [{"at": datetime(2026, 1, 2, 3, tzinfo=UTC), "day": date(2026, 1, 2), "id": key, "price": Decimal("1.50")}]
    packed = io.BytesIO()
    archive(packed, about={"roles": frozenset({"b", "a"})}, parts=[part(rows=rows)], readme="")

    data = json.loads(zipfile.ZipFile(packed).read("data.json"))
    assert data["roles"] == ["a", "b"]
    assert data["holdings"][0]["data"] == [
        {"at": "2026-01-02T03:00:00+00:00", "day": "2026-01-02", "id": str(key), "price": "1.50"}
    ]

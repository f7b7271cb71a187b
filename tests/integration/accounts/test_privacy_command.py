"""`citytandem privacy`: export, erase, sweep."""

from __future__ import annotations

import io
import json
import zipfile
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest

from citytandem.accounts.contract import Actor
from citytandem.accounts.models import Entry, Person
from citytandem.cli import WrongUse, command
from citytandem.core import clock


def run(*, as_json: bool = True, **options: Any) -> int:
    given = {"person": None, "out": None, "yes": False, "json": as_json, **options}
    return command("privacy").run(Namespace(**given))


def test_a_copy_by_address_or_id(
    node: None, resident: Actor, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    email = Person.objects.get(id=resident.id).email.upper()
    assert run(action="export", person=email, out=str(tmp_path / "a.zip")) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["bytes"] == (tmp_path / "a.zip").stat().st_size
    assert (tmp_path / "a.zip").stat().st_mode & 0o077 == 0
    assert json.loads(zipfile.ZipFile(told["file"]).read("data.json"))["person"] == str(resident.id)

    monkeypatch.chdir(tmp_path)
    assert run(action="export", person=str(resident.id), as_json=False) == 0
    assert (tmp_path / f"{resident.id}.zip").exists()
    entry = Entry.objects.filter(what="person.exported").first()
    assert entry is not None
    assert (entry.looked, entry.facts["as"]) == (True, "system")


def test_erasing_asks_first_and_says_what_it_did(
    node: None, resident: Actor, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    with pytest.raises(WrongUse, match="--yes"):
        run(action="erase", person=str(resident.id))

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Terminal("no\n"))
    assert run(action="erase", person=str(resident.id)) == 1
    assert Person.objects.get(id=resident.id).erased_at is None
    capsys.readouterr()
    assert run(action="erase", person=str(resident.id), yes=True) == 0
    assert json.loads(capsys.readouterr().out) == {"person": str(resident.id), "erased": True}
    assert run(action="erase", person=str(resident.id), yes=True) == 0
    assert json.loads(capsys.readouterr().out)["erased"] is False


def test_nobody_of_that_name_is_a_no(node: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(action="erase", person="nobody@test.example", yes=True) == 1
    with pytest.raises(WrongUse, match="--person"):
        run(action="export")


def test_a_folder_that_is_not_there_is_said(node: None, resident: Actor, tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="No such file"):
        run(action="export", person=str(resident.id), out=str(tmp_path / "not" / "there.zip"))


def test_sweeping_counts(node: None, capsys: pytest.CaptureFixture[str]) -> None:
    Entry.objects.create(what="log.read", at=clock.now().replace(year=2000))
    assert run(action="sweep") == 0
    assert json.loads(capsys.readouterr().out)["accounts.log"] == 1

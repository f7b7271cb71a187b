"""Taking over tables of proposals: in batches that commit, what is bad is told, and twice brings nothing twice."""

from __future__ import annotations

from argparse import Namespace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from citytandem.challenges.models import DecisionEntry, Proposal, ProposalImport, StepTaken
from citytandem.challenges.services import importing
from citytandem.challenges.services.importing import import_run, import_start, proposals_index
from citytandem.challenges.services.log import log_check
from citytandem.cli import WrongUse, command
from citytandem.core import clock
from citytandem.core.errors import DomainError
from citytandem.notifications.models import Notice
from citytandem.search.models import Entry
from tests.integration.challenges.making import a_challenge, a_proposal, moderator, resident, staff, unit

pytestmark = pytest.mark.django_db
HEAD = "reference;title;text;language;team;cost\n"


def _table(rows: int, *, start: int = 0) -> bytes:
    return (
        HEAD + "".join(f"R{n};Idea {n};What idea {n} says.;en;Students;{n},50\n" for n in range(start, start + rows))
    ).encode()


def _run(data: bytes, **fields: Any) -> ProposalImport:
    challenge = fields.pop("challenge", None) or a_challenge(**fields)
    return import_run(import_start(challenge.id, data, name="ideas.csv", by=unit()).id)


def test_good_rows_are_kept_and_each_bad_one_is_told_with_its_line() -> None:
    text = HEAD + (
        'R1;Sensors;"Two lines,\nand ""quotes""";de;Firm;1200,50\n'
        ";;no title;;;\n"
        "R1;Again;the same number;en;;\n"
        f"R2;{'x' * 201};;;;\n"
        "R3;Klingon;;tlh;;\n"
        "R4;Dear;;;;1.200\n"
        "R5;Nul\x00;;;;\n"
        ";Без номер;Датчици в кошовете за отпадъци;;;\n"
        ";Без номер;Датчици в кошовете за отпадъци;;;\n"
        "\n"
        "R6;Short row\n"
    )
    done = _run(b"\xef\xbb\xbf" + text.encode())
    assert (done.state, done.total, done.done, done.kept, done.bad_count) == ("done", 10, 10, 2, 8)
    assert [(one["line"], one["code"]) for one in done.bad] == [
        (4, "title_missing"), (5, "reference_twice"), (6, "title_too_long"), (7, "language_unknown"), (8, "cost"),
        (9, "nul"), (11, "row_twice"), (13, "cells"),
    ]  # fmt: skip
    first = Proposal.objects.get(reference="R1")
    assert first.title == {"de": {"text": "Sensors", "by": "human"}}
    assert first.text["de"]["text"] == 'Two lines,\nand "quotes"'
    assert (str(first.cost), first.team, first.created_by_id) == ("1200.50", "Firm", None)
    assert Proposal.objects.get(language="bg").reference == ""
    assert StepTaken.objects.filter(step="submitted").count() == 2
    assert bytes(ProposalImport.objects.get().table) == b""


def test_after_the_end_a_table_needs_a_reason_that_the_log_keeps() -> None:
    challenge = a_challenge(closes_at=clock.now() - timedelta(hours=1))
    with pytest.raises(DomainError) as refused:
        import_start(challenge.id, _table(1), name="x.csv", by=unit())
    assert refused.value.code == "import.late"
    import_start(challenge.id, _table(1), name="x.csv", by=unit(), reason="They came by letter in time.")
    body = DecisionEntry.objects.latest("number").body
    assert '"what":"proposals.import_late"' in body
    assert "They came by letter in time." in body


def test_a_killed_reader_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "BATCH", 10)
    challenge = a_challenge()
    text = _table(25) + _table(3, start=4) + _table(10, start=30)
    started = import_start(challenge.id, text, name="ideas.csv", by=unit())
    batches: list[int] = []

    def killed(rows: int) -> None:
        batches.append(rows)
        if len(batches) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_run(started.id, advance=killed)
    half = ProposalImport.objects.get()
    assert (half.state, half.done, half.kept) == ("running", 20, 20)
    done = import_run(started.id)
    # The second head is a row like others: its title says "title".
    assert (done.state, done.done, done.total) == ("done", 40, 40)
    assert done.kept + done.known + done.bad_count == done.total
    assert {one["code"] for one in done.bad} == {"reference_twice", "language_unknown"}
    assert Proposal.objects.count() == done.kept == 35
    entries = DecisionEntry.objects.filter(body__contains="proposals.imported")
    assert entries.count() == 4
    challenge.refresh_from_db()
    assert log_check(challenge) is None
    assert import_run(started.id).done == 40


def test_a_table_sent_twice_brings_nothing_twice() -> None:
    challenge = a_challenge()
    a_proposal(challenge, reference="R3")
    data = _table(5) + b";No number;But words.;en;;\n"
    first, second = _run(data, challenge=challenge), _run(data, challenge=challenge)
    assert (first.kept, first.known) == (5, 1)
    assert (second.kept, second.known) == (0, 6)
    elsewhere = _run(data)
    assert elsewhere.kept == 6


def test_whoever_sent_it_is_told_and_it_is_indexed_later(quick_embedder: Any) -> None:
    done = _run(_table(3))
    told = Notice.objects.get(template="proposals_imported")
    assert (told.person_id, told.parameters) == (unit().id, {"kept": "3", "bad": "0"})
    assert not Entry.objects.filter(kind="proposal").exists()
    assert proposals_index(done.challenge_id) == 3
    assert proposals_index(done.challenge_id) == 0
    assert Entry.objects.filter(kind="proposal", is_public=False).count() == 3


def test_when_the_assessment_starts_meanwhile_the_rest_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "BATCH", 10)
    challenge = a_challenge()
    started = import_start(challenge.id, _table(30), name="ideas.csv", by=unit())

    def close(_rows: int) -> None:
        type(challenge).objects.filter(id=challenge.id).update(phase="assessment", frozen_at=challenge.created_at)

    done = import_run(started.id, advance=close)
    assert (done.state, done.error, done.kept) == ("failed", "import.phase", 10)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "import.empty"),
        (b"\xef\xbb\xbf\n\n", "import.empty"),
        (b"title;text\n\n", "import.empty"),
        (b"name;text\na;b\n", "import.columns"),
        (b"title;title\na;b\n", "import.columns"),
        ("title;text\nMülleimer;x\n".encode("cp1252"), "import.encoding"),
        ("title;text\na;b\n".encode("utf-16-le"), "import.encoding"),
        (b"title\n" + b"x\n" * 100_001, "import.too_many_rows"),
        (b"title\n" + b" " * 80_000_000, "import.too_large"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_as_a_whole(data: bytes, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        import_start(a_challenge().id, data, name="x.csv", by=unit())
    assert (refused.value.code, refused.value.field) == (code, "file")
    assert not ProposalImport.objects.exists()


def test_utf_16_is_read_where_the_file_says_so() -> None:
    assert _run("title,text\nΚάδοι,Αισθητήρες\n".encode("utf-16")).kept == 1


def test_only_the_innovation_unit_takes_tables_over_and_only_while_it_is_open() -> None:
    for actor in (resident(), staff(), moderator()):
        with pytest.raises(DomainError) as refused:
            import_start(a_challenge().id, _table(1), name="x.csv", by=actor)
        assert refused.value.code == "permission.missing"
    with pytest.raises(DomainError) as refused:
        import_start(a_challenge("assessment").id, _table(1), name="x.csv", by=unit())
    assert refused.value.code == "import.phase"


def test_the_command_line_takes_a_table_over_and_tells_what_it_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    challenge, file = a_challenge(), tmp_path / "ideas.csv"
    file.write_bytes(_table(3) + b";;without a title;;;\n")
    options = Namespace(action="import", challenge=challenge.code, file=file, reason="", json=False)
    assert command("proposals").run(options) == 0
    told = capsys.readouterr().out
    assert "kept             3" in told
    assert "line 5: The title is missing." in told
    with pytest.raises(WrongUse):
        command("proposals").run(Namespace(**{**vars(options), "file": tmp_path / "nowhere.csv"}))
    assert Proposal.objects.count() == 3

"""The scanner's word is law; without it nothing is published."""

from __future__ import annotations

import logging
import socket
import tempfile
import threading
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from citytandem.accounts.contract import Actor
from citytandem.core.errors import Unavailable
from citytandem.files import storage, tasks
from citytandem.files.models import Attachment, State
from citytandem.files.scanner import has_scanner, scan
from citytandem.files.services.attaching import attach
from citytandem.files.services.checking import file_prepare
from citytandem.files.services.clearing import try_again
from tests.integration.files.clamd import EICAR, clamd
from tests.integration.files.conftest import KIND, Benches, hung, sent


@pytest.fixture
def short() -> Any:
    """A folder whose path fits into the address of a socket."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@pytest.mark.parametrize("line", ["tcp", "unix"])
def test_clean_files_pass_and_viruses_have_a_name(settings: Any, short: Path, line: str) -> None:
    with clamd(short / "clamd.ctl" if line == "unix" else None) as (address, heard):
        settings.CLAMAV = address
        assert scan(b"harmless" * 100_000) == ""
        assert scan(b"before " + EICAR) == "Eicar-Test-Signature"
        assert heard == [b"harmless" * 100_000, b"before " + EICAR]


def test_every_byte_arrives_as_it_is(settings: Any) -> None:
    with clamd() as (address, heard):
        settings.CLAMAV = address

        @given(st.binary(max_size=200_000))
        @effort(max_examples=20)
        def arrives(content: bytes) -> None:
            heard.clear()
            assert scan(content) == ""
            assert heard == [content]

        arrives()


def test_a_scanner_that_finds_the_file_too_long_gives_no_clear_answer(settings: Any) -> None:
    with clamd(most=1_000) as (address, _heard):
        settings.CLAMAV = address
        with pytest.raises(Unavailable):
            scan(b"x" * 5_000_000)


@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:1", "unix:///nowhere/clamd.ctl", "http://127.0.0.1", "tcp://", "x"]
)
def test_a_scanner_that_is_not_there_is_unavailable(settings: Any, address: str) -> None:
    settings.CLAMAV = address
    assert has_scanner()
    with pytest.raises(Unavailable) as error:
        scan(b"x")
    assert error.value.code == "scanner.unavailable"


def test_a_scanner_that_hangs_up_or_talks_nonsense_is_unavailable(settings: Any) -> None:
    for answer in (b"", b"HTTP/1.1 200 OK\r\n", b"stream: OK but not quite\0"):
        with socket.create_server(("127.0.0.1", 0)) as server:
            settings.CLAMAV = f"tcp://127.0.0.1:{server.getsockname()[1]}"
            thread = threading.Thread(target=_answer, args=(server, answer))
            thread.start()
            with pytest.raises(Unavailable):
                scan(b"x")
            thread.join()


def _answer(server: socket.socket, answer: bytes) -> None:
    line, _ = server.accept()
    with line:
        line.recv(1_000)
        line.sendall(answer)


def test_without_a_scanner_files_are_published(benches: Benches, resident: Actor) -> None:
    assert not has_scanner()
    assert hung(benches.make(resident), resident).state == State.READY


@pytest.mark.django_db(transaction=True)
def test_a_file_waits_for_a_scanner_that_is_away_and_is_tried_again(
    settings: Any, benches: Benches, resident: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    settings.CLAMAV = "tcp://127.0.0.1:1"
    (file,) = attach(kind=KIND, object_id=benches.make(resident), by=resident, files=[sent()], alts=["A bench"])
    with caplog.at_level(logging.WARNING):
        tasks.prepare.func(str(file.id))
    assert "waits" in caplog.text
    file.refresh_from_db()
    assert (file.state, file.prepared_at) == (State.WAITING, None)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")
    assert try_again() == 0, "it was sent just now"
    Attachment.objects.update(created_at="2024-01-01T00:00:00Z")
    assert try_again() == 1
    assert try_again() == 1, "asked twice, one job waits"
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'files.prepare'")
        assert cursor.fetchone() == (1,)
    with clamd() as (address, _heard):
        settings.CLAMAV = address
        file_prepare(file.id)
    file.refresh_from_db()
    assert file.state == State.READY


@pytest.mark.django_db(transaction=True)
def test_a_finding_is_refused_logged_and_its_bytes_are_gone(
    settings: Any, benches: Benches, resident: Actor, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with clamd() as (address, heard):
        settings.CLAMAV = address
        with caplog.at_level(logging.WARNING):
            file = hung(benches.make(resident), resident, content=b"A note.\n" + EICAR + b"\n", name="note.txt")
    assert len(heard) == 1
    assert (file.state, file.reason) == (State.REFUSED, "file.virus")
    assert "Eicar-Test-Signature" in caplog.text
    assert list(storage.kept()) == []
    assert [path for path in folder.rglob("*") if path.is_file()] == []

"""The embedded PostgreSQL, with real servers: as root its system user runs them, else we do."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from citytandem.database import EmbeddedDatabaseError, embedded, place, server, sockets
from citytandem.database.identity import ourselves
from citytandem.database.processes import is_alive, wait_until

IS_ROOT = os.geteuid() == 0
SOURCE = os.pathsep.join([str(Path(embedded.__file__).parents[2]), os.environ.get("PYTHONPATH", "")])


def new_folder(*, mode: int) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="citytandem test ñ ")).resolve()
    folder.chmod(mode)
    return folder


@pytest.fixture
def data() -> Iterator[Path]:
    """An empty data folder that others may enter; its path has a space and a foreign letter."""
    folder = new_folder(mode=0o755)
    yield folder
    embedded.remove(folder)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Path, str]]:
    """A server that tests may look at, but not change."""
    folder = new_folder(mode=0o755)
    with embedded.using(folder, durable=False, settings={"max_connections": "17"}) as url:
        yield folder, url
    embedded.remove(folder)
    shutil.rmtree(folder)


def ask(url: str, question: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(question.encode()).fetchone()
    return row[0] if row else None


def postmaster(data: Path) -> server.Server:
    found = server.find(place.cluster_of(data))
    assert found is not None
    return found


def user_of(data: Path) -> subprocess.Popen[str]:
    """Another process that uses the server until its input ends. Returns once it does."""
    code = (
        "import sys; from pathlib import Path; from citytandem.database import embedded\n"
        "with embedded.using(Path(sys.argv[1]), durable=False) as url: print(url, flush=True); sys.stdin.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(data)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": SOURCE},
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("postgresql://")
    return process


def test_it_gives_a_database_with_all_that_is_needed(running: tuple[Path, str]) -> None:
    _, url = running
    extensions = ask(url, "SELECT array_agg(extname::text) FROM pg_extension")
    assert isinstance(extensions, list)
    assert {"vector", "pg_trgm", "unaccent", "btree_gin"} <= set(extensions)
    assert ask(url, "SELECT current_database() || current_user") == "citytandemcitytandem"
    assert ask(url, "SHOW timezone") == "UTC"
    assert ask(url, "SHOW server_encoding") == "UTF8"


def test_its_role_is_no_superuser_and_may_create_test_databases(running: tuple[Path, str]) -> None:
    _, url = running
    assert ask(url, "SELECT rolsuper::text || rolcreatedb FROM pg_roles WHERE rolname = current_user") == "falsetrue"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE test_one")
    assert ask(url.replace("/citytandem?", "/test_one?"), "SELECT '[1,2]'::vector::text") == "[1,2]"


def test_it_knows_greek_and_bulgarian_letters(running: tuple[Path, str]) -> None:
    _, url = running
    assert ask(url, "SELECT lower('ΑΘΗΝΑ БЪЛГАРИЯ')") == "αθηνα българия"
    similarity = ask(url, "SELECT similarity('Θεσσαλονίκη', 'Θεσσαλονικη')::float8")
    assert isinstance(similarity, float)
    assert similarity > 0.5


def test_starting_again_gives_the_same_server_at_once(running: tuple[Path, str]) -> None:
    folder, url = running
    began = time.monotonic()
    assert embedded.start(folder) == url
    assert time.monotonic() - began < 0.2


def test_callers_and_tests_may_change_settings(running: tuple[Path, str]) -> None:
    _, url = running
    assert ask(url, "SHOW fsync") == "off"
    assert ask(url, "SHOW max_connections") == "17"


def test_it_listens_in_a_private_folder_only(running: tuple[Path, str]) -> None:
    folder, url = running
    found = postmaster(folder)
    owner = found.socket_folder.stat()
    assert owner.st_mode & 0o777 == 0o700
    assert owner.st_uid == place.cluster_of(folder).stat().st_uid
    assert len(os.fsencode(found.socket_folder)) < sockets.LONGEST_FOLDER
    assert ask(url, "SHOW listen_addresses") == ""


@pytest.mark.skipif(not IS_ROOT, reason="only root changes users")
def test_root_lets_another_user_run_it(running: tuple[Path, str]) -> None:
    folder, _ = running
    status = Path(f"/proc/{postmaster(folder).mark.pid}/status").read_text()
    uids = next(line for line in status.splitlines() if line.startswith("Uid:")).split()[1:]
    assert "0" not in uids


def test_data_survives_a_stop(data: Path) -> None:
    with psycopg.connect(embedded.start(data)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    assert embedded.stop(data)
    assert not embedded.is_running(data)
    assert not embedded.stop(data)
    assert ask(embedded.start(data), "SELECT answer FROM kept") == 42


def test_it_recovers_from_a_killed_postmaster(data: Path) -> None:
    url = embedded.start(data)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    killed = postmaster(data).mark
    os.kill(killed.pid, signal.SIGKILL)
    assert wait_until(lambda: not is_alive(killed), seconds=5)
    assert not embedded.is_running(data)
    assert ask(embedded.start(data), "SELECT answer FROM kept") == 42


def test_stopping_clears_what_a_killed_postmaster_left(data: Path) -> None:
    embedded.start(data, durable=False)
    killed = postmaster(data)
    os.kill(killed.mark.pid, signal.SIGKILL)
    assert wait_until(lambda: not is_alive(killed.mark), seconds=5)
    assert not embedded.stop(data)
    assert not killed.socket_folder.exists()


def test_a_stale_pid_file_with_a_reused_pid_harms_nobody(data: Path) -> None:
    embedded.start(data, durable=False)
    found = postmaster(data)
    content = (place.cluster_of(data) / "postmaster.pid").read_text()
    embedded.stop(data)
    with subprocess.Popen(["sleep", "60"]) as stranger:
        stale = content.replace(str(found.mark.pid), str(stranger.pid), 1)
        (place.cluster_of(data) / "postmaster.pid").write_text(stale)
        assert not embedded.is_running(data)
        assert not embedded.stop(data)
        assert ask(embedded.start(data, durable=False), "SELECT 1") == 1
        assert stranger.poll() is None
        stranger.kill()


def test_a_lost_socket_is_replaced(data: Path) -> None:
    embedded.start(data, durable=False)
    shutil.rmtree(postmaster(data).socket_folder)
    assert not embedded.is_running(data)
    assert ask(embedded.start(data, durable=False), "SELECT 1") == 1


def test_a_half_made_cluster_is_made_anew(data: Path) -> None:
    half = data / "postgres.new-1"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    assert ask(embedded.start(data, durable=False), "SELECT 1") == 1
    assert not half.exists()


def test_the_last_user_stops_it(data: Path) -> None:
    with embedded.using(data, durable=False), embedded.using(data):
        other = user_of(data)
    assert embedded.is_running(data)
    other.communicate()
    assert not embedded.is_running(data)


def test_a_killed_user_does_not_keep_it_running(data: Path) -> None:
    with embedded.using(data, durable=False):
        other = user_of(data)
        other.kill()
        other.communicate()
        assert embedded.is_running(data)
    assert not embedded.is_running(data)


def test_users_that_come_together_share_one_server(data: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from citytandem.database import embedded, place, server\n"
        "embedded.start(Path(sys.argv[1]), durable=False)\n"
        "print(server.find(place.cluster_of(Path(sys.argv[1]))).mark.pid)"
    )
    environment = os.environ | {"PYTHONPATH": SOURCE}
    command = [sys.executable, "-c", code, str(data)]
    starters = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) for _ in range(4)]
    assert len({starter.communicate()[0] for starter in starters}) == 1


def test_another_major_version_is_refused_clearly(data: Path) -> None:
    embedded.start(data, durable=False)
    embedded.stop(data)
    (place.cluster_of(data) / "PG_VERSION").write_text("12\n")
    with pytest.raises(EmbeddedDatabaseError, match="written by PostgreSQL 12"):
        embedded.start(data)


def test_a_folder_that_is_no_cluster_is_left_alone(data: Path) -> None:
    (data / "postgres").mkdir()
    if IS_ROOT:
        os.chown(data / "postgres", 65534, 65534)
    (data / "postgres" / "diary.txt").write_text("mine")
    with pytest.raises(EmbeddedDatabaseError, match="no PostgreSQL cluster"):
        embedded.start(data)
    assert (data / "postgres" / "diary.txt").read_text() == "mine"


def test_a_hostile_folder_in_tmp_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    with tempfile.TemporaryDirectory() as target:
        trap = Path("/tmp") / f"citytandem-trap{os.getpid()}"  # noqa: S108 - where the sockets lie
        trap.symlink_to(target)
        try:
            folder = sockets.private_folder(trap.name, ourselves())
        finally:
            trap.unlink()
        assert folder != trap
        assert folder.stat().st_mode & 0o777 == 0o700
        folder.rmdir()


def test_database_url_wins(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/db")
    with embedded.database_for(data) as url:
        assert url == "postgresql://elsewhere/db"
    assert not (data / "run").exists()


@pytest.mark.skipif(not IS_ROOT, reason="only root has another user for the server")
def test_below_a_closed_folder_it_lies_elsewhere_and_loosens_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    closed = new_folder(mode=0o700)
    data = closed / "clone" / "var"
    data.mkdir(parents=True)
    folders = [data, *data.parents, *Path(embedded.__file__).parents, Path(sys.prefix), *Path(sys.prefix).parents]
    before = [(folder.stat().st_mode, folder.stat().st_uid) for folder in folders]
    try:
        with embedded.using(data, durable=False) as url:
            assert ask(url, "SELECT 1") == 1
        with embedded.using(data, durable=False):
            assert (data / place.POINTER).exists()
        assert capsys.readouterr().err.count("the database lies in") == 1
        moved = closed / "moved"
        shutil.copytree(data, moved)
        with pytest.raises(EmbeddedDatabaseError, match="is a copy of"):
            embedded.start(moved)
        (data / place.POINTER).unlink()
        with embedded.using(moved, durable=False) as url:
            assert ask(url, "SELECT 1") == 1
        assert [(folder.stat().st_mode, folder.stat().st_uid) for folder in folders] == before
        embedded.remove(moved)
    finally:
        shutil.rmtree(closed)

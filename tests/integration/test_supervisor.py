"""The supervisor with stand-ins for web and worker: real processes, real signals, nothing left over."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from citytandem import supervisor
from citytandem.core.ports import free_port
from citytandem.database import embedded
from citytandem.database.processes import HAS_PROC, PROC, pids_with_environment, wait_until

STAND_IN = Path(__file__).with_name("stand_in_node.py")
SOURCE = os.pathsep.join([str(Path(supervisor.__file__).parents[2]), os.environ.get("PYTHONPATH", "")])

pytestmark = pytest.mark.skipif(not HAS_PROC, reason="looks for left-over processes in /proc")


class RunningNode:
    """A supervisor in a process of its own."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = free_port()
        self.output = data / "terminal.txt"
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        with self.output.open("ab") as terminal:
            self.process = subprocess.Popen(
                [sys.executable, str(STAND_IN), str(data), str(self.port)],
                stdin=subprocess.DEVNULL,
                stdout=terminal,
                stderr=terminal,
                env=environment | {"PYTHONPATH": SOURCE},
                start_new_session=True,
                # Under nohup the tests themselves ignore a closed terminal, and children would inherit that.
                preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),  # noqa: PLW1509
            )

    def says(self, text: str, *, within: float = 20) -> bool:
        return wait_until(lambda: text in self.output.read_text(), seconds=within)

    def ends_with(self) -> int:
        return self.process.wait(30)

    def pid_of(self, child: str) -> int:
        record = json.loads((self.data / "run" / "node.json").read_text())
        return int(record["children"][child]["pid"])


def left_over(data: Path) -> list[int]:
    """Every process that belongs to this data folder: by its environment or by its command line."""
    commands = (path for path in PROC.glob("[0-9]*/cmdline"))
    named = [int(path.parent.name) for path in commands if f"{data}/postgres".encode() in content(path)]
    return pids_with_environment(f"CITYTANDEM_DATA={data}") + named


def content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


@pytest.fixture(scope="module")
def ready_cluster() -> Iterator[Path]:
    """A cluster to copy: quicker than making one for each test."""
    folder = Path(tempfile.mkdtemp(prefix="citytandem-ready-")).resolve()
    folder.chmod(0o755)
    embedded.start(folder, durable=False)
    embedded.stop(folder)
    yield folder / "postgres"
    embedded.remove(folder)
    shutil.rmtree(folder)


@pytest.fixture
def data(ready_cluster: Path) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="citytandem-node-")).resolve()
    folder.chmod(0o755)
    subprocess.run(["cp", "-a", str(ready_cluster), str(folder)], check=True)
    yield folder
    supervisor.stop(folder)
    embedded.remove(folder)
    assert left_over(folder) == []
    shutil.rmtree(folder)


@pytest.fixture
def node(data: Path) -> Iterator[RunningNode]:
    started = RunningNode(data)
    assert started.says("Ctrl+C stops it"), started.output.read_text()
    yield started
    if started.process.poll() is None:
        started.process.terminate()
        started.process.wait(30)


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_everything_in_order(node: RunningNode, signum: signal.Signals) -> None:
    assert f"runs at http://localhost:{node.port}/" in node.output.read_text()
    assert "Sign in as anna (example)" in node.output.read_text()
    assert len(left_over(node.data)) >= 4  # web and its child, worker, database
    node.process.send_signal(signum)
    assert node.ends_with() == 0
    assert left_over(node.data) == []
    assert not (node.data / "run" / "node.json").exists()


def test_a_stubborn_worker_is_killed_after_a_while(data: Path) -> None:
    (data / "worker-is-stubborn").touch()
    node = RunningNode(data)
    assert node.says("Ctrl+C stops it")
    node.process.terminate()
    assert node.ends_with() == 0
    assert left_over(data) == []


def test_a_signal_during_preparation_ends_it(data: Path) -> None:
    (data / "prepare-hangs").touch()
    node = RunningNode(data)
    assert wait_until(lambda: embedded.is_running(data), seconds=20)
    assert node.says("Preparing the node …")
    node.process.send_signal(signal.SIGINT)
    assert node.ends_with() == 0
    assert left_over(data) == []


def test_stop_ends_a_running_node(node: RunningNode, capsys: pytest.CaptureFixture[str]) -> None:
    assert supervisor.stop(node.data) == 0
    assert "Stopped the node" in capsys.readouterr().out
    assert node.ends_with() == 0
    assert supervisor.stop(node.data) == 0
    assert "Nothing runs" in capsys.readouterr().out


def test_stop_ends_what_a_killed_supervisor_left(node: RunningNode, capsys: pytest.CaptureFixture[str]) -> None:
    node.process.kill()
    node.process.wait()
    assert embedded.is_running(node.data)
    assert supervisor.stop(node.data) == 0
    assert "Stopped the database" in capsys.readouterr().out
    assert left_over(node.data) == []


def test_stop_never_touches_a_stranger_with_a_reused_pid(node: RunningNode) -> None:
    node.process.kill()
    node.process.wait()
    record = node.data / "run" / "node.json"
    found = json.loads(record.read_text())
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as stranger:
        found["supervisor"]["pid"] = found["children"]["web"]["pid"] = stranger.pid
        record.write_text(json.dumps(found))
        supervisor.stop(node.data)
        assert stranger.poll() is None
        stranger.kill()
    assert left_over(node.data) == []


def test_a_killed_node_can_be_started_again(node: RunningNode) -> None:
    node.process.kill()
    node.process.wait()
    node.output.unlink()
    again = RunningNode(node.data)
    assert again.says("Ctrl+C stops it")
    again.process.terminate()
    assert again.ends_with() == 0


def test_a_dead_web_process_comes_back(node: RunningNode) -> None:
    first = node.pid_of("web")
    os.kill(first, signal.SIGKILL)
    assert node.says("The web process ended by itself (signal SIGKILL)")
    assert wait_until(lambda: node.pid_of("web") != first, seconds=5)
    assert node.process.poll() is None


def test_a_web_process_that_keeps_dying_ends_the_node(data: Path) -> None:
    (data / "web-dies").touch()
    node = RunningNode(data)
    assert node.ends_with() == 1
    assert node.says("died 6 times within a minute: giving up")
    assert node.says("[web] ERROR the web was told to die")
    assert left_over(data) == []


def test_a_killed_database_comes_back(node: RunningNode) -> None:
    pid = int((node.data / "postgres" / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)
    assert node.says("The database ended by itself")
    assert wait_until(lambda: embedded.is_running(node.data), seconds=10)


def test_a_second_run_on_the_same_data_is_refused(node: RunningNode) -> None:
    second = RunningNode(node.data)
    assert second.ends_with() == 1
    assert second.says(f"already runs on {node.data} at http://localhost:{node.port}/")
    assert node.process.poll() is None


def test_a_taken_port_is_said_clearly_and_leaves_nothing(data: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        options = supervisor.Options(port=holder.getsockname()[1], data=data)
        assert supervisor.run(options) == 1
    assert left_over(data) == []
    assert not embedded.is_running(data)

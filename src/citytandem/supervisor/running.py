"""`citytandem run`: start everything, watch it, end it in order."""

import http.client
import os
import secrets
import signal
import socket
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Protocol

from citytandem.database import EmbeddedDatabaseError, embedded, locks
from citytandem.database.processes import mark_of
from citytandem.supervisor import record
from citytandem.supervisor.children import Child, end_all
from citytandem.supervisor.ending import end_leftovers, marks_of_token
from citytandem.supervisor.logs import Log
from citytandem.supervisor.options import Options
from citytandem.supervisor.record import TOKEN_VARIABLE, NodeRecord
from citytandem.supervisor.terminal import progress, say

SECONDS_BETWEEN_DATABASE_CHECKS = 1.0


class Prepare(Protocol):
    """Migrate, load the example, collect static files; lines worth showing go to `say`."""

    def __call__(self, *, demo: str | None, say: Callable[[str], None]) -> None: ...


class CannotPrepare(Exception):
    """What was asked for cannot be had; the message says why."""


class Stopped(BaseException):
    """A signal asked us to end while something long was going on. No `except Exception` catches it."""


@dataclass
class Signals:
    """The first signal that asked us to end. Later ones change nothing: ending is under way."""

    received: int | None = None
    may_interrupt: bool = False

    def handle(self, signum: int, _frame: FrameType | None) -> None:
        """Note the signal; break off what is going on only where that is safe."""
        first = self.received is None
        self.received = self.received or signum
        if first and self.may_interrupt:
            raise Stopped

    @contextmanager
    def interrupting(self) -> Iterator[None]:
        """A stretch of work that a signal may break off anywhere."""
        self.may_interrupt = True
        try:
            if self.received is not None:
                raise Stopped
            yield
        finally:
            self.may_interrupt = False


@dataclass
class Node:
    """What one run knows."""

    options: Options
    data: Path
    signals: Signals
    token: str = field(default_factory=lambda: secrets.token_hex(16))
    url: str = ""
    news: list[str] = field(default_factory=list)
    children: list[Child] = field(default_factory=list)

    def environment(self) -> dict[str, str]:
        """What `prepare` and the children find in their environment."""
        ours = {"DATABASE_URL": self.url, "CITYTANDEM_DATA": str(self.data)}
        defaults = {
            "DJANGO_SETTINGS_MODULE": "citytandem.settings.embedded",
            "PYTHONUNBUFFERED": "1",
            "CITYTANDEM_ADDRESS": self.options.address,
        }
        return defaults | dict(os.environ) | ours

    def write_record(self) -> None:
        """Note who belongs to this node."""
        supervisor = mark_of(os.getpid())
        if supervisor is None:
            raise RuntimeError("this process does not find itself")
        children = {child.name: child.mark for child in self.children}
        marks = {name: mark for name, mark in children.items() if mark is not None}
        options = self.options
        node = NodeRecord(supervisor, options.address, options.port, str(self.data), self.token, marks)
        record.write(self.data, node)


def run(options: Options, *, prepare: Prepare | None = None) -> int:
    """Run a node until a signal ends it. Returns the exit code: 0 after a signal."""
    data = options.data.resolve()
    return alone_in(data, lambda signals: _run_alone(Node(options, data, signals), prepare))


def alone_in(data: Path, run_there: Callable[[Signals], int]) -> int:
    """Run something that ends by signals, once at a time in a data folder; its exit code, or 1 where it cannot be."""
    try:
        (data / "run").mkdir(parents=True, exist_ok=True)
        with locks.opened(data / "run" / "node.lock") as lock:
            if not locks.try_alone(lock):
                return say_it_runs(data)
            with listening() as signals:
                return run_there(signals)
    except OSError as error:
        say(f"Cannot use {data}: {error.strerror or error}.")
        return 1


def _run_alone(node: Node, prepare: Prepare | None) -> int:
    left = record.read(node.data)
    if left is not None:
        for name in end_leftovers(left):
            say(f"Stopped {name}, left by an earlier run.")
    taken = why_port_is_taken(node.options)
    if taken:
        say(taken)
        return 1
    try:
        node.write_record()
        return _run_with_database(node, prepare)
    except Stopped:
        return 0
    except EmbeddedDatabaseError as error:
        say(str(error))
        return 1
    finally:
        record.remove(node.data)
        if node.signals.received is not None:
            say("\nStopped.")


def _run_with_database(node: Node, prepare: Prepare | None) -> int:
    given = os.environ.get("DATABASE_URL")
    say("Using the database named by DATABASE_URL." if given else f"Starting the database in {node.data} …")
    with embedded.database_for(node.data) as node.url:
        os.environ.update(node.environment())  # for `prepare`, which runs in this process
        try:
            with progress("Preparing the node"), node.signals.interrupting():
                (prepare or _own_prepare())(demo=node.options.demo, say=node.news.append)
        except CannotPrepare as error:
            say(str(error))
            return 1
        except Exception:  # noqa: BLE001 - whatever it is: show it, and end in order
            traceback.print_exc()
            say("The node could not be prepared.")
            return 1
        try:
            return _run_children(node, watch_database=not given)
        finally:
            end_all(node.children, strays=lambda: marks_of_token(node.token))


def _own_prepare() -> Prepare:
    from citytandem.core.errors import DomainError
    from citytandem.prepare import prepare

    def without_django(*, demo: str | None, say: Callable[[str], None]) -> None:
        try:
            lines = prepare(demo=demo, say=say, set_up=False)
        except DomainError as error:
            raise CannotPrepare(str(error)) from error
        for line in lines:
            say(line)

    return without_django


def _run_children(node: Node, *, watch_database: bool) -> int:
    commands = {"web": node.options.web_command, "worker": node.options.worker_command}
    for name, command in commands.items():
        child = Child(
            name,
            command=command,
            environment=node.environment() | {TOKEN_VARIABLE: node.token},
            log=Log(node.data / "run" / f"{name}.log"),
            first_pause=node.options.first_pause,
            seconds_to_end=node.options.seconds_to_end,
            why_it_cannot_run=partial(why_port_is_taken, node.options) if name == "web" else str,
        )
        node.children.append(child)
        child.start()
    node.write_record()
    return _watch(node, watch_database=watch_database)


def _watch(node: Node, *, watch_database: bool) -> int:
    """Until a signal comes: show errors, restart what died, announce the web once it answers."""
    began = time.monotonic()
    next_database_check = began + SECONDS_BETWEEN_DATABASE_CHECKS
    announced = False
    while node.signals.received is None:
        for child in node.children:
            before = child.mark
            child.show_errors()
            if not child.tend():
                return 1
            if child.mark != before:
                node.write_record()
        now = time.monotonic()
        if not announced:
            announced = _announce_when_it_answers(node)
            if not announced and now - began > node.options.seconds_to_answer:
                say(
                    f"The web did not answer within {node.options.seconds_to_answer:.0f} s: see {node.data}/run/web.log"
                )
                return 1
        if watch_database and now >= next_database_check:
            next_database_check = now + SECONDS_BETWEEN_DATABASE_CHECKS
            _revive_database(node)
        time.sleep(0.1)
    return 0


def _announce_when_it_answers(node: Node) -> bool:
    if not answers(node.options):
        return False
    node.write_record()
    say(f"\ncitytandem runs at {node.options.address}")
    for line in node.news:
        say(line)
    say("Ctrl+C stops it.")
    return True


def _revive_database(node: Node) -> None:
    if embedded.is_running(node.data):
        return
    say("The database ended by itself: starting it again.")
    url = embedded.start(node.data)
    if url != node.url:  # its socket had to move, so the children must learn the new place
        raise EmbeddedDatabaseError("The database came back under another address: please start the node again.")


def answers(options: Options) -> bool:
    """Whether the node's web is up."""
    connection = http.client.HTTPConnection(options.reachable_host, options.port, timeout=2)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def why_port_is_taken(options: Options) -> str:
    """Try the port as a server would. Empty if it is free."""
    try:
        found = socket.getaddrinfo(options.host or None, options.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except PermissionError:
        return f"Port {options.port} is reserved for root: choose one above 1023 with --port."
    except OSError as error:
        reason = error.strerror or str(error)
        return f"Cannot listen on {options.host} port {options.port} ({reason}). Choose another with --port."
    return ""


def say_it_runs(data: Path) -> int:
    """Refuse a second run on the same folder."""
    found = record.read(data)
    where = f" at {found.address} (pid {found.supervisor.pid})" if found else ""
    say(f"A node already runs on {data}{where}. Stop it with: citytandem stop --data {data}")
    return 1


@contextmanager
def listening() -> Iterator[Signals]:
    """Turn the signals that end us into a note, and put everything back afterwards."""
    signals = Signals()
    wanted = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup means it
        wanted.append(signal.SIGHUP)
    before = {signum: signal.signal(signum, signals.handle) for signum in wanted}
    try:
        yield signals
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)

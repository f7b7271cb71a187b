"""`citytandem run --demo tandem`: two nodes of two cities, each with all of its own, made partners and ended together."""

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from citytandem.database.processes import mark_of
from citytandem.demo.names import TANDEM_CITIES, own_name
from citytandem.demo.sign_ins import sign_in_lines
from citytandem.supervisor import record
from citytandem.supervisor.children import Child, end_all
from citytandem.supervisor.ending import end_leftovers, marks_of_token
from citytandem.supervisor.logs import Log
from citytandem.supervisor.options import Options
from citytandem.supervisor.record import TOKEN_VARIABLE, NodeRecord
from citytandem.supervisor.running import Signals, Stopped, alone_in, answers, why_port_is_taken
from citytandem.supervisor.terminal import progress, say

# A node ends its children and then its database.
SECONDS_TO_END = 45.0
SECONDS_TO_PREPARE = 1500.0
SECONDS_TO_PAIR = 600.0
TRIES, SECONDS_BETWEEN_TRIES = 4, 3.0


@dataclass
class Half:
    """One of the two nodes: a supervisor of its own, with its own folder, port and database."""

    city: str
    options: Options
    url: str = ""

    @property
    def address(self) -> str:
        """Under which name the partner finds it: nodes have names, never numbers."""
        return f"http://localhost:{self.options.port}"

    def environment(self) -> dict[str, str]:
        """What its processes find in their environment."""
        given = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        ours = {"CITYTANDEM_ADDRESS": self.address, "CITYTANDEM_DATA": str(self.options.data)}
        quick = {"CITYTANDEM_FEDERATION_PULL_SECONDS": "15"}
        return {**quick, **given, **ours, **({"DATABASE_URL": self.url} if self.url else {})}

    def command(self) -> list[str]:
        """How its supervisor starts."""
        place = ["--port", str(self.options.port), "--host", self.options.host, "--data", str(self.options.data)]
        return [sys.executable, "-m", "citytandem", "run", *place, "--demo", own_name(self.city)]


@dataclass
class Tandem:
    """What one run knows."""

    data: Path
    halves: list[Half]
    signals: Signals
    token: str = field(default_factory=lambda: secrets.token_hex(16))
    children: list[Child] = field(default_factory=list)

    def write_record(self) -> None:
        """Note who belongs to this run, so that `stop` finds all of it."""
        supervisor = mark_of(os.getpid())
        if supervisor is None:
            raise RuntimeError("this process does not find itself")
        marks = {child.name: mark for child in self.children if (mark := child.mark) is not None}
        first = self.halves[0]
        record.write(
            self.data,
            NodeRecord(supervisor, f"{first.address}/", first.options.port, str(self.data), self.token, marks),
        )


def folders(data: Path) -> list[Path]:
    """Where the two nodes of a data folder keep what is theirs, if they have ever run there."""
    return [folder for city in TANDEM_CITIES if (folder := data / "tandem" / city).is_dir()]


def run_tandem(options: Options) -> int:
    """Run both nodes until a signal ends them. Returns the exit code: 0 after a signal."""
    data = options.data.resolve()
    halves = _halves(options, data)
    return alone_in(data, lambda signals: _run_alone(Tandem(data, halves, signals)))


def _halves(options: Options, data: Path) -> list[Half]:
    return [
        Half(city, Options(port=options.port + number, host=options.host, data=data / "tandem" / city))
        for number, city in enumerate(TANDEM_CITIES)
    ]


def _run_alone(tandem: Tandem) -> int:
    left = record.read(tandem.data)
    if left is not None:
        for name in end_leftovers(left):
            say(f"Stopped {name}, left by an earlier run.")
    for half in tandem.halves:
        taken = why_port_is_taken(half.options)
        if taken:
            say(f"Two nodes need two ports in a row. {taken}")
            return 1
    try:
        _name_databases(tandem.halves, os.environ)
        return _run(tandem)
    except Stopped:
        return 0
    except psycopg.Error as error:
        say(f"The database of the second node cannot be made: {' '.join(str(error).split())}")
        return 1
    finally:
        end_all(tandem.children, strays=lambda: marks_of_token(tandem.token))
        record.remove(tandem.data)
        if tandem.signals.received is not None:
            say("\nStopped.")


def _name_databases(halves: list[Half], environment: Mapping[str, str]) -> None:
    """With a PostgreSQL of the operator's, each node gets a database of its own beside the one that is named."""
    given = environment.get("DATABASE_URL")
    if not given:
        return
    parts = conninfo_to_dict(given)
    for half in halves:
        name = f"{parts.get('dbname') or 'citytandem'}_{half.city}"
        with psycopg.connect(given, autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        half.url = make_conninfo(given, dbname=name)


def _run(tandem: Tandem) -> int:
    say(f"Starting two nodes in {tandem.data / 'tandem'} …")
    for half in tandem.halves:
        half.options.data.mkdir(parents=True, exist_ok=True)
        child = Child(
            half.city,
            command=half.command(),
            environment=half.environment() | {TOKEN_VARIABLE: tandem.token},
            log=Log(tandem.data / "run" / f"{half.city}.log"),
            first_pause=1.0,
            seconds_to_end=SECONDS_TO_END,
        )
        tandem.children.append(child)
        child.start()
    tandem.write_record()
    with progress("Preparing both nodes"), tandem.signals.interrupting():
        ready = _wait_until_ready(tandem)
    if not ready:
        return 1
    with progress("Making them partners"), tandem.signals.interrupting():
        is_paired = _pair(tandem.halves)
    _announce(tandem, is_paired=is_paired)
    return _watch(tandem)


def _wait_until_ready(tandem: Tandem) -> bool:
    deadline = time.monotonic() + SECONDS_TO_PREPARE
    waiting = list(zip(tandem.halves, tandem.children, strict=True))
    while waiting:
        for half, child in waiting:
            if child.mark is None or time.monotonic() > deadline:
                say(f"The node of {half.city} did not start. Its last lines:\n{child.log.tail()}")
                return False
        waiting = [(half, child) for half, child in waiting if not answers(half.options)]
        time.sleep(0.2)
    return True


def _pair(halves: Sequence[Half]) -> bool:
    """Let each confirm the other and sign, as two administrators do on the telephone; then until both have exchanged."""
    first, second = halves
    deadline = time.monotonic() + SECONDS_TO_PAIR
    steps = ((first, second), (second, first), (first, second))
    for half, other in steps:
        for attempt in range(1, TRIES + 1):
            failure = _introduced(half, other)
            if not failure:
                break
            if attempt == TRIES or time.monotonic() > deadline:
                say(f"{half.city} could not become a partner of {other.city}: {failure}")
                return False
            time.sleep(SECONDS_BETWEEN_TRIES * attempt)  # a machine that does much else answers late
    return True


def _introduced(half: Half, other: Half) -> str:
    """Let one node confirm the other and sign; doing it twice changes nothing. Returns why not, empty if it is done."""
    named = ("--partner-name", other.city.capitalize())
    try:
        done = _command(half, "demo", own_name(half.city), "--partner", other.address, *named, "--json")
    except subprocess.TimeoutExpired:
        return "they are still at it; the machine is very busy"
    return _reason(done) if done.returncode else ""


def _command(half: Half, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = half.environment() | {"DJANGO_SETTINGS_MODULE": "citytandem.settings.embedded"}
    return subprocess.run(
        [sys.executable, "-m", "citytandem", *arguments, "--data", str(half.options.data)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=SECONDS_TO_PAIR,
        check=False,
    )


def _reason(done: subprocess.CompletedProcess[str]) -> str:
    try:
        told = json.loads(done.stdout)
    except ValueError:
        told = {}
    return str(told.get("error") or done.stderr.strip()[-500:] or f"exit code {done.returncode}")


def _announce(tandem: Tandem, *, is_paired: bool) -> None:
    say("\ncitytandem runs as two nodes:")
    for half in tandem.halves:
        say(f"  {half.city.capitalize():10} {half.address}/")
    if is_paired:
        say("They are partners: what one publishes the other finds within seconds.")
    for line in sign_in_lines():
        say(line)
    say("Ctrl+C stops both.")


def _watch(tandem: Tandem) -> int:
    """Until a signal comes, or one of them gives up: half a tandem is none."""
    while tandem.signals.received is None:
        for child in tandem.children:
            child.show_errors()
            if child.mark is None:
                say(f"The node of {child.name} ended by itself. Its last lines:\n{child.log.tail()}")
                return 1
        time.sleep(0.2)
    return 0

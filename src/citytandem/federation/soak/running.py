"""The processes of a soak: who runs, who is started again, who is killed."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from citytandem.federation.soak import node, worker
from citytandem.federation.soak.plan import Plan

# Twenty nodes share the machine; each writes less often where there are more.
SECONDS_PER_WRITE = 0.25
Work = Callable[[], None]


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """A process of a node: itself, or its worker."""

    number: int
    is_worker: bool = False


@dataclass
class Soak:
    """What one run knows. `work`: what the worker of a node does. `faults`: nodes that are broken on purpose."""

    plan: Plan
    url: str
    folder: Path
    chance: random.Random
    seed: int
    context: ForkServerContext
    work: Work
    faults: Mapping[int, str] = field(default_factory=dict)
    seconds_per_write: float = SECONDS_PER_WRITE
    processes: dict[Part, ForkServerProcess] = field(default_factory=dict)
    starts: dict[Part, int] = field(default_factory=dict)
    kills: int = 0
    partitions: int = 0

    @property
    def control(self) -> Path:
        """Where the nodes look for what goes on."""
        return self.folder / "control.json"

    def database_of(self, number: int) -> str:
        """Its name."""
        return f"soak_{number}"

    def did_of(self, number: int) -> str:
        """The name of a node."""
        return f"did:web:localhost%3A{self.plan.ports[number]}"

    @contextmanager
    def connected(self, number: int) -> Iterator[psycopg.Connection[Any]]:
        """The database of a node."""
        with psycopg.connect(make_conninfo(self.url, dbname=self.database_of(number)), autocommit=True) as connection:
            yield connection

    def parts_of(self, number: int) -> list[Part]:
        """Every second node has a worker, the hub first of all."""
        return [Part(number), Part(number, is_worker=True)] if number % 2 == 0 else [Part(number)]

    def start(self, part: Part) -> None:
        """Start a process of a node, or start it again."""
        start = self.starts[part] = self.starts.get(part, -1) + 1
        number, count = part.number, len(self.plan.ports)
        place = node.Place(
            number=number, start=start, database=self.database_of(number), plan=self.plan.as_text(),
            control=str(self.control), folder=str(self.folder), seed=self.seed,
            seconds_between=self.seconds_per_write * count, pull_seconds=max(2.0, count / 5),
            has_worker=len(self.parts_of(number)) > 1, fault=self.faults.get(number, ""),
        )  # fmt: skip
        if part.is_worker:
            process = self.context.Process(target=worker.main, args=(place, self.work), daemon=True)
        else:
            process = self.context.Process(target=node.main, args=(place,), daemon=True)
        process.start()
        self.processes[part] = process

    def kill(self, part: Part) -> None:
        """End a process as a power cut does."""
        process = self.processes.pop(part)
        process.kill()
        process.join()

    def ended_by_themselves(self) -> list[Part]:
        """Those that have stopped unasked. Each is a fault; it is started again, as a supervisor would, and its log tells why."""
        found = [part for part, process in self.processes.items() if not process.is_alive()]
        for part in found:
            code = self.processes.pop(part).exitcode
            print(f"{part} ended by itself: {code}", file=sys.stderr)
        return found

    def end_all(self) -> None:
        """Whatever still runs."""
        for part in list(self.processes):
            self.kill(part)

"""One node of the soak: a process with an HTTP server in a thread, that pairs, publishes, pulls and shows.

Half of the nodes have the usual worker in a process beside it (`worker`), and two threads that write at the same time;
the others do all of it one after another, so that twenty find room on one machine.
"""

from __future__ import annotations

import json
import logging
import os
import random
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from citytandem.federation.soak import control
from citytandem.federation.soak.plan import HUB, Plan, plan_from

SECONDS_BETWEEN_TICKS = 1.0
SECONDS_BETWEEN_LOOKS = 0.1
WRITERS = 2
_NO_LIMIT = 10**9


@dataclass(frozen=True, slots=True)
class Place:
    """What a node's process is told. `start`: which start of this node it is, counted from 0."""

    number: int
    start: int
    database: str
    plan: str
    control: str
    folder: str
    seed: int
    seconds_between: float
    pull_seconds: float
    has_worker: bool = False
    fault: str = ""


def preload() -> None:
    """Everything that takes long, once for all nodes: they are forked from the process that has done it."""
    import django

    django.setup()
    from django.urls import get_resolver

    assert get_resolver().url_patterns  # noqa: S101 - looking at it loads the pages


def be_the_node(place: Place, *, part: str) -> Plan:
    """Make this process one of that node: its log, its database, its address, its network. Returns who knows whom."""
    log = Path(place.folder) / f"node-{place.number}.log"
    sys.stdout = sys.stderr = log.open("a", buffering=1, encoding="utf-8")
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, force=True, format=f"%(asctime)s {part} %(name)s %(message)s"
    )
    plan = plan_from(place.plan)
    _settle(place, port=plan.ports[place.number])
    from citytandem.federation.soak import chaos, things
    from citytandem.federation.soak.broken import FAULTS

    if place.fault:
        FAULTS[place.fault]()
    things.register()
    chance = random.Random(f"{place.seed} {place.number} {place.start} {part}")  # noqa: S311 - nothing secret
    chaos.install(port=plan.ports[place.number], chance=chance)
    return plan


def _settle(place: Place, *, port: int) -> None:
    """Django is loaded already; what differs between nodes is put in its place before anything is asked of it."""
    from django.conf import settings
    from django.db import connections

    database: Any = settings.DATABASES["default"]
    database["NAME"] = connections["default"].settings_dict["NAME"] = place.database
    settings.ADDRESS = f"http://localhost:{port}"
    settings.FEDERATION_PULL_SECONDS = place.pull_seconds
    for name in ("REQUESTS", "OBJECTS", "MEGABYTES"):
        setattr(settings, f"FEDERATION_{name}", _NO_LIMIT)


def main(place: Place) -> None:
    """Be that node until it is over, or until the harness is gone."""
    node = Node(place, be_the_node(place, part="node"))
    try:
        node.run()
    except Exception:
        logging.getLogger(__name__).exception("node %d failed", place.number)
        os._exit(1)
    os._exit(0)


class Node:
    """The loop of one process."""

    def __init__(self, place: Place, plan: Plan) -> None:
        self.place, self.plan = place, plan
        self.chance = random.Random(f"{place.seed} {place.number} {place.start}")  # noqa: S311 - nothing secret
        self.parent = os.getppid()
        self.may_write = threading.Event()
        self.is_changed = False
        self.done_last: control.Phase | None = None

    def run(self) -> None:
        """Pair, then publish and work off, until it is over."""
        from citytandem.federation.soak import work
        from citytandem.federation.soak.serving import serve

        if not self.place.has_worker:
            work.take_up_left()
        self._prepare()
        serve(self.plan.ports[self.place.number], at_once=self.place.has_worker)
        for number in range(WRITERS if self.place.has_worker else 0):
            threading.Thread(target=self._write_on, args=(number,), daemon=True).start()
        self._loop()

    def _prepare(self) -> None:
        from citytandem.federation.models import Identity
        from citytandem.federation.services.identity import identity

        identity()
        if self.place.number == HUB:
            Identity.objects.update(passes_on=True)

    def _loop(self) -> None:
        from citytandem.federation.soak.ties import Ties

        ties = Ties(self.plan, self.place.number)
        next_tick = next_write = was_quiet = 0.0
        rounds, is_round = 0, False
        while os.getppid() == self.parent:
            told = control.read(Path(self.place.control))
            if told.phase == "over":
                self._report()
                return
            if not ties.are_made:
                ties.go_on()
            self._do_once(told)
            now = time.monotonic()
            self._let_write(told.phase == "rough" and ties.any_made)
            if self.may_write.is_set() and not self.place.has_worker and now >= next_write:
                self._write(self.chance)
                next_write = now + self._pause(self.chance)
            if told.phase == "quiet" and not was_quiet:
                was_quiet = now
                ties.ask_now()
            if now >= next_tick and not is_round:
                self._tick()
                next_tick, is_round = now + SECONDS_BETWEEN_TICKS, True
            if self._has_done_all():
                if is_round:
                    rounds, is_round = rounds + 1, False
                    control.round_done(Path(self.place.folder), self.place.number, rounds)
                time.sleep(SECONDS_BETWEEN_LOOKS if self.place.has_worker else SECONDS_BETWEEN_LOOKS / 2)

    def _has_done_all(self) -> bool:
        """Whether no job is left; without a worker, some of them are done here."""
        from citytandem.core import jobs
        from citytandem.federation.soak.work import is_idle, work_off

        if not self.place.has_worker:
            return work_off(most=20) < 20
        if is_idle():
            return True
        jobs.take_up_left()  # the clock's part each minute: what a worker was killed over
        time.sleep(SECONDS_BETWEEN_LOOKS)
        return False

    def _let_write(self, is_time: bool) -> None:  # noqa: FBT001 - a condition that holds or not
        if is_time:
            self.may_write.set()
        else:
            self.may_write.clear()

    def _write_on(self, number: int) -> None:
        """What a thread does that writes beside others: what it meets with is theirs, and a deadlock is tried again."""
        from django.db import OperationalError

        chance = random.Random(f"{self.place.seed} {self.place.number} {self.place.start} {number}")  # noqa: S311
        while True:
            self.may_write.wait()
            try:
                self._write(chance)
            except OperationalError as error:
                logging.getLogger(__name__).warning("not written: %s", error)
            time.sleep(self._pause(chance) * WRITERS)

    def _pause(self, chance: random.Random) -> float:
        return chance.uniform(0.5, 1.5) * self.place.seconds_between

    def _write(self, chance: random.Random) -> None:
        from citytandem.federation.soak.things import write_something

        write_something(chance, audiences=self._audiences())

    def _do_once(self, told: control.Control) -> None:
        """What administrators do, and what everybody does last."""
        from citytandem.federation.soak.changes import make_changes
        from citytandem.federation.soak.things import add_one_of_each, withdraw_the_oldest

        if told.is_changing and not self.is_changed:
            self.is_changed = make_changes(self.plan, self.place.number)
        if told.phase not in control.LAST or told.phase == self.done_last:
            return
        if told.phase == "adding":
            add_one_of_each(audiences=self._audiences())
        else:
            withdraw_the_oldest()
        self.done_last = told.phase

    def _audiences(self) -> list[list[str]]:
        """Whom something may be for alone: a partner, or somebody behind the hub, which then has to be named too."""
        from citytandem.federation.soak.ties import did_at

        number = self.place.number
        direct = [[did_at(self.plan, one)] for one in self.plan.partners_of(number)]
        behind = [sorted([did_at(self.plan, HUB), did_at(self.plan, one)]) for one in self.plan.through_hub(number)]
        return direct + behind

    def _tick(self) -> None:
        """What the clock brings each minute, and here each second: to the worker as a job, as it comes to it always."""
        from citytandem.core import jobs

        if self.place.has_worker:
            jobs.enqueue("federation.tick", queue="federation", once="federation.tick")
            return
        task: Any = jobs.app.tasks["federation.tick"]
        task.func(timestamp=int(time.time()))

    def _report(self) -> None:
        from citytandem.federation.soak.looking import look

        seen = look(self.plan, self.place.number)
        path = Path(self.place.folder) / f"seen-{self.place.number}.json"
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(seen)), encoding="utf-8")
        fresh.replace(path)

"""Starts the nodes of a soak, makes their lives hard, waits until it is quiet, and compares."""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from multiprocessing.context import ForkServerContext
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from citytandem.core.ports import free_ports
from citytandem.database import embedded
from citytandem.federation.soak import control
from citytandem.federation.soak.chaos import VARIABLE
from citytandem.federation.soak.judging import Result, compare
from citytandem.federation.soak.plan import plan_for
from citytandem.federation.soak.resting import Say, closings, reports, things_of, wait_until_quiet
from citytandem.federation.soak.rough import LOSS, make_it_rough
from citytandem.federation.soak.running import SECONDS_PER_WRITE, Soak, Work
from citytandem.federation.soak.things import TABLES
from citytandem.progress import Progress

TEMPLATE = "soak_template"


def soak(
    *,
    nodes: int,
    minutes: float,
    work: Work,
    seed: int = 1,
    keep: bool = False,
    say: Say = lambda _line: None,
    faults: Mapping[int, str] | None = None,
    seconds_per_write: float = SECONDS_PER_WRITE,
) -> Result:
    """Run `nodes` nodes for `minutes` with losses, cuts and kills; then let them come to rest, and compare.

    Every second one has a worker beside it, which does `work`: by its name, since it runs in other processes. They have a
    PostgreSQL of their own, which is gone afterwards, unless `keep`. `faults`: nodes that are broken on purpose, with a
    name of `broken.FAULTS`. Raises ValueError for too few nodes.
    """
    began = time.monotonic()
    plan = plan_for(free_ports(nodes))
    with ExitStack() as stack:
        folder = stack.enter_context(_folder(keep=keep, say=say))
        url = stack.enter_context(_database(folder, nodes))
        chance = random.Random(seed)  # noqa: S311 - nothing secret
        run = Soak(plan, url, folder, chance, seed, _context(folder, url), work, faults or {}, seconds_per_write)
        progress = Progress()
        with progress.step("Making the databases", total=nodes) as advance:
            _databases(run, advance)
        control.write(run.control, control.Control(loss=LOSS))
        stack.callback(run.end_all)
        with progress.step("Soaking", total=round(minutes * 60)) as advance:
            make_it_rough(run, seconds=minutes * 60, advance=advance)
        with progress.step("Waiting until all is quiet"):
            still_open = wait_until_quiet(run, say)
        for phase in control.LAST:
            if not still_open:
                control.write(run.control, control.Control(phase=phase, is_changing=True))
                with progress.step(f"Once more, {phase}"):
                    still_open = wait_until_quiet(run, say)
        with progress.step("Comparing", total=nodes):
            things = things_of(run)
            outcome = compare(plan, things, reports(run), closings(run))
    return Result(
        nodes=nodes, published=sum(thing.revision for thing in things), outcome=outcome, kills=run.kills,
        partitions=run.partitions, seconds=time.monotonic() - began, still_open=still_open,
    )  # fmt: skip


@contextmanager
def _folder(*, keep: bool, say: Say) -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="citytandem-soak-")).resolve()
    made.chmod(0o755)  # PostgreSQL may run as somebody else
    try:
        yield made
    finally:
        if keep:
            say(f"Kept in {made}")
        else:
            shutil.rmtree(made, ignore_errors=True)


@contextmanager
def _database(folder: Path, nodes: int) -> Iterator[str]:
    """A PostgreSQL for the soak alone: nobody else's connections, nothing left behind. A power cut is not its subject."""
    # A worker has a pool, and a connection for each job under way.
    settings = {"max_connections": str(20 * nodes + 50)}
    with embedded.using(folder, durable=False, settings=settings) as url:
        yield url


def _context(folder: Path, url: str) -> ForkServerContext:
    """Nodes are forked from a process that has loaded everything: a killed one is back in a tenth of a second."""
    os.environ.update({
        "DATABASE_URL": url,
        "CITYTANDEM_DATA": str(folder),
        "DJANGO_SETTINGS_MODULE": "citytandem.settings.embedded",
        VARIABLE: str(folder / "control.json"),
    })  # fmt: skip
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["citytandem.federation.soak.preloaded"])
    return context


def _databases(run: Soak, advance: Callable[[int], None]) -> None:
    """One made by the migrations, and a copy for each node."""
    with psycopg.connect(run.url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
    migrating = run.context.Process(target=migrate, args=(TEMPLATE,))
    migrating.start()
    migrating.join()
    if migrating.exitcode:
        raise RuntimeError("the tables could not be made")
    with psycopg.connect(make_conninfo(run.url, dbname=TEMPLATE), autocommit=True) as connection:
        connection.execute(TABLES)
    with psycopg.connect(run.url, autocommit=True) as connection:
        for number in range(len(run.plan.ports)):
            names = sql.Identifier(run.database_of(number)), sql.Identifier(TEMPLATE)
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(*names))
            advance(1)


def migrate(name: str) -> None:
    """Make the tables in a database, in a process of its own."""
    from django.core.management import call_command
    from django.db import connections

    connections["default"].settings_dict["NAME"] = name
    call_command("migrate", interactive=False, verbosity=0)
    connections.close_all()

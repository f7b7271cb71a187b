"""Make a node ready: tables, static files, the demo. Quick where nothing has changed, and then without Django."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psycopg

from citytandem.progress import Progress

PACKAGE = Path(__file__).resolve().parent
# Any demo will do: for whoever needs a node with something in it.
ANY_DEMO = "programme"
# Packages that bring tables or static files along.
_PACKAGES = ("django", "procrastinate", "whitenoise")
_IN_USE = """
    SELECT EXISTS (SELECT FROM accounts_person) OR EXISTS (SELECT FROM streams_problem)
        OR EXISTS (SELECT FROM streams_solution)
"""
# Two that start at the same time take turns (a lock of PostgreSQL; the number is ours alone).
_LOCK = 4_711_2022


@dataclass(frozen=True, slots=True)
class _Found:
    """What the database says of the node. `demo` is None where no node has been set up."""

    migrations: frozenset[tuple[str, str]]
    demo: str | None = None
    home: str = ""


def prepare(*, demo: str | None, say: Callable[[str], None], set_up: bool = True) -> list[str]:
    """Bring tables and static files up to date, and load the demo `demo` into a node that is empty.

    DATABASE_URL, CITYTANDEM_DATA and DJANGO_SETTINGS_MODULE say where, as for the settings. `say` hears what the
    operator should know; the lines returned are the demo's sign-ins, empty if this is no demo node. With `set_up`
    Django is ready afterwards in any case. Raises core.errors.Invalid for an unknown demo.
    """
    data = Path(os.environ.get("CITYTANDEM_DATA", "var")).resolve()
    url = os.environ.get("DATABASE_URL", "postgresql:///citytandem")
    if demo is not None and not may_have_demo():
        say("This node faces the world: no demo was loaded into it.")
        demo = None
    if demo is not None:
        _check_name(demo)
    if not _is_ready(data, url, demo=demo):
        with _alone(url):
            _make_ready(data, url, demo=demo)
    if set_up:
        _set_up_django()
    found = _look(url)
    if demo is not None and demo != ANY_DEMO and demo not in {found.demo, found.home}:
        say(f"This node is set up already ({found.home or 'no home city'}): the demo “{demo}” was not loaded into it.")
    if not found.demo:
        return []
    from citytandem.demo.sign_ins import sign_in_lines

    return sign_in_lines()


def may_have_demo() -> bool:
    """Sign-ins with passwords that everybody knows have no place on a node that faces the world."""
    return not os.environ.get("DJANGO_SETTINGS_MODULE", "").endswith(".production")


def _is_ready(data: Path, url: str, *, demo: str | None) -> bool:
    stamp = _read_stamp(data)
    if stamp.get("tables") != tables_fingerprint() or stamp.get("static") != static_fingerprint():
        return False
    if not Path(stamp.get("static_root", "")).is_dir():
        return False
    found = _look(url)
    applied = {(app, name) for app, name in stamp["applied"]}
    return applied <= found.migrations and (demo is None or found.demo is not None)


def _make_ready(data: Path, url: str, *, demo: str | None) -> None:
    _set_up_django()
    from django.conf import settings
    from django.db import connections

    progress = Progress()
    try:
        stamp = _read_stamp(data)
        if stamp.get("tables") != tables_fingerprint() or not _has_applied(stamp, url):
            _migrate(progress)
            stamp |= {"tables": tables_fingerprint(), "applied": sorted(_look(url).migrations)}
            _write_stamp(data, stamp)
        if stamp.get("static") != static_fingerprint() or not Path(settings.STATIC_ROOT).is_dir():
            _collect_static(progress)
            stamp |= {"static": static_fingerprint(), "static_root": str(settings.STATIC_ROOT)}
            _write_stamp(data, stamp)
        if demo is not None and _look(url).demo is None:
            _load_demo(demo, progress)
    finally:
        connections.close_all()


def _set_up_django() -> None:
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()


def _check_name(demo: str) -> None:
    from citytandem.demo.names import home_of, is_demo_name

    if not is_demo_name(demo):
        _set_up_django()  # the message is told in the operator's language
        home_of(demo)


def _migrate(progress: Progress) -> None:
    from django.core.management import call_command

    with progress.step("Making the tables"):
        call_command("migrate", interactive=False, verbosity=0)


def _collect_static(progress: Progress) -> None:
    """Old files stay: pages that are open in a browser still ask for them."""
    from django.core.management import call_command

    with progress.step("Collecting styles, fonts and scripts"):
        call_command("collectstatic", interactive=False, verbosity=0)


def _load_demo(demo: str, progress: Progress) -> None:
    from citytandem.demo.load import demo_load

    demo_load(name=demo, say=progress)


def tables_fingerprint() -> str:
    """Changes when a migration of ours, the list of apps, or a package with tables changes."""
    files = [*PACKAGE.glob("*/migrations/*.py"), *PACKAGE.glob("settings/*.py")]
    return _fingerprint(path.read_bytes() for path in sorted(files))


def static_fingerprint() -> str:
    """Changes when a static file of ours or the way they are stored changes."""
    files = sorted(path for path in PACKAGE.glob("*/static/**/*") if path.is_file())
    settings = sorted(PACKAGE.glob("settings/*.py"))
    # Contents of megabytes are not read at each start: size and time of change tell.
    parts = [f"{path.relative_to(PACKAGE)} {path.stat().st_size} {path.stat().st_mtime_ns}".encode() for path in files]
    return _fingerprint([*parts, *(path.read_bytes() for path in settings)])


def _fingerprint(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256(os.environ.get("DJANGO_SETTINGS_MODULE", "").encode())
    for package in _PACKAGES:
        with suppress(PackageNotFoundError):
            digest.update(f"{package} {version(package)}\n".encode())
    for part in parts:
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


def _look(url: str) -> _Found:
    """What is in the database, by plain SQL: Django takes two seconds to start, and mostly nothing has changed."""
    with psycopg.connect(url, autocommit=True) as connection:
        try:
            migrations = connection.execute("SELECT app, name FROM django_migrations").fetchall()
        except psycopg.errors.UndefinedTable:
            return _Found(frozenset())
        applied = frozenset((str(app), str(name)) for app, name in migrations)
        try:
            node = connection.execute("SELECT demo, home_slug FROM core_node WHERE id = 1").fetchone()
            in_use = connection.execute(_IN_USE).fetchone()
        except psycopg.errors.UndefinedTable:
            return _Found(applied)
        if node:
            return _Found(applied, *node)
        # People or records without a node's name: somebody's real database, in which a demo has no business.
        return _Found(applied, demo="") if in_use and in_use[0] else _Found(applied)


def _has_applied(stamp: dict[str, Any], url: str) -> bool:
    return bool(stamp.get("applied")) and {(app, name) for app, name in stamp["applied"]} <= _look(url).migrations


@contextmanager
def _alone(url: str) -> Iterator[None]:
    with psycopg.connect(url, autocommit=True) as connection:
        with Progress().step("Waiting for another start of this node"):
            connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        yield


def _stamp_path(data: Path) -> Path:
    return data / "prepared.json"


def _read_stamp(data: Path) -> dict[str, Any]:
    """What was done last time; empty if that is not known. A wrong stamp costs time, nothing else."""
    try:
        stamp = json.loads(_stamp_path(data).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def _write_stamp(data: Path, stamp: dict[str, Any]) -> None:
    data.mkdir(parents=True, exist_ok=True)
    path = _stamp_path(data)
    unfinished = path.with_suffix(".new")
    unfinished.write_text(json.dumps(stamp), encoding="utf-8")
    unfinished.replace(path)

"""Shared fixtures: a quick embedder, actors, the real data if it is there; only loopback sockets."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.cache import cache
from django.db import connection
from hypothesis import HealthCheck, settings
from pytest_socket import socket_allow_hosts

from citytandem.accounts.contract import Actor
from citytandem.accounts.models import NODE_ROLES, Department, Membership, Organisation, Person, Role
from citytandem.accounts.selectors import actor_by_id
from citytandem.core import clock
from citytandem.search import vectors
from citytandem.search.embedder import BuiltIn, Matrix, unit

# Machines are shared: a property that holds slowly holds. The same examples everywhere, so that a failure comes again and is
# somebody's; others on request, to look for more.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
settings.register_profile("searching", settings.get_profile("patient"), derandomize=False)
settings.load_profile("searching" if os.environ.get("CITYTANDEM_OTHER_EXAMPLES") else "patient")


def pytest_runtest_setup() -> None:
    """Tests reach this machine only."""
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Several test runs may share one server, each with a database of its own."""
    from django.conf import settings
    from django.db import connections

    parts = (os.environ.get(name, "") for name in ("PYTEST_DB_SUFFIX", "PYTEST_XDIST_WORKER"))
    suffix = "_".join(part for part in parts if part)
    if suffix:
        name = f"test_citytandem_{suffix}"
        settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = name
        connections["default"].settings_dict["TEST"]["NAME"] = name


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """As pytest-django's; a thread that has not closed its connection yet must not keep the database from going."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(autouse=True)
def _no_job_outlives_its_test(request: pytest.FixtureRequest) -> Iterator[None]:
    """Tests that commit are cleared away table by table, but the tables of jobs are not Django's own."""
    yield
    marker = request.node.get_closest_marker("django_db")
    if marker is not None and marker.kwargs.get("transaction"):
        with request.getfixturevalue("django_db_blocker").unblock(), connection.cursor() as cursor:
            cursor.execute("TRUNCATE procrastinate_jobs CASCADE")
            connection.close()


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


class QuickEmbedder:
    """Stands in where a test is not about meaning: words become directions, equal words equal directions."""

    name = BuiltIn.name

    def embed(self, texts: Sequence[str]) -> Matrix:
        rows = np.zeros((len(texts), 384), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in re.findall(r"\w+", text.casefold()):
                seed = int.from_bytes(hashlib.blake2b(word.encode(errors="replace"), digest_size=8).digest(), "big")
                row += np.random.default_rng(seed).standard_normal(384).astype(np.float32)
        return unit(rows)


@pytest.fixture
def quick_embedder(monkeypatch: pytest.MonkeyPatch) -> QuickEmbedder:
    """A deterministic embedder that costs nothing."""
    embedder = QuickEmbedder()
    monkeypatch.setattr(vectors, "embedder", lambda: embedder)
    # What was asked for before was embedded by another.
    monkeypatch.setattr(vectors, "_memory", vectors._Memory(size=512))
    return embedder


@pytest.fixture
def make_actor(db: None) -> Callable[[str], Actor]:
    """Make a person of a role, and give the actor."""

    def make(role: str) -> Actor:
        number = Person.objects.count()
        person = Person.objects.create(email=f"{role}-{number}@test.example", name=role)
        place: dict[str, Any] = {}
        if role == Role.DEPARTMENT_STAFF:
            place["department"] = Department.objects.create(slug=f"department-{number}")
        elif role == Role.ORGANISATION_MEMBER:
            place["organisation"] = Organisation.objects.create(
                slug=f"organisation-{number}", name="Organisation", created_at=clock.now()
            )
        if place or role in NODE_ROLES:
            Membership.objects.create(person=person, role=role, since=clock.now(), **place)
        return actor_by_id(person.id, name=person.name)

    return make


@pytest.fixture
def resident(make_actor: Callable[[str], Actor]) -> Actor:
    return make_actor(Role.RESIDENT)


@pytest.fixture
def innovation_unit(make_actor: Callable[[str], Actor]) -> Actor:
    return make_actor(Role.INNOVATION_UNIT)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data; tests that need it are skipped where it is not."""
    folder = Path(os.environ.get("CITYTANDEM_TESTDATA", Path(__file__).parents[2] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"real data is not here: {folder.name} (set CITYTANDEM_TESTDATA)")
    return folder

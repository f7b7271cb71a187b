"""Making a node ready: everything once, and next to nothing when it is ready."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from psycopg.conninfo import make_conninfo

from citytandem import prepare as module
from citytandem.accounts.contract import person_make
from citytandem.accounts.models import Person
from citytandem.core.errors import Invalid
from citytandem.core.node import node_set
from citytandem.demo import load as demo_loading
from citytandem.demo.names import DEFAULT_CITY
from citytandem.prepare import prepare
from citytandem.streams.models import Problem

pytestmark = pytest.mark.django_db(transaction=True)
WORK = ("_migrate", "_collect_static", "_load_demo")


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: object) -> Path:
    """A new data folder, and the test's own database behind DATABASE_URL."""
    parameters = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port")
    url = make_conninfo(**{name: parameters[name] for name in names if parameters.get(name)})
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("CITYTANDEM_DATA", str(tmp_path))
    settings.STATIC_ROOT = tmp_path / "static"
    return tmp_path


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was done, by name, in order. The demo comes without vectors."""
    happened: list[str] = []

    def noting(name: str, work: Callable[..., None]) -> Callable[..., None]:
        def wrapped(*arguments: object) -> None:
            happened.append(name)
            work(*arguments)

        return wrapped

    def load_without_vectors(demo: str, _progress: object) -> None:
        demo_loading.demo_load(name=demo, vectors=False)

    monkeypatch.setattr(module, "_load_demo", load_without_vectors)
    for name in WORK:
        monkeypatch.setattr(module, name, noting(name, getattr(module, name)))
    return happened


def test_a_new_node_gets_everything_once(data: Path, done: list[str]) -> None:
    heard: list[str] = []
    lines = prepare(demo="programme", say=heard.append)
    assert done == list(WORK)
    assert Problem.objects.count() == 88
    assert (data / "static").is_dir()
    assert any("innovation@citytandem.example" in line for line in lines)
    assert heard == []
    done.clear()
    assert prepare(demo="programme", say=heard.append) == lines
    assert done == []
    assert heard == []


def test_a_ready_node_is_ready_within_a_second(data: Path, done: list[str]) -> None:
    prepare(demo="programme", say=print)
    began = time.monotonic()
    prepare(demo="programme", say=print, set_up=False)
    assert time.monotonic() - began < 1


def test_a_new_migration_file_is_noticed(data: Path, done: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(demo=None, say=print)
    done.clear()
    monkeypatch.setattr(module, "tables_fingerprint", lambda: "another")
    prepare(demo=None, say=print)
    assert done == ["_migrate"]


def test_a_stamp_is_not_believed_when_the_database_is_another(data: Path, done: list[str]) -> None:
    prepare(demo=None, say=print)
    done.clear()
    stamp = json.loads((data / "prepared.json").read_text())
    stamp["applied"].append(["streams", "9999_from_elsewhere"])
    (data / "prepared.json").write_text(json.dumps(stamp))
    prepare(demo=None, say=print)
    assert done == ["_migrate"]


def test_changed_static_files_are_collected_again(data: Path, done: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(demo=None, say=print)
    done.clear()
    monkeypatch.setattr(module, "static_fingerprint", lambda: "another")
    prepare(demo=None, say=print)
    assert done == ["_collect_static"]


def test_every_static_file_of_ours_is_watched() -> None:
    found = {Path(str(finders.find(path))) for finder in finders.get_finders() for path, _ in finder.list([])}
    ours = {path for path in found if path.is_relative_to(module.PACKAGE)}
    assert ours == {path for path in module.PACKAGE.glob("*/static/**/*") if path.is_file()}


@pytest.mark.parametrize("broken", ["", "[]", "{", '{"tables": 1}'])
def test_a_broken_stamp_costs_time_only(data: Path, done: list[str], broken: str) -> None:
    (data / "prepared.json").write_text(broken)
    prepare(demo=None, say=print)
    assert done == ["_migrate", "_collect_static"]


def test_a_demo_is_not_loaded_into_a_real_node(data: Path, done: list[str]) -> None:
    node_set(name="Ulm", home_city=None, home_slug="ulm", language="de")
    heard: list[str] = []
    assert prepare(demo="pirna", say=heard.append) == []
    assert prepare(demo="programme", say=heard.append) == []
    assert "_load_demo" not in done
    assert heard == ["This node is set up already (ulm): the demo “pirna” was not loaded into it."]


def test_one_demo_does_not_replace_another(data: Path, done: list[str]) -> None:
    prepare(demo="pirna", say=print)
    heard: list[str] = []
    assert prepare(demo="sofia", say=heard.append) != []
    assert len(heard) == 1
    assert prepare(demo="pirna", say=heard.append) != []
    assert len(heard) == 1
    assert done.count("_load_demo") == 1


def test_the_home_city_names_the_demo_too(data: Path, done: list[str]) -> None:
    heard: list[str] = []
    prepare(demo="programme", say=heard.append)
    prepare(demo=DEFAULT_CITY, say=heard.append)
    assert heard == []


def test_an_unknown_demo_is_refused_before_anything_is_done(data: Path, done: list[str]) -> None:
    with pytest.raises(Invalid, match="atlantis"):
        prepare(demo="atlantis", say=print)
    assert done == []


def test_without_a_demo_the_node_stays_empty(data: Path, done: list[str]) -> None:
    assert prepare(demo=None, say=print) == []
    assert "_load_demo" not in done


def test_it_works_before_django_is_set_up(data: Path, done: list[str]) -> None:
    prepare(demo=None, say=print)
    program = """
from citytandem.prepare import prepare
prepare(demo=None, say=print, set_up=False)
from django.apps import apps
assert not apps.ready
prepare(demo=None, say=print)
assert apps.ready
"""
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")


def test_a_database_with_people_in_it_gets_no_demo(data: Path, done: list[str]) -> None:
    person_make(email="anna@test.example", name="Anna", role="resident", password="long enough 1")
    lines = prepare(demo="programme", say=lambda _line: None)
    assert "_load_demo" not in done
    assert lines == []
    assert not Problem.objects.exists()


def test_a_node_that_faces_the_world_gets_no_demo(data: Path, done: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "citytandem.settings.production")
    heard: list[str] = []
    assert prepare(demo="programme", say=heard.append) == []
    assert "_load_demo" not in done
    assert not Person.objects.filter(is_demo=True).exists()
    assert any("demo" in line for line in heard)

"""Six nodes for half a minute as real processes: lost messages, cuts and kills; afterwards nothing is missing or doubled."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from citytandem.core.guarded import FetchFailed
from citytandem.federation.soak import chaos, control

ROOT = Path(__file__).parents[3]


@pytest.mark.slow
def test_nodes_that_are_killed_and_cut_off_lose_nothing() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_URL", "DJANGO"))}
    command = [sys.executable, "-m", "citytandem", "federation", "soak", "--nodes", "6", "--minutes", "0.5", "--json"]
    done = subprocess.run(
        command, cwd=ROOT, env=environment | {"PYTHONPATH": str(ROOT / "src")}, capture_output=True, text=True,
        timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert list(told) == ["nodes", "published", "missing", "duplicates", "chain_valid", "seconds"]
    assert told["published"] >= 10, done.stderr
    assert (told["nodes"], told["missing"], told["duplicates"], told["chain_valid"]) == (6, 0, 0, True)


BROKEN = """
import json
from citytandem.cli.federation import work
from citytandem.federation.soak.harness import soak
if __name__ == "__main__":
    found = soak(
        nodes=6, minutes=0.4, seed=3, work=work, seconds_per_write=0.1, faults={5: "drops", 4: "tells", 3: "keeps"}
    )
    numbers = {uri.split("/")[2]: None for _reader, uri in found.outcome.beyond}
    print(json.dumps({
        "told": found.to_json(), "holds": found.holds, "at_rest": not found.still_open,
        "lack": sorted({reader for reader, _uri in found.outcome.missing}), "told_on": len(numbers),
        "beyond": len(found.outcome.beyond), "keep": [reader for reader, _count in found.outcome.bodies_left],
    }))
"""


@pytest.mark.slow
def test_broken_nodes_are_seen(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_URL", "DJANGO"))}
    program = tmp_path / "broken_soak.py"
    program.write_text(BROKEN, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(program)], cwd=tmp_path, env=environment | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.strip().splitlines()[-1])
    assert found["at_rest"], done.stderr
    assert not found["holds"]
    # One that shows only two of three, one that tells others what is for some, one that keeps what was withdrawn.
    assert found["lack"] == [5]
    assert (found["told_on"], found["keep"]) == (1, [3])
    assert found["told"]["missing"] >= 1
    assert found["told"]["duplicates"] > found["beyond"] > 0


class Always:
    """Chance that always strikes, or never."""

    def __init__(self, value: float) -> None:
        self.value = value

    def random(self) -> float:
        return self.value


@pytest.fixture
def hooks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list:
    found: list = []
    monkeypatch.setattr(chaos, "interfere", found.append)
    monkeypatch.setenv(chaos.VARIABLE, str(tmp_path / "control.json"))
    return found


def test_a_bad_network_loses_messages_and_cuts_sides_off(hooks: list, tmp_path: Path) -> None:
    path = tmp_path / "control.json"
    chaos.install(port=9001, chance=Always(0.05))
    (hook,) = hooks
    control.write(path, control.Control(loss=0.1, sides={"9001": 0, "9002": 1}))
    with pytest.raises(FetchFailed, match="unreachable"):
        hook("request", "http://localhost:9002/federation/log")
    with pytest.raises(FetchFailed, match="broken"):
        hook("request", "http://localhost:9003/federation/log")
    with pytest.raises(FetchFailed, match="too_slow"):
        hook("answer", "http://localhost:9003/federation/log")
    control.write(path, control.Control(phase="quiet"))
    hook("request", "http://localhost:9002/federation/log")
    hook("answer", "http://localhost:9002/federation/log")


def test_a_node_that_faces_the_world_has_no_bad_network(hooks: list, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "citytandem.settings.production")
    with pytest.raises(ImproperlyConfigured):
        chaos.install(port=9001, chance=Always(0))
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "citytandem.settings.embedded")
    monkeypatch.delenv(chaos.VARIABLE)
    with pytest.raises(ImproperlyConfigured):
        chaos.install(port=9001, chance=Always(0))
    assert hooks == []


def test_nodes_end_when_the_harness_has_gone(tmp_path: Path) -> None:
    assert control.read(tmp_path / "control.json").phase == "over"

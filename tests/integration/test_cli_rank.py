"""`citytandem rank` as a process: its output, its exit codes, and bad input."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

CRITERIA = """
- {name: impact, weight: 3, direction: max, low: 0, high: 10}
- {name: cost, weight: 1, direction: min, low: 0, high: 100}
"""
SCORES = "proposal,assessor,impact,cost\nA,x,8,50\nA,y,6,50\nB,x,5,20\nB,y,,20\nC,x,,\n"


def rank(
    folder: Path, *arguments: str, scores: str = SCORES, criteria: str = CRITERIA
) -> subprocess.CompletedProcess[str]:
    (folder / "scores.csv").write_text(scores, encoding="utf-8")
    (folder / "criteria.yaml").write_text(criteria, encoding="utf-8")
    command = [sys.executable, "-m", "citytandem", "rank", "scores.csv", "--criteria", "criteria.yaml", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


def test_the_json_holds_all_that_is_promised(tmp_path: Path) -> None:
    done = rank(tmp_path, "--smaa", "20000", "--seed", "1", "--json")
    assert done.returncode == 0
    told = json.loads(done.stdout)
    assert set(told) == {"ranking", "acceptability", "alpha", "flip", "seconds"}
    # A: (.75 · .7 + .25 · .5), B: (.75 · .5 + .25 · .8); C has no score, and is no zero.
    assert told["ranking"] == [
        {"proposal": "A", "score": pytest.approx(0.65)},
        {"proposal": "B", "score": pytest.approx(0.575)},
        {"proposal": "C", "score": None},
    ]
    # A leads where .7w + .5(1-w) > .5w + .8(1-w), so for w > .6.
    assert told["acceptability"]["A"] == [pytest.approx(0.4, abs=0.02), pytest.approx(0.6, abs=0.02), 0]
    assert told["acceptability"]["C"] == [0, 0, 1]
    assert told["flip"]["change"] == pytest.approx(0.15 if told["flip"]["criterion"] == "cost" else -0.15)
    assert told["alpha"] == {"impact": 0, "cost": 1}
    assert "sum to 4" in done.stderr


def test_the_same_seed_gives_the_same_answer(tmp_path: Path) -> None:
    first, second, other = (
        json.loads(rank(tmp_path, "--smaa", "5000", "--seed", seed, "--json").stdout) for seed in ("7", "7", "8")
    )
    assert first["acceptability"] == second["acceptability"]
    assert first["acceptability"] != other["acceptability"]


@pytest.mark.parametrize("method", ["wsm", "topsis", "promethee2"])
def test_each_method_prints_something_to_read(tmp_path: Path, method: str) -> None:
    done = rank(tmp_path, "--method", method, "--smaa", "100")
    assert done.returncode == 0
    assert done.stdout.splitlines()[0].split()[0] == "1"
    assert "of all weightings" in done.stdout


@pytest.mark.parametrize(
    ("message", "arguments", "changed"),
    [
        ("line 3", (), {"scores": "proposal,impact,cost\nA,1,1\nB,eleven,1\n"}),
        ("outside", (), {"scores": "proposal,impact,cost\nA,11,1\n"}),
        ("low has to be below high", (), {"criteria": "- {name: impact, weight: 1, direction: max, low: 9, high: 1}"}),
        ("cannot be read", ("--criteria", "nowhere.yaml"), {}),
        ("no number from 0", ("--smaa", "-5"), {}),
        ("no number from 0", ("--smaa", "1e5"), {}),
        ("invalid choice", ("--method", "best"), {}),
    ],
)
def test_bad_input_is_one_clear_line_and_exit_code_2(
    tmp_path: Path, message: str, arguments: tuple[str, ...], changed: dict[str, str]
) -> None:
    done = rank(tmp_path, *arguments, "--json", **changed)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr

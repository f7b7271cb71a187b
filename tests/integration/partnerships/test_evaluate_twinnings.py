"""`citytandem evaluate twinnings` as a process of its own: no database, one document, told mistakes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

SOURCE = Path(__file__).resolve().parents[3] / "src"
NOWHERE = "postgresql://127.0.0.1:1/nothing"


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """A small Europe with twinnings by chance, half of them hidden."""
    rng = np.random.default_rng(5)
    places = ["qid\tlabel\tname\tcountry\tlat\tlon\tpopulation\tgeonameid\tmapped_by"]
    places += [
        f"Q{number}\tx\tPlace {number}\t{('DE', 'FR', 'PL')[number % 3]}\t{45 + number / 20}\t{number / 10}"
        f"\t{1000 + 700 * number}\t{number}\tqid"
        for number in range(80)
    ]
    links = [f"Q{one}\tQ{other}" for one, other in rng.integers(0, 84, size=(700, 2))]
    for name, lines in (
        ("nodes", places),
        ("train", ["qid_a\tqid_b", *links[::2]]),
        ("test", ["qid_a\tqid_b", *links[1::2]]),
    ):
        (tmp_path / f"{name}.tsv").write_bytes("\r\n".join(lines).encode())
    return tmp_path


def called(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    files = [part for name in ("train", "test", "nodes") for part in (f"--{name}", str(folder / f"{name}.tsv"))]
    return subprocess.run(
        [sys.executable, "-m", "citytandem", "evaluate", "twinnings", *files, *more],
        env=os.environ | {"PYTHONPATH": str(SOURCE), "DATABASE_URL": NOWHERE},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_it_prints_one_document_without_a_database(tables: Path) -> None:
    done = called(tables, "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert {"mrr", "hit@10", "hit@50", "hit@200", "cold_start", "queries"} <= set(result)
    assert 0 < result["mrr"] <= 1
    assert result["hit@10"] <= result["hit@50"] <= result["hit@200"] == 1
    assert "not among the places" in done.stderr


def test_people_get_a_table(tables: Path) -> None:
    done = called(tables)
    assert done.returncode == 0, done.stderr
    assert "cold start" in done.stdout
    assert "{" not in done.stdout


def test_unknown_places_only_are_wrong_use(tables: Path) -> None:
    (tables / "test.tsv").write_text("qid_a\tqid_b\nX1\tX2\n", encoding="utf-8")
    done = called(tables, "--json")
    assert done.returncode == 2
    assert "no twinning of the test file" in json.loads(done.stdout)["error"]
    assert "Traceback" not in done.stderr

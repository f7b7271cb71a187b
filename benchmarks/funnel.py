"""2,000 proposals, 12 criteria, 15 assessors, 100,000 weightings: `citytandem rank` as a whole, and a plain loop over pymcdm.

The loop ranks the same means for one weighting after the other, as one would with the package; it is timed over as many
weightings as it does in ten seconds, and its time for all of them is computed from that.
"""

from __future__ import annotations

import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
from scratch import ROOT

PROPOSALS, CRITERIA, ASSESSORS, DRAWS = 2_000, 12, 15, 100_000
LIMIT, LEAST_RATIO = 6.0, 20.0
SECONDS_FOR_THE_LOOP = 10.0


def make(folder: Path) -> None:
    """A table on six levels with one score in twenty missing."""
    generator = np.random.default_rng(0)
    names = [f"criterion {number}" for number in range(CRITERIA)]
    with (folder / "scores.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["proposal", "assessor", *names])
        for proposal in range(PROPOSALS):
            quality = generator.normal(2.5, 1, CRITERIA)
            for assessor in range(ASSESSORS):
                given = np.clip(np.round(quality + generator.normal(0, 0.7, CRITERIA)), 0, 5)
                missing = generator.random(CRITERIA) < 0.05
                cells = ["" if gone else int(score) for score, gone in zip(given, missing, strict=True)]
                writer.writerow([f"proposal {proposal}", f"assessor {assessor}", *cells])
    lines = [
        f"- {{name: {name}, weight: {1 + number % 3}, direction: {'min' if number % 4 == 0 else 'max'}, low: 0, high: 5}}"
        for number, name in enumerate(names)
    ]
    (folder / "criteria.yaml").write_text("\n".join(lines), encoding="utf-8")


def ours(folder: Path, method: str) -> tuple[float, float, dict[str, Any]]:
    """Seconds of the command, of processor time, and what it said."""
    command = [sys.executable, "-m", "citytandem", "rank", "scores.csv", "--criteria", "criteria.yaml"]
    command += ["--method", method, "--smaa", str(DRAWS), "--seed", "1", "--json"]
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        command, cwd=folder, capture_output=True, check=True, env={**os.environ, "PYTHONPATH": str(ROOT / "src")}
    )
    seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, json.loads(done.stdout)


def loop(folder: Path) -> tuple[float, np.ndarray]:
    """Seconds for all draws by pymcdm, and who was first how often."""
    import pymcdm

    from citytandem.challenges.ranking.reading import read_criteria, read_scores

    criteria = read_criteria((folder / "criteria.yaml").read_text(encoding="utf-8"))
    means = read_scores((folder / "scores.csv").read_text(encoding="utf-8"), criteria).means()
    types = np.array([1 if criterion.direction == "max" else -1 for criterion in criteria])
    method = pymcdm.methods.WSM(lambda column, cost=False: 1 - column / 5 if cost else column / 5)
    generator, first, done = np.random.default_rng(2), np.zeros(PROPOSALS), 0
    began = time.perf_counter()
    while time.perf_counter() - began < SECONDS_FOR_THE_LOOP:
        weights = generator.standard_exponential(CRITERIA)
        ranks = method.rank(method(means, weights / weights.sum(), types, validation=False))
        first[int(np.argmin(ranks))] += 1
        done += 1
    return (time.perf_counter() - began) / done * DRAWS, first / done


def main() -> None:
    sys.path.insert(0, str(ROOT / "src"))
    rows = []
    with tempfile.TemporaryDirectory(prefix="citytandem-bench-") as name:
        folder = Path(name)
        make(folder)
        theirs, first = loop(folder)
        for method in ("wsm", "topsis", "promethee2"):
            seconds, used, told = ours(folder, method)
            rows.append(
                {
                    "what": f"rank 2,000 x 12 x 15 with 100,000 weightings, {method}, the whole command",
                    "ours": f"{seconds:.1f} s, {used:.1f} CPU s (within: {told['seconds']:.1f} s)",
                    "peer": f"limit {LIMIT:.0f} s",
                    "ratio": round(seconds / LIMIT, 2),
                }
            )
            if method == "wsm":
                shares = np.array([row[0] for row in told["acceptability"].values()])
                rows.append(
                    {
                        "what": "the same as a plain loop over pymcdm's weighted sum; largest difference of a share",
                        "ours": f"{seconds:.1f} s; {np.abs(shares - first).max():.3f}",
                        "peer": f"{theirs:.0f} s, at least {LEAST_RATIO:.0f} times as long",
                        "ratio": round(theirs / seconds, 1),
                    }
                )
    print(json.dumps(rows, ensure_ascii=False))


if __name__ == "__main__":
    main()

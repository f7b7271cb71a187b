"""Cohorts: every way there is, the proof at 201 cities, 2,001 cities with a gap, and the matching step against networkx.

Seconds are of processor time. Applicants are drawn: twelve themes, ten countries, lognormal sizes.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

import networkx as nx
import rustworkx

from citytandem.partnerships.cohort.applicants import Applicant
from citytandem.partnerships.cohort.candidates import near
from citytandem.partnerships.cohort.rules import Rules
from citytandem.partnerships.cohort.scoring import score_cohort
from citytandem.partnerships.cohort.solving import solve
from citytandem.partnerships.cohort.task import Task

LIMIT, LEAST_RATIO = 10.0, 50.0
THEMES = [f"theme-{number}" for number in range(12)]
COUNTRIES = "DE FR IT NL PL RO GR BG CH ES".split()  # noqa: SIM905


def applicants(n: int, seed: int, *, themes: list[str] | None = None) -> list[Applicant]:
    """`n` cities with three themes, three things to teach and three to learn each; all alike with three `themes`."""
    drawn = random.Random(seed)
    themes = themes or THEMES
    return [
        Applicant(
            f"City {number:04d}",
            drawn.choice(COUNTRIES),
            int(10 ** drawn.uniform(4, 6.3)),
            (drawn.choice(("de", "en", "fr", "it")),),
            tuple(drawn.sample(themes, 3)),
            tuple(drawn.sample(themes, 3)),
            tuple(drawn.sample(themes, 3)),
            hours=drawn.choice((5, 10, 20, 40)),
        )
        for number in range(n)
    ]


def against_brute_force() -> dict[str, Any]:
    """How many of thirty small cohorts are solved as well as by looking at every way."""
    same, took, theirs = 0, 0.0, 0.0
    for seed in range(30):
        scores = score_cohort(applicants(8 + seed % 5, seed))
        began = time.process_time()
        ours = solve(scores)
        between = time.process_time()
        brute = solve(scores, method="brute")
        took, theirs = took + between - began, theirs + time.process_time() - between
        task = Task.of(scores, Rules())
        same += task.objective(ours.groups) == task.objective(brute.groups)
    assert same == 30
    return row(
        "30 cohorts of 8 to 12: same as every way", f"{same}, {took:.2f} s", f"30, {theirs:.2f} s", theirs / took
    )


def large(n: int, seed: int, *, themes: list[str] | None = None) -> dict[str, Any]:
    """Score and solution as `citytandem cohort` makes them."""
    began = time.process_time()
    found = solve(score_cohort(applicants(n, seed, themes=themes)))
    took = time.process_time() - began
    proven = "proven" if set(found.stages.values()) == {"proven"} else f"gap {found.gap:.2%}"
    assert not found.unplaced
    assert took <= LIMIT, took
    told = f"{took:.2f} s, {proven}, {len(found.unplaced)} unplaced"
    kind = "cities that want the same" if themes else "cities"
    return row(f"{n:,} {kind} (seed {seed}), tandems and tridems", told, f"{LIMIT:g} s", LIMIT / took)


def sparse_step() -> dict[str, Any]:
    """Edmonds' algorithm on the ten best partners of each of 2,000 cities, by both libraries."""
    task = Task.of(score_cohort(applicants(2_000, 1)), Rules())
    wanted = near(task, 10)
    pairs = [
        (one, other, int(task.weight[one, other])) for one in range(2_000) for other in range(one) if wanted[one, other]
    ]
    graph = rustworkx.PyGraph(multigraph=False)
    graph.add_nodes_from(range(2_000))
    graph.add_edges_from(pairs)
    began = time.process_time()
    ours = rustworkx.max_weight_matching(graph, max_cardinality=True, weight_fn=int)
    took = time.process_time() - began
    other = nx.Graph()
    other.add_weighted_edges_from(pairs)
    began = time.process_time()
    theirs = nx.max_weight_matching(other, maxcardinality=True)
    slow = time.process_time() - began
    weights = [sum(int(task.weight[pair]) for pair in found) for found in (ours, theirs)]
    assert weights[0] == weights[1]
    assert slow / took >= LEAST_RATIO, slow / took
    return row(
        f"matching step, 2,000 cities, {len(pairs):,} pairs", f"{took:.2f} s", f"networkx {slow:.1f} s", slow / took
    )


def row(what: str, ours: str, peer: str, ratio: float) -> dict[str, Any]:
    """A line of the results."""
    return {"what": what, "ours": ours, "peer": peer, "ratio": f"{ratio:.1f}x"}


def main() -> int:
    """Print the rows as one line of JSON."""
    rows = [
        against_brute_force(),
        large(201, 0),
        large(201, 1),
        large(201, 0, themes=THEMES[:3]),
        large(2_001, 0),
        sparse_step(),
    ]
    print(json.dumps(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())

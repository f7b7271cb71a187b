"""10,000 new records get their vectors in the background while pages are read: what readers notice, what a kill costs.

The peer is the same node without background work; page times are taken in turn with and without it, uncached.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from scratch import ROOT, node, percentile
from serving import serving


def page_times(base: str, *, seconds: float) -> list[float]:
    """Milliseconds of uncached pages, one after the other with a short pause, as one reader after another."""
    times = []
    until = time.monotonic() + seconds
    number = 0
    while time.monotonic() < until:
        number += 1
        path = ("/", "/problems", "/solutions", "/cities")[number % 4]
        began = time.perf_counter()
        urllib.request.urlopen(f"{base}{path}?x={number}", timeout=30).read()  # noqa: S310 - our own address
        times.append((time.perf_counter() - began) * 1000)
        time.sleep(0.05)
    return times


def worker() -> subprocess.Popen:
    """The worker as `citytandem run` starts it."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    return subprocess.Popen([sys.executable, "-m", "citytandem", "worker"], env=environment, start_new_session=True)


def stop(process: subprocess.Popen, how: int) -> None:
    os.killpg(process.pid, how)
    process.wait(timeout=60)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=20)
    options = parser.parse_args()
    os.environ["CITYTANDEM_MICROCACHE_SECONDS"] = "0"
    with node(demo="krefeld"):
        from django.db import connection

        from citytandem.core import clock, jobs
        from citytandem.core.ids import uuid7
        from citytandem.search import services
        from citytandem.search.registry import Draft
        from citytandem.search.selectors import index_state

        sys.path.insert(0, str(ROOT / "benchmarks"))
        from index import sentences

        texts = sentences()
        now = clock.now()
        before = index_state()["entries"]
        services.write_entries(
            Draft(
                kind="problem",
                object_id=uuid7(),
                language=texts[i % len(texts)][0],
                title=f"{texts[i % len(texts)][1]} ({i})",
                text="",
                changed_at=now,
            )
            for i in range(options.records)
        )
        jobs.enqueue("search.embed", queue="heavy", once="search.embed")
        connection.close()
        quiet: list[float] = []
        busy: list[float] = []
        with serving("citytandem.wsgi:application", ready="/health") as base:
            page_times(base, seconds=5)
            for _ in range(3):
                quiet += page_times(base, seconds=options.seconds)
                process = worker()
                time.sleep(6)
                busy += page_times(base, seconds=options.seconds)
                # The hardest end there is: what was committed stays, the rest is done again.
                stop(process, signal.SIGKILL)
            process = worker()
            began, left = time.monotonic(), index_state()["waiting"]
            started_with = left
            while left and time.monotonic() - began < 3_000:
                time.sleep(5)
                state = index_state()
                left = state["waiting"]
            took = time.monotonic() - began
            stop(process, signal.SIGTERM)
        state = index_state()
    slow, fast = percentile(busy, 0.95), percentile(quiet, 0.95)
    rows = [
        {
            "what": f"page p95 while {options.records:,} records are embedded",
            "ours": f"{slow:.0f} ms ({len(busy)} pages)",
            "peer": f"at rest {fast:.0f} ms ({len(quiet)} pages); limit 1.2",
            "ratio": round(slow / fast, 2),
        },
        {
            "what": "entries without a vector, lost or doubled after three kill -9",
            "ours": f"{state['waiting']} / {state['entries'] - before - options.records}",
            "peer": "limit 0 / 0",
            "ratio": None,
        },
        {
            "what": "vectors per second of the worker, alone",
            "ours": f"{started_with / took:.1f}" if took else "-",
            "peer": "-",
            "ratio": None,
        },
    ]
    print(json.dumps(rows, ensure_ascii=False))


if __name__ == "__main__":
    main()

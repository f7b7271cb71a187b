"""Start a web server for a benchmark, and load it with wrk."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from citytandem.core.ports import free_port

HERE = Path(__file__).resolve().parent


@contextmanager
def serving(application: str, *, ready: str, workers: int = 1) -> Iterator[str]:
    """The base address of `application` (module:name) behind granian, as `citytandem web` starts it."""
    with serving_at(application, ready=ready, port=free_port(), workers=workers) as base:
        yield base


@contextmanager
def serving_at(application: str, *, ready: str, port: int, workers: int = 1) -> Iterator[str]:
    """As `serving`, at a port that is known before."""
    code = (
        "from granian import Granian; from granian.constants import Interfaces;"
        f"Granian({application!r}, address='127.0.0.1', port={port}, interface=Interfaces.WSGI, workers={workers}, blocking_threads=4,"
        " backpressure=64, websockets=False, log_access=False).serve()"
    )
    environment = {**os.environ, "PYTHONPATH": f"{HERE}:{HERE.parent / 'src'}"}
    server = subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    try:
        base = f"http://127.0.0.1:{port}"
        for _ in range(300):
            try:
                urllib.request.urlopen(base + ready, timeout=5).read()  # noqa: S310 - our own address
                break
            except OSError:
                time.sleep(0.1)
        yield base
    finally:
        server.terminate()
        server.wait(timeout=20)


def requests_per_second(url: str, *, seconds: int = 4, connections: int = 16) -> float:
    """wrk's figure, after a short warm-up; raises if anything but 2xx came back."""
    if shutil.which("wrk") is None:
        sys.exit("wrk is missing: apt-get install wrk")
    for duration in (1, seconds):
        done = subprocess.run(
            [
                "wrk",
                "-t1",
                f"-c{connections}",
                f"-d{duration}s",
                "-H",
                "Accept-Encoding: br",
                "-H",
                "Accept-Language: de",
                url,
            ],
            capture_output=True,
            text=True,
            check=True,
        )
    if "Non-2xx" in done.stdout:
        raise RuntimeError(done.stdout)
    found = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    assert found is not None
    return float(found.group(1))

"""Both nodes of `run --demo tandem` from outside: for figures, and for tests that look at them with a browser."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from citytandem.core.ports import free_ports

SOURCE = Path(__file__).resolve().parents[1] / "src"
SECONDS_TO_START = 2400.0
_LEFT_OUT = {"DATABASE_URL", "DJANGO_SETTINGS_MODULE", "CITYTANDEM_ADDRESS", "CITYTANDEM_DATA"}


@contextmanager
def tandem(settings: Mapping[str, str] | None = None) -> Iterator[tuple[int, Path]]:
    """Krefeld and Sofia, paired and exchanged; the port of the first (the second has the next), and where its data lie."""
    folder = Path(tempfile.mkdtemp(prefix="citytandem-tandem-")).resolve()
    folder.chmod(0o755)
    port = free_ports(2)[0]
    kept = {name: value for name, value in os.environ.items() if name not in _LEFT_OUT}
    command = [
        sys.executable,
        "-m",
        "citytandem",
        "run",
        "--demo",
        "tandem",
        "--port",
        str(port),
        "--data",
        str(folder),
    ]
    output = folder / "terminal.txt"
    with output.open("wb") as terminal:
        process = subprocess.Popen(
            command,
            stdout=terminal,
            stderr=terminal,
            env=kept | {"PYTHONPATH": str(SOURCE)} | dict(settings or {}),
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + SECONDS_TO_START
        while "Ctrl+C stops both" not in (told := output.read_text(errors="replace")):
            assert process.poll() is None, told
            assert time.monotonic() < deadline, told
            time.sleep(0.5)
        assert "They are partners" in told, told
        yield port, folder / "tandem" / "krefeld"
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(120)
        shutil.rmtree(folder, ignore_errors=True)

"""Benchmarks make a server of their own in the folder for temporary files, and leave nothing there."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = "from benchmarks.scratch import node\nwith node() as url: print('ready', url)"


@pytest.mark.slow
def test_a_benchmark_leaves_no_folder_behind() -> None:
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE", "DJANGO"))}
        environment |= {"TMPDIR": place}
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=True,
        )
        assert "ready postgresql://" in done.stdout
        assert [path.name for path in Path(place).glob("citytandem-bench-*")] == []

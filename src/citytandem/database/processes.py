"""Recognise a process again.

A pid alone is not enough: the system gives pids out anew, after a reboot or in a restarted
container even quickly. Start time and command line together tell one process from the next.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
HAS_PROC = (PROC / "self" / "stat").exists()


@dataclass(frozen=True)
class ProcessMark:
    """What makes a process recognisable."""

    pid: int
    started: str
    command: str


def mark_of(pid: int) -> ProcessMark | None:
    """The mark of a living process; None if there is none, or only a zombie."""
    if pid <= 0:
        return None
    return _mark_from_proc(pid) if HAS_PROC else _mark_from_ps(pid)


def is_alive(mark: ProcessMark) -> bool:
    """Whether exactly this process, not another one with its pid, still lives."""
    return mark_of(mark.pid) == mark


def wait_until(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Poll until the condition holds; False when the time is up."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def send(mark: ProcessMark, signum: signal.Signals, *, group: bool = False) -> None:
    """Signal the process, or its whole group; nothing happens if it has gone."""
    if not is_alive(mark):
        return
    try:
        if group:
            os.killpg(mark.pid, signum)
        else:
            os.kill(mark.pid, signum)
    except ProcessLookupError:
        pass


def pids_with_environment(entry: str) -> list[int]:
    """Pids of the processes that were started with `NAME=value` (Linux; elsewhere none)."""
    if not HAS_PROC:
        return []
    wanted = entry.encode()
    return [
        int(folder.name)
        for folder in PROC.iterdir()
        if folder.name.isdigit() and wanted in _content(folder / "environ").split(b"\0")
    ]


def _mark_from_proc(pid: int) -> ProcessMark | None:
    stat = _content(PROC / str(pid) / "stat")
    # The name stands in brackets and may hold spaces and brackets itself.
    fields = stat.rpartition(b")")[2].split()
    if len(fields) < 20 or fields[0] in (b"Z", b"X"):
        return None
    command = _content(PROC / str(pid) / "cmdline").rstrip(b"\0").replace(b"\0", b" ")
    # Start times count from boot, so the boot belongs to the mark.
    started = f"{_boot()}:{fields[19].decode()}"
    return ProcessMark(pid, started, command.decode(errors="replace"))


def _mark_from_ps(pid: int) -> ProcessMark | None:
    shown = subprocess.run(
        ["ps", "-o", "stat=,lstart=,command=", "-p", str(pid)],
        capture_output=True,
        text=True,
        errors="replace",
        env={**os.environ, "LC_ALL": "C"},
        check=False,
    ).stdout.split(maxsplit=6)
    if len(shown) < 7 or shown[0].startswith("Z"):
        return None
    return ProcessMark(pid, " ".join(shown[1:6]), shown[6].strip())


def _boot() -> str:
    return _content(PROC / "sys" / "kernel" / "random" / "boot_id").decode().strip()


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # the process ended meanwhile, or belongs to somebody else
        return b""

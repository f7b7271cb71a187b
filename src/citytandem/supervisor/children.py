"""A child process of the node: started, watched, restarted, ended with its whole group."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from citytandem.database.processes import ProcessMark, mark_of, wait_until
from citytandem.supervisor.logs import Log
from citytandem.supervisor.terminal import say

MOST_RESTARTS = 5
RESTART_WINDOW = 60.0
SECONDS_FOR_STRAYS = 5.0

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


class Child:
    """One process in a session of its own, so that Ctrl+C reaches it through us only."""

    def __init__(
        self,
        name: str,
        *,
        command: Sequence[str],
        environment: Mapping[str, str],
        log: Log,
        first_pause: float,
        seconds_to_end: float,
        why_it_cannot_run: Callable[[], str] = str,
    ) -> None:
        self.name = name
        self.command = command
        self.environment = environment
        self.log = log
        self._first_pause = first_pause
        self._seconds_to_end = seconds_to_end
        self._why_it_cannot_run = why_it_cannot_run
        self._process: subprocess.Popen[bytes] | None = None
        self._restarts: deque[float] = deque()
        self._start_at = 0.0

    @property
    def mark(self) -> ProcessMark | None:
        """How to recognise the process; None while there is none."""
        return mark_of(self._process.pid) if self._process else None

    def start(self) -> None:
        """Start the process. On Linux the kernel ends it when we die, even by kill -9."""
        with self.log.open_for_child() as log:
            self._process = subprocess.Popen(
                self.command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_end_with_parent(os.getpid()),  # noqa: PLW1509 - no threads run here
            )

    def tend(self) -> bool:
        """Restart the process if it has died. False when it died too often."""
        if self._process is None:
            if time.monotonic() >= self._start_at:
                self.start()
            return True
        code = self._process.poll()
        if code is None:
            return True
        self._kill_group()
        self._process = None
        reason = self._why_it_cannot_run() or f"Its last lines:\n{self.log.tail()}"
        say(f"The {self.name} process ended by itself ({_reason(code)}). {reason}")
        return self._plan_restart()

    def ask_to_end(self) -> None:
        """TERM for the process and its group."""
        self._signal_group(signal.SIGTERM)

    def make_end(self) -> None:
        """Give it a little time, then KILL what is left of the group."""
        if self._process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(self._seconds_to_end)
        self._kill_group()
        self._process.wait()

    def show_errors(self) -> None:
        """Bring the errors in its log to the terminal."""
        for line in self.log.new_errors():
            say(f"[{self.name}] {line}")

    def _plan_restart(self) -> bool:
        now = time.monotonic()
        while self._restarts and self._restarts[0] < now - RESTART_WINDOW:
            self._restarts.popleft()
        if len(self._restarts) >= MOST_RESTARTS:
            say(f"The {self.name} process died {MOST_RESTARTS + 1} times within a minute: giving up.")
            return False
        self._start_at = now + self._first_pause * 2 ** len(self._restarts)
        self._restarts.append(now)
        return True

    def _kill_group(self) -> None:
        self._signal_group(signal.SIGKILL)

    def _signal_group(self, signum: signal.Signals) -> None:
        # The leader may be gone already; its pid names the group as long as members live.
        if self._process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signum)


def end_all(children: Sequence[Child], *, strays: Callable[[], list[ProcessMark]]) -> None:
    """End all children together, and what they may have started outside their groups."""
    for child in children:
        child.ask_to_end()
    for child in children:
        child.make_end()
    for mark in strays():
        with suppress(ProcessLookupError):
            os.kill(mark.pid, signal.SIGKILL)
    wait_until(lambda: not strays(), seconds=SECONDS_FOR_STRAYS)


def _end_with_parent(parent: int) -> Callable[[], None]:
    def in_child() -> None:
        if _libc is not None:
            _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)

    return in_child


def _reason(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"

"""How far long work has come: silent for two seconds, then a bar on a terminal, or a line now and then elsewhere.

Written to stderr, so that stdout stays what a program asked for. Pure: no Django.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

SECONDS_UNTIL_SHOWN = 2.0
SECONDS_BETWEEN_LINES = 5.0
SECONDS_BETWEEN_FRAMES = 0.2
BAR_WIDTH = 24

Advance = Callable[[int], None]


class Progress:
    """Shows one step at a time; a step inside another takes its place until it is done."""

    # Steps under way in this process, innermost last: only that one writes, whoever started the others.
    _under_way: list[_Step] = []
    _lock = threading.Lock()

    def __init__(
        self,
        *,
        stream: TextIO | None = None,
        shown_after: float = SECONDS_UNTIL_SHOWN,
        line_every: float = SECONDS_BETWEEN_LINES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream = stream
        self._shown_after = shown_after
        self._line_every = line_every
        self._clock = clock

    @contextmanager
    def step(self, what: str, *, total: int | None = None) -> Iterator[Advance]:
        """Work under a name. Call what you get with how many of `total` are done now; without `total` time is shown."""
        step = _Step(what, total=total, began=self._clock(), clock=self._clock)
        done = threading.Event()
        thread = threading.Thread(target=self._watch, args=(step, done), daemon=True)
        with Progress._lock:
            Progress._under_way.append(step)
        thread.start()
        try:
            yield step.advance
        finally:
            done.set()
            thread.join()
            with Progress._lock:
                Progress._under_way.remove(step)
            if step.seconds >= self._shown_after:
                self._write(step.finished(), ends_line=True)

    def _watch(self, step: _Step, done: threading.Event) -> None:
        wait = self._shown_after
        while not done.wait(wait):
            wait = SECONDS_BETWEEN_FRAMES if self._is_terminal() else self._line_every
            with Progress._lock:
                is_innermost = Progress._under_way[-1:] == [step]
            if is_innermost:
                self._write(step.bar() if self._is_terminal() else step.line(), ends_line=not self._is_terminal())

    def _write(self, text: str, *, ends_line: bool) -> None:
        stream = self._stream or sys.stderr
        # "\r" and "clear to the end of the line": what the last frame left must not shine through.
        start = "\r\x1b[K" if self._is_terminal() else ""
        # A closed terminal or pipe must not stop the work.
        with suppress(OSError, ValueError):
            encoding = getattr(stream, "encoding", None) or "utf-8"
            whole = f"{start}{text}" + ("\n" if ends_line else "")
            stream.write(whole.encode(encoding, errors="replace").decode(encoding))
            stream.flush()

    def _is_terminal(self) -> bool:
        with suppress(ValueError, AttributeError):
            return (self._stream or sys.stderr).isatty()
        return False


class _Step:
    def __init__(self, what: str, *, total: int | None, began: float, clock: Callable[[], float]) -> None:
        self.what = what
        self.total = total
        self.done = 0
        self._began = began
        self._clock = clock

    @property
    def seconds(self) -> float:
        return self._clock() - self._began

    def advance(self, count: int = 1) -> None:
        self.done += count

    @property
    def share(self) -> float | None:
        """Between 0 and 1; None where nobody said how much there is to do."""
        return min(1.0, self.done / self.total) if self.total else None

    @property
    def left(self) -> str:
        """` - about 12 s left`, once there is something to go by."""
        if not self.share:
            return ""
        return f" - about {self.seconds * (1 - self.share) / self.share:.0f} s left"

    def bar(self) -> str:
        if self.share is None:
            return f"{'|/-+'[int(self.seconds * 5) % 4]} {self.what} … {self.seconds:.0f} s"
        filled = round(self.share * BAR_WIDTH)
        return f"{self.what} [{'#' * filled}{'.' * (BAR_WIDTH - filled)}] {self.share:.0%}{self.left}"

    def line(self) -> str:
        if self.share is None:
            return f"{self.what} … {self.seconds:.0f} s"
        return f"{self.what} … {self.share:.0%}{self.left}"

    def finished(self) -> str:
        return f"{self.what}: {self.seconds:.0f} s"


def quiet() -> Progress:
    """Shows nothing: for tests, and for callers that have something of their own to show."""
    return Progress(shown_after=float(threading.TIMEOUT_MAX))

"""Talk to whoever started the node, if the terminal is still there."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

SECONDS_UNTIL_PROGRESS = 2.0
SECONDS_BETWEEN_LINES = 5.0


def say(line: str, *, end: str = "\n") -> None:
    """Print a line. A closed terminal or pipe must not keep the node from ending in order."""
    with suppress(OSError, ValueError):
        encoding = sys.stdout.encoding or "ascii"
        sys.stdout.write(f"{line}{end}".encode(encoding, errors="replace").decode(encoding))
        sys.stdout.flush()


@contextmanager
def progress(what: str) -> Iterator[None]:
    """Say what is being done and for how long, if it takes longer than two seconds."""
    done = threading.Event()
    began = time.monotonic()
    thread = threading.Thread(target=_tick, args=(what, done, began), daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        elapsed = time.monotonic() - began
        if elapsed >= SECONDS_UNTIL_PROGRESS:
            say(f"{_line_start()}{what}: {elapsed:.0f} s   ")


def _tick(what: str, done: threading.Event, began: float) -> None:
    wait = SECONDS_UNTIL_PROGRESS
    while not done.wait(wait):
        elapsed = time.monotonic() - began
        if _on_terminal():
            wait = 0.2
            say(f"\r{'|/-+'[int(elapsed * 5) % 4]} {what} … {elapsed:.0f} s ", end="")
        else:
            wait = SECONDS_BETWEEN_LINES
            say(f"{what} … {elapsed:.0f} s")


def _line_start() -> str:
    return "\r" if _on_terminal() else ""


def _on_terminal() -> bool:
    with suppress(ValueError):
        return sys.stdout.isatty()
    return False

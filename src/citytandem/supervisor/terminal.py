"""Talk to whoever started the node, if the terminal is still there."""

import sys
from contextlib import AbstractContextManager, suppress

from citytandem.progress import Advance, Progress


def say(line: str, *, end: str = "\n") -> None:
    """Print a line. A closed terminal or pipe must not keep the node from ending in order."""
    with suppress(OSError, ValueError):
        encoding = sys.stdout.encoding or "ascii"
        sys.stdout.write(f"{line}{end}".encode(encoding, errors="replace").decode(encoding))
        sys.stdout.flush()


def progress(what: str) -> AbstractContextManager[Advance]:
    """Say what is being done and for how long, if it takes longer than two seconds."""
    return Progress().step(what)

"""File locks that the system itself releases when their holder dies, even by kill -9."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the file alone; waits for others to let go."""
    with opened(path) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


@contextmanager
def opened(path: Path) -> Iterator[int]:
    """A descriptor to lock on. Closing it frees the lock; child programs do not inherit it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def share(descriptor: int) -> None:
    """Hold together with others; waits while somebody holds alone."""
    fcntl.flock(descriptor, fcntl.LOCK_SH)


def try_alone(descriptor: int) -> bool:
    """Take or upgrade to the exclusive lock if nobody else holds any."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

"""Whether time grows with the length of a text and no faster, without a limit that a slow machine would break."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

# Below this nothing can be told from noise.
_NOISE = 0.004


def grows_in_line(run: Callable[[str], object], unit: str, *, length: int = 5_000, times: int = 4) -> bool:
    """Whether a text `times` as long takes less than 2.2 x `times` as long: a square would take `times` squared."""
    short, long = ((unit * (size // len(unit) + 1))[:size] for size in (length, length * times))
    run(short)
    return _seconds(run, long) <= 2.2 * times * max(_seconds(run, short), _NOISE)


def _seconds(run: Callable[[str], object], text: str) -> float:
    gc.disable()
    try:
        return min(_once(run, text) for _ in range(3))
    finally:
        gc.enable()


def _once(run: Callable[[str], object], text: str) -> float:
    start = time.process_time()
    run(text)
    return time.process_time() - start

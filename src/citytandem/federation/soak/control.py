"""The file by which the harness tells its nodes what goes on: the phase, how much is lost, who is cut off from whom."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

Phase = Literal["rough", "quiet", "adding", "withdrawing", "over"]
# What each node does once more when all is at rest, one after the other: so that however slow the machine is, something of
# every kind has been published, and something has been withdrawn that the others had.
LAST: tuple[Phase, ...] = ("adding", "withdrawing")


@dataclass(frozen=True, slots=True)
class Control:
    """`loss`: share of requests, and of answers, that are lost. `sides`: port -> side; who is on another side is away.

    `is_changing`: from now on administrators do what they have to do (`changes`).
    """

    phase: Phase = "rough"
    loss: float = 0.0
    sides: Mapping[str, int] = field(default_factory=dict)
    is_changing: bool = False

    def is_cut(self, one: int, other: int) -> bool:
        """Whether two ports cannot reach each other now."""
        return self.sides.get(str(one), 0) != self.sides.get(str(other), 0)


def write(path: Path, control: Control) -> None:
    """Replace it at once: a reader sees the old or the new one, never half of it."""
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(asdict(control)), encoding="utf-8")
    fresh.replace(path)


def round_done(folder: Path, number: int, count: int) -> None:
    """A node has asked the clock what is due, and has done all of it, for the `count`th time since it started."""
    fresh = folder / f"round-{number}.new"
    fresh.write_text(str(count), encoding="utf-8")
    fresh.replace(folder / f"round-{number}")


def rounds_of(folder: Path, number: int) -> int:
    """How many rounds a node has done since it was started last."""
    try:
        return int((folder / f"round-{number}").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return 0


def read(path: Path) -> Control:
    """What holds now; where the harness has gone, it is over."""
    try:
        return Control(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return Control(phase="over")

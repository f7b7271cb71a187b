"""What a command tells of itself."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


def _no_options(_parser: argparse.ArgumentParser) -> None:
    """For commands without options of their own."""


@dataclass(frozen=True, slots=True)
class Command:
    """A verb. `needs`: nothing, a migrated `database`, or a `node` with content (the demo is loaded if it is empty)."""

    name: str
    summary: str
    example: str
    run: Callable[[argparse.Namespace], int]
    needs: Literal["nothing", "database", "node"] = "nothing"
    configure: Callable[[argparse.ArgumentParser], None] = _no_options

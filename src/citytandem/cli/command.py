"""What a command tells of itself."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


def _no_options(_parser: argparse.ArgumentParser) -> None:
    """For commands without options of their own."""


def _never(_options: argparse.Namespace) -> bool:
    """Commands need what they say they need."""
    return False


@dataclass(frozen=True, slots=True)
class Command:
    """A verb. `needs`: nothing, a migrated `database`, that of an `existing` node (a mistyped folder must not make a new
    one), or a `node` with content (the demo is loaded if it is empty).

    `alone`: with which options it needs nothing all the same.
    """

    name: str
    summary: str
    example: str
    run: Callable[[argparse.Namespace], int]
    needs: Literal["nothing", "database", "existing", "node"] = "nothing"
    configure: Callable[[argparse.ArgumentParser], None] = _no_options
    alone: Callable[[argparse.Namespace], bool] = _never

"""Runs `preparing` where it can do no harm: a process with little memory, little time and nothing of ours around it. Pure."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from citytandem.files.limits import LIMITS, Limits
from citytandem.files.refusals import Reason, Refused

# Where the package lies; the process gets none of our own environment, which holds keys.
_SOURCE = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Prepared:
    """What may be shown. `variants` are files that last as long as the `with`."""

    media_type: str
    width: int | None
    height: int | None
    variants: dict[str, Path]


@contextmanager
def prepared(content: bytes, *, limits: Limits = LIMITS) -> Iterator[Prepared]:
    """Decode, unpack and rewrite an upload. Raises Refused, also where that takes too much memory or time."""
    with tempfile.TemporaryDirectory(prefix="citytandem-file-") as name:
        folder = Path(name)
        (folder / "raw").write_bytes(content)
        told = _run(folder, limits)
        if "refused" in told:
            raise Refused(Reason(told["refused"]))
        variants = {variant: folder / variant for variant in told["variants"]}
        yield Prepared(told["media_type"], told["width"], told["height"], variants)


def _run(folder: Path, limits: Limits) -> dict[str, Any]:
    bounds = [str(limits.memory), str(limits.processor_seconds)]
    command = [sys.executable, "-s", "-m", "citytandem.files.preparing", str(folder), *bounds]
    around = {"PATH": os.defpath, "PYTHONPATH": str(_SOURCE), "OMP_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"}
    try:
        done = subprocess.run(
            command, env=around, cwd=folder, capture_output=True, timeout=limits.seconds, stdin=subprocess.DEVNULL,
            check=False, start_new_session=True,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise Refused(Reason.DEMANDING) from error
    if done.returncode != 0:
        # Killed for its time or its memory, or a decoder that fell over: in either case this file is not for us.
        raise Refused(Reason.DEMANDING if done.returncode < 0 or b"MemoryError" in done.stderr else Reason.BROKEN)
    told: dict[str, Any] = json.loads(done.stdout)
    return told

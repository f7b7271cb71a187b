"""Twenty nodes with losses, kills and cuts for ten minutes: what is missing or there twice afterwards.

Takes a quarter of an hour. `SOAK_NODES` and `SOAK_MINUTES` make it smaller.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).resolve().parents[1] / "src"
NODES, MINUTES = os.environ.get("SOAK_NODES", "20"), os.environ.get("SOAK_MINUTES", "10")
_LEFT_OUT = {"DATABASE_URL", "DJANGO_SETTINGS_MODULE", "CITYTANDEM_ADDRESS", "CITYTANDEM_DATA"}


def soaked() -> dict[str, Any]:
    """What the command prints. It ends with 1 where something is missing, and prints it all the same."""
    environment = {name: value for name, value in os.environ.items() if name not in _LEFT_OUT}
    done = subprocess.run(
        [
            *(sys.executable, "-m", "citytandem", "federation", "soak"),
            *("--nodes", NODES, "--minutes", MINUTES, "--json"),
        ],
        env=environment | {"PYTHONPATH": str(SOURCE)}, stdout=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def rows_of(found: dict[str, Any]) -> list[dict[str, Any]]:
    """One row for the table."""
    wrong = found["missing"] + found["duplicates"] + (not found["chain_valid"])
    return [
        {
            "what": f"{found['nodes']} nodes, {MINUTES} minutes of losses, kills and cuts, until all is quiet:"
            f" {found['published']:,} versions published",
            "ours": f"missing {found['missing']}, there and must not be {found['duplicates']},"
            f" chain {'valid' if found['chain_valid'] else 'broken'}; {found['seconds']:.0f} s",
            "peer": "0, 0, valid",
            "ratio": None if wrong else 1.0,
        }
    ]


if __name__ == "__main__":
    print(json.dumps(rows_of(soaked()), ensure_ascii=False))

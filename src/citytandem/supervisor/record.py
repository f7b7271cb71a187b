"""`<data>/run/node.json`: which processes make up the running node.

It outlives a kill -9 of the supervisor, so that `stop` and the next `run` find what was left.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from citytandem.database.processes import ProcessMark

TOKEN_VARIABLE = "CITYTANDEM_NODE"  # noqa: S105 - a name, no secret


@dataclass(frozen=True)
class NodeRecord:
    """The supervisor and its children. `token` stands in the environment of each child."""

    supervisor: ProcessMark
    address: str
    port: int
    data: str
    token: str
    children: dict[str, ProcessMark] = field(default_factory=dict)


def path_of(data: Path) -> Path:
    """Where the record of this data folder lies."""
    return data / "run" / "node.json"


def write(data: Path, record: NodeRecord) -> None:
    """Replace the record at once: a reader sees the old or the new one, never half of it."""
    fresh = path_of(data).with_suffix(".json.new")
    fresh.write_text(json.dumps(asdict(record), indent=1), encoding="utf-8")
    fresh.replace(path_of(data))


def read(data: Path) -> NodeRecord | None:
    """The record, if there is one that can be understood."""
    try:
        found = json.loads(path_of(data).read_text(encoding="utf-8"))
        marks = {name: ProcessMark(**mark) for name, mark in found.pop("children").items()}
        supervisor = ProcessMark(**found.pop("supervisor"))
        return NodeRecord(**found, supervisor=supervisor, children=marks)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def remove(data: Path) -> None:
    """Forget the node: it has ended in order."""
    path_of(data).unlink(missing_ok=True)

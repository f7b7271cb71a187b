"""`citytandem index`: the search index: its state, building it anew, computing vectors."""

from __future__ import annotations

import argparse

from citytandem.cli import show
from citytandem.cli.command import Command


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("state", "rebuild", "embed"), nargs="?", default="state")


def _run(options: argparse.Namespace) -> int:
    from citytandem.progress import Progress
    from citytandem.search import registry, services
    from citytandem.search.selectors import index_state

    if options.action == "rebuild":
        for kind in registry.kinds():
            ids = list(registry.findable(kind).all_ids())
            for start in range(0, len(ids), 500):
                services.index_things(kind, ids[start : start + 500])
    if options.action in {"rebuild", "embed"}:
        waiting = index_state()["waiting"]
        with Progress().step("computing vectors", total=waiting) as advance:
            services.embed_waiting(progress=advance)
        services.refresh_space()
    state = index_state()
    kinds = ", ".join(f"{kind} {count}" for kind, count in state["by_kind"].items())
    show(options, state, [f"{name:14}{kinds if name == 'by_kind' else value}" for name, value in state.items()])
    return 0 if state["waiting"] == 0 else 1


COMMAND = Command(
    name="index",
    summary="State of the search index (one entry per language version); build it anew; compute missing vectors.",
    example="citytandem index rebuild",
    needs="database",
    configure=_configure,
    run=_run,
)

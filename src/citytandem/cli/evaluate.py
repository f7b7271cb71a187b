"""`citytandem evaluate match FILE.tsv`: how good the real matcher is on problem-solution pairs."""

from __future__ import annotations

import argparse
from pathlib import Path

from citytandem.cli import WrongUse, show
from citytandem.cli.command import Command


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("match",))
    parser.add_argument(
        "file", type=Path, help="TSV with columns id, topic, lang_problem, problem, lang_solution, solution"
    )


def _run(options: argparse.Namespace) -> int:
    from citytandem.streams.evaluation import BadFile, evaluate, read_pairs

    try:
        pairs = read_pairs(options.file)
    except BadFile as error:
        raise WrongUse(str(error)) from error
    result = evaluate(pairs)
    lines = [f"{'':8}{'n':>6}{'@1':>8}{'@5':>8}{'@10':>8}{'mrr':>8}", _line("all", result)]
    lines += [_line(language, values) for language, values in result["by_language"].items()]
    show(options, result, lines)
    return 0


def _line(name: str, values: dict[str, float]) -> str:
    shares = "".join(f"{values[key]:8.3f}" for key in ("recall@1", "recall@5", "recall@10", "mrr"))
    return f"{name:8}{values['n']:6}{shares}"


COMMAND = Command(
    name="evaluate",
    summary="Measure the matcher on a file of pairs, on a throw-away index beside the real one.",
    example="citytandem evaluate match pairs.tsv --json",
    needs="database",
    configure=_configure,
    run=_run,
)

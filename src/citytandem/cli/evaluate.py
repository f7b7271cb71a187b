"""`citytandem evaluate match FILE.tsv` and `evaluate twinnings`: how good the matcher and the partner model are."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from citytandem.cli import WrongUse, show
from citytandem.cli.command import Command

TABLES = ("train", "test", "nodes")


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("match", "twinnings"))
    parser.add_argument(
        "file",
        type=Path,
        nargs="?",
        help="for match: TSV with columns id, topic, lang_problem, problem, lang_solution, solution",
    )
    parser.add_argument("--train", type=Path, help="for twinnings: known ones, TSV with columns qid_a, qid_b")
    parser.add_argument("--test", type=Path, help="for twinnings: hidden ones, of the same form")
    parser.add_argument(
        "--nodes", type=Path, help="for twinnings: places, TSV with columns qid, name, country, lat, lon, population"
    )


def _run(options: argparse.Namespace) -> int:
    given = [name for name in TABLES if getattr(options, name) is not None]
    if options.what == "twinnings":
        return _twinnings(options, given)
    if given:
        raise WrongUse(f"--{given[0]} is for `evaluate twinnings`")
    if options.file is None:
        raise WrongUse("`evaluate match` needs a file of pairs")
    return _match(options)


def _match(options: argparse.Namespace) -> int:
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


def _twinnings(options: argparse.Namespace, given: list[str]) -> int:
    missing = [f"--{name}" for name in TABLES if name not in given]
    if missing or options.file is not None:
        raise WrongUse(
            f"`evaluate twinnings` needs {', '.join(missing)}" if missing else f"{options.file} has no place here"
        )
    from citytandem.partnerships.continent import COUNTRIES
    from citytandem.partnerships.twinnings.evaluation import evaluate, trial_of
    from citytandem.partnerships.twinnings.records import BadFile, read_links, read_places

    try:
        places = read_places(options.nodes, countries=COUNTRIES)
        trial = trial_of(places.kept, read_links(options.train), read_links(options.test))
        result = evaluate(trial)
    except (BadFile, ValueError) as error:
        raise WrongUse(str(error)) from error
    for reason, count in trial.unasked.items():
        if count:
            print(f"{count} twinnings of the test file are not asked for: {reason.replace('_', ' ')}", file=sys.stderr)
    show(options, result, _twinning_lines(result))
    return 0


def _twinning_lines(result: dict[str, Any]) -> list[str]:
    keys = ("mrr", "hit@10", "hit@50", "hit@200")
    rows = {
        "all": result,
        "all, per link": result["per_link"],
        "cold start": result["cold_start"],
        "cold start, per link": result["cold_start"]["per_link"],
    }
    head = f"{'':22}" + "".join(f"{key:>9}" for key in keys)
    return [head, *(f"{name:22}" + "".join(f"{row[key]:9.3f}" for key in keys) for name, row in rows.items())]


COMMAND = Command(
    name="evaluate",
    summary="Measure the matcher on pairs, on a throw-away index; or the partner model on hidden twinnings.",
    example="citytandem evaluate match pairs.tsv --json",
    needs="database",
    configure=_configure,
    run=_run,
    alone=lambda options: options.what == "twinnings",
)

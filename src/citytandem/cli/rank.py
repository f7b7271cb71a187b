"""`citytandem rank`: rank any table by weighted criteria, and say how sure the ranking is."""

from __future__ import annotations

import argparse
import math
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from citytandem.cli import WrongUse
from citytandem.cli.command import Command

_MOST_DRAWS = 10_000_000


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", help="CSV: proposal, perhaps assessor, and a column per criterion; empty: not scored")
    parser.add_argument("--criteria", required=True, help="YAML: a list of {name, weight, direction, low, high}")
    parser.add_argument("--method", choices=("wsm", "topsis", "promethee2"), default="wsm", help="default: wsm")
    parser.add_argument("--smaa", type=_draws, default=0, help="how many weightings to try (default: none)")
    parser.add_argument("--seed", type=_seed, default=1, help="of the weightings; the same seed, the same answer")


def _draws(value: str) -> int:
    if not value.isascii() or not value.isdigit() or not 0 <= int(value) <= _MOST_DRAWS:
        raise argparse.ArgumentTypeError(f"{value!r} is no number from 0 to {_MOST_DRAWS:,}")
    return int(value)


def _seed(value: str) -> int:
    if not value.isascii() or not value.isdigit():
        raise argparse.ArgumentTypeError(f"{value!r} is no whole number from 0 on")
    return int(value)


def _run(options: argparse.Namespace) -> int:
    began = time.perf_counter()
    from citytandem.challenges.ranking.criteria import BadScores
    from citytandem.challenges.ranking.reading import read_criteria, read_scores
    from citytandem.challenges.ranking.report import missing_in, rank

    try:
        criteria = read_criteria(_text(options.criteria))
        scores = read_scores(_text(options.file), criteria)
        found = rank(scores, method=options.method, draws=options.smaa, seed=options.seed, with_severities=False)
    except BadScores as error:
        raise WrongUse(_told(error)) from error
    total = sum(criterion.weight for criterion in criteria)
    if abs(total - 1) > 1e-9:
        shares = ", ".join(f"{one.name} {share:.3f}" for one, share in zip(criteria, found.weights, strict=True))
        print(f"citytandem: the weights sum to {total:g}; made to sum to 1: {shares}", file=sys.stderr)
    names = scores.proposals
    for number in missing_in(scores):
        told = [one.name for one, mean in zip(criteria, scores.means()[number], strict=True) if math.isnan(mean)]
        print(f"citytandem: {names[number]} has no score for {', '.join(told)}", file=sys.stderr)
    value: dict[str, Any] = {
        "ranking": [{"proposal": names[number], "score": _number(found.scores[number])} for number in found.order],
        "acceptability": {}
        if found.acceptability is None
        else dict(zip(names, np.ascontiguousarray(found.acceptability), strict=True)),
        "alpha": {criterion.name: alpha for criterion, alpha in zip(criteria, found.alphas, strict=True)},
        "flip": None
        if found.flip is None
        else {"criterion": criteria[found.flip.criterion].name, "change": found.flip.change},
        "seconds": round(time.perf_counter() - began, 3),
    }
    if options.json:
        # Four million shares of two thousand proposals: written without making objects of them.
        print(orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY).decode())
    else:
        print("\n".join(_lines(value, challenger=names[found.flip.challenger] if found.flip else "")))
    return 0


def _text(name: str) -> str:
    try:
        return Path(name).read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise WrongUse(f"{name} is not UTF-8 text: byte {error.start + 1}") from error
    except OSError as error:
        raise WrongUse(f"{name} cannot be read: {error.strerror}") from error


def _number(score: float) -> float | None:
    return None if math.isnan(score) else float(score)


def _lines(value: dict[str, Any], *, challenger: str) -> list[str]:
    shares = value["acceptability"]
    lines = []
    place, before = 1, math.nan
    for number, row in enumerate(value["ranking"], 1):
        # Equal ones share their place, up to the way they were added up.
        if row["score"] is None or math.isnan(before) or before - row["score"] > 1e-12:
            place = number
        before = math.nan if row["score"] is None else row["score"]
        score = "     -" if row["score"] is None else f"{row['score']:6.3f}"
        first = f"  first in {shares[row['proposal']][0]:6.1%} of all weightings" if shares else ""
        lines.append(f"{place:4}  {score}  {row['proposal']}{first}")
    if value["flip"] is not None:
        way = "more" if value["flip"]["change"] > 0 else "less"
        points = abs(value["flip"]["change"]) * 100
        lines.append(f"{challenger} draws level if {value['flip']['criterion']} counts {points:.1f} points {way}")
    agreed = {name: alpha for name, alpha in value["alpha"].items() if alpha is not None}
    lines += [f"agreement on {name}: alpha {alpha:.2f}" for name, alpha in agreed.items()]
    return lines


_WORDS = {
    "criterion.name": "a criterion has no name",
    "criterion.number": "weight, low and high have to be numbers up to 1,000,000,000,000",
    "criterion.weight": "a weight cannot be below zero",
    "criterion.scale": "low has to be below high",
    "criterion.direction": "direction is max or min",
    "criterion.twice": "this criterion comes twice",
    "criterion.no_weight": "at least one weight has to be above zero",
    "criteria.yaml": "this is not YAML",
    "criteria.list": "the criteria have to be a list with at least one entry",
    "criteria.entry": "each criterion has to be {name, weight, direction, low, high}",
    "criteria.missing": "missing in a criterion",
    "criteria.unknown": "unknown in a criterion",
    "criteria.number": "this is no number",
    "criteria.value": "this has to be a single value",
    "criteria.long": "the criteria are longer than a million characters",
    "scores.csv": "this is not CSV",
    "scores.no_proposal": "there is no column “proposal”",
    "scores.column_twice": "a column comes twice",
    "scores.column_missing": "a criterion has no column",
    "scores.column_unknown": "a column is no criterion",
    "scores.cells": "the line has another number of cells than the header",
    "scores.no_name": "the proposal has no name",
    "scores.no_assessor": "the assessor has no name",
    "scores.twice": "this proposal was scored before by the same assessor",
    "scores.number": "this is no number",
    "scores.infinite": "this is no finite number",
    "scores.outside": "this is outside of the criterion's scale",
    "scores.none": "there are no scores",
    "scores.many": "there are more than a million lines, or 50 million assessors times proposals times criteria",
    "draws.proposals": "too many proposals to say how often each gets each rank; leave --smaa out",
}


def _told(error: Any) -> str:
    parts = [part for part in (error.where, _WORDS.get(error.code, error.code), error.told) if part]
    return ": ".join(parts)


COMMAND = Command(
    name="rank",
    summary="Rank a table of scores by weighted criteria, and say how sure the ranking is.",
    example="citytandem rank scores.csv --criteria criteria.yaml --smaa 100000 --json",
    configure=_configure,
    run=_run,
)

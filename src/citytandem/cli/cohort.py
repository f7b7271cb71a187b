"""`citytandem cohort`: match the applicants of a programme to tandems and tridems, and say why."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from citytandem.cli import WrongUse, show
from citytandem.cli.cohort_faults import WORDS
from citytandem.cli.command import Command

if TYPE_CHECKING:
    from citytandem.partnerships.cohort.applicants import Applicant, Fault
    from citytandem.partnerships.cohort.rules import Rules
    from citytandem.partnerships.cohort.scoring import Scores
    from citytandem.partnerships.cohort.solving import Solution
    from citytandem.partnerships.cohort.weights import Weights

_MOST_FAULTS_TOLD = 20
_MANY_TEXTS = 5_000


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", help="CSV: city,country,population,languages,themes,teaches,learns,partners,hours")
    parser.add_argument("--rules", help="YAML with the rules of the programme (default: never the same country)")
    parser.add_argument("--sizes", type=_sizes, help="of groups: 2, 3 or 2,3 (default)")
    parser.add_argument("--preset", help="weights: balanced (default), twinning, similar or learning")
    parser.add_argument("--weights", type=_weights, help="weights of your own: exchange=3,themes=2,tie=1")
    parser.add_argument("--method", choices=("auto", "milp", "matching", "brute"), default="auto", help="default: auto")
    parser.add_argument("--prices", choices=("auto", "none", "rules", "all"), default="auto", help="default: auto")
    parser.add_argument("--seed", type=_seed, default=0, help="draws the order that decides between equally good ones")
    parser.add_argument("--score-only", nargs=2, metavar=("A", "B"), help="the terms of these two cities, nothing else")
    parser.add_argument("--no-model", action="store_true", help="free texts have to be equal to count; starts at once")


def _sizes(value: str) -> tuple[int, ...]:
    found = {part.strip() for part in value.split(",")}
    if not found or not found <= {"2", "3"}:
        raise argparse.ArgumentTypeError(f"{value!r} is neither 2 nor 3 nor 2,3")
    return tuple(sorted(map(int, found)))


def _weights(value: str) -> dict[str, float]:
    found = {}
    for part in value.split(","):
        name, _equals, number = part.partition("=")
        try:
            found[name.strip()] = float(number)
        except ValueError as error:
            raise argparse.ArgumentTypeError(f"{part!r} is not TERM=NUMBER") from error
    return found


def _seed(value: str) -> int:
    if not value.isascii() or not value.isdigit() or len(value) > 18:
        raise argparse.ArgumentTypeError(f"{value!r} is no whole number from 0 on")
    return int(value)


def _run(options: argparse.Namespace) -> int:
    # One thread: more of them make matrices of this size slower on a machine that does something else as well.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from citytandem.partnerships.cohort.applicants import BadCohort
    from citytandem.partnerships.cohort.reading import read_applicants
    from citytandem.partnerships.cohort.scoring import score_cohort

    try:
        table = read_applicants(_content(options.file))
        _tell(table.faults)
        rules = _rules(options, table.applicants)
        scores = score_cohort(
            table.applicants, weights=_shares(options), embed=_model(options, table.applicants), seed=options.seed
        )
        if options.score_only:
            return _score_only(options, scores)
        return _matched(options, scores, rules, table.faults)
    except BadCohort as error:
        raise WrongUse("; ".join(_told(fault) for fault in error.faults[:_MOST_FAULTS_TOLD])) from error


def _content(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except (OSError, ValueError) as error:
        raise WrongUse(f"{name} cannot be read: {getattr(error, 'strerror', None) or error}") from error


def _rules(options: argparse.Namespace, applicants: Iterable[Applicant]) -> Rules:
    from citytandem.partnerships.cohort.rules import Rules
    from citytandem.partnerships.cohort.rules_file import read_rules

    rules = Rules()
    if options.rules:
        try:
            text = _content(options.rules).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise WrongUse(f"{options.rules} is not UTF-8 text: byte {error.start + 1}") from error
        rules = read_rules(text, [one.name for one in applicants])
    return replace(rules, sizes=options.sizes) if options.sizes else rules


def _shares(options: argparse.Namespace) -> Weights:
    from citytandem.partnerships.cohort.weights import DEFAULT_PRESET, Weights

    if options.weights and options.preset:
        raise WrongUse("give --weights or --preset, not both")
    return Weights.of(options.weights) if options.weights else Weights.preset(options.preset or DEFAULT_PRESET)


def _model(options: argparse.Namespace, applicants: tuple[Applicant, ...]) -> Any:
    """The language model, if there is anything that only meaning can compare."""
    from citytandem.partnerships.cohort.likeness import has_free_text, phrases_of

    if options.no_model or not has_free_text(applicants):
        return None
    if options.score_only:
        wanted = set(options.score_only)
        applicants = tuple(one for one in applicants if one.name in wanted) or applicants
    if len(phrases_of(applicants)) > _MANY_TEXTS:
        print("citytandem: many free texts: reading them takes a minute or more; --no-model leaves it", file=sys.stderr)
    from citytandem.partnerships.cohort_model import built_in

    return built_in


def _score_only(options: argparse.Namespace, scores: Scores) -> int:
    from citytandem.partnerships.cohort.explained import pair_reasons

    first, second = (scores.number(name) for name in options.score_only)
    if first == second:
        raise WrongUse(f"{options.score_only[0]} and {options.score_only[1]} are the same city")
    names = [scores.applicants[number].name for number in (first, second)]
    terms = pair_reasons(scores, *names)
    score = scores.score(first, second)
    value = {"pair": names, "score": score, "total": score, "terms": terms, "reasons": {"|".join(names): terms}}
    show(options, value, [f"{score:.4f}  {' + '.join(names)}", *_lines_of(terms)])
    return 0


def _matched(options: argparse.Namespace, scores: Scores, rules: Rules, faults: tuple[Fault, ...]) -> int:
    from citytandem.partnerships.cohort.explained import as_document
    from citytandem.partnerships.cohort.solving import solve

    solution = solve(scores, rules, method=options.method)
    document = as_document(solution, which_prices=options.prices)
    document["faults"] = [{"code": one.code, "where": one.where, "told": one.told} for one in faults]
    refusal = _refusal(solution)
    if refusal:
        document["error"] = refusal
    document["cpu_seconds"] = round(time.process_time(), 3)
    if options.json:
        print(json.dumps(document, ensure_ascii=False))
    else:
        print("\n".join(_lines(document)))
    if refusal:
        print(f"citytandem: {refusal}", file=sys.stderr)
    return 1 if refusal else 0


def _refusal(solution: Solution) -> str:
    """Why there are no groups, where rules are the reason."""
    if solution.contradiction is None:
        return "" if solution.state == "proven" else "no groups that keep the rules were found; some may exist"
    named = "; ".join(solution.contradiction.rules)
    if solution.state == "contradiction":
        return f"these rules contradict each other, and with any of them left out the others do not: {named}"
    return f"no groups that keep these rules were found; some may exist: {named}"


def _lines(document: dict[str, Any]) -> list[str]:
    lines = []
    for group in document["groups"]:
        lines.append(" + ".join(group))
        for pair, terms in document["reasons"].items():
            if set(pair.split("|")) <= set(group):
                lines += [f"  {pair.replace('|', ' + ')}: {sum(one['value'] for one in terms):.4f}", *_lines_of(terms)]
    lines.append(f"total {document['total']:.4f}, bound {document['bound']:.4f}, gap {document['gap']:.2%}")
    if document["unplaced"]:
        lines.append(f"without a group: {', '.join(document['unplaced'])}")
    lines += [
        f"price of {name}: {'-' if value is None else f'{value:.4f}'}" for name, value in document["prices"].items()
    ]
    lines.append(f"pairs that would rather be together: {document['blocking_pairs']['count']}")
    open_stages = [name for name, state in document["stages"].items() if state != "proven"]
    lines.append(f"not proven: {', '.join(open_stages)}" if open_stages else "all proven")
    lines.append(f"{document['cpu_seconds']:.2f} seconds of processor time")
    return lines


def _lines_of(terms: list[dict[str, Any]]) -> list[str]:
    return [f"    {one['value']:.4f}  {one['term']:9} {one['text']}" for one in terms if one["value"]]


def _tell(faults: tuple[Fault, ...]) -> None:
    for fault in faults[:_MOST_FAULTS_TOLD]:
        print(f"citytandem: {_told(fault)}", file=sys.stderr)
    if len(faults) > _MOST_FAULTS_TOLD:
        print(f"citytandem: and {len(faults) - _MOST_FAULTS_TOLD} more of these", file=sys.stderr)


def _told(fault: Fault) -> str:
    return ": ".join(part for part in (fault.where, WORDS.get(fault.code, fault.code), fault.told) if part)


COMMAND = Command(
    name="cohort",
    summary="Match the applicants of a programme to tandems and tridems, with reasons, bound and prices.",
    example="citytandem cohort applicants.csv --rules rules.yaml --sizes 2,3 --json",
    configure=_configure,
    run=_run,
)

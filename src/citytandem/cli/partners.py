"""`citytandem partners CITY`: the best partners of one city out of all that the node knows, with what speaks for each."""

from __future__ import annotations

import argparse

from citytandem.cli import show
from citytandem.cli.command import Command


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("city", help="short name of the city, as in its address: krefeld")
    parser.add_argument("--top", type=_positive, default=20, help="how many (1 to 100, default 20)")
    parser.add_argument("--country", default="", help="only of this country (ISO 3166, two letters)")
    parser.add_argument("--smallest", type=_people, default=0, help="only places with at least so many people")
    parser.add_argument("--largest", type=_people, default=0, help="only places with at most so many people")


def _positive(value: str) -> int:
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= 100:
        raise argparse.ArgumentTypeError(f"{value!r} is no number from 1 to 100")
    return int(value)


def _people(value: str) -> int:
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= 10**9:
        raise argparse.ArgumentTypeError(f"{value!r} is no number of people")
    return int(value)


def _run(options: argparse.Namespace) -> int:
    from citytandem.partnerships.best_partners import best_partners
    from citytandem.partnerships.schemas_partners import PartnerOut

    found = [
        PartnerOut.of(partner).model_dump(mode="json")
        for partner in best_partners(
            options.city,
            top=options.top,
            country=options.country,
            smallest=options.smallest,
            largest=options.largest,
        )
    ]
    lines = [
        f"{row['score']:7.2f}  {row['city']['name']} ({row['city']['country']})  "
        + "  ".join(f"{term} {value:+.2f}" for term, value in row["terms"].items())
        for row in found
    ]
    show(options, found, lines or ["no city fits"])
    return 0 if found else 1


COMMAND = Command(
    name="partners",
    summary="The best partners of one city out of all that the node knows, with what speaks for each.",
    example="citytandem partners krefeld --country NL --json",
    needs="node",
    configure=_configure,
    run=_run,
)

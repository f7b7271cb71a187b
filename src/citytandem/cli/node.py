"""`citytandem node`: which city runs this node."""

from __future__ import annotations

import argparse
import sys

from citytandem.cli import WrongUse, show
from citytandem.cli.command import Command
from citytandem.core.languages import LANGUAGES


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--home", metavar="CITY", help="short name of the home city (see /cities, or load places first)"
    )
    parser.add_argument("--name", help="name in the page head (default: that of the city)")
    parser.add_argument("--language", choices=LANGUAGES, help="language where a reader asks for none")


def _run(options: argparse.Namespace) -> int:
    from dataclasses import asdict

    from citytandem.core.node import node_set, this_node
    from citytandem.partnerships.contract import city_by_slug

    identity = this_node()
    if options.home:
        city = city_by_slug(options.home)
        if city is None:
            raise WrongUse(f"there is no city “{options.home}” here; `citytandem places` loads those of Europe")
        language = options.language or next((code for code in city.languages if code in LANGUAGES), "en")
        demo = identity.demo if city.slug == identity.home_slug else ""
        if identity.demo and not demo:
            print("The demo's sign-ins, whose passwords everybody knows, are off from now on.", file=sys.stderr)
        node_set(
            name=city.name if options.name is None else options.name,
            home_city=city.id,
            home_slug=city.slug,
            language=language,
            demo=demo,
        )
    elif not identity.home_slug and (options.name is not None or options.language):
        raise WrongUse("say which city: --home CITY")
    elif options.name is not None or options.language:
        node_set(
            name=identity.name if options.name is None else options.name,
            home_city=identity.home_city,
            home_slug=identity.home_slug,
            language=options.language or identity.language,
            demo=identity.demo,
        )
    told = asdict(this_node())
    show(options, told, [f"{name:12}{'-' if value is None else value}" for name, value in told.items()])
    return 0


COMMAND = Command(
    name="node",
    summary="Show or set which city runs this node.",
    example="citytandem node --home krefeld --language de",
    needs="database",
    configure=_configure,
    run=_run,
)

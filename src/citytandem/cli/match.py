"""`citytandem match`: what helps against a problem, in any of nine languages."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from citytandem.cli import WrongUse, show
from citytandem.cli.command import Command
from citytandem.core.languages import LANGUAGES


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", help="a problem (or with --kind solution: a solution) in any of the nine languages")
    parser.add_argument("--in", dest="reader", choices=LANGUAGES, default="en", help="language of the answer")
    parser.add_argument("--language", choices=LANGUAGES, default="", help="language of the text (default: found out)")
    parser.add_argument("--kind", choices=("problem", "solution"), default="problem", help="what the text tells of")
    parser.add_argument("--top", type=_positive, default=5, help="how many hits of each kind (1 to 50, default 5)")


def _positive(value: str) -> int:
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= 50:
        raise argparse.ArgumentTypeError(f"{value!r} is no number from 1 to 50")
    return int(value)


def _run(options: argparse.Namespace) -> int:
    from citytandem.streams import wording
    from citytandem.streams.contract import CityHit, Match, MatchHit
    from citytandem.streams.match import match, question_of_text

    if not options.text.strip():
        raise WrongUse("the text is empty")
    question = question_of_text(options.text, language=options.language, hint=options.reader, kind=options.kind)
    found: Match = match(question, reader=options.reader, top=options.top)

    def table(title: str, hits: Sequence[MatchHit | CityHit]) -> list[str]:
        from django.utils.translation import override

        lines = ["", title]
        for hit in hits:
            data = hit.as_json()
            place = f" - {data['city']} ({data['country']})" if isinstance(hit, MatchHit) and data["city"] else ""
            with override(options.reader):
                words = wording.likelihood(hit.score)
            lines.append(f"  {hit.score:4.2f}  {data['title']}{place}  [{words}]")
            lines += [f"          + {reason}" for reason in hit.reasons]
            lines += [f"          ~ {difference}" for difference in hit.differs]
        return lines if hits else [*lines, "  -"]

    from django.utils.translation import gettext, override

    with override(options.reader):
        headings = (gettext("Solutions"), gettext("Similar problems elsewhere"), gettext("Cities worth asking"))
        nothing = gettext("Nothing fits yet.")
    lines = [f"{found.query}  [{found.language}]"] + ([] if found.fits else [nothing])
    groups: tuple[Sequence[MatchHit | CityHit], ...] = (found.solutions, found.problems, found.cities)
    for title, hits in zip(headings, groups, strict=True):
        lines += table(title, hits)
    show(options, found.as_json(), lines)
    return 0 if found.fits else 1


COMMAND = Command(
    name="match",
    summary="Find what may help: solutions, similar problems, cities worth asking.",
    example='citytandem match "Αισθητήρες στους κάδους απορριμμάτων" --in de --top 5 --json',
    needs="node",
    configure=_configure,
    run=_run,
)

"""`citytandem report PROGRAMME`: the report of a programme from its record, as accessible PDF, Word file or page."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from citytandem.cli import WrongUse, show
from citytandem.cli.command import Command
from citytandem.core.languages import LANGUAGES


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("programme", help="short name of the programme")
    parser.add_argument("--pdf", type=Path, help="write an accessible PDF (PDF/UA-1, checked)")
    parser.add_argument("--docx", type=Path, help="write a Word file")
    parser.add_argument("--html", type=Path, help="write one HTML page")
    parser.add_argument("--language", choices=LANGUAGES, help="language of the framing words (default: the node's)")


def _run(options: argparse.Namespace) -> int:
    from time import process_time

    from django.conf import settings
    from django.utils import translation

    from citytandem.accounts.contract import SYSTEM
    from citytandem.core.node import this_node
    from citytandem.partnerships.reporting.files import composed, report_figures
    from citytandem.partnerships.reporting.reading import programme_record

    began = process_time()
    with translation.override(options.language or this_node().language):
        record = programme_record(SYSTEM, options.programme, base=settings.ADDRESS)
        document = composed(record)
        written = [str(path) for path in _write(options, document)]
    told = {**report_figures(record), "files": written, "cpu_seconds": round(process_time() - began, 2)}
    figures: Any = told["figures"]
    lines = [f"{key:14} {figure['said']}" for key, figure in figures.items()]
    show(options, told, [*lines, *written])
    return 0


def _write(options: argparse.Namespace, document: Any) -> list[Path]:
    """Write what was asked for; raises Invalid for a PDF that is not accessible, WrongUse if a file cannot be written."""
    from citytandem.core import clock
    from citytandem.partnerships.reporting.files import report_file
    from citytandem.partnerships.reporting.pages import report_html

    made, written = clock.now(), []
    for kind, path in (("pdf", options.pdf), ("docx", options.docx), ("html", options.html)):
        if path is None:
            continue
        body = report_html(document).encode() if kind == "html" else report_file(document, kind, made=made)
        try:
            path.write_bytes(body)
        except OSError as error:
            raise WrongUse(f"{path}: {error}") from error
        written.append(path)
    return written


COMMAND = Command(
    name="report",
    summary="Write the report of a programme from its record.",
    example="citytandem report vernetzt-in-europa --pdf out.pdf",
    needs="node",
    configure=_configure,
    run=_run,
)

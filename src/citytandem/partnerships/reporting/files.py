"""The files of a report. The same record gives the same bytes, and is set only once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime

from django.core.cache import cache
from django.utils.translation import get_language

from citytandem.accounts.contract import Actor
from citytandem.core.errors import Invalid
from citytandem.partnerships.presenters_programme import day
from citytandem.partnerships.reporting.composing import partnership_profile, programme_report
from citytandem.partnerships.reporting.counting import attendance, figures
from citytandem.partnerships.reporting.reading import partnership_record, programme_record
from citytandem.partnerships.reporting.records import Record
from citytandem.partnerships.reporting.tree import Document
from citytandem.partnerships.reporting.words import report_words

CONTENT_TYPES: Mapping[str, str] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_KEPT_SECONDS = 86_400
_LARGEST_KEPT = 4_000_000


def report_document(actor: Actor, slug: str = "", *, base: str) -> Document:
    """The report of a programme (the latest one without a name) in the language switched on. Raises NotFound."""
    return composed(programme_record(actor, slug, base=base))


def profile_document(actor: Actor, slug: str, *, base: str) -> Document:
    """The result profile of a partnership in the language switched on. Raises NotFound."""
    record = partnership_record(actor, slug, base=base)
    return partnership_profile(record, slug, words=report_words(), language=get_language() or "en", day=day)


def composed(record: Record) -> Document:
    """The report of a record in the language switched on."""
    return programme_report(record, words=report_words(), language=get_language() or "en", day=day)


def report_file(document: Document, kind: str, *, made: datetime) -> bytes:
    """The bytes of a `pdf` or a `docx`. The PDF is checked; one that is not accessible is refused: raises Invalid."""
    told = json.dumps([made.date().isoformat(), kind, asdict(document)], ensure_ascii=False, sort_keys=True)
    key = f"report:{hashlib.sha256(told.encode()).hexdigest()}"
    known: bytes | None = cache.get(key)
    if known is None:
        known = _WRITERS[kind](document, made)
        if len(known) <= _LARGEST_KEPT:
            cache.set(key, known, _KEPT_SECONDS)
    return known


def report_figures(record: Record) -> dict[str, object]:
    """The figures of a record as plain values, those that are uncertain as their source says them."""
    return {
        "programme": record.slug,
        "figures": {one.key: {"said": one.said, "value": one.value, "counted": one.counted} for one in figures(record)},
        "participants": {
            one.event: {"said": one.said, "value": one.value, "kind": one.kind} for one in attendance(record)
        },
        "partnerships": [one.slug for one in record.partnerships],
    }


# The libraries that write files are read when the first file is asked for: no process waits for them at its start.
def _pdf(document: Document, made: datetime) -> bytes:
    from citytandem.partnerships.reporting.pdf_file import BadReport, report_pdf

    try:
        return report_pdf(document, made=made)
    except BadReport as error:
        raise Invalid("report.not_accessible", str(error)) from error


def _docx(document: Document, made: datetime) -> bytes:
    from citytandem.partnerships.reporting.docx_file import report_docx

    return report_docx(document, made=made)


_WRITERS: Mapping[str, Callable[[Document, datetime], bytes]] = {"pdf": _pdf, "docx": _docx}

"""A document as a page shows it: which template each block takes, and where the files are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe

from citytandem.partnerships.reporting.tree import Block, Document, Heading, Picture


@dataclass(frozen=True, slots=True)
class Shown:
    """A block with the name of its kind; `svg` of a picture, whose texts were escaped when it was drawn."""

    kind: str
    block: Block
    svg: SafeString


@dataclass(frozen=True, slots=True)
class ReportPage:
    """A report or a profile. `back`: the page of the record; `contents`: its sections with their names in the address."""

    document: Document
    blocks: Sequence[Shown]
    contents: Sequence[Heading]
    is_profile: bool
    back: str
    pdf: str
    docx: str


def page_of(document: Document, *, of_partnership: str = "", of_programme: str = "") -> ReportPage:
    """The page of a report, or of the profile of a partnership."""
    shown = [Shown(type(block).__name__.lower(), block, _svg(block)) for block in document.blocks]
    contents = [block for block in document.blocks if isinstance(block, Heading) and block.level == 1 and block.anchor]
    if of_partnership:
        back = reverse("partnerships:partnership", args=[of_partnership])
        pdf, docx = (reverse(f"partnerships:profile-{kind}", args=[of_partnership]) for kind in ("pdf", "docx"))
    else:
        asked = f"?{urlencode({'programme': of_programme})}" if of_programme else ""
        back = reverse("partnerships:programme")
        pdf, docx = (reverse(f"partnerships:report-{kind}") + asked for kind in ("pdf", "docx"))
    return ReportPage(document, shown, contents, bool(of_partnership), back, pdf, docx)


def report_html(document: Document) -> str:
    """The document as one page that needs nothing else, for the command line."""
    return render_to_string("partnerships/reporting/alone.html", {"page": page_of(document)})


def _svg(block: Block) -> SafeString:
    return mark_safe(block.svg) if isinstance(block, Picture) else SafeString("")  # noqa: S308 - drawn by us, texts escaped

"""A tender package as a Word file that people edit further: real headings, tables with header rows, language, title."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Emu

from citytandem.challenges.tenders.document import Bars, Document, Heading, Paragraph, Table, tender_document
from citytandem.challenges.tenders.package import TenderPackage


def tender_docx(package: TenderPackage, *, made: datetime, words: Mapping[str, str] | None = None) -> bytes:
    """The file's bytes. `made`: the date written into it. Raises BadTender as `tender_document` does."""
    return written(tender_document(package, words=words), made=made)


def written(document: Document, *, made: datetime) -> bytes:
    """A document as .docx, without anybody's name in it."""
    file = docx.Document()
    _describe(file, document, made)
    file.add_heading(document.title, level=0)
    for block in document.blocks:
        if isinstance(block, Heading):
            file.add_heading(block.text, level=block.level)
        elif isinstance(block, Paragraph):
            file.add_paragraph(block.text)
        elif isinstance(block, Table):
            _add_table(file, block)
        elif isinstance(block, Bars):
            continue  # the table above says the same, and can be edited
    stream = io.BytesIO()
    file.save(stream)
    return _dated(stream, made)


def _dated(stream: io.BytesIO, made: datetime) -> bytes:
    """The archive with one date for all its parts: the same package gives the same file."""
    day = made.astimezone(UTC)
    packed = io.BytesIO()
    with zipfile.ZipFile(stream) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            part = zipfile.ZipInfo(entry.filename, (max(day.year, 1980), *day.timetuple()[1:6]))
            part.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(part, old.read(entry))
    return packed.getvalue()


def _describe(file: Any, document: Document, made: datetime) -> None:
    properties = file.core_properties
    properties.title, properties.language = document.title[:255], document.language
    # The template names its own author.
    properties.author = properties.last_modified_by = properties.comments = properties.keywords = ""
    properties.created = properties.modified = made.astimezone(UTC).replace(tzinfo=None)
    properties.revision = 1
    section = file.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(2)
    for language in file.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), document.language)
    for language in file.settings.element.iter(qn("w:themeFontLang")):
        language.set(qn("w:val"), document.language)


def _add_table(file: Any, block: Table) -> None:
    table = file.add_table(rows=1, cols=len(block.header))
    table.style = "Table Grid"
    table.autofit = False
    width = file.sections[0].page_width - file.sections[0].left_margin - file.sections[0].right_margin
    # New rows take their widths from the columns.
    for column, cell, share in zip(table.columns, table.rows[0].cells, block.widths, strict=True):
        column.width = cell.width = Emu(width * share // sum(block.widths))
    # What a reader without sight hears first.
    described = table._tbl.tblPr  # noqa: SLF001 -- python-docx has no public way to caption a table
    for tag in ("w:tblCaption", "w:tblDescription"):
        element = OxmlElement(tag)
        element.set(qn("w:val"), block.summary)
        described.append(element)
    _fill(table.rows[0], block.header, block.numbers, is_header=True)
    for row in block.rows:
        _fill(table.add_row(), row, block.numbers, is_header=False)
    file.add_paragraph()


def _fill(row: Any, texts: tuple[str, ...], numbers: tuple[int, ...], *, is_header: bool) -> None:
    properties = row._tr.get_or_add_trPr()  # noqa: SLF001 -- nor to mark a header row
    marks = ("w:cantSplit", "w:tblHeader") if is_header else ("w:cantSplit",)
    for mark in marks:
        properties.append(OxmlElement(mark))
    for number, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
        paragraph = cell.paragraphs[0]
        run = paragraph.add_run(text)
        run.bold = True if is_header else None
        if number in numbers:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT

"""A report as a Word file that people edit further: real headings, tables with header rows, pictures in words. Pure."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import docx
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Emu

from citytandem.partnerships.reporting.pdf_file import mark, picture_png
from citytandem.partnerships.reporting.records import Words
from citytandem.partnerships.reporting.tree import (
    Block,
    Bullets,
    Document,
    Heading,
    Paragraph,
    Picture,
    Quotation,
    Sentence,
    Table,
)

_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"


def report_docx(document: Document, *, made: datetime) -> bytes:
    """The file's bytes, without anybody's name in its properties. `made`: the date written into it."""
    file = docx.Document()
    _describe(file, document, made)
    _say(file.add_heading("", level=0), document.title)
    for block in document.blocks:
        _add(file, block)
    stream = io.BytesIO()
    file.save(stream)
    return stream.getvalue()


def _describe(file: Any, document: Document, made: datetime) -> None:
    properties = file.core_properties
    properties.title, properties.language = document.title.text[:255], document.language
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


def _add(file: Any, block: Block) -> None:
    if isinstance(block, Heading):
        _say(file.add_heading("", level=block.level), block.words)
    elif isinstance(block, Paragraph):
        paragraph = file.add_paragraph()
        for number, sentence in enumerate(block.sentences):
            if number:
                paragraph.add_run(" ")
            _sentence(paragraph, sentence)
    elif isinstance(block, Bullets):
        for item in block.items:
            _sentence(file.add_paragraph(style="List Bullet"), item)
    elif isinstance(block, Table):
        _table(file, block)
    elif isinstance(block, Picture):
        _picture(file, block)
    elif isinstance(block, Quotation):
        paragraph = file.add_paragraph(style="Intense Quote")
        _sentence(paragraph, block.sentence)
        paragraph.add_run(f" ({block.said_by})")


def _sentence(paragraph: Any, sentence: Sentence) -> None:
    if sentence.lead is not None:
        _say(paragraph, sentence.lead, bold=True)
        paragraph.add_run(": ")
    _say(paragraph, sentence.words)
    if sentence.href:
        paragraph.add_run(" ")
        _link(paragraph, Words(mark(tuple(sentence.works))), sentence.href)


def _say(paragraph: Any, words: Words, *, bold: bool = False) -> Any:
    run = paragraph.add_run(words.text)
    run.bold = True if bold else None
    _tongue(run._r, words.language)  # noqa: SLF001 -- python-docx has no public way to name a run's language
    return run


def _tongue(run: Any, language: str) -> None:
    if language:
        element = OxmlElement("w:lang")
        element.set(qn("w:val"), language)
        run.get_or_add_rPr().append(element)


def _link(paragraph: Any, words: Words, href: str) -> None:
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), paragraph.part.relate_to(href, _LINKS, is_external=True))
    run = _say(paragraph, words)
    run.font.underline = True
    link.append(run._r)  # noqa: SLF001 -- nor to put one into a link
    paragraph._p.append(link)  # noqa: SLF001


def _picture(file: Any, block: Picture) -> None:
    width = file.sections[0].page_width - file.sections[0].left_margin - file.sections[0].right_margin
    shape = file.add_picture(io.BytesIO(picture_png(block)), width=Emu(width * block.share // 100))
    shape._inline.docPr.set("descr", block.alt)  # noqa: SLF001 -- nor to describe a picture


def _table(file: Any, block: Table) -> None:
    table = file.add_table(rows=1, cols=len(block.header))
    table.style = "Table Grid"
    table.autofit = False
    width = file.sections[0].page_width - file.sections[0].left_margin - file.sections[0].right_margin
    for column, cell, share in zip(table.columns, table.rows[0].cells, block.widths, strict=True):
        column.width = cell.width = Emu(width * share // sum(block.widths))
    # What a reader without sight hears first.
    for tag in ("w:tblCaption", "w:tblDescription"):
        element = OxmlElement(tag)
        element.set(qn("w:val"), block.summary)
        table._tbl.tblPr.append(element)  # noqa: SLF001 -- nor to caption a table
    for cell, text in zip(table.rows[0].cells, block.header, strict=True):
        _say(cell.paragraphs[0], Words(text), bold=True)
    _keep(table.rows[0], "w:cantSplit", "w:tblHeader")
    for cells in block.rows:
        row = table.add_row()
        _keep(row, "w:cantSplit")
        for cell, told in zip(row.cells, cells, strict=True):
            if told.href:
                _link(cell.paragraphs[0], told.words, told.href)
            else:
                _say(cell.paragraphs[0], told.words)
    file.add_paragraph()


def _keep(row: Any, *marks: str) -> None:
    properties = row._tr.get_or_add_trPr()  # noqa: SLF001 -- nor to mark a header row
    for name in marks:
        properties.append(OxmlElement(name))

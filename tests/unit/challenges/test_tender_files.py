"""The documents of a tender: accessible, in every language, and never more than the text that was given."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import docx
import pytest
import typst
from docx.oxml.ns import qn
from hypothesis import given, settings
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject

from citytandem.challenges.tenders import formats
from citytandem.challenges.tenders.document import WORDS, Heading, Table, tender_document
from citytandem.challenges.tenders.docx_file import tender_docx
from citytandem.challenges.tenders.kinds import BadTender
from citytandem.challenges.tenders.package import PriceLine, Requirement, TenderPackage, Timetable
from citytandem.challenges.tenders.pdf_file import tender_pdf
from citytandem.core.pdf_checks import faults, structure
from tests.unit.challenges.tenders import MADE, PACKAGE, packages

SAYINGS = {
    "el": ("Αισθητήρες πλήρωσης για κάδους", "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία· ΐ ΰ ά έ ή ί ό ύ ώ Ϊ Ϋ"),
    "bg": ("Сензори за запълване на кофи", "Жълтата дюля беше щастлива, че пухът, който цъфна, замръзна; ѝ Ѝ №"),
    "pl": ("Czujniki zapełnienia koszy", "Zażółć gęślą jaźń. PÓJDŹŻE, KIŃ TĘ CHMURNOŚĆ W GŁĄB FLASZY „tak”"),
    "ro": ("Senzori de umplere pentru coșuri", "Gheorghe, obezul, a reuşit să obţină jucându-se; ș ț Ș Ț ă â î Ă Â Î"),
    "de": (
        "Füllstandssensoren für Körbe",
        "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich – 5 € ≥ 4 €",
    ),
}


def text_of(pdf: bytes) -> str:
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("language", SAYINGS)
def test_a_pdf_in_every_alphabet_is_accessible_and_can_be_read_back(language: str) -> None:
    title, need = SAYINGS[language]
    row = Requirement("R1", need, "must", title)
    pdf = tender_pdf(replace(PACKAGE, language=language, title=title, need=need, requirements=(row,)), made=MADE)
    assert faults(pdf) == ()
    reader = PdfReader(io.BytesIO(pdf))
    assert reader.trailer["/Root"]["/Lang"] == language
    assert reader.metadata is not None
    assert reader.metadata.title == title
    assert title in text_of(pdf)
    assert need in text_of(pdf)


def test_the_structure_of_the_pdf() -> None:
    top = structure(PdfReader(io.BytesIO(tender_pdf(PACKAGE, made=MADE))))
    assert top is not None
    assert len(list(top.all("H1"))) == 9
    assert [sum(1 for _row in table.all("TR")) for table in top.all("Table")] == [8, 3, 3, 3, 4, 4, 3, 8]
    assert all(head.scope == "/Column" for head in top.all("TH"))
    (figure,) = top.all("Figure")
    assert figure.alt == "Bars of the weights. Price: 50.0\u00a0%; Accuracy: 33.3\u00a0%; Cost of a life: 16.7\u00a0%"


def test_nobody_is_named_in_the_files() -> None:
    pdf = PdfReader(io.BytesIO(tender_pdf(PACKAGE, made=MADE)))
    assert pdf.metadata is not None
    assert pdf.metadata.author is None
    assert pdf.metadata.creation_date == MADE
    properties = docx.Document(io.BytesIO(tender_docx(PACKAGE, made=MADE))).core_properties
    assert (properties.author, properties.last_modified_by, properties.comments) == ("", "", "")
    assert properties.created == MADE.replace(tzinfo=None) or properties.created == MADE


def test_the_same_package_gives_the_same_files() -> None:
    assert tender_pdf(PACKAGE, made=MADE) == tender_pdf(PACKAGE, made=MADE)
    file = tender_docx(PACKAGE, made=MADE)
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        assert {part.date_time for part in archive.infolist()} == {(2026, 11, 22, 12, 0, 0)}
    assert tender_docx(PACKAGE, made=MADE) == file


def test_the_parts_of_several_buyers_are_shown_with_their_shares() -> None:
    parts = [block for block in tender_document(PACKAGE).blocks if isinstance(block, Table) and "Share" in block.header]
    assert parts[0].rows == (
        ("Stadt Krefeld", "120,000.00\u00a0EUR", "75.0\u00a0%"),
        ("Gemeente Venlo", "40,000.00\u00a0EUR", "25.0\u00a0%"),
    )


@pytest.mark.parametrize(
    "text",
    [
        '#eval("1+1")', "*bold* _thin_ `code`", "= Heading", "$x^2$", "@label <label>", "#{panic()}", "\\ \\u{1F600} // c",
        '"quoted" \\" {"is": "heading"}', '[U+0041] #include("/etc/hostname")', "<w:p>&amp;</w:p>", "{name} {total}",
    ],
)  # fmt: skip
def test_what_looks_like_code_stays_text(text: str) -> None:
    package = replace(PACKAGE, title=text, need=text, buyers=(replace(PACKAGE.buyers[0], name=text), PACKAGE.buyers[1]))
    pdf = tender_pdf(package, made=MADE)
    assert text_of(pdf).count(text) >= 3
    read = docx.Document(io.BytesIO(tender_docx(package, made=MADE)))
    assert read.paragraphs[0].text == text
    assert text in [paragraph.text for paragraph in read.paragraphs[1:]]


def test_characters_that_no_font_has_are_written_as_numbers() -> None:
    need = "Fire 🚒, 漢字, 한글, ไทย, 👩\u200d🚒; Ελληνικά stay"
    pdf = tender_pdf(replace(PACKAGE, need=need, title="A 🚲"), made=MADE)
    assert faults(pdf) == ()
    assert "Fire [U+1F692], [U+6F22][U+5B57]," in text_of(pdf)
    assert "Ελληνικά stay" in text_of(pdf)
    assert need in [
        one.text for one in docx.Document(io.BytesIO(tender_docx(replace(PACKAGE, need=need), made=MADE))).paragraphs
    ]


def test_a_word_without_end_stays_in_its_cell() -> None:
    word = "x" * 400
    pdf = tender_pdf(replace(PACKAGE, lots=(), prices=(), requirements=(Requirement("R1", word, "must"),)), made=MADE)
    assert faults(pdf) == ()
    assert re.sub(r"\s|\u200b", "", text_of(pdf)).count(word) == 1
    assert "x" * 100 not in text_of(pdf)


@given(package=packages())
@settings(max_examples=15, deadline=None)
def test_any_package_becomes_an_accessible_pdf_and_a_word_file(package: TenderPackage) -> None:
    assert faults(tender_pdf(package, made=MADE)) == ()
    read = docx.Document(io.BytesIO(tender_docx(package, made=MADE)))
    document = tender_document(package)
    assert [[cell.text for cell in row.cells] for table in read.tables for row in table.rows] == [
        list(row) for block in document.blocks if isinstance(block, Table) for row in (block.header, *block.rows)
    ]


def test_the_word_file_read_back() -> None:
    content = tender_docx(PACKAGE, made=MADE)
    read = docx.Document(io.BytesIO(content))
    headings = [
        (one.style.name, one.text) for one in read.paragraphs if one.style.name.startswith(("Heading", "Title"))
    ]
    assert headings == [
        ("Title", "Fill-level sensors for bins"),
        *(
            ("Heading 1", text)
            for text in (
                "Overview", "Buyers", "What we need", "Lots", "Requirements", "Award criteria", "Price sheet", "Dates",
                "Before you use this document",
            )
        ),
    ]  # fmt: skip
    assert (read.core_properties.title, read.core_properties.language) == ("Fill-level sensors for bins", "en")
    for table in read.tables:
        marked = [row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows]
        assert marked == [True] + [False] * (len(table.rows) - 1)
        assert table._tbl.tblPr.find(qn("w:tblDescription")).get(qn("w:val"))
        widths = [column.width for column in table.columns]
        assert all([cell.width for cell in row.cells] == widths for row in table.rows)
    prices = read.tables[6]
    assert [cell.text for cell in prices.rows[1].cells] == [
        "1", "Sensor with battery", "L1", "1,400", "piece", "", "", "with fixing",
    ]  # fmt: skip
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert b'w:val="en"' in archive.read("word/styles.xml")


def test_words_come_from_outside() -> None:
    words = {"need": "Was wir brauchen", "joint": "Gemeinsam. {name} führt.", "must": "muss"}
    package = replace(PACKAGE, language="de")
    document = tender_document(package, words=words)
    assert Heading(1, "Was wir brauchen") in document.blocks
    text = text_of(tender_pdf(package, made=MADE, words=words))
    assert "Gemeinsam. Stadt Krefeld führt." in text
    assert "160.000,00 EUR" in text
    assert "15.02.2027 12:00 (UTC+01:00)" in text
    with pytest.raises(BadTender) as refused:
        tender_document(package, words={"needs": "x"})
    assert refused.value.code == "words.unknown"


def test_every_word_is_used() -> None:
    used: set[str] = set()
    marked = {key: f"[{key}]" + ("{name}{total}" if key in ("joint", "weights_normalised") else "") for key in WORDS}
    for buyers in (PACKAGE.buyers, PACKAGE.buyers[:1]):
        for contract in ("supplies", "services", "works", "social_services", "concession", "design_contest"):
            for procedure in [key.partition(".")[2] for key in WORDS if key.startswith("procedure.")]:
                package = replace(PACKAGE, buyers=buyers, contract=contract, procedure=procedure)
                used |= set(re.findall(r"\[([a-z_.-]+)\]", repr(tender_document(package, words=marked))))
    assert used == set(WORDS)


@pytest.mark.parametrize("bare", [True, False])
def test_empty_parts_are_left_out(bare: bool) -> None:
    package = replace(PACKAGE, prices=(), lots=(), dates=Timetable(), value=None) if bare else PACKAGE
    titles = {block.text for block in tender_document(package).blocks if isinstance(block, Heading)}
    assert titles.isdisjoint({"Lots", "Price sheet", "Dates"}) == bare


@pytest.mark.parametrize(
    ("language", "number", "day"),
    [
        ("en", "1,234,567.5", "2027-02-03 09:05 (UTC+00:00)"), ("de", "1.234.567,5", "03.02.2027 09:05 (UTC+00:00)"),
        ("fr", "1\u00a0234\u00a0567,5", "03/02/2027 09:05 (UTC+00:00)"), ("sv", "1\u00a0234\u00a0567.5", "2027-02-03 09:05 (UTC+00:00)"),
    ],
)  # fmt: skip
def test_numbers_and_dates_as_a_language_writes_them(language: str, number: str, day: str) -> None:
    assert formats.number(Decimal("1234567.5"), language) == number
    assert formats.day(datetime(2027, 2, 3, 9, 5, tzinfo=UTC), language) == day


def test_a_long_tender_has_its_header_on_every_page() -> None:
    prices = tuple(PriceLine(f"Item {number}", "piece", Decimal(1)) for number in range(150))
    pdf = tender_pdf(replace(PACKAGE, prices=prices, lots=()), made=MADE)
    assert faults(pdf) == ()
    assert text_of(pdf).count("Unit price") >= 3


def without(pdf: bytes, *keys: str) -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(pdf))
    for key in keys:
        del writer.root_object[NameObject(key)]
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("/Lang", "no language"), ("/MarkInfo", "not marked"), ("/StructTreeRoot", "no structure"),
        ("/ViewerPreferences", "title not displayed"), ("/Metadata", "not said to be PDF/UA-1"),
    ],
)  # fmt: skip
def test_the_check_sees_what_is_missing(key: str, told: str) -> None:
    pdf = tender_pdf(PACKAGE, made=MADE)
    assert faults(without(pdf)) == ()
    assert told in faults(without(pdf, key))


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (b"#table(columns: 1, [a])", "table 1 without header"),
        (b"= a\n=== b", "heading 3 after 1"),
        (b"#figure(kind: image, supplement: none, rect())", "figure 1 without words"),
    ],
)
def test_the_check_sees_poor_structure(source: bytes, told: str) -> None:
    pdf = typst.Compiler(b"#set document(title: [a])\n" + source, ignore_system_fonts=True).compile(format="pdf")
    assert isinstance(pdf, bytes)
    assert told in faults(pdf)
    bare = typst.Compiler(source, ignore_system_fonts=True).compile(format="pdf", pdf_tags=False)
    assert isinstance(bare, bytes)
    assert {"no structure", "page 1 with unmarked content"} <= set(faults(bare))

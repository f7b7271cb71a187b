"""Documents: sound ones are written anew without their author; bombs, programs and hidden files are refused."""

from __future__ import annotations

import io
import re
import struct
import time
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject

from citytandem.files.inspection import inspect
from citytandem.files.limits import LIMITS
from citytandem.files.packages import package_rewritten
from citytandem.files.pdfs import pdf_rewritten
from citytandem.files.refusals import Reason, Refused
from citytandem.files.texts import text_rewritten
from tests.unit.files.making import (
    SECRET,
    annotated,
    as_content,
    deflated,
    docx,
    in_root,
    named,
    odt,
    package,
    pdf,
    picture,
    saved,
    telling_picture,
    with_metadata,
    xlsx,
)

SCRIPT = named(S="/JavaScript", JS="app.alert(1)")


def refusal(work: Callable[[], Any]) -> Reason:
    with pytest.raises(Refused) as refused:
        work()
    return refused.value.reason


def rewritten_pdf(content: bytes) -> bytes:
    return pdf_rewritten(content, limits=LIMITS)


def rewritten_package(content: bytes) -> bytes:
    return package_rewritten(content, limits=LIMITS)


# --- PDF --------------------------------------------------------------------------------------------------------------


def test_a_pdf_keeps_its_pages_and_loses_its_author() -> None:
    content = pdf(with_metadata, pages=3)
    assert content.count(SECRET.encode()) >= 2
    made = rewritten_pdf(content)
    assert len(PdfReader(io.BytesIO(made)).pages) == 3
    assert SECRET.encode() not in made
    assert b"/Metadata" not in made
    assert b"/Author" not in made


def test_words_on_a_page_stay() -> None:
    words = b"BT /F1 12 Tf (Laternen am Markt) Tj ET"
    made = PdfReader(io.BytesIO(rewritten_pdf(pdf(as_content(words)))))
    contents = made.pages[0].get_contents()
    assert contents is not None
    assert contents.get_data() == words


@pytest.mark.parametrize(
    "change",
    [
        in_root("/OpenAction", SCRIPT),
        in_root("/AA", named(WC=SCRIPT)),
        in_root("/Names", named(JavaScript=named(Names=ArrayObject([SCRIPT])))),
        annotated(named(Subtype="/Link", A=SCRIPT)),
        annotated(named(Subtype="/Link", A=named(S="/URI", URI="https://a.example", Next=SCRIPT))),
        annotated(named(Subtype="/Widget", A=named(S="/SubmitForm", F="https://a.example"))),
        annotated(named(Subtype="/Link", A=named(S="/GoToR", F="other.pdf"))),
    ],
    ids=["open", "additional", "names", "link", "next", "submit", "elsewhere"],
)
def test_what_runs_by_itself_is_taken_out(change: Callable[[PdfWriter], None]) -> None:
    content = pdf(change)
    told = re.compile(rb"/JavaScript|/JS\b|/SubmitForm|/GoToR|/OpenAction|/AA\b|app\.alert")
    assert told.search(content)
    made = rewritten_pdf(content)
    assert told.search(made) is None
    assert len(PdfReader(io.BytesIO(made)).pages) == 1


def test_names_written_in_another_way_do_not_hide_a_script() -> None:
    content = pdf(in_root("/OpenAction", SCRIPT)).replace(b"/JavaScript", b"/J#61vaScr#69pt").replace(b"/JS", b"/#4aS")
    made = rewritten_pdf(content)
    assert b"alert" not in made


def test_who_commented_is_not_told() -> None:
    made = rewritten_pdf(pdf(annotated(named(Subtype="/Text", T=SECRET, Contents="Here"))))
    assert SECRET.encode() not in made
    assert b"Here" in made


def test_a_field_of_a_form_keeps_its_name() -> None:
    made = rewritten_pdf(pdf(annotated(named(Subtype="/Widget", FT="/Tx", T="street"))))
    assert b"street" in made


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda writer: writer.add_attachment("note.txt", b"hidden"), Reason.NESTED),
        (annotated(named(Subtype="/FileAttachment")), Reason.NESTED),
        (annotated(named(Subtype="/RichMedia")), Reason.NESTED),
        (in_root("/AcroForm", named(XFA="form")), Reason.NESTED),
        (annotated(named(Subtype="/Link", A=named(S="/Launch", F="calc.exe"))), Reason.MACROS),
        (lambda writer: writer.encrypt("secret"), Reason.ENCRYPTED),
        (lambda writer: writer.encrypt("", "owner"), Reason.ENCRYPTED),
        (lambda writer: [writer.add_blank_page(9, 9) for _ in range(LIMITS.pages)], Reason.PAGES),
        (as_content(b"x", "/FlateDecode", "/FlateDecode"), Reason.BOMB),
        (as_content(b"x", *["/ASCIIHexDecode"] * 20), Reason.BOMB),
    ],
)
def test_what_a_reader_would_miss_or_fear_is_refused(change: Callable[[PdfWriter], None], why: Reason) -> None:
    content = pdf(change)
    assert refusal(lambda: rewritten_pdf(content)) == why


def test_a_stream_of_a_gigabyte_is_refused_soon() -> None:
    content = pdf(as_content(deflated(1_000_000_000), "/FlateDecode"))
    assert len(content) < 1_100_000
    begin = time.process_time()
    assert refusal(lambda: rewritten_pdf(content)) == Reason.BOMB
    assert time.process_time() - begin < 5


def test_many_streams_that_are_too_much_together_are_refused() -> None:
    part = deflated(90_000_000)

    def many(writer: PdfWriter) -> None:
        for page in [writer.pages[0], *[writer.add_blank_page(9, 9) for _ in range(5)]]:
            as_content(part, "/FlateDecode")(writer)
            page[next(key for key in writer.pages[0] if key == "/Contents")] = writer.pages[0].raw_get("/Contents")

    assert refusal(lambda: rewritten_pdf(pdf(many))) == Reason.BOMB


def test_a_picture_in_a_pdf_of_too_many_pixels_is_refused() -> None:
    from pypdf.generic import NumberObject, StreamObject

    def huge(writer: PdfWriter) -> None:
        stream = StreamObject()
        stream._data = b"x"
        stream.update(named(Subtype="/Image", Width=NumberObject(20_000), Height=NumberObject(20_000)))
        writer.pages[0]["/Resources"].update(named(XObject=named(I=writer._add_object(stream))))

    assert refusal(lambda: rewritten_pdf(pdf(huge))) == Reason.PIXELS


def test_a_photo_in_a_pdf_loses_what_it_tells() -> None:
    from pypdf.generic import StreamObject

    def photo(writer: PdfWriter) -> None:
        stream = StreamObject()
        stream._data = telling_picture("JPEG")
        stream.update(named(Subtype="/Image", Filter="/DCTDecode"))
        writer.pages[0]["/Resources"].update(named(XObject=named(I=writer._add_object(stream))))

    content = pdf(photo)
    assert SECRET.encode() in content
    assert SECRET.encode() not in rewritten_pdf(content)


def test_nesting_without_end_is_refused() -> None:
    deep = pdf().replace(b"/Type /Catalog", b"/Type /Catalog /X " + b"[" * 20_000 + b"]" * 20_000)
    assert refusal(lambda: rewritten_pdf(deep)) in {Reason.BOMB, Reason.BROKEN}
    held = DictionaryObject()
    for _ in range(200):
        held = named(X=held)
    assert refusal(lambda: rewritten_pdf(pdf(in_root("/X", held)))) == Reason.BOMB


def test_pages_that_name_each_other_are_refused() -> None:
    content = pdf().replace(b"/Kids [ 4 0 R ]", b"/Kids [ 2 0 R ]").replace(b"/Kids [ 3 0 R ]", b"/Kids [ 2 0 R ]")
    assert refusal(lambda: rewritten_pdf(content)) in {Reason.BOMB, Reason.BROKEN}


@given(st.integers(0, 5_000), st.binary(min_size=1, max_size=20))
@settings(max_examples=80)
def test_a_damaged_pdf_is_mended_or_refused(at: int, damage: bytes) -> None:
    content = bytearray(pdf(with_metadata, in_root("/OpenAction", SCRIPT), pages=2))
    at %= len(content)
    content[at : at + len(damage)] = damage
    try:
        made = rewritten_pdf(bytes(content))
    except Refused:
        return
    assert b"alert" not in made


# --- packages ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [docx(), odt(), xlsx(), odt("spreadsheet")])
def test_an_office_document_stays_what_it_is_without_its_author(content: bytes) -> None:
    made = rewritten_package(content)
    assert inspect(made) == inspect(content)
    with zipfile.ZipFile(io.BytesIO(made)) as package_made, zipfile.ZipFile(io.BytesIO(content)) as before:
        assert package_made.namelist() == before.namelist()
        everything = b"".join(package_made.read(name) for name in package_made.namelist())
        assert all(entry.date_time == (1980, 1, 1, 0, 0, 0) for entry in package_made.infolist())
    assert SECRET.encode() not in everything


def test_a_real_table_can_still_be_read() -> None:
    import openpyxl
    import xlsxwriter

    found = io.BytesIO()
    book = xlsxwriter.Workbook(found)
    book.set_properties({"author": SECRET, "company": SECRET})
    sheet = book.add_worksheet("Laternen")
    sheet.write_row(0, 0, ["Straße", "Watt"])
    sheet.write_row(1, 0, ["Markt", 70])
    sheet.insert_image(3, 0, "photo.jpg", {"image_data": io.BytesIO(telling_picture("JPEG", picture((300, 200))))})
    book.close()
    assert inspect(found.getvalue()).media_type.endswith("spreadsheetml.sheet")
    made = rewritten_package(found.getvalue())
    assert SECRET.encode() not in b"".join(
        zipfile.ZipFile(io.BytesIO(made)).read(n) for n in zipfile.ZipFile(io.BytesIO(made)).namelist()
    )
    read = openpyxl.load_workbook(io.BytesIO(made))
    assert [[cell.value for cell in row] for row in read["Laternen"].iter_rows(max_row=2)] == [
        ["Straße", "Watt"],
        ["Markt", 70],
    ]
    assert read.properties.creator in (None, "openpyxl", "")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (docx(word__vbaProject_dot_bin=b"x"), Reason.MACROS),
        (odt(Basic__Standard__Module1_dot_xml="<x/>"), Reason.MACROS),
        (docx(word__embeddings__a_dot_exe=b"x"), Reason.MACROS),
        (docx(word__embeddings__a_dot_bin=b"MZ\x90"), Reason.MACROS),
        (docx(word__embeddings__a_dot_bin=b"\xd0\xcf\x11\xe0"), Reason.NESTED),
        (docx(word__embeddings__sheet_dot_xlsx=xlsx()), Reason.NESTED),
        (docx(word__media__a_dot_png=saved(picture(), "PNG"), word__a_dot_gz=b"\x1f\x8b\x08\0"), Reason.NESTED),
        (docx(word__styles_dot_xml='<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), Reason.BOMB),
        (docx(word__styles_dot_xml='<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'.encode("utf-16")), Reason.BOMB),
        (odt(META_INF="", **{"META-INF__manifest_dot_xml": "<manifest:encryption-data/>"}), Reason.ENCRYPTED),
        (docx(__etc__passwd="x"), Reason.BROKEN),
        (docx(**{"..__a": "x"}), Reason.BROKEN),
        (docx(**{"a\\b": "x"}), Reason.BROKEN),
        (docx(**{"C:__a": "x"}), Reason.BROKEN),
        (docx(WORD__DOCUMENT_dot_xml="x"), Reason.BROKEN),
        (docx(**{f"a{number}": "x" for number in range(LIMITS.entries)}), Reason.BOMB),
    ],
)  # fmt: skip
def test_unsound_packages_are_refused(content: bytes, why: Reason) -> None:
    def work() -> None:
        inspect(content)
        rewritten_package(content)

    assert refusal(work) == why


def test_a_package_with_macros_is_refused_by_its_own_words() -> None:
    types = "application/vnd.ms-word.document.macroEnabled.main+xml"
    assert refusal(lambda: inspect(package({"[Content_Types].xml": types, "word/document.xml": "x"}))) == Reason.MACROS


@pytest.mark.parametrize("size", [100_000_000, 1_000_000_000])
def test_an_entry_that_unpacks_to_far_more_is_refused_by_the_list(size: int) -> None:
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as made:
        with zipfile.ZipFile(io.BytesIO(docx())) as plain:
            for name in plain.namelist():
                made.writestr(name, plain.read(name))
        with made.open("word/media/image1.bmp", "w") as entry:
            for _ in range(size // 10_000_000):
                entry.write(b"\0" * 10_000_000)
    assert len(found.getvalue()) < 1_100_000
    begin = time.process_time()
    assert refusal(lambda: inspect(found.getvalue())) == Reason.BOMB
    assert time.process_time() - begin < 0.5


def test_an_entry_that_lies_about_its_size_is_refused() -> None:
    """The list of entries tells ten bytes; there are fifty million."""
    content = docx(word__a_dot_bin=b"\0" * 50_000_000)
    content = content.replace(struct.pack("<L", 50_000_000), struct.pack("<L", 10))
    assert inspect(content).media_type.endswith("document")
    assert refusal(lambda: rewritten_package(content)) in {Reason.BOMB, Reason.BROKEN}


def test_entries_that_share_their_bytes_are_refused() -> None:
    """Fifield's zip bomb: many entries of the list name one piece of packed data."""
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", zipfile.ZipFile(io.BytesIO(docx())).read("[Content_Types].xml"))
        made.writestr("word/document.xml", "x" * 100_000)
        last = made.infolist()[-1]
        for number in range(50):
            shared = zipfile.ZipInfo(f"word/a{number}.xml")
            shared.compress_type, shared.CRC = last.compress_type, last.CRC
            shared.header_offset, shared.compress_size, shared.file_size = (
                last.header_offset,
                last.compress_size,
                last.file_size,
            )
            made.filelist.append(shared)
            made.NameToInfo[shared.filename] = shared
    assert refusal(lambda: inspect(found.getvalue())) == Reason.BOMB


def test_a_bomb_of_bombs_is_refused() -> None:
    """As 42.zip: a zip of zips of zips."""
    inner = package({"0": b"\0" * 1_000_000})
    for _ in range(3):
        inner = package({f"{number}.zip": inner for number in range(16)})
    with_types = docx(word__media__a_dot_zip=inner)

    def work() -> None:
        inspect(with_types)
        rewritten_package(with_types)

    assert refusal(lambda: inspect(inner)) == Reason.TYPE
    assert refusal(work) in {Reason.NESTED, Reason.BOMB}


def test_a_list_of_entries_that_is_too_long_is_not_even_read() -> None:
    content = bytearray(docx())
    end = content.rfind(b"PK\x05\x06")
    content[end + 10 : end + 12] = struct.pack("<H", 65_000)
    assert refusal(lambda: inspect(bytes(content))) == Reason.BOMB


def test_small_previews_of_the_first_page_go_and_nothing_names_them() -> None:
    listed = '<manifest:manifest><manifest:file-entry manifest:full-path="Thumbnails/thumbnail.png" manifest:media-type=""/></manifest:manifest>'
    content = odt(Thumbnails__thumbnail_dot_png=saved(picture(), "PNG"), **{"META-INF__manifest_dot_xml": listed})
    with zipfile.ZipFile(io.BytesIO(rewritten_package(content))) as made:
        assert "Thumbnails/thumbnail.png" not in made.namelist()
        assert b"humbnail" not in made.read("META-INF/manifest.xml")


@given(st.integers(0, 5_000), st.binary(min_size=1, max_size=20))
@settings(max_examples=150)
def test_a_damaged_package_is_whole_or_refused(at: int, damage: bytes) -> None:
    content = bytearray(docx())
    at %= len(content)
    content[at : at + len(damage)] = damage
    try:
        inspect(bytes(content))
        rewritten_package(bytes(content))
    except Refused as refused:
        assert refused.reason in Reason


# --- text -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_text_comes_out_in_utf8(how: str) -> None:
    text = "Straße;Größe\r\nMarkt;3 €\r\n"
    assert text_rewritten(text.encode(how), limits=LIMITS).decode() == "Straße;Größe\nMarkt;3 €\n"


@given(st.text(max_size=300))
def test_what_people_write_is_a_text(text: str) -> None:
    try:
        finding = inspect(text.encode(errors="replace"))
    except Refused as refused:
        assert refused.reason in {Reason.EMPTY, Reason.TYPE, Reason.ACTIVE}
        return
    assert finding.media_type in {"text/plain", "text/csv"}
    text_rewritten(text.encode(errors="replace"), limits=LIMITS).decode()

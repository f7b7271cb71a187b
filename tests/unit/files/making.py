"""Files as people and as others send them, made on the spot."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from PIL import Image, ImageCms, PngImagePlugin
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    EncodedStreamObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

# Letters only: a PDF would write others in another way.
SECRET = "SomebodyWhoMustNotBeNamed"
_CONTENT_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="{part}" ContentType="{of}"/></Types>'
)
_OFFICE = "application/vnd.openxmlformats-officedocument."


def picture(size: tuple[int, int] = (64, 48), mode: str = "RGB", *, shade: int = 120) -> Image.Image:
    """A small picture that is not of one colour."""
    drawn = Image.linear_gradient("L").resize(size).point(lambda value: (value + shade) % 256)
    return drawn.convert(mode)


def saved(drawn: Image.Image, form: str, **how: Any) -> bytes:
    found = io.BytesIO()
    drawn.save(found, form, **how)
    return found.getvalue()


def telling_exif(*, orientation: int = 1) -> Image.Exif:
    """What a telephone writes: who, when, where."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x013B] = exif[0x8298] = SECRET
    exif[0x9286] = SECRET
    exif[0x0132] = "2024:05:06 07:08:09"
    exif.get_ifd(0x8825).update({1: "N", 2: (51.0, 20.0, 1.5), 3: "E", 4: (6.0, 33.0, 42.0)})
    return exif


def telling_picture(form: str, drawn: Image.Image | None = None, *, orientation: int = 1) -> bytes:
    """A picture that says more than it shows, in each way its format knows."""
    drawn = drawn or picture()
    exif = telling_exif(orientation=orientation)
    xmp = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{SECRET}</x:xmpmeta>".encode()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    if form == "GIF":
        return saved(drawn, form, comment=SECRET.encode())
    if form == "PNG":
        told = PngImagePlugin.PngInfo()
        told.add_text("Author", SECRET)
        told.add_itxt("XML:com.adobe.xmp", xmp.decode(), zip=True)
        told.add_text("Comment", SECRET, zip=True)
        return saved(drawn, form, pnginfo=told, exif=exif, icc_profile=profile)
    if form == "WEBP":
        return saved(drawn, form, exif=exif, xmp=xmp, icc_profile=profile)
    plain = saved(drawn, form, exif=exif, xmp=xmp, icc_profile=profile, comment=SECRET.encode())
    iptc = b"Photoshop 3.0\x008BIM\x04\x04\x00\x00" + struct.pack(">L", len(SECRET)) + SECRET.encode()
    return plain[:2] + b"\xff\xed" + struct.pack(">H", len(iptc) + 2) + iptc + plain[2:]


def huge_png(side: int = 20_000) -> bytes:
    """A picture that declares far more pixels than its about thousand bytes let expect."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">L", len(data)) + name + data + struct.pack(">L", zlib.crc32(name + data))

    head = struct.pack(">LLBBBBB", side, side, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 700_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def pdf(*changes: Callable[[PdfWriter], Any], pages: int = 1) -> bytes:
    """A document of empty pages, changed."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    for change in changes:
        change(writer)
    found = io.BytesIO()
    writer.write(found)
    return found.getvalue()


def named(**values: Any) -> DictionaryObject:
    """A PDF dictionary; texts that begin with a slash are names."""
    return DictionaryObject(
        {
            NameObject(f"/{key}"): (NameObject(v) if v.startswith("/") else TextStringObject(v))
            if isinstance(v, str)
            else v
            for key, v in values.items()
        }
    )


def in_root(key: str, value: Any) -> Callable[[PdfWriter], None]:
    """Put something into the catalogue of a PDF."""
    return lambda writer: writer.root_object.__setitem__(NameObject(key), value)


def annotated(annotation: DictionaryObject) -> Callable[[PdfWriter], None]:
    """Put an annotation onto the first page."""
    annotation[NameObject("/Type")] = NameObject("/Annot")
    annotation[NameObject("/Rect")] = ArrayObject([NumberObject(value) for value in (0, 0, 9, 9)])

    def change(writer: PdfWriter) -> None:
        writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(annotation)])

    return change


def as_content(data: bytes, *filters: str) -> Callable[[PdfWriter], None]:
    """Make a stream, packed as it is, the content of the first page."""
    stream = EncodedStreamObject()
    stream._data = data
    stream[NameObject("/Filter")] = ArrayObject([NameObject(name) for name in filters])
    return lambda writer: writer.pages[0].__setitem__(NameObject("/Contents"), writer._add_object(stream))


def with_metadata(writer: PdfWriter) -> None:
    """The author in both of the places where a PDF keeps one."""
    writer.add_metadata({"/Author": SECRET, "/Producer": SECRET})
    stream = StreamObject()
    stream._data = SECRET.encode()
    stream.update(named(Type="/Metadata", Subtype="/XML"))
    writer.root_object[NameObject("/Metadata")] = writer._add_object(stream)


@cache
def deflated(size: int) -> bytes:
    """So many zero bytes, packed."""
    packing, found, step = zlib.compressobj(9), [], b"\0" * 1_000_000
    found += [packing.compress(step) for _ in range(size // len(step))]
    return b"".join([*found, packing.flush()])


def package(entries: Mapping[str, bytes | str], *, first: Mapping[str, str] | None = None) -> bytes:
    """A zip; `first` are entries that stand first and unpacked."""
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in (first or {}).items():
            made.writestr(zipfile.ZipInfo(name), data)
        for name, data in entries.items():
            made.writestr(name, data)
    return found.getvalue()


def docx(**more: bytes | str) -> bytes:
    """A Word document by somebody. More entries by their path, with `__` for `/` and `_dot_` for `.`"""
    part = _CONTENT_TYPES.format(part="/word/document.xml", of=f"{_OFFICE}wordprocessingml.document.main+xml")
    core = f"<cp:coreProperties><dc:creator>{SECRET}</dc:creator></cp:coreProperties>"
    entries = {"[Content_Types].xml": part, "word/document.xml": "<w:document>Laternen</w:document>"}
    entries |= {"docProps/core.xml": core, "docProps/app.xml": f"<Properties><Company>{SECRET}</Company></Properties>"}
    return package({**entries, **{_path(name): data for name, data in more.items()}})


def odt(kind: str = "text", **more: bytes | str) -> bytes:
    """An OpenDocument by somebody."""
    entries = {"content.xml": "<office:document-content/>", "meta.xml": f"<meta:creator>{SECRET}</meta:creator>"}
    entries["META-INF/manifest.xml"] = "<manifest:manifest/>"
    told = {"mimetype": f"application/vnd.oasis.opendocument.{kind}"}
    return package({**entries, **{_path(name): data for name, data in more.items()}}, first=told)


def xlsx(**more: bytes | str) -> bytes:
    """An Excel table."""
    part = _CONTENT_TYPES.format(part="/xl/workbook.xml", of=f"{_OFFICE}spreadsheetml.sheet.main+xml")
    entries = {"[Content_Types].xml": part, "xl/workbook.xml": "<workbook/>"}
    return package({**entries, **{_path(name): data for name, data in more.items()}})


def _path(name: str) -> str:
    return name.replace("__", "/").replace("_dot_", ".")

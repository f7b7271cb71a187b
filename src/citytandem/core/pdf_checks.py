"""What of PDF/UA-1 (ISO 14289-1) can be read from the structure of a file; the rest needs a person. Pure."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ContentStream

_PAINTING = {b"Tj", b"TJ", b"'", b'"', b"f", b"F", b"f*", b"S", b"s", b"B", b"B*", b"b", b"b*", b"Do", b"sh"}


@dataclass
class Element:
    """An element of the structure tree under its standard name."""

    name: str
    alt: str = ""
    scope: str = ""
    kids: list[Element] = field(default_factory=list)

    def all(self, *names: str) -> Iterator[Element]:
        """This element and those below with one of the names, in reading order."""
        if self.name in names:
            yield self
        for kid in self.kids:
            yield from kid.all(*names)


def faults(pdf: bytes) -> tuple[str, ...]:
    """Everything found against PDF/UA-1, in words; empty if nothing."""
    try:
        reader = PdfReader(io.BytesIO(pdf))
        return (*_catalogue(reader), *_structure(reader), *_pages(reader), *_fonts(reader))
    except (PyPdfError, KeyError) as error:
        return (f"not readable as PDF: {error}",)


def structure(reader: PdfReader) -> Element | None:
    """The structure tree; None for a file that is not tagged."""
    root = _root(reader).get("/StructTreeRoot")
    if root is None:
        return None
    root = root.get_object()
    roles = {str(name): str(role) for name, role in (root.get("/RoleMap") or {}).items()}
    top = Element("Root")
    top.kids = list(_kids(root, roles))
    return top


def _root(reader: PdfReader) -> Any:
    """The catalogue of the file; pypdf types it as any object."""
    return reader.trailer["/Root"]


def _kids(node: Any, roles: dict[str, str]) -> Iterator[Element]:
    kids = node.get("/K")
    kids = kids.get_object() if kids is not None else []
    for kid in kids if isinstance(kids, list) else [kids]:
        thing = kid.get_object() if hasattr(kid, "get_object") else kid
        if not hasattr(thing, "get") or "/S" not in thing:
            continue  # a number or a reference to marked content
        name = str(thing["/S"])
        element = Element(roles.get(name, name).lstrip("/"), str(thing.get("/Alt") or ""), _scope(thing.get("/A")))
        element.kids = list(_kids(thing, roles))
        yield element


def _scope(attributes: Any) -> str:
    attributes = attributes.get_object() if attributes is not None else []
    for entry in attributes if isinstance(attributes, list) else [attributes]:
        owner = entry.get_object()
        if hasattr(owner, "get") and owner.get("/Scope"):
            return str(owner["/Scope"])
    return ""


def _catalogue(reader: PdfReader) -> Iterator[str]:
    root = _root(reader)
    if not (root.get("/MarkInfo") or {}).get("/Marked"):
        yield "not marked"
    if not root.get("/Lang"):
        yield "no language"
    if not (root.get("/ViewerPreferences") or {}).get("/DisplayDocTitle"):
        yield "title not displayed"
    if not (reader.metadata and reader.metadata.title):
        yield "no title"
    stream = root.get("/Metadata")
    xmp = stream.get_object().get_data().decode() if stream is not None else ""
    if not re.search(r"pdfuaid:part\s*(>|=\s*[\"'])\s*1\b", xmp):
        yield "not said to be PDF/UA-1"
    if "dc:title" not in xmp:
        yield "no title in the metadata"


def _structure(reader: PdfReader) -> Iterator[str]:
    top = structure(reader)
    if top is None:
        yield "no structure"
        return
    level = 0
    for heading in top.all("H1", "H2", "H3", "H4", "H5", "H6"):
        here = int(heading.name[1])
        if here > level + 1:
            yield f"heading {here} after {level}"
        level = here
    for number, table in enumerate(top.all("Table"), 1):
        heads = list(table.all("TH"))
        if not heads:
            yield f"table {number} without header"
        if any(not head.scope for head in heads):
            yield f"table {number} with a header of no scope"
        if len({sum(1 for _cell in row.all("TH", "TD")) for row in table.all("TR")}) > 1:
            yield f"table {number} with uneven rows"
    yield from (f"figure {number} without words" for number, one in enumerate(top.all("Figure"), 1) if not one.alt)


def _pages(reader: PdfReader) -> Iterator[str]:
    for number, page in enumerate(reader.pages, 1):
        if page.get("/Tabs") != "/S":
            yield f"page {number} with another order of tabs"
        for note in page.get("/Annots") or ():
            if not note.get_object().get("/Contents"):
                yield f"page {number} with a link without words"
                break
        if _has_unmarked(page, reader):
            yield f"page {number} with unmarked content"


def _has_unmarked(page: Any, reader: PdfReader) -> bool:
    """Whether something is painted that is neither in the structure nor said to be decoration."""
    depth = 0
    for _operands, operator in ContentStream(page.get_contents(), reader).operations:
        depth += operator in (b"BDC", b"BMC")
        depth -= operator == b"EMC"
        if operator in _PAINTING and depth == 0:
            return True
    return False


def _fonts(reader: PdfReader) -> Iterator[str]:
    fonts = {
        str(name): font.get_object()
        for page in reader.pages
        for name, font in (page.get("/Resources", {}).get("/Font") or {}).items()
    }
    for name, font in fonts.items():
        inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
        described = inner.get("/FontDescriptor")
        files = described.get_object().keys() if described is not None else ()
        if not {"/FontFile", "/FontFile2", "/FontFile3"} & set(files):
            yield f"font {name} not embedded"
        if "/ToUnicode" not in font:
            yield f"font {name} without letters"

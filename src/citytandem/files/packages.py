"""Office documents that are zip packages (OpenDocument, Office Open XML): what they are, and whether they are sound. Pure.

Refused: what unpacks to far too much, is encrypted, holds programs or other files, names paths outside, declares XML
entities, or is another package than ODT, ODS, DOCX and XLSX. Rewritten: without author, company and history of editing.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from itertools import pairwise

from citytandem.files.limits import Limits
from citytandem.files.metadata import PNG_START, jpeg_without_metadata, png_without_metadata
from citytandem.files.refusals import Reason, Refused

ODT = "application/vnd.oasis.opendocument.text"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
_OOXML = "application/vnd.openxmlformats-officedocument."
DOCX = f"{_OOXML}wordprocessingml.document"
XLSX = f"{_OOXML}spreadsheetml.sheet"
PACKAGES = frozenset({ODT, ODS, DOCX, XLSX})
_MAIN_PARTS = {DOCX: ("word/document.xml", f"{DOCX}.main+xml"), XLSX: ("xl/workbook.xml", f"{XLSX}.main+xml")}
_TYPES = "[Content_Types].xml"
_MOST_TYPES = 1_000_000

_PROGRAMS = re.compile(
    r"(^|/)(vbaproject|vbadata|activex)|^(basic|scripts)/|\.(exe|dll|js|vbs|bat|cmd|ps1|jar|scr|com|msi|hta)$", re.I
)
_ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b\x08", b"Rar!", b"7z\xbc\xaf", b"BZh", b"\xfd7zXZ", b"\xd0\xcf\x11\xe0", b"%PDF-")
_PROGRAM_STARTS = (b"MZ", b"\x7fELF", b"#!")
_XML = re.compile(r"\.(xml|rels|rdf|vml)$", re.IGNORECASE)
_ENTITIES = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
# Who wrote it, when and for how long, small pictures of its first page, and signatures that no longer hold.
_DROPPED = re.compile(
    r"^(docProps/thumbnail\.|Thumbnails/|_xmlsignatures/|META-INF/(document|macro)signatures\.xml)", re.I
)
_CORE = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
_EXTENDED = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"
_CUSTOM = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_EMPTIED = {
    "docProps/core.xml": f'{_HEAD}<cp:coreProperties xmlns:cp="{_CORE}"/>',
    "docProps/app.xml": f'{_HEAD}<Properties xmlns="{_EXTENDED}"/>',
    "docProps/custom.xml": f'{_HEAD}<Properties xmlns="{_CUSTOM}"/>',
    "meta.xml": f'{_HEAD}<office:document-meta xmlns:office="{_OFFICE}" office:version="1.3"/>',
}
# The lists of contents name what was dropped; some readers call a document broken if something named is not there.
_NAMING = re.compile(
    rb'<(?:manifest:file-entry|Relationship)\b[^>]*"/?(?:docProps/thumbnail|Thumbnails/|_xmlsignatures/)[^>]*/>', re.I
)
_PACKED = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_STEP = 65_536
# The least date that a zip can tell.
_NO_DATE = (1980, 1, 1, 0, 0, 0)


def package_type(content: bytes, *, limits: Limits) -> str:
    """Which of the four it is; reads no more than the list of entries and one small entry. Raises Refused."""
    with _opened(content, limits) as package:
        names = set(package.namelist())
        if "mimetype" in names:
            told = _start_of(package, "mimetype", most=200).decode("ascii", "replace").strip()
            return _known(told if package.infolist()[0].filename == "mimetype" else "")
        if _TYPES not in names:
            raise Refused(Reason.TYPE)
        types = _start_of(package, _TYPES, most=_MOST_TYPES)
        if b"macroenabled" in types.lower():
            raise Refused(Reason.MACROS)
        return _known(next((t for t, (part, of) in _MAIN_PARTS.items() if part in names and of.encode() in types), ""))


def package_rewritten(content: bytes, *, limits: Limits) -> bytes:
    """The same document without what tells of its author. Raises Refused for whatever is not sound."""
    found = io.BytesIO()
    with _opened(content, limits) as package, zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as rewritten:
        is_open_document = "mimetype" in package.namelist()
        left = limits.unpacked
        for entry in package.infolist():
            data = _unpacked(package, entry, most=min(left, limits.stream_unpacked), limits=limits)
            left -= len(data)
            _check(entry.filename, data)
            if _DROPPED.match(entry.filename) or entry.is_dir():
                continue
            told = zipfile.ZipInfo(entry.filename, date_time=_NO_DATE)
            stored = is_open_document and entry.filename == "mimetype"
            told.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            rewritten.writestr(told, _without_traces(entry.filename, data))
    return found.getvalue()


def _opened(content: bytes, limits: Limits) -> zipfile.ZipFile:
    """The package, if its list of entries is short enough to be read at all, and begins where the file begins."""
    end = content.rfind(b"PK\x05\x06", -65_557)
    if end < 0 or len(content) < end + 22:
        raise Refused(Reason.BROKEN)
    count, size, offset = struct.unpack("<HLL", content[end + 10 : end + 20])
    if b"PK\x06\x07" in content[max(0, end - 20) : end] or count > limits.entries or size > limits.directory_size:
        raise Refused(Reason.BOMB)
    if offset + size != end:
        raise Refused(Reason.TWO_TYPES)
    try:
        package = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise Refused(Reason.BROKEN) from error
    _check_list(package.infolist(), limits)
    return package


def _check_list(entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    names = [entry.filename.casefold() for entry in entries]
    if not names or len(set(names)) != len(names):
        raise Refused(Reason.BROKEN)
    if any(_leads_away(entry) or entry.compress_type not in _PACKED for entry in entries):
        raise Refused(Reason.BROKEN)
    if any(entry.flag_bits & 0x1 for entry in entries) or "encryptedpackage" in names:
        raise Refused(Reason.ENCRYPTED)
    if any(_PROGRAMS.search(name) for name in names):
        raise Refused(Reason.MACROS)
    if sum(entry.file_size for entry in entries) > limits.unpacked or any(_is_bomb(e, limits) for e in entries):
        raise Refused(Reason.BOMB)
    if _overlap(entries):
        raise Refused(Reason.BOMB)


def _leads_away(entry: zipfile.ZipInfo) -> bool:
    """A path outside the package, or no plain file at all (a link, in the upper bits of the Unix mode)."""
    name = entry.orig_filename
    parts = name.replace("\\", "/").split("/")
    is_link = entry.external_attr >> 28 == 0xA
    return is_link or "\\" in name or "\x00" in name or name.startswith("/") or ".." in parts or ":" in parts[0]


def _is_bomb(entry: zipfile.ZipInfo, limits: Limits) -> bool:
    return entry.file_size > limits.ratio_from and entry.file_size > limits.ratio * max(1, entry.compress_size)


def _overlap(entries: list[zipfile.ZipInfo]) -> bool:
    """Whether two entries share packed bytes: how a small file unpacks to petabytes (Fifield 2019)."""
    places = sorted((entry.header_offset, entry.compress_size) for entry in entries)
    return any(start + size > following for (start, size), (following, _) in pairwise(places))


def _known(told: str) -> str:
    if told not in PACKAGES:
        raise Refused(Reason.TYPE)
    return told


def _start_of(package: zipfile.ZipFile, name: str, *, most: int) -> bytes:
    try:
        with package.open(name) as part:
            return part.read(most)
    except Exception as error:  # whatever a broken or hostile package makes the decoder raise
        raise Refused(Reason.BROKEN) from error


def _unpacked(package: zipfile.ZipFile, entry: zipfile.ZipInfo, *, most: int, limits: Limits) -> bytes:
    """The content, read step by step: what the list says about its size need not be true."""
    bound = min(most, max(limits.ratio_from, limits.ratio * entry.compress_size))
    parts = list(_steps(package, entry, bound))
    return b"".join(parts)


def _steps(package: zipfile.ZipFile, entry: zipfile.ZipInfo, bound: int) -> Iterator[bytes]:
    got = 0
    try:
        with package.open(entry) as part:
            while step := part.read(_STEP):
                got += len(step)
                if got > bound:
                    raise Refused(Reason.BOMB)
                yield step
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise Refused(Reason.BROKEN) from error


def _check(name: str, data: bytes) -> None:
    if data.startswith(_PROGRAM_STARTS):
        raise Refused(Reason.MACROS)
    if data.startswith(_ARCHIVES):
        raise Refused(Reason.NESTED)
    if not _XML.search(name):
        return
    if _ENTITIES.search(data) or _ENTITIES.search(data.replace(b"\x00", b"")):
        raise Refused(Reason.BOMB)
    if name.casefold() == "meta-inf/manifest.xml" and b"encryption-data" in data:
        raise Refused(Reason.ENCRYPTED)


def _without_traces(name: str, data: bytes) -> bytes:
    if name in _EMPTIED:
        return _EMPTIED[name].encode()
    if name in {"META-INF/manifest.xml", "_rels/.rels"}:
        return _NAMING.sub(b"", data)
    if data.startswith(b"\xff\xd8\xff"):
        return jpeg_without_metadata(data)
    return png_without_metadata(data) if data.startswith(PNG_START) else data

"""PDF documents: sound ones are written anew without author, programs and earlier versions. Pure.

Refused: encrypted ones, those that unpack to far too much or have too many pages, those that start programs (Launch),
hold other files, films or XFA forms, for a reader would miss what was taken out. Taken out: JavaScript and actions that
run by themselves (OpenAction, AA), sending of forms, metadata, names of people who commented.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.errors import LimitReachedError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, StreamObject

from citytandem.files.limits import Limits
from citytandem.files.metadata import jpeg_without_metadata
from citytandem.files.refusals import Reason, Refused

_HOLDS_FILES = frozenset({"/EF", "/EmbeddedFiles", "/RichMediaContent", "/RichMediaSettings", "/XFA", "/Collection"})
_REFUSED_ACTIONS = frozenset({"/Launch", "/GoToE", "/Rendition", "/Movie", "/Sound", "/RichMediaExecute"})
_REFUSED_KINDS = frozenset({"/FileAttachment", "/RichMedia", "/Movie", "/Sound", "/Screen", "/3D"})
_DROPPED_ACTIONS = frozenset({"/JavaScript", "/SubmitForm", "/ImportData", "/GoToR"})
_DROPPED = frozenset({"/JS", "/JavaScript", "/AA", "/OpenAction", "/Metadata", "/PieceInfo", "/LastModified"})
_COMMENTED = frozenset({"/T", "/M", "/CreationDate"})
_FLATE = frozenset({"/FlateDecode", "/Fl"})
_PACKING = _FLATE | {"/LZWDecode", "/LZW", "/RunLengthDecode", "/RL", "/BrotliDecode"}
_AS_TEXT = frozenset({"/ASCII85Decode", "/A85", "/ASCIIHexDecode", "/AHx"})
_STEP = 1_000_000


def pdf_rewritten(content: bytes, *, limits: Limits) -> bytes:
    """The same document, clean. Raises Refused."""
    try:
        return _rewritten(content, limits)
    except Refused:
        raise
    except (LimitReachedError, RecursionError) as error:
        raise Refused(Reason.BOMB) from error
    except MemoryError as error:
        raise Refused(Reason.DEMANDING) from error
    except Exception as error:  # a reader of PDF may raise anything for what was made to break it
        raise Refused(Reason.BROKEN) from error


def _rewritten(content: bytes, limits: Limits) -> bytes:
    reader = PdfReader(io.BytesIO(content), strict=False)
    if reader.is_encrypted:
        raise Refused(Reason.ENCRYPTED)
    if sum(len(rows) for rows in reader.xref.values()) + len(reader.xref_objStm) > limits.pdf_objects:
        raise Refused(Reason.BOMB)
    pages = len(reader.pages)
    if pages == 0:
        raise Refused(Reason.BROKEN)
    if pages > limits.pages:
        raise Refused(Reason.PAGES)
    writer = PdfWriter(clone_from=reader)
    writer.metadata = None
    budget = limits.unpacked
    for thing in list(_things(writer, limits)):
        if isinstance(thing, StreamObject):
            budget -= _weight(thing, limits)
            if budget < 0:
                raise Refused(Reason.BOMB)
        _clean(thing)
    # What nothing names any more (the author in the metadata, a script) is left behind when it is read once more.
    clean = PdfWriter(clone_from=PdfReader(io.BytesIO(_written(writer)), strict=False))
    clean.metadata = None
    _prove(clean, limits)
    return _written(clean)


def _written(writer: PdfWriter) -> bytes:
    found = io.BytesIO()
    writer.write(found)
    return found.getvalue()


def _things(writer: PdfWriter, limits: Limits) -> Iterator[DictionaryObject]:
    """Every dictionary and stream of the document, also those that stand within others."""
    roots = [writer.root_object, *(known for known in writer._objects if known is not None)]  # noqa: SLF001 - no other way
    for root in roots:
        waiting: list[tuple[Any, int]] = [(root, 0)]
        while waiting:
            thing, depth = waiting.pop()
            if depth > limits.pdf_nesting:
                raise Refused(Reason.BOMB)
            if isinstance(thing, DictionaryObject):
                yield thing
                waiting += [(value, depth + 1) for value in thing.values() if _is_within(value)]
            elif isinstance(thing, ArrayObject):
                waiting += [(value, depth + 1) for value in thing if _is_within(value)]


def _is_within(value: Any) -> bool:
    """What stands here itself; what is only named stands in the list of objects."""
    return isinstance(value, DictionaryObject | ArrayObject) and not isinstance(value, IndirectObject)


def _clean(thing: DictionaryObject) -> None:
    action, kind = _name(thing, "/S"), _name(thing, "/Subtype")
    if _HOLDS_FILES & thing.keys() or kind in _REFUSED_KINDS:
        raise Refused(Reason.NESTED)
    if action in _REFUSED_ACTIONS:
        raise Refused(Reason.MACROS)
    for key in _DROPPED & thing.keys():
        del thing[NameObject(key)]
    if action in _DROPPED_ACTIONS:
        # What is left is an action that does nothing, so that whatever names it still finds a dictionary.
        thing.clear()
        return
    if "/Rect" in thing and kind not in {"/Widget", ""}:
        for key in _COMMENTED & thing.keys():
            del thing[NameObject(key)]
    if isinstance(thing, StreamObject) and _filters(thing) == ["/DCTDecode"]:
        thing._data = jpeg_without_metadata(thing._data)  # noqa: SLF001 - as it is packed


def _prove(writer: PdfWriter, limits: Limits) -> None:
    """Nothing of what had to go is left."""
    for thing in _things(writer, limits):
        acts = _name(thing, "/S") in _REFUSED_ACTIONS | _DROPPED_ACTIONS
        if acts or (_DROPPED | _HOLDS_FILES) & thing.keys():
            raise Refused(Reason.MACROS)


def _name(thing: DictionaryObject, key: str) -> str:
    value = thing.get(key)
    value = value.get_object() if isinstance(value, IndirectObject) else value
    return str(value) if isinstance(value, NameObject) else ""


def _filters(stream: StreamObject) -> list[str]:
    named = stream.get("/Filter")
    named = named.get_object() if isinstance(named, IndirectObject) else named
    if named is None:
        return []
    return [str(one.get_object()) for one in (named if isinstance(named, ArrayObject) else [named])]


def _weight(stream: StreamObject, limits: Limits) -> int:
    """How many bytes this stream unpacks to, counted without keeping them; pictures by what they declare."""
    filters, data = _filters(stream), stream._data  # noqa: SLF001 - as it is packed
    width, height = (_whole(stream.get(key)) for key in ("/Width", "/Height"))
    if width * height > limits.pixels:
        raise Refused(Reason.PIXELS)
    packed = [one for one in filters if one in _PACKING]
    if len(packed) > 1 or len(filters) > 3:
        raise Refused(Reason.BOMB)
    if not packed:
        return len(data)
    if packed[0] not in _FLATE or filters[0] in _AS_TEXT:
        return len(stream.get_data())  # pypdf stops at a bound of its own
    return _inflated(data, most=limits.stream_unpacked)


def _inflated(data: bytes, *, most: int) -> int:
    unpacking, got, rest = zlib.decompressobj(), 0, data
    try:
        while rest and not unpacking.eof:
            got += len(unpacking.decompress(rest, _STEP))
            rest = unpacking.unconsumed_tail
            if got > most:
                raise Refused(Reason.BOMB)
    except zlib.error:
        return got  # what a reader can show of a damaged stream ends here, too
    return got


def _whole(value: Any) -> int:
    value = value.get_object() if isinstance(value, IndirectObject) else value
    return int(value) if isinstance(value, int | float) else 0

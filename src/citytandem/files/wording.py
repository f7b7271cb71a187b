"""Why a file is not taken, in the reader's language, with what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from citytandem.core.errors import Invalid
from citytandem.files.limits import LIMITS, MEGABYTE
from citytandem.files.refusals import Reason

_ERRORS: Mapping[Reason, Callable[[], Invalid]] = {
    Reason.EMPTY: lambda: Invalid("file.empty", _("This file is empty."), field="files"),
    Reason.TOO_LARGE: lambda: Invalid("file.too_large", too_large(), field="files"),
    Reason.TYPE: lambda: Invalid("file.type", accepted(), field="files"),
    Reason.HEIC: lambda: Invalid(
        "file.heic", _("Photos in Apple's format HEIC cannot be read here. Save the photo as JPEG and send that."),
        field="files",
    ),
    Reason.ACTIVE: lambda: Invalid(
        "file.active", _("Web pages, drawings as SVG and scripts can do harm. Send a picture or a PDF instead."),
        field="files",
    ),
    Reason.OLD_OFFICE: lambda: Invalid(
        "file.old_office",
        _("This document is in an old format, or protected by a password. Save it as DOCX, XLSX, ODT, ODS or PDF."),
        field="files",
    ),
    Reason.TWO_TYPES: lambda: Invalid(
        "file.two_types", _("This file can be read as two different things. Save it anew and send that."), field="files"
    ),
    Reason.BROKEN: lambda: Invalid(
        "file.broken", _("This file cannot be read. It may be damaged. Open it, save it anew and send that."),
        field="files",
    ),
    Reason.PIXELS: lambda: Invalid(
        "file.pixels",
        _("This picture has too many pixels: at most %(number)s million.") % {"number": LIMITS.pixels // 1_000_000},
        field="files",
    ),
    Reason.PAGES: lambda: Invalid(
        "file.pages", _("This document has too many pages: at most %(number)s.") % {"number": LIMITS.pages},
        field="files",
    ),
    Reason.BOMB: lambda: Invalid(
        "file.bomb", _("This file unpacks to far more than it seems. It is not taken."), field="files"
    ),
    Reason.ENCRYPTED: lambda: Invalid(
        "file.encrypted", _("This document is protected by a password. Save it without and send that."), field="files"
    ),
    Reason.MACROS: lambda: Invalid(
        "file.macros", _("This document holds programs (macros). Save it without, for example as PDF."), field="files"
    ),
    Reason.NESTED: lambda: Invalid(
        "file.nested", _("This document holds other files, films or forms. Send those by themselves, or print it as PDF."),
        field="files",
    ),
    Reason.DEMANDING: lambda: Invalid(
        "file.demanding", _("This file takes too long to check. Send a smaller or simpler one."), field="files"
    ),
    Reason.VIRUS: lambda: Invalid(
        "file.virus", _("The virus scanner found something in this file. It is not taken."), field="files"
    ),
}  # fmt: skip

TYPE_NAMES = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WebP",
    "application/pdf": "PDF",
    "text/csv": "CSV",
    "application/vnd.oasis.opendocument.text": "ODT",
    "application/vnd.oasis.opendocument.spreadsheet": "ODS",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "DOCX",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "XLSX",
}
ENDINGS = {
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "text/plain": ".txt",
    **{media_type: f".{name.lower()}" for media_type, name in TYPE_NAMES.items() if name != "JPEG"},
}
# What a browser offers to choose from; what is sent is looked at all the same.
ACCEPT = ",".join([*sorted(set(ENDINGS.values())), ".jpeg"])


def refusal(reason: Reason) -> Invalid:
    """The error to raise for a reason."""
    return _ERRORS[reason]()


def reason_text(code: str) -> str:
    """Why a file was refused or removed; empty where there is nothing to say."""
    return str(refusal(Reason(code))) if code in set(Reason) else ""


def megabytes(size: int) -> str:
    """A limit in megabytes."""
    return str(number_format(round(size / MEGABYTE), decimal_pos=0))


def size_text(size: int) -> str:
    """The size of a file as people say it."""
    if size < MEGABYTE:
        return _("%(number)s KB") % {"number": number_format(max(1, round(size / 1_000)), decimal_pos=0)}
    return _("%(number)s MB") % {"number": number_format(round(size / MEGABYTE, 1), decimal_pos=1)}


def too_large() -> str:
    """What is said of a file that is too large."""
    limits = {"picture": megabytes(LIMITS.picture_size), "document": megabytes(LIMITS.document_size)}
    return _("This file is too large: at most %(picture)s MB for a picture, %(document)s MB for a document.") % limits


def accepted() -> str:
    """What is taken."""
    return _(
        "This kind of file is not taken. Send a picture (JPEG, PNG, WebP, GIF), PDF, DOCX, XLSX, ODT, ODS, or text."
    )


def type_name(media_type: str) -> str:
    """A type as people call it."""
    return TYPE_NAMES.get(media_type) or pgettext("type of file", "Text")

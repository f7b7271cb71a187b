"""The gettext catalogues of the pages: which strings there are, which are missing or stale, and compiling them.

Works with babel alone (a development dependency), so that nobody needs the gettext tools.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from citytandem.core.languages import LANGUAGES

PACKAGE = Path(__file__).resolve().parent.parent
LOCALE = PACKAGE / "locale"
SOURCE_LANGUAGE = "en"
TRANSLATED = tuple(code for code in LANGUAGES if code != SOURCE_LANGUAGE)
KEYWORDS = {
    "_": None,
    "_p": ((1, "c"), 2),
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


def sources() -> list[Path]:
    """Files that may hold strings of the pages; the command line speaks English."""
    files = [*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.html"), *PACKAGE.rglob("*.svg"), *PACKAGE.rglob("*.txt")]
    left_out = {"vendor", "migrations", "cli", "basemap"}
    return sorted(path for path in files if not left_out & set(path.relative_to(PACKAGE).parts))


def extract() -> Any:
    """A babel catalogue of all strings in the source, with the places where they stand."""
    from babel.messages.catalog import Catalog

    catalogue = Catalog(project="citytandem", charset="utf-8", fuzzy=False)
    for path in sources():
        name = path.relative_to(PACKAGE.parent).as_posix()
        for _line, message, comments, context in _messages(path):
            catalogue.add(message, None, [(name, 0)], auto_comments=comments, context=context)
    return catalogue


def _messages(path: Path) -> Iterable[tuple[int, Any, list[str], str | None]]:
    from babel.messages.extract import extract as babel_extract

    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        from django.utils.translation.template import templatize

        text = templatize(text, origin=str(path))
    return list(babel_extract("python", io.BytesIO(text.encode()), keywords=KEYWORDS, comment_tags=["Translators:"]))


def catalogue_path(language: str) -> Path:
    """Where a language's catalogue lies."""
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def read_catalogue(language: str) -> Any:
    """The catalogue of a language; an empty one if there is none yet."""
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import read_po

    path = catalogue_path(language)
    if not path.exists():
        return Catalog(locale=language, project="citytandem", charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update() -> dict[str, int]:
    """Bring all catalogues up to date with the source; returns how many strings each lacks."""
    template, missing = extract(), {}
    for language in TRANSLATED:
        catalogue = read_catalogue(language)
        catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
        catalogue.obsolete.clear()
        _write(catalogue, language)
        missing[language] = len(list(complaints(language, template=template)))
    return missing


def _write(catalogue: Any, language: str) -> None:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import write_po

    path = catalogue_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    catalogue.header_comment = "# citytandem, EUPL-1.2"
    # Dates in the header would change the file without any string having changed.
    with path.open("wb") as file:
        write_po(file, catalogue, width=120, sort_output=True, omit_header=False, include_lineno=False)
    text = path.read_text(encoding="utf-8")
    text = re.sub(
        r'^"(POT-Creation-Date|PO-Revision-Date|Generated-By|Report-Msgid-Bugs-To|Last-Translator|Language-Team):.*\n',
        "",
        text,
        flags=re.M,
    )
    path.write_text(text, encoding="utf-8")
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalogue)


def compile_all() -> None:
    """Write the binary forms that Django reads."""
    for language in TRANSLATED:
        _write(read_catalogue(language), language)


def complaints(language: str, *, template: Any | None = None) -> Iterable[str]:
    """What is wrong with a catalogue: strings missing, stale, half translated, or with other placeholders."""
    wanted = {(m.id if isinstance(m.id, str) else m.id[0], m.context): m for m in (template or extract()) if m.id}
    catalogue = read_catalogue(language)
    present = {(m.id if isinstance(m.id, str) else m.id[0], m.context): m for m in catalogue if m.id}
    for key in wanted.keys() - present.keys():
        yield f"missing: {key[0]}"
    for key in present.keys() - wanted.keys():
        yield f"stale: {key[0]}"
    for key in wanted.keys() & present.keys():
        yield from _faults(present[key], plurals=catalogue.num_plurals)


def _faults(message: Any, *, plurals: int) -> Iterable[str]:
    name = message.id if isinstance(message.id, str) else message.id[0]
    forms = [message.string] if isinstance(message.string, str) else list(message.string)
    if message.fuzzy:
        yield f"fuzzy: {name}"
    if not all(forms) or (not isinstance(message.id, str) and len(forms) != plurals):
        yield f"not translated: {name}"
        return
    ids = [message.id] if isinstance(message.id, str) else list(message.id)
    allowed = set().union(*(set(_PLACEHOLDER.findall(text)) for text in ids))
    needed = set.intersection(*(set(_PLACEHOLDER.findall(text)) for text in ids))
    for form in forms:
        found = set(_PLACEHOLDER.findall(form))
        if not needed <= found <= allowed:
            yield f"placeholders differ: {name}"

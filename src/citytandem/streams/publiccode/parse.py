"""What a publiccode.yml says, in our words. Pure.

Left open on purpose: a technology readiness level (the standard has none), and cities in `usedBy`, which is free text:
it is kept as text, and exact names of cities that we know are only suggested.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django.utils.translation import gettext_lazy as _

from citytandem.core import clock
from citytandem.core.languages import LANGUAGES, is_language
from citytandem.core.text import MAX_TEXT, MAX_TITLE, clean_line
from citytandem.streams.publiccode.document import Document, Notice, invalid, read_document
from citytandem.streams.publiccode.vocabulary import CATEGORIES, OFFICES, SCOPES, STAGES

City = TypeVar("City")
MOST_THEMES = 6
MOST_NAMES = 50
_VERSION = re.compile(r"0(\.[0-9]{1,3}){0,2}")
NEWEST = 7
MANDATORY = ("url", "platforms", "developmentStatus", "softwareType", "legal.license", "maintenance.type")


@dataclass(frozen=True, slots=True)
class PublicCode:
    """One piece of software. `titles` and `texts` are by language; `kept` is the whole file without contact data."""

    version: str
    name: str
    language: str
    titles: dict[str, str]
    texts: dict[str, str]
    url: str
    licence: str
    provider: str
    status: str
    stage: str
    themes: tuple[str, ...]
    standards: tuple[str, ...]
    used_by: tuple[str, ...]
    countries: tuple[str, ...]
    unsupported_countries: tuple[str, ...]
    scopes: tuple[str, ...]
    platforms: tuple[str, ...]
    software_type: str
    maintenance: str
    contractors: tuple[str, ...]
    needs: tuple[str, ...]
    available_languages: tuple[str, ...]
    kept: dict[str, Any]
    notices: tuple[Notice, ...]


def parse(text: str, *, today: date | None = None) -> PublicCode:
    """Read a publiccode.yml. Raises Invalid, with field and line, where it is not one."""
    document = read_document(text)
    version = _version(document)
    name = clean_line(document.text("name"))[:MAX_TITLE]
    if not name:
        raise invalid("name_missing", _("The name of the software is missing."), path="name")
    for path in MANDATORY:
        if document.at(path) is None:
            document.notice("missing", _("This field is mandatory in publiccode.yml, but missing."), path)
    titles, texts = _descriptions(document, name)
    used_by = _names(document, "usedBy")
    status = clean_line(document.text("developmentStatus"))[:40]
    maintenance, contractors = _maintenance(document, today or clock.now().date())
    scopes = _names(document, "intendedAudience.scope")
    return PublicCode(
        version=version,
        name=name,
        language=next(iter(titles)),
        titles=titles,
        texts=texts,
        url=_address(document, "url") or _address(document, "landingURL"),
        licence=clean_line(document.text("legal.license"))[:100],
        provider=_provider(document),
        status=status,
        stage=_stage(document, status, used_by),
        themes=_themes(_names(document, "categories"), scopes),
        standards=tuple(_standards(document)),
        used_by=used_by,
        countries=_countries(document, "intendedAudience.countries"),
        unsupported_countries=_countries(document, "intendedAudience.unsupportedCountries"),
        scopes=scopes,
        platforms=_names(document, "platforms"),
        software_type=clean_line(document.text("softwareType"))[:60],
        maintenance=maintenance,
        contractors=contractors,
        needs=tuple(_needs(document)),
        available_languages=_names(document, "localisation.availableLanguages"),
        kept=_kept(document),
        notices=tuple(document.notices),
    )


def suggested(used_by: Iterable[str], cities: Mapping[str, City]) -> list[tuple[str, City]]:
    """Which of the users names one of `cities` (by name) exactly, an office's word in front left aside."""
    by_name = {name.casefold(): city for name, city in cities.items()}
    found = []
    for user in used_by:
        name = clean_line(user).casefold()
        bare = next((name[len(word) + 1 :] for word in OFFICES if name.startswith(f"{word} ")), name)
        city = by_name.get(name) or by_name.get(bare.strip())
        if city is not None:
            found.append((user, city))
    return found


def _version(document: Document) -> str:
    path = "publiccodeYmlVersion"
    version = document.text(path).strip()
    if not version:
        raise invalid("version_missing", _("This is not a publiccode.yml: publiccodeYmlVersion is missing."), path=path)
    if not _VERSION.fullmatch(version):
        message = _("This version of publiccode.yml is not known here. We read 0.2 to 0.7.")
        raise invalid("version_unknown", message, path=path, line=document.lines.get(path))
    minor = int((version.split(".") + ["2"])[1])
    if not 2 <= minor <= NEWEST:
        document.notice("version", _("We know publiccode.yml 0.2 to 0.7; this version may say more or less."), path)
    return version


def _descriptions(document: Document, name: str) -> tuple[dict[str, str], dict[str, str]]:
    titles: dict[str, str] = {}
    texts: dict[str, str] = {}
    for key in document.keys("description"):
        language = re.split("[-_]", key.lower(), maxsplit=1)[0]
        if not is_language(language):
            message = _("This language is not one of the nine; its description is kept, but not shown.")
            document.notice("language", message, f"description.{key}")
        elif language not in titles:
            titles[language], texts[language] = _described(document, f"description.{key}", name)
    if not titles:
        document.notice("description", _("There is no description in one of the nine languages."), "description")
        available = document.texts("localisation.availableLanguages")
        known = [code[:2].lower() for code in available if code[:2].lower() in LANGUAGES]
        titles = {(known or ["en"])[0]: name}
    return titles, {language: text for language, text in texts.items() if text}


def _described(document: Document, path: str, name: str) -> tuple[str, str]:
    called = clean_line(document.text(f"{path}.localisedName")) or name
    short = clean_line(document.text(f"{path}.shortDescription"))
    kind = clean_line(document.text(f"{path}.genericName")) or short
    full = f"{called} – {kind}"
    title = full if kind and len(full) <= MAX_TITLE else called[:MAX_TITLE]
    features = [f"- {clean_line(feature)}" for feature in document.texts(f"{path}.features")]
    parts = [short, document.text(f"{path}.longDescription").strip(), "\n".join(features)]
    text = "\n\n".join(part for part in parts if part)
    if len(text) > MAX_TEXT:
        document.notice("cut", _("This description is too long; its end was left out."), path)
    return title, text[:MAX_TEXT]


def _stage(document: Document, status: str, used_by: tuple[str, ...]) -> str:
    path = "developmentStatus"
    if status == "obsolete":
        document.notice("obsolete", _("This software is no longer maintained."), path)
    elif status and status not in STAGES:
        document.notice("unexpected", _("This is written in another way than expected, and was left out."), path)
    if status == "stable" and used_by:
        return "in_use"
    return STAGES.get(status, "")


def _maintenance(document: Document, today: date) -> tuple[str, tuple[str, ...]]:
    kind = clean_line(document.text("maintenance.type"))[:40]
    names, ends = [], []
    for row in document.rows("maintenance.contractors"):
        names.append(clean_line(document.text(f"{row}.name"))[:200])
        ends.append(_day(document, f"{row}.until"))
    if kind == "none":
        document.notice("unmaintained", _("Nobody maintains this software."), "maintenance.type")
    if ends and all(end is not None and end < today for end in ends):
        path = "maintenance.contractors.0.until"
        document.notice("stale", _("The maintenance contract has ended: ask whether it goes on."), path)
    return kind, tuple(name for name in names if name)[:MOST_NAMES]


def _day(document: Document, path: str) -> date | None:
    written = document.text(path).strip()
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        document.notice("date", _("This is not a date like 2026-12-31."), path)
        return None


def _themes(categories: Iterable[str], scopes: Iterable[str]) -> tuple[str, ...]:
    named = [theme for word in categories for theme in CATEGORIES.get(word, ())]
    named += [theme for word in scopes for theme in SCOPES.get(word, ())]
    return tuple(dict.fromkeys(named))[:MOST_THEMES]


def _provider(document: Document) -> str:
    # `organisation` since 0.5, `repoOwner` before.
    paths = ("organisation.name", "legal.mainCopyrightOwner", "legal.repoOwner")
    return next((name for path in paths if (name := clean_line(document.text(path)))), "")[:200]


def _standards(document: Document) -> Iterable[str]:
    rows = document.rows("supports")[:20]
    named = (clean_line(document.text(f"{row}.id")).removeprefix("alias:") for row in rows)
    return [name for name in named if name and len(name) <= 60]


def _needs(document: Document) -> Iterable[str]:
    for group in ("open", "proprietary", "hardware"):
        for row in document.rows(f"dependsOn.{group}")[:MOST_NAMES]:
            name = clean_line(document.text(f"{row}.name"))[:100]
            if name and document.text(f"{row}.optional").lower() not in {"true", "yes"}:
                yield name


def _names(document: Document, path: str) -> tuple[str, ...]:
    lines = (clean_line(text)[:200] for text in document.texts(path))
    return tuple(dict.fromkeys(line for line in lines if line))[:MOST_NAMES]


def _countries(document: Document, path: str) -> tuple[str, ...]:
    codes = [code.upper() for code in _names(document, path)]
    if any(not re.fullmatch("[A-Z]{2}", code) for code in codes):
        document.notice("country", _("Countries are written with two letters, like IT."), path)
    return tuple(code for code in codes if re.fullmatch("[A-Z]{2}", code))


def _address(document: Document, path: str) -> str:
    address = document.text(path).strip()
    if address and (not re.fullmatch(r"https?://[^\s]+", address) or len(address) > 500):
        document.notice("address", _("This web address cannot be used: it has to start with https://."), path)
        return ""
    return address


def _kept(document: Document) -> dict[str, Any]:
    """The whole file, unknown fields too, but nobody's name, e-mail address or phone number."""
    kept = dict(document.values)
    maintenance = kept.get("maintenance")
    if not isinstance(maintenance, dict):
        return kept
    if maintenance.get("contacts"):
        message = _("Contact persons are not taken over; look them up in the repository.")
        document.notice("contacts", message, "maintenance.contacts")
    contractors = maintenance.get("contractors")
    firms = [
        {key: value for key, value in row.items() if key not in {"email", "phone"}}
        for row in (contractors if isinstance(contractors, list) else [])
        if isinstance(row, dict)
    ]
    rest = {key: value for key, value in maintenance.items() if key not in {"contacts", "contractors"}}
    kept["maintenance"] = {**rest, "contractors": firms} if firms else rest
    return kept

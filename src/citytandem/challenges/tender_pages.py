"""What the pages of a tender package show: its parts with what they lack, its files, and which procedure may fit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citytandem.challenges.models import Pilot, Tender
from citytandem.challenges.tender_faults import faults_of, ready_package
from citytandem.challenges.tender_files import missing_in_notice
from citytandem.challenges.tender_parts import PARTS, Placed, placed
from citytandem.challenges.tender_said import package_of
from citytandem.challenges.tender_words import FITS, document_words, note_words, warning_words
from citytandem.challenges.tenders import formats
from citytandem.challenges.tenders.codes import LANGUAGES
from citytandem.challenges.tenders.document import Bars, Heading, Paragraph, Table, tender_document
from citytandem.challenges.tenders.kinds import BadTender, Fault
from citytandem.challenges.tenders.package import Checked, TenderPackage
from citytandem.challenges.tenders.thresholds import Fitting, fitting
from citytandem.core.languages import NATIVE_NAMES
from citytandem.core.text import shorten
from citytandem.core.versions import read

_LONGEST_TOLD = 140
_FILES = (
    ("package.docx", gettext_lazy("Word document"), gettext_lazy("To go on working with.")),
    ("package.pdf", gettext_lazy("PDF"), gettext_lazy("Accessible (PDF/UA-1), to read and to send.")),
    (
        "ocds.json",
        gettext_lazy("Open data (OCDS 1.1)"),
        gettext_lazy("The release package, checked against its schema."),
    ),
    (
        "contract-notice.json",
        gettext_lazy("Fields of a contract notice"),
        gettext_lazy("eForms subtype 16, for the system that you send notices with."),
    ),
    (
        "prior-notice.json",
        gettext_lazy("Fields of a prior information notice"),
        gettext_lazy("eForms subtype 4: firms learn early that something comes."),
    ),
    ("package.json", gettext_lazy("The whole package"), gettext_lazy("Everything as data. The log keeps its SHA-256.")),
)


@dataclass(frozen=True, slots=True)
class PartShown:
    """A part of the package in the overview."""

    key: str
    label: str
    told: str
    path: str
    faults: Sequence[Placed]


@dataclass(frozen=True, slots=True)
class FileShown:
    """A file that can be fetched."""

    label: str
    about: str
    path: str


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of the document as a page shows it."""

    kind: str
    content: Any


@dataclass(frozen=True, slots=True)
class TenderShown:
    """The page of a package. `fits`: which procedures may fit, in words; `procurement`: where to look at it."""

    code: str
    path: str
    title: str
    language: str
    language_name: str
    version: int
    changed_at: datetime
    handed_over_at: datetime | None
    sha256: str
    pilot: Pilot | None
    parts: Sequence[PartShown]
    faults: Sequence[Placed]
    notes: Sequence[str]
    files: Sequence[FileShown]
    missing: Sequence[str]
    blocks: Sequence[Block]
    fits: Sequence[str]
    warnings: Sequence[str]
    procurement: str


def path_of(tender: Tender) -> str:
    """Address of the package."""
    return f"/tenders/{tender.code}"


def tender_page(tender: Tender, *, refused: Iterable[Fault] = ()) -> TenderShown:
    """`refused`: what was wrong with a file that somebody asked for. No query of its own."""
    package, ready = package_of(tender), ready_package(tender)
    found = tuple(dict.fromkeys([*faults_of(tender), *refused]))
    faults = [placed(fault) for fault in found]
    path, fit = path_of(tender), _fitting(package, tender.currency)
    return TenderShown(
        code=tender.code,
        path=path,
        title=tender.title or _("Without a title"),
        language=tender.language,
        language_name=NATIVE_NAMES[tender.language],
        version=tender.version,
        changed_at=tender.changed_at,
        handed_over_at=tender.handed_over_at,
        sha256=tender.said.get("handed_over", {}).get("sha256", ""),
        pilot=tender.pilot,
        parts=[
            PartShown(
                key,
                str(words.label),
                _told(key, package),
                f"{path}/edit/{key}",
                [one for one in faults if one.part == key],
            )
            for key, words in PARTS.items()
        ],
        faults=faults,
        notes=[note_words(note) for note in ready.notes] if ready is not None else [],
        files=[FileShown(str(label), str(about), f"{path}/{name}") for name, label, about in _FILES],
        missing=missing_in_notice(tender) if not faults else (),
        blocks=_blocks(package) if ready is not None else (),
        fits=[str(FITS[code][0]) for code in fit.procedures] if fit is not None else (),
        warnings=list(warning_words(fit.warnings))[:-1] if fit is not None else (),
        procurement=procurement_path(package, tender.currency),
    )


def weights_shown(ready: Checked) -> list[tuple[str, str, str]]:
    """Criteria with the weight that was given and the share that it is."""
    language = ready.package.language
    return [
        (row.name, f"{row.weight:g}", formats.share(share, language))
        for row, share in zip(ready.package.criteria, ready.shares, strict=True)
    ]


def procurement_path(package: TenderPackage, currency: str) -> str:
    """Where the thresholds are shown for what this package is worth: for several buyers the sum counts."""
    asked: dict[str, Any] = {"contract": package.contract, "currency": currency}
    if 0 <= package.lead < len(package.buyers):
        lead = package.buyers[package.lead]
        asked |= {"country": lead.country, "buyer": lead.kind}
    if package.value is not None:
        asked["value"] = str(package.value.amount)
    asked["on"] = (package.dates.notice or timezone.localdate()).isoformat()
    return f"/procurement?{urlencode(asked)}"


def _fitting(package: TenderPackage, currency: str) -> Fitting | None:
    """What may fit; None where the value or the buyer is not said."""
    if package.value is None or not 0 <= package.lead < len(package.buyers):
        return None
    lead = package.buyers[package.lead]
    try:
        return fitting(
            lead.country,
            buyer=lead.kind,
            contract=package.contract,
            value=package.value.amount,
            currency=currency,
            on=package.dates.notice or timezone.localdate(),
        )
    except BadTender:
        return None


def _told(key: str, package: TenderPackage) -> str:
    """A part in a few words."""
    if key == "subject":
        if package.value is None:
            return package.title
        return f"{package.title}, {formats.amount(package.value.amount, package.value.currency, package.language)}"
    if key == "buyers":
        return ", ".join(buyer.name for buyer in package.buyers)
    if key == "dates":
        until = package.dates.tenders_until
        return formats.day(until, package.language) if until is not None else _("no date yet")
    names = {"requirements": "text", "criteria": "name", "prices": "item", "lots": "title"}
    told = "; ".join(getattr(row, names[key]) for row in getattr(package, key))
    return shorten(told, limit=_LONGEST_TOLD) or _("none yet")


def _blocks(package: TenderPackage) -> list[Block]:
    document = tender_document(package, words=document_words(package.language))
    kinds = {Heading: "heading", Paragraph: "paragraph", Table: "table", Bars: "bars"}
    return [Block(kinds[type(block)], block) for block in document.blocks if not isinstance(block, Bars)]


def pilot_choices(pilots: Sequence[Pilot], *, reader: str) -> list[tuple[str, str]]:
    """Finished pilots by the title of their proposals."""
    return [
        (str(pilot.id), read(pilot.proposal.title, reader=reader, original=pilot.proposal.language).text or pilot.code)
        for pilot in pilots
    ]


def package_languages() -> dict[str, str]:
    """The languages that a package can be written in."""
    return {code: name for code, name in NATIVE_NAMES.items() if code in LANGUAGES}

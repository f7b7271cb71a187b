"""The files of a tender package: documents, open data, data for notices. The same version gives the same bytes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache

from citytandem.challenges.models import Tender
from citytandem.challenges.tender_faults import faults_of
from citytandem.challenges.tender_said import package_json, package_of
from citytandem.challenges.tender_words import document_words
from citytandem.challenges.tenders.eforms import Notice, contract_notice, prior_information_notice
from citytandem.challenges.tenders.kinds import BadTender, Fault
from citytandem.core.node import this_node

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# Until the programme is started anew, or the package changes.
_KEPT_SECONDS = 86_400
_LARGEST_KEPT = 2_000_000


@dataclass(frozen=True, slots=True)
class TenderFile:
    """A file as it is served."""

    name: str
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class _Kind:
    made: Callable[[Tender, str], bytes]
    content_type: str
    ending: str
    is_kept: bool = False


def tender_file(tender: Tender, kind: str, *, address: str) -> TenderFile:
    """One of `KINDS`. `address`: where the open data can be fetched. Raises BadTender with all faults, KeyError.

    What was handed over is served as it was then.
    """
    made = KINDS[kind]
    found = faults_of(tender)
    if found:
        raise BadTender(*found)
    return TenderFile(
        f"tender-{package_of(tender).reference}{made.ending}", made.content_type, _body(tender, kind, address)
    )


def _body(tender: Tender, kind: str, address: str) -> bytes:
    made = KINDS[kind]
    if not made.is_kept:
        return made.made(tender, address)
    key = f"tender:{tender.code}:{tender.version}:{kind}"
    known: bytes | None = cache.get(key)
    if known is None:
        known = made.made(tender, address)
        if len(known) <= _LARGEST_KEPT:
            cache.set(key, known, _KEPT_SECONDS)
    return known


# The libraries that write files are read when the first file is asked for: no process waits for them at its start.
def _docx(tender: Tender, _address: str) -> bytes:
    from citytandem.challenges.tenders.docx_file import tender_docx

    return tender_docx(package_of(tender), made=tender.changed_at, words=document_words(tender.language))


def _pdf(tender: Tender, _address: str) -> bytes:
    from citytandem.challenges.tenders.pdf_file import tender_pdf

    return tender_pdf(package_of(tender), made=tender.changed_at, words=document_words(tender.language))


def _package(tender: Tender, _address: str) -> bytes:
    handed_over = tender.said.get("handed_over")
    text: str = handed_over["json"] if handed_over else package_json(package_of(tender))
    return text.encode()


def _open_data(tender: Tender, address: str) -> bytes:
    """Before the hand-over it is a plan; then the tender follows, for which nobody can bid yet."""
    from citytandem.challenges.tenders.ocds import release_package, validate

    published = tender.handed_over_at
    # Both releases belong to one process, and the plan was first.
    planned = tender.created_at if published is None else min(tender.created_at, published - timedelta(seconds=1))
    package = release_package(
        package_of(tender),
        ocid_prefix=settings.OCDS_PREFIX,
        uri=address,
        publisher=this_node().name,
        planned=planned,
        published=published,
        status="planned",
    )
    wrong = validate(package)
    if wrong:
        raise BadTender(*(Fault("ocds.schema", told=error) for error in wrong))
    return _json(package)


def _contract_notice(tender: Tender, _address: str) -> bytes:
    return _json(contract_notice(package_of(tender)).as_data())


def _prior_notice(tender: Tender, _address: str) -> bytes:
    return _json(prior_information_notice(package_of(tender)).as_data())


def _json(told: Mapping[str, Any]) -> bytes:
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()


KINDS: dict[str, _Kind] = {
    "package.docx": _Kind(_docx, _DOCX, ".docx", is_kept=True),
    "package.pdf": _Kind(_pdf, "application/pdf", ".pdf", is_kept=True),
    "ocds.json": _Kind(_open_data, "application/json", "-ocds.json"),
    "contract-notice.json": _Kind(_contract_notice, "application/json", "-contract-notice.json"),
    "prior-notice.json": _Kind(_prior_notice, "application/json", "-prior-notice.json"),
    "package.json": _Kind(_package, "application/json", ".json"),
}


def missing_in_notice(tender: Tender) -> tuple[str, ...]:
    """The mandatory fields of a contract notice that a person still has to fill in; empty where it has no such notice."""
    try:
        notice: Notice = contract_notice(package_of(tender))
    except BadTender:
        return ()
    return notice.missing

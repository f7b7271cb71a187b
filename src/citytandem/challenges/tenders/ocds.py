"""A tender as open data: an OCDS 1.1 release package with a planning and a tender release.

Source: Open Contracting Data Standard 1.1.5, release and release package schemas, codelists. Lots by the lots
extension, the parts of several buyers by that for a breakdown of the budget.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

import jsonschema

from citytandem.challenges.tenders.checking import checked
from citytandem.challenges.tenders.codes import country_name
from citytandem.challenges.tenders.kinds import BadTender, Fault
from citytandem.challenges.tenders.package import Buyer, Checked, Money, PriceLine, TenderPackage

_BUDGET = "https://raw.githubusercontent.com/open-contracting-extensions/ocds_budget_breakdown_extension/master/extension.json"
_LOTS = "https://raw.githubusercontent.com/open-contracting-extensions/ocds_lots_extension/v1.1.5/extension.json"
_PREFIX = re.compile(r"ocds-[a-z0-9]{6}")
_URI = re.compile(r"https?://[^\s/]+(/\S*)?")
_CATEGORIES = {"supplies": "goods", "works": "works"}
_METHODS = {
    "open": "open", "restricted": "selective", "neg-w-call": "selective", "comp-dial": "selective",
    "innovation": "selective", "neg-wo-call": "limited",
}  # fmt: skip
# The dates that are milestones, with the codes that the standard has for them.
_MILESTONES = {"opening": "assessment", "decision": "approval", "start": "delivery", "end": "delivery"}
Status = Literal["planned", "active"]
DocumentType = Literal[
    "biddingDocuments", "technicalSpecifications", "evaluationCriteria", "billOfQuantity", "tenderNotice"
]


@dataclass(frozen=True, slots=True)
class PublishedDocument:
    """A file of the tender that anybody can fetch."""

    id: str
    kind: DocumentType
    title: str
    url: str
    format: str
    published: datetime


def release_package(
    package: TenderPackage,
    *,
    ocid_prefix: str,
    uri: str,
    publisher: str,
    planned: datetime,
    published: datetime | None = None,
    status: Status = "active",
    documents: Sequence[PublishedDocument] = (),
) -> dict[str, Any]:
    """The JSON of a release package: the plan, and with `published` the tender too.

    `status`: planned, as long as nobody can bid yet. `uri`: where the package can be fetched. Raises BadTender for a
    package with faults, a prefix that is none, times without a zone or in the wrong order, or documents without an
    address.
    """
    ready = checked(package)
    _require(ocid_prefix, uri, planned, published, documents)
    ocid = f"{ocid_prefix}-{package.reference}"
    releases = [_planning(ready, ocid, planned)]
    if published is not None:
        releases.append(_tender_release(ready, ocid, published, documents, status))
    told: dict[str, Any] = {
        "uri": uri,
        "version": "1.1",
        "publishedDate": _moment(published or planned),
        "publisher": {"name": publisher},
        "releases": releases,
    }
    extensions = [_LOTS] * bool(package.lots and published is not None) + [_BUDGET] * package.is_shared_out
    if extensions:
        told["extensions"] = extensions
    return told


def validate(package: Mapping[str, Any]) -> list[str]:
    """What our own schema finds wrong, each with its place; empty if nothing. Stricter than the official one."""
    found = sorted(_validator().iter_errors(package), key=lambda error: [str(part) for part in error.absolute_path])
    return [f"{'/'.join(str(part) for part in error.absolute_path)}: {error.message}" for error in found]


@lru_cache(maxsize=1)
def _validator() -> jsonschema.Draft202012Validator:
    schema = json.loads(files(__package__).joinpath("ocds_schema.json").read_text(encoding="utf-8"))
    return jsonschema.Draft202012Validator(schema)


def _require(
    prefix: str, uri: str, planned: datetime, published: datetime | None, documents: Sequence[PublishedDocument]
) -> None:
    found: list[Fault] = []
    if not _PREFIX.fullmatch(prefix):
        found.append(Fault("ocds.prefix", "ocid_prefix", prefix))
    if not _URI.fullmatch(uri):
        found.append(Fault("ocds.uri", "uri", uri))
    moments = [planned, *([published] if published else []), *(document.published for document in documents)]
    if any(moment.utcoffset() is None for moment in moments):
        found.append(Fault("ocds.zone"))
    elif published is not None and published <= planned:
        found.append(Fault("ocds.order", "published", published.isoformat()))
    found += [
        Fault("ocds.document", f"documents.{number}", document.url)
        for number, document in enumerate(documents, 1)
        if not _URI.fullmatch(document.url)
    ]
    if found:
        raise BadTender(*found)


def _release(ready: Checked, ocid: str, tag: str, at: datetime) -> dict[str, Any]:
    package = ready.package
    return {
        "ocid": ocid,
        "id": f"{ocid}-{tag}-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        "date": _moment(at),
        "tag": [tag],
        "initiationType": "tender",
        "language": package.language,
        "parties": [_party(buyer, number, package) for number, buyer in enumerate(package.buyers)],
        "buyer": _reference(package),
    }


def _planning(ready: Checked, ocid: str, at: datetime) -> dict[str, Any]:
    package = ready.package
    planning: dict[str, Any] = {"rationale": package.need}
    if package.value is not None:
        planning["budget"] = {"amount": _value(package.value)}
        if package.is_shared_out:
            planning["budget"]["budgetBreakdown"] = list(_breakdown(package))
    milestones = _milestones(package)
    if milestones:
        planning["milestones"] = milestones
    return {**_release(ready, ocid, "planning", at), "planning": planning}


def _breakdown(package: TenderPackage) -> Iterator[dict[str, Any]]:
    for number, buyer in enumerate(package.buyers):
        if buyer.value is not None:
            party = {"id": _party_id(buyer, number), "name": buyer.name}
            yield {"id": str(number + 1), "amount": _value(buyer.value), "sourceParty": party}


def _tender_release(
    ready: Checked, ocid: str, at: datetime, documents: Sequence[PublishedDocument], status: Status
) -> dict[str, Any]:
    package = ready.package
    tender = {
        "id": package.reference,
        "title": package.title,
        "description": package.need,
        "status": status,
        "procuringEntity": _reference(package),
        "items": [_item(line, number, package) for number, line in enumerate(package.prices, 1)],
        "value": _value(package.value) if package.value else None,
        "procurementMethod": _METHODS.get(package.procedure or ""),
        "procurementMethodDetails": package.procedure,
        "mainProcurementCategory": _CATEGORIES.get(package.contract, "services"),
        **_award_criteria(ready),
        "submissionMethod": ["electronicSubmission"] if package.submission_url else None,
        "submissionMethodDetails": package.submission_url,
        **_periods(package, at),
        "lots": [_lot(package, number, status) for number in range(len(package.lots))],
        "documents": [_document(document, package.language) for document in documents],
        "milestones": _milestones(package),
    }
    # The standard asks to leave out what is not known.
    return {**_release(ready, ocid, "tender", at), "tender": {key: told for key, told in tender.items() if told}}


def _award_criteria(ready: Checked) -> dict[str, Any]:
    criteria = ready.package.criteria
    kinds = {criterion.kind for criterion in criteria}
    only = {"price": "priceOnly", "cost": "costOnly", "quality": "qualityOnly"}
    code = only[next(iter(kinds))] if len(kinds) == 1 else "ratedCriteria"
    told = "; ".join(f"{row.name}: {share} %" for row, share in zip(criteria, ready.shares, strict=True))
    return {"awardCriteria": code, "awardCriteriaDetails": told}


def _periods(package: TenderPackage, at: datetime) -> dict[str, Any]:
    dates = package.dates
    periods: dict[str, Any] = {}
    if dates.tenders_until is not None:
        periods["tenderPeriod"] = {"startDate": _moment(dates.notice or at), "endDate": _moment(dates.tenders_until)}
    if dates.questions_until is not None:
        periods["enquiryPeriod"] = {"startDate": _moment(dates.notice or at), "endDate": _moment(dates.questions_until)}
    if dates.start is not None or dates.end is not None:
        ends = (("startDate", dates.start), ("endDate", dates.end))
        periods["contractPeriod"] = {name: _moment(day) for name, day in ends if day is not None}
    return periods


def _milestones(package: TenderPackage) -> list[dict[str, Any]]:
    return [
        {
            "id": name,
            "title": name,
            "type": kind,
            "dueDate": _moment(getattr(package.dates, name)),
            "status": "scheduled",
        }
        for name, kind in _MILESTONES.items()
        if getattr(package.dates, name) is not None
    ]


def _item(line: PriceLine, number: int, package: TenderPackage) -> dict[str, Any]:
    item: dict[str, Any] = {"id": str(number), "description": line.item, "quantity": _number(line.quantity)}
    item["unit"] = {"name": line.unit}
    if package.cpv:
        item["classification"] = {"scheme": "CPV", "id": package.cpv}
    if package.more_cpv:
        item["additionalClassifications"] = [{"scheme": "CPV", "id": code} for code in package.more_cpv]
    if line.lot:
        item["relatedLot"] = line.lot
    return item


def _lot(package: TenderPackage, number: int, status: Status) -> dict[str, Any]:
    lot = package.lots[number]
    told: dict[str, Any] = {"id": lot.id, "title": lot.title, "status": status}
    if lot.description:
        told["description"] = lot.description
    if lot.value is not None:
        told["value"] = _value(lot.value)
    return told


def _document(document: PublishedDocument, language: str) -> dict[str, Any]:
    return {
        "id": document.id,
        "documentType": document.kind,
        "title": document.title,
        "url": document.url,
        "datePublished": _moment(document.published),
        "format": document.format,
        "language": language,
    }


def _party(buyer: Buyer, number: int, package: TenderPackage) -> dict[str, Any]:
    address = {
        "streetAddress": buyer.street, "locality": buyer.city, "region": buyer.nuts, "postalCode": buyer.post_code,
        "countryName": country_name(buyer.country),
    }  # fmt: skip
    contact = {"email": buyer.email, "telephone": buyer.phone, "url": buyer.website}
    party: dict[str, Any] = {
        "id": _party_id(buyer, number),
        "name": buyer.name,
        "roles": ["buyer", "procuringEntity"] if number == package.lead else ["buyer"],
        "address": {key: told for key, told in address.items() if told},
    }
    if buyer.scheme:
        party["identifier"] = {"scheme": buyer.scheme, "id": buyer.identifier, "legalName": buyer.name}
    if any(contact.values()):
        party["contactPoint"] = {"name": buyer.name, **{key: told for key, told in contact.items() if told}}
    return party


def _party_id(buyer: Buyer, number: int) -> str:
    return f"{buyer.scheme}-{buyer.identifier}" if buyer.scheme else f"buyer-{number + 1}"


def _reference(package: TenderPackage) -> dict[str, Any]:
    lead = package.buyers[package.lead]
    return {"id": _party_id(lead, package.lead), "name": lead.name}


def _value(money: Money) -> dict[str, Any]:
    return {"amount": _number(money.amount), "currency": money.currency}


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _moment(moment: date | datetime) -> str:
    """RFC 3339; a date is its first second in UTC."""
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time(), UTC)
    return moment.isoformat(timespec="seconds")

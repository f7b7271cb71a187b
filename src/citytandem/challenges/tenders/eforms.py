"""The fields of official notices: a contract notice (subtype 16) and a prior information notice (subtype 4).

Field names, codes and what is mandatory are those of the eForms SDK 1.13 (Implementing Regulation (EU) 2019/1780), for
buyers under Directive 2014/24/EU. The result is data for the system that a city sends its notices with; it is no
notice yet: what only a person or that system can know is listed as missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from citytandem.challenges.tenders.checking import checked
from citytandem.challenges.tenders.codes import LANGUAGES, country_in_three
from citytandem.challenges.tenders.kinds import BadTender, Fault
from citytandem.challenges.tenders.package import Buyer, Checked, Lot, Money, TenderPackage

SDK = "eforms-sdk-1.13"
Subtype = Literal["4", "16"]
Fields = dict[str, Any]

_KINDS = {"4": ("planning", "pin-only"), "16": ("competition", "cn-standard")}
_NATURES = {"supplies": "supplies", "services": "services", "works": "works"}
_LEGAL_TYPES = {"central": "cga", "sub_central": "la"}
_ONE_STAGE = ("open", "oth-single")
_WITH_A_CALL = ("open", "restricted", "neg-w-call", "comp-dial", "innovation", "oth-single", "oth-mult")

_NOTICE = ("BT-701-notice", "BT-05(a)-notice", "BT-05(b)-notice")
_PROCEDURE = ("BT-262-Procedure",)
_ORGANISATION = (
    "BT-501-Organization-Company", "BT-503-Organization-Company", "BT-506-Organization-Company",
    "BT-507-Organization-Company", "BT-512-Organization-Company",
)  # fmt: skip
# Of a lot in a contract notice, whatever the procedure.
_LOT = (
    "BT-14-Lot", "BT-15-Lot", "BT-17-Lot", "BT-18-Lot", "BT-60-Lot", "BT-71-Lot", "BT-92-Lot", "BT-93-Lot", "BT-97-Lot",
    "BT-115-Lot", "BT-262-Lot", "BT-736-Lot", "BT-743-Lot", "BT-764-Lot", "BT-765-Lot", "BT-766-Lot", "BT-767-Lot",
    "BT-821-Lot", "BT-5071-Lot", "BT-5141-Lot", "OPT-301-Lot-ReviewOrg",
)  # fmt: skip
_PART = ("BT-262-Part", "BT-5071-Part", "BT-5141-Part", "OPT-301-Part-ReviewOrg")


@dataclass(frozen=True, slots=True)
class Notice:
    """The fields of a notice by their names in the SDK; texts as {language: text}.

    `lots`: of a contract notice, or the parts of a prior information notice. `missing`: mandatory fields that are
    empty, as `lots.1.BT-60-Lot`.
    """

    subtype: Subtype
    language: str
    notice: Fields
    procedure: Fields
    organisations: tuple[Fields, ...]
    lots: tuple[Fields, ...]
    missing: tuple[str, ...]

    def as_data(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "sdk": SDK,
            "subtype": self.subtype,
            "language": self.language,
            "notice": self.notice,
            "procedure": self.procedure,
            "organisations": list(self.organisations),
            "lots": list(self.lots),
            "missing": list(self.missing),
        }


def contract_notice(package: TenderPackage) -> Notice:
    """What subtype 16 tells. Raises BadTender for a package with faults, and where another subtype is the right one."""
    return _notice(package, "16")


def prior_information_notice(package: TenderPackage) -> Notice:
    """What subtype 4 tells. Raises BadTender as `contract_notice` does."""
    return _notice(package, "4")


def _notice(package: TenderPackage, subtype: Subtype) -> Notice:
    ready = checked(package)
    _require(package, subtype)
    language = LANGUAGES[package.language]
    notice = _head(package, subtype, language)
    procedure = _procedure(package, subtype, language)
    organisations = tuple(_organisation(package, number, language) for number in range(len(package.buyers)))
    entries: tuple[Lot | None, ...] = package.lots or (None,)
    lots = tuple(_lot(ready, lot, number, subtype, language) for number, lot in enumerate(entries, 1))
    missing = _missing(notice, procedure, organisations, lots, subtype)
    return Notice(subtype, language, notice, procedure, organisations, lots, tuple(missing))


def _require(package: TenderPackage, subtype: Subtype) -> None:
    found: list[Fault] = []
    if package.contract not in _NATURES:
        found.append(Fault("eforms.contract", "contract", package.contract))
    found += [
        Fault("eforms.buyer", f"buyers.{number}.kind", buyer.kind)
        for number, buyer in enumerate(package.buyers, 1)
        if buyer.kind not in _LEGAL_TYPES
    ]
    if subtype == "16" and package.procedure is not None and package.procedure not in _WITH_A_CALL:
        found.append(Fault("eforms.procedure", "procedure", package.procedure))
    if found:
        raise BadTender(*found)


def _head(package: TenderPackage, subtype: Subtype, language: str) -> Fields:
    form, kind = _KINDS[subtype]
    head = {
        "OPT-001-notice": "2.3",
        "OPT-002-notice": SDK,
        "OPP-070-notice": subtype,
        "BT-01-notice": "32014L0024",
        "BT-02-notice": kind,
        "BT-03-notice": form,
        "BT-702(a)-notice": language,
        "BT-757-notice": "01",
    }
    if subtype == "4" and package.dates.notice is not None:
        head["BT-127-notice"] = package.dates.notice.isoformat()
    return head


def _procedure(package: TenderPackage, subtype: Subtype, language: str) -> Fields:
    told: Fields = {
        **_scope(package, "Procedure", language),
        "BT-22-Procedure": package.reference,
        **_money(package.value, "BT-27-Procedure"),
        "buyers": [
            {
                "OPT-300-Procedure-Buyer": _organisation_id(number),
                "BT-10-Procedure-Buyer": "gen-pub",
                "BT-11-Procedure-Buyer": _LEGAL_TYPES[buyer.kind],
            }
            for number, buyer in enumerate(package.buyers)
        ],
    }
    if subtype == "16" and package.procedure is not None:
        told["BT-105-Procedure"] = package.procedure
    return told


def _scope(package: TenderPackage, level: str, language: str, lot: Lot | None = None) -> Fields:
    title, text = (lot.title, lot.description or lot.title) if lot else (package.title, package.need)
    scope: Fields = {
        f"BT-21-{level}": {language: title},
        f"BT-24-{level}": {language: text},
        f"BT-23-{level}": _NATURES[package.contract],
    }
    if package.cpv:
        scope |= {f"BT-26(m)-{level}": "cpv", f"BT-262-{level}": package.cpv}
    if package.more_cpv:
        scope |= {f"BT-26(a)-{level}": "cpv", f"BT-263-{level}": list(package.more_cpv)}
    return scope


def _organisation(package: TenderPackage, number: int, language: str) -> Fields:
    buyer: Buyer = package.buyers[number]
    told = {
        "OPT-200-Organization-Company": _organisation_id(number),
        "BT-500-Organization-Company": {language: buyer.name},
        "BT-501-Organization-Company": buyer.identifier,
        "BT-503-Organization-Company": buyer.phone,
        "BT-505-Organization-Company": buyer.website,
        "BT-506-Organization-Company": buyer.email,
        "BT-507-Organization-Company": buyer.nuts,
        "BT-510(a)-Organization-Company": buyer.street,
        "BT-512-Organization-Company": buyer.post_code,
        "BT-513-Organization-Company": buyer.city,
        "BT-514-Organization-Company": country_in_three(buyer.country),
    }
    if package.is_joint:
        told["OPP-050-Organization"] = "true" if number == package.lead else "false"
    return {name: value for name, value in told.items() if value}


def _lot(ready: Checked, lot: Lot | None, number: int, subtype: Subtype, language: str) -> Fields:
    package = ready.package
    level, prefix = ("Part", "PAR") if subtype == "4" else ("Lot", "LOT")
    lead = package.buyers[package.lead]
    told: Fields = {
        f"BT-137-{level}": f"{prefix}-{number:04d}",
        f"BT-22-{level}": lot.id if lot else package.reference,
        **_scope(package, level, language, lot),
        **_money(lot.value if lot else package.value, f"BT-27-{level}"),
        f"BT-5141-{level}": country_in_three(lead.country),
    }
    if lead.nuts:
        told[f"BT-5071-{level}"] = lead.nuts
    if package.documents_url:
        told |= {f"BT-14-{level}": "non-restricted-document", f"BT-15-{level}": package.documents_url}
    told |= _days(package, level)
    if subtype == "16":
        told |= {"BT-97-Lot": [language], "criteria": list(_criteria(ready, language)), **_deadlines(package)}
        if package.submission_url:
            told["BT-18-Lot"] = package.submission_url
    return told


def _days(package: TenderPackage, level: str) -> Fields:
    ends = ((f"BT-536-{level}", package.dates.start), (f"BT-537-{level}", package.dates.end))
    return {name: day.isoformat() for name, day in ends if day is not None}


def _deadlines(package: TenderPackage) -> Fields:
    """Bids, questions and opening. Procedures of several stages begin with requests to take part: BT-1311."""
    one_stage = package.procedure in _ONE_STAGE
    told: Fields = {}
    if package.procedure is not None:
        told |= _moment("BT-131" if one_stage else "BT-1311", package.dates.tenders_until)
    told |= _moment("BT-13", package.dates.questions_until)
    if package.procedure == "open":
        told |= _moment("BT-132", package.dates.opening)
    return told


def _moment(term: str, moment: datetime | None) -> Fields:
    if moment is None:
        return {}
    zone = moment.isoformat(timespec="minutes")[-6:]
    return {f"{term}(d)-Lot": _day(moment) + zone, f"{term}(t)-Lot": f"{moment:%H:%M:%S}{zone}"}


def _day(moment: date) -> str:
    return f"{moment:%Y-%m-%d}"


def _criteria(ready: Checked, language: str) -> Iterator[Fields]:
    for criterion, share in zip(ready.package.criteria, ready.shares, strict=True):
        yield {
            "BT-539-Lot": criterion.kind,
            "BT-734-Lot": {language: criterion.name},
            "BT-540-Lot": {language: criterion.description or criterion.name},
            "BT-541-Lot-WeightNumber": str(share),
            "BT-5421-Lot": "per-exa",
        }


def _money(money: Money | None, name: str) -> Fields:
    if money is None:
        return {}
    return {name: {"amount": str(money.amount.quantize(Decimal("0.01"))), "currency": money.currency}}


def _organisation_id(number: int) -> str:
    return f"ORG-{number + 1:04d}"


def _missing(
    notice: Fields, procedure: Fields, organisations: tuple[Fields, ...], lots: tuple[Fields, ...], subtype: Subtype
) -> Iterator[str]:
    is_call = subtype == "16"
    yield from _lacking(notice, (*_NOTICE, "BT-04-notice" if is_call else "BT-127-notice"), "notice")
    asked: tuple[str, ...] = (*_PROCEDURE, "BT-105-Procedure", "BT-806-Procedure") if is_call else _PROCEDURE
    yield from _lacking(procedure, asked, "procedure")
    for number, organisation in enumerate(organisations, 1):
        yield from _lacking(organisation, _ORGANISATION, f"organisations.{number}")
    asked = (*_LOT, *_asked_by(procedure.get("BT-105-Procedure"))) if is_call else _PART
    for number, lot in enumerate(lots, 1):
        yield from _lacking(lot, asked, f"lots.{number}")


def _asked_by(procedure: str | None) -> tuple[str, ...]:
    if procedure is None:
        return ()
    stage = "BT-131" if procedure in _ONE_STAGE else "BT-1311"
    more = ("BT-98-Lot",) if procedure == "open" else ()
    return (f"{stage}(d)-Lot", f"{stage}(t)-Lot", *more)


def _lacking(told: Mapping[str, Any], asked: tuple[str, ...], where: str) -> Iterator[str]:
    return (f"{where}.{name}" for name in asked if name not in told)

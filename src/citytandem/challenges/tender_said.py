"""A tender package as it is kept and handed over: between the row's columns with their JSON, and the pure package."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from citytandem.challenges.models import Tender
from citytandem.challenges.tenders.package import (
    AwardCriterion,
    Buyer,
    Lot,
    Money,
    PriceLine,
    Requirement,
    TenderPackage,
    Timetable,
)

# What the columns of the row hold.
_COLUMNS = ("title", "contract", "language", "value")
_TIMES = ("questions_until", "tenders_until", "opening")


def package_of(tender: Tender) -> TenderPackage:
    """What the row says, whole or not."""
    said, currency = tender.said, tender.currency
    dates: dict[str, Any] = {name: _moment(name, told) for name, told in said.get("dates", {}).items()}
    return TenderPackage(
        reference=said.get("reference", ""),
        title=tender.title,
        need=said.get("need", ""),
        contract=tender.contract,  # type: ignore[arg-type] # a constraint keeps it to the kinds
        language=tender.language,
        buyers=tuple(_valued(Buyer, row, currency) for row in said.get("buyers", ())),
        requirements=tuple(Requirement(**row) for row in said.get("requirements", ())),
        criteria=tuple(AwardCriterion(**{**row, "weight": float(row["weight"])}) for row in said.get("criteria", ())),
        prices=tuple(PriceLine(**{**row, "quantity": Decimal(row["quantity"])}) for row in said.get("prices", ())),
        dates=Timetable(**dates),
        value=None if tender.value is None else Money(tender.value, currency),
        lots=tuple(_valued(Lot, row, currency) for row in said.get("lots", ())),
        lead=said.get("lead", 0),
        procedure=said.get("procedure"),
        cpv=said.get("cpv", ""),
        more_cpv=tuple(said.get("more_cpv", ())),
        documents_url=said.get("documents_url", ""),
        submission_url=said.get("submission_url", ""),
    )


def said_of(package: TenderPackage) -> dict[str, Any]:
    """What of a package is kept as JSON."""
    told: dict[str, Any] = _plain(package)
    for row in (*told["buyers"], *told["lots"]):
        row["value"] = row["value"] and row["value"]["amount"]
    return {name: value for name, value in told.items() if name not in _COLUMNS}


def package_json(package: TenderPackage) -> str:
    """A package as it is handed over: the same package gives the same letters."""
    told = {"format": "citytandem tender package 1", "package": _plain(package)}
    return json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def digest_of(text: str) -> str:
    """SHA-256 of a handed-over package, as anybody can compute it from the file."""
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(thing: Any) -> Any:
    if is_dataclass(thing):
        return {part.name: _plain(getattr(thing, part.name)) for part in fields(thing)}
    if isinstance(thing, tuple):
        return [_plain(entry) for entry in thing]
    if isinstance(thing, float):
        return f"{thing:.15g}"
    if isinstance(thing, Decimal):
        return str(thing)
    return thing.isoformat() if isinstance(thing, date) else thing


def _valued(kind: Any, row: Mapping[str, Any], currency: str) -> Any:
    amount = row.get("value")
    return kind(**{**row, "value": None if amount is None else Money(Decimal(amount), currency)})


def _moment(name: str, told: str | None) -> date | datetime | None:
    if told is None:
        return None
    return datetime.fromisoformat(told) if name in _TIMES else date.fromisoformat(told)

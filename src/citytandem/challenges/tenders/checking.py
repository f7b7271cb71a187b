"""Whether a tender package is whole: all its faults at once, each with a stable code and its place."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from citytandem.challenges.tenders.codes import CURRENCIES, LANGUAGES, country_name
from citytandem.challenges.tenders.kinds import (
    BUYER_KINDS,
    CONTRACT_KINDS,
    CRITERION_KINDS,
    PROCEDURES,
    STRENGTHS,
    BadTender,
    Fault,
)
from citytandem.challenges.tenders.package import Buyer, Checked, Money, Note, TenderPackage

_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
_CPV = re.compile(r"[0-9]{8}")
_NUTS = re.compile(r"[A-Z]{2}[0-9A-Z]{3}")
_SCHEME = re.compile(r"[A-Z]{2,3}-[A-Z0-9]{2,}(-[A-Z0-9]+)*")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_URL = re.compile(r"https?://[^\s/$.?#][^\s]*")
# What XML 1.0 has no place for: such a text can be written into no document.
_UNWRITABLE = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LONGEST = {"title": 400, "name": 400, "city": 200}
_LONGEST_TEXT = 20_000
_MOST = 500


def checked(package: TenderPackage) -> Checked:
    """The package with its weights as shares of 100. Raises BadTender with all faults."""
    found = faults(package)
    if found:
        raise BadTender(*found)
    weights = [criterion.weight for criterion in package.criteria]
    total = math.fsum(weights)
    notes: list[Note] = []
    if not math.isclose(total, 1.0, abs_tol=1e-9) and not math.isclose(total, 100.0, abs_tol=1e-7):
        notes.append(Note("weights_normalised", f"{total:g}"))
    if package.value is None:
        notes.append(Note("value_missing"))
    lots = [lot.value.amount for lot in package.lots if lot.value is not None]
    if package.value is not None and len(lots) == len(package.lots) > 0 and sum(lots) != package.value.amount:
        notes.append(Note("lots_sum", str(sum(lots))))
    parts = [float(buyer.value.amount) for buyer in package.buyers if buyer.value is not None]
    if package.is_joint and not package.is_shared_out:
        notes.append(Note("shares_missing"))
    return Checked(package, percentages(weights), tuple(notes), percentages(parts) if package.is_shared_out else ())


def percentages(weights: Sequence[float]) -> tuple[Decimal, ...]:
    """Shares in per cent with one decimal that sum to 100: the largest remainders are rounded up."""
    total = math.fsum(weights)
    exact = [Decimal(weight / total) * 1000 for weight in weights]
    whole = [share.to_integral_value(ROUND_FLOOR) for share in exact]
    left = 1000 - int(sum(whole))
    largest = sorted(range(len(exact)), key=lambda number: (whole[number] - exact[number], number))
    for number in largest[:left]:
        whole[number] += 1
    return tuple((share / 10).quantize(Decimal("0.1")) for share in whole)


def faults(package: TenderPackage) -> tuple[Fault, ...]:
    """Everything that is wrong, in the order of the package; empty if nothing is."""
    # Texts first: what cannot be written needs no further look.
    unwritable = tuple(_texts(package, ""))
    return unwritable or tuple(
        fault
        for part in (_head, _addresses, _buyers, _requirements, _criteria, _prices, _lots, _dates)
        for fault in part(package)
    )


def _texts(thing: Any, where: str) -> Iterator[Fault]:
    if isinstance(thing, str):
        limit = _LONGEST.get(where.rpartition(".")[2], _LONGEST_TEXT)
        if _UNWRITABLE.search(thing):
            yield Fault("text.control", where)
        elif len(thing) > limit:
            yield Fault("text.long", where, str(limit))
    elif isinstance(thing, tuple):
        if len(thing) > _MOST:
            yield Fault("list.long", where, str(_MOST))
        for number, entry in enumerate(thing, 1):
            yield from _texts(entry, f"{where}.{number}")
    elif is_dataclass(thing):
        for part in fields(thing):
            yield from _texts(getattr(thing, part.name), f"{where}.{part.name}".lstrip("."))


def _head(package: TenderPackage) -> Iterator[Fault]:
    if not _REFERENCE.fullmatch(package.reference):
        yield Fault("tender.reference", "reference", package.reference)
    for name in ("title", "need"):
        if not getattr(package, name).strip():
            yield Fault(f"tender.{name}", name)
    if package.contract not in CONTRACT_KINDS:
        yield Fault("tender.contract", "contract", package.contract)
    if package.language not in LANGUAGES:
        yield Fault("tender.language", "language", package.language)
    if package.procedure is not None and package.procedure not in PROCEDURES:
        yield Fault("tender.procedure", "procedure", package.procedure)
    yield from _money(package.value, "value")


def _addresses(package: TenderPackage) -> Iterator[Fault]:
    for name in ("documents_url", "submission_url"):
        if getattr(package, name) and not _URL.fullmatch(getattr(package, name)):
            yield Fault("tender.url", name, getattr(package, name))
    if package.cpv and not _CPV.fullmatch(package.cpv):
        yield Fault("tender.cpv", "cpv", package.cpv)
    for number, code in enumerate(package.more_cpv, 1):
        if not _CPV.fullmatch(code):
            yield Fault("tender.cpv", f"more_cpv.{number}", code)


def _money(money: Money | None, where: str) -> Iterator[Fault]:
    if money is None:
        return
    if not _is_payable(money.amount):
        yield Fault("value.amount", where, str(money.amount))
    if money.currency not in CURRENCIES:
        yield Fault("value.currency", where, money.currency)


def _is_payable(amount: Decimal) -> bool:
    if not isinstance(amount, Decimal) or not amount.is_finite() or not 0 < amount < Decimal("1e12"):
        return False
    return amount == amount.quantize(Decimal("0.01"))


def _buyers(package: TenderPackage) -> Iterator[Fault]:
    if not package.buyers:
        yield Fault("buyers.none", "buyers")
    elif not 0 <= package.lead < len(package.buyers):
        yield Fault("buyers.lead", "lead", str(package.lead))
    for number, buyer in enumerate(package.buyers, 1):
        yield from _buyer(buyer, f"buyers.{number}")
    yield from _twice([(buyer.name.casefold(), buyer.country) for buyer in package.buyers], "buyers", "buyers.twice")
    yield from _parts(package)


def _parts(package: TenderPackage) -> Iterator[Fault]:
    """What the buyers of a joint procurement take of it."""
    value = package.value
    for number, buyer in enumerate(package.buyers, 1):
        yield from _money(buyer.value, f"buyers.{number}.value")
        if value is not None and buyer.value is not None and buyer.value.currency != value.currency:
            yield Fault("buyer.currency", f"buyers.{number}.value", buyer.value.currency)
    parts = [buyer.value for buyer in package.buyers if buyer.value is not None]
    if value is None or not package.is_shared_out or any(_faulty(part, value.currency) for part in (value, *parts)):
        return
    total = sum(part.amount for part in parts)
    if total != value.amount:
        yield Fault("buyers.sum", "value", str(total))


def _faulty(money: Money, currency: str) -> bool:
    return money.currency != currency or any(True for _fault in _money(money, ""))


def _buyer(buyer: Buyer, where: str) -> Iterator[Fault]:
    for name in ("name", "city"):
        if not getattr(buyer, name).strip():
            yield Fault(f"buyer.{name}", f"{where}.{name}")
    if buyer.kind not in BUYER_KINDS:
        yield Fault("buyer.kind", f"{where}.kind", buyer.kind)
    if country_name(buyer.country) is None:
        yield Fault("buyer.country", f"{where}.country", buyer.country)
    for name, pattern in (("nuts", _NUTS), ("scheme", _SCHEME), ("email", _EMAIL), ("website", _URL)):
        if getattr(buyer, name) and not pattern.fullmatch(getattr(buyer, name)):
            yield Fault(f"buyer.{name}", f"{where}.{name}", getattr(buyer, name))
    if buyer.scheme and not buyer.identifier:
        yield Fault("buyer.identifier", f"{where}.identifier")


def _requirements(package: TenderPackage) -> Iterator[Fault]:
    if not package.requirements:
        yield Fault("requirements.none", "requirements")
    for number, requirement in enumerate(package.requirements, 1):
        where = f"requirements.{number}"
        if not _REFERENCE.fullmatch(requirement.id):
            yield Fault("requirement.id", f"{where}.id", requirement.id)
        if not requirement.text.strip():
            yield Fault("requirement.text", f"{where}.text")
        if requirement.strength not in STRENGTHS:
            yield Fault("requirement.strength", f"{where}.strength", requirement.strength)
    yield from _twice([requirement.id for requirement in package.requirements], "requirements", "requirements.twice")


def _criteria(package: TenderPackage) -> Iterator[Fault]:
    if not package.criteria:
        yield Fault("criteria.none", "criteria")
    weights: list[float] = []
    for number, criterion in enumerate(package.criteria, 1):
        where = f"criteria.{number}"
        if not criterion.name.strip():
            yield Fault("criterion.name", f"{where}.name")
        if criterion.kind not in CRITERION_KINDS:
            yield Fault("criterion.kind", f"{where}.kind", criterion.kind)
        if not math.isfinite(criterion.weight) or not 0 <= criterion.weight <= 1e9:
            yield Fault("criterion.weight", f"{where}.weight", str(criterion.weight))
        else:
            weights.append(criterion.weight)
    # Denormal numbers would lose their proportions.
    if package.criteria and len(weights) == len(package.criteria) and math.fsum(weights) < 1e-9:
        yield Fault("criteria.no_weight", "criteria")
    yield from _twice([criterion.name.casefold() for criterion in package.criteria], "criteria", "criteria.twice")


def _prices(package: TenderPackage) -> Iterator[Fault]:
    lots = {lot.id for lot in package.lots}
    for number, line in enumerate(package.prices, 1):
        where = f"prices.{number}"
        for name in ("item", "unit"):
            if not getattr(line, name).strip():
                yield Fault(f"price.{name}", f"{where}.{name}")
        amount = line.quantity
        if not isinstance(amount, Decimal) or not amount.is_finite() or not 0 < amount < Decimal("1e12"):
            yield Fault("price.quantity", f"{where}.quantity", str(amount))
        if line.lot and line.lot not in lots:
            yield Fault("price.lot", f"{where}.lot", line.lot)


def _lots(package: TenderPackage) -> Iterator[Fault]:
    for number, lot in enumerate(package.lots, 1):
        where = f"lots.{number}"
        if not _REFERENCE.fullmatch(lot.id):
            yield Fault("lot.id", f"{where}.id", lot.id)
        if not lot.title.strip():
            yield Fault("lot.title", f"{where}.title")
        yield from _money(lot.value, f"{where}.value")
        if lot.value is not None and package.value is not None and lot.value.currency != package.value.currency:
            yield Fault("lot.currency", f"{where}.value", lot.value.currency)
    yield from _twice([lot.id for lot in package.lots], "lots", "lots.twice")


def _dates(package: TenderPackage) -> Iterator[Fault]:
    before: date | datetime | None = None
    for part in fields(package.dates):
        moment = getattr(package.dates, part.name)
        if moment is None:
            continue
        where = f"dates.{part.name}"
        if isinstance(moment, datetime) and moment.utcoffset() is None:
            yield Fault("dates.zone", where)
            continue
        if before is not None and _earlier(moment, before):
            yield Fault("dates.order", where, moment.isoformat())
        before = moment


def _earlier(moment: date | datetime, before: date | datetime) -> bool:
    if isinstance(moment, datetime) and isinstance(before, datetime):
        return moment < before
    return _day(moment) < _day(before)


def _day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _twice(keys: Sequence[Any], where: str, code: str) -> Iterator[Fault]:
    for number, key in enumerate(keys, 1):
        if key in keys[: number - 1]:
            yield Fault(code, f"{where}.{number}")

"""Which procedure may fit a value. It reads a table of facts with sources, and it never decides: a person does.

The words for it belong to whoever shows it; they always end with "check with your procurement office".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal, get_args

import yaml

from citytandem.challenges.tenders.kinds import (
    BUYER_KINDS,
    CONTRACT_KINDS,
    BadTender,
    BuyerKind,
    ContractKind,
    Fault,
)

Level = Literal["EU", "GPA", "national"]
Applies = Literal["from", "below", "up_to"]
# The words for these say what they mean: treaty_wide is what the WTO agreement asks of a country outside the EU.
Fit = Literal["direct_award", "simplified", "open_national", "eu_wide", "light_touch", "treaty_wide"]

MEMBERS = frozenset(
    {
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
        "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
    }
)  # fmt: skip
_CLOSE = Decimal("0.9")
_COLUMNS = {
    "country",
    "level",
    "buyers",
    "contracts",
    "amount",
    "currency",
    "applies",
    "procedure",
    "from",
    "until",
    "source",
}


@dataclass(frozen=True, slots=True)
class Threshold:
    """One fact: from, below or up to `amount` (net of VAT) this procedure fits, between two dates, says the source."""

    country: str
    level: Level
    region: str
    buyer: BuyerKind
    contract: ContractKind
    amount: Decimal
    currency: str
    applies: Applies
    procedure: Fit
    since: date
    until: date | None
    source: str
    url: str
    checked: date

    def covers(self, on: date) -> bool:
        """Whether the fact holds on that day."""
        return self.since <= on and (self.until is None or on <= self.until)

    def holds(self, value: Decimal) -> bool:
        """Whether the value lies on the side of the amount that the fact speaks of."""
        if self.applies == "from":
            return value >= self.amount
        return value < self.amount if self.applies == "below" else value <= self.amount


@dataclass(frozen=True, slots=True)
class Fitting:
    """What may fit. `procedures` is empty where nothing is known; `used` are the facts that were looked at.

    `is_close`: the value lies at most a tenth below one of them. `warnings` always hold ask_procurement_office; others:
    splitting (close to a threshold), outdated (no fact covers the date), national_unknown (no source for the country's
    own rules), regions_differ (say which region), eu_unknown (no EU threshold in this currency), other_currency (facts
    exist in another currency), country_unknown.
    """

    procedures: tuple[Fit, ...]
    used: tuple[Threshold, ...]
    is_close: bool
    warnings: tuple[str, ...]


@lru_cache(maxsize=1)
def thresholds() -> tuple[Threshold, ...]:
    """All facts of the table that comes with the program."""
    return read_thresholds(files(__package__).joinpath("thresholds.yaml").read_text(encoding="utf-8"))


def read_thresholds(text: str) -> tuple[Threshold, ...]:
    """Facts from YAML, a row for each buyer and contract. Raises BadTender that names the row."""
    table = yaml.safe_load(text)
    if not isinstance(table, dict) or not {"sources", "rows"} <= table.keys():
        raise BadTender(Fault("thresholds.table"))
    found: list[Threshold] = []
    for number, row in enumerate(table["rows"], 1):
        try:
            found.extend(_expanded(row, table["sources"]))
        except (KeyError, TypeError, ValueError) as error:
            raise BadTender(Fault("thresholds.row", f"row {number}", str(error))) from error
    return tuple(found)


def _expanded(row: Mapping[str, Any], sources: Mapping[str, Any]) -> Iterator[Threshold]:
    missing, unknown = _COLUMNS - row.keys(), row.keys() - _COLUMNS - {"region"}
    if missing or unknown:
        raise ValueError(", ".join(sorted(missing | unknown)))
    for key, allowed in (("level", Level), ("applies", Applies), ("procedure", Fit)):
        if row[key] not in get_args(allowed):
            raise ValueError(f"{key}: {row[key]}")
    if set(row["buyers"]) - set(BUYER_KINDS) or set(row["contracts"]) - set(CONTRACT_KINDS):
        raise ValueError("buyers or contracts")
    if not isinstance(row["amount"], int) or row["amount"] < 0 or not isinstance(row["from"], date):
        raise ValueError("amount or from")
    source = sources[row["source"]]
    for buyer in row["buyers"]:
        for contract in row["contracts"]:
            yield Threshold(
                country=row["country"], level=row["level"], region=row.get("region") or "", buyer=buyer,
                contract=contract, amount=Decimal(row["amount"]), currency=row["currency"], applies=row["applies"],
                procedure=row["procedure"], since=row["from"], until=row["until"], source=source["title"],
                url=source["url"], checked=source["checked"],
            )  # fmt: skip


def fitting(
    country: str,
    *,
    buyer: BuyerKind,
    contract: ContractKind,
    value: Decimal,
    currency: str,
    on: date,
    region: str = "",
    facts: Sequence[Threshold] | None = None,
) -> Fitting:
    """Which procedures may fit a contract of this estimated value net of VAT.

    Raises BadTender for a kind that does not exist or a value that is no amount.
    """
    _require(buyer=buyer, contract=contract, value=value)
    table = thresholds() if facts is None else facts
    mine = [fact for fact in table if (fact.buyer, fact.contract) == (buyer, contract)]
    warnings = ["ask_procurement_office"]
    home = {country, "EU"} if country in MEMBERS else {country}
    above = _of_the_day(
        [fact for fact in mine if fact.level != "national" and fact.country in home],
        currency,
        on,
        warnings,
        "eu_unknown",
    )
    national = _national(
        [fact for fact in mine if fact.level == "national" and fact.country == country], currency, on, region, warnings
    )
    reached = [fact for fact in above if fact.holds(value)]
    # Without an upper threshold nobody knows where an open-ended rule of the country stops.
    chosen = reached or _nearest(national if above else [fact for fact in national if fact.applies != "from"], value)
    if not chosen and "national_unknown" not in warnings:
        warnings.append("national_unknown")
    if reached:
        # Above the upper thresholds the country's own lower ones play no part.
        warnings = [
            code for code in warnings if code not in ("national_unknown", "regions_differ", "outdated.national")
        ]
    if not any(fact.country in home for fact in table):
        warnings.append("country_unknown")
    looked_at = [*above, *([] if reached else national)]
    is_close = any(fact.amount * _CLOSE <= value < fact.amount for fact in looked_at)
    if is_close:
        warnings.append("splitting")
    return Fitting(
        procedures=tuple(dict.fromkeys(fact.procedure for fact in chosen)),
        used=tuple(looked_at),
        is_close=is_close,
        warnings=tuple(dict.fromkeys(code.removesuffix(".national") for code in warnings)),
    )


def _require(*, buyer: str, contract: str, value: Decimal) -> None:
    if buyer not in BUYER_KINDS:
        raise BadTender(Fault("buyer.kind", "buyer", buyer))
    if contract not in CONTRACT_KINDS:
        raise BadTender(Fault("tender.contract", "contract", contract))
    if not isinstance(value, Decimal | int) or not Decimal(value).is_finite() or value < 0:
        raise BadTender(Fault("value.amount", "value", str(value)))


def _of_the_day(facts: Sequence[Threshold], currency: str, on: date, warnings: list[str], none: str) -> list[Threshold]:
    """Facts in the currency that cover the day, and a warning where there would have been some."""
    payable = [fact for fact in facts if fact.currency == currency]
    covering = [fact for fact in payable if fact.covers(on)]
    if not covering:
        warnings.append(none)
        if payable:
            warnings.append("outdated.national" if none == "national_unknown" else "outdated")
        elif facts:
            warnings.append("other_currency")
    return covering


def _national(facts: Sequence[Threshold], currency: str, on: date, region: str, warnings: list[str]) -> list[Threshold]:
    here = [fact for fact in facts if fact.region in ("", region)]
    if facts and not here:
        warnings.append("regions_differ")
    return _of_the_day(here, currency, on, warnings, "national_unknown")


def _nearest(facts: Sequence[Threshold], value: Decimal) -> list[Threshold]:
    """Of the facts that hold the nearest one: the lowest upper end, or else the highest lower end."""
    holding = [fact for fact in facts if fact.holds(value)]
    upper = [fact for fact in holding if fact.applies != "from"]
    lower = [fact for fact in holding if fact.applies == "from"]
    if upper:
        return [min(upper, key=lambda fact: fact.amount)]
    return [max(lower, key=lambda fact: fact.amount)] if lower else []

"""What a tender consists of, and what makes it whole. Drafts may be anything; `checked` lets through what is complete."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from citytandem.challenges.tenders.kinds import BuyerKind, ContractKind, CriterionKind, Procedure, Strength


@dataclass(frozen=True, slots=True)
class Money:
    """An amount net of VAT; `currency` as in ISO 4217."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who buys. `country`: ISO 3166-1 alpha-2; `identifier` of a register, `scheme` its list at org-id.guide; `nuts`: level 3.

    Contacts are those of an office, never of a person. `value`: what of a joint procurement is for this buyer.
    """

    name: str
    country: str
    city: str
    kind: BuyerKind = "sub_central"
    identifier: str = ""
    scheme: str = ""
    street: str = ""
    post_code: str = ""
    nuts: str = ""
    email: str = ""
    phone: str = ""
    website: str = ""
    value: Money | None = None


@dataclass(frozen=True, slots=True)
class Requirement:
    """What the thing bought has to do, and what the pilot showed about it."""

    id: str
    text: str
    strength: Strength
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class AwardCriterion:
    """What decides between bids. `weight` >= 0 counts in relation to the others."""

    name: str
    weight: float
    kind: CriterionKind
    description: str = ""


@dataclass(frozen=True, slots=True)
class PriceLine:
    """A line that bidders put a price to."""

    item: str
    unit: str
    quantity: Decimal
    hint: str = ""
    lot: str = ""


@dataclass(frozen=True, slots=True)
class Lot:
    """A part that can be bid for alone."""

    id: str
    title: str
    description: str = ""
    value: Money | None = None


@dataclass(frozen=True, slots=True)
class Timetable:
    """The dates, in this order. Times know their zone."""

    notice: date | None = None
    questions_until: datetime | None = None
    tenders_until: datetime | None = None
    opening: datetime | None = None
    decision: date | None = None
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True)
class TenderPackage:
    """All that a tender says. `lead` counts in `buyers`: who runs a joint procurement. `cpv` codes without check digit."""

    reference: str
    title: str
    need: str
    contract: ContractKind
    language: str
    buyers: tuple[Buyer, ...]
    requirements: tuple[Requirement, ...]
    criteria: tuple[AwardCriterion, ...]
    prices: tuple[PriceLine, ...] = ()
    dates: Timetable = field(default_factory=Timetable)
    value: Money | None = None
    lots: tuple[Lot, ...] = ()
    lead: int = 0
    procedure: Procedure | None = None
    cpv: str = ""
    more_cpv: tuple[str, ...] = ()
    documents_url: str = ""
    submission_url: str = ""

    @property
    def is_joint(self) -> bool:
        """Whether several buy together."""
        return len(self.buyers) > 1

    @property
    def is_shared_out(self) -> bool:
        """Whether several buy together, and each says what of it is theirs."""
        return self.is_joint and all(buyer.value is not None for buyer in self.buyers)


@dataclass(frozen=True, slots=True)
class Note:
    """What was done to a package, or is worth a look. `code` is stable.

    weights_normalised, value_missing, lots_sum, shares_missing (some buyers do not say what of it is theirs).
    """

    code: str
    told: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """A package without faults. `shares`: the weights of its criteria in per cent with one decimal, summing to 100.

    `parts`: the same for the values of several buyers; empty where not all of them are known.
    """

    package: TenderPackage
    shares: tuple[Decimal, ...]
    notes: tuple[Note, ...]
    parts: tuple[Decimal, ...] = ()

"""The codes that tenders are described by, and the error for what cannot be one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

BuyerKind = Literal["central", "sub_central", "utility"]
ContractKind = Literal["supplies", "services", "works", "social_services", "concession", "design_contest"]
# As eForms names the procedures above the EU thresholds.
Procedure = Literal[
    "open", "restricted", "neg-w-call", "comp-dial", "innovation", "neg-wo-call", "oth-single", "oth-mult"
]
Strength = Literal["must", "should"]
CriterionKind = Literal["price", "cost", "quality"]

BUYER_KINDS: tuple[str, ...] = get_args(BuyerKind)
CONTRACT_KINDS: tuple[str, ...] = get_args(ContractKind)
PROCEDURES: tuple[str, ...] = get_args(Procedure)
STRENGTHS: tuple[str, ...] = get_args(Strength)
CRITERION_KINDS: tuple[str, ...] = get_args(CriterionKind)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. `code` is stable; `where` names the part, as `criteria.2.weight` (counted from 1)."""

    code: str
    where: str = ""
    told: str = ""


class BadTender(ValueError):
    """A tender that cannot be used as it is. `faults` has at least one entry; `code` is that of the first."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(f"{fault.code}: {fault.where} {fault.told}".strip() for fault in faults))
        self.faults: Sequence[Fault] = faults
        self.code = faults[0].code

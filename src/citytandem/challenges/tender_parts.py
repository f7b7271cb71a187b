"""The parts of a tender package as they are written: forms over the package, rows that come and go, faults at their place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from citytandem.challenges.forms_tenders import (
    BuyerForm,
    CriterionForm,
    DatesForm,
    LeadForm,
    LotForm,
    PriceForm,
    PriceWeightForm,
    RequirementForm,
    RowForm,
    SubjectForm,
)
from citytandem.challenges.models import Tender
from citytandem.challenges.tender_said import package_of
from citytandem.challenges.tender_words import fault_words
from citytandem.challenges.tenders.kinds import Fault
from citytandem.challenges.tenders.package import Buyer, Money, TenderPackage
from citytandem.ui.forms import PlainForm


@dataclass(frozen=True, slots=True)
class PartWords:
    """How a part is called, and what it is for. `row`: how one of its rows is called, `add`: the button for another."""

    label: Promise
    lead: Promise
    row: Promise | str = ""
    add: Promise | str = ""


PARTS: Mapping[str, PartWords] = {
    "subject": PartWords(
        _("What is bought"), _("The need in plain words, the kind of contract, and what it may be worth.")
    ),
    "buyers": PartWords(
        _("Buyers"),
        _("Who buys. Several cities can buy together: one of them leads, and each says what of the value is its part."),
        _("Buyer"),
        _("Add a buyer"),
    ),
    "requirements": PartWords(
        _("Requirements"),
        _("What the thing bought must or should do, and what the pilot showed about it."),
        _("Requirement"),
        _("Add a requirement"),
    ),
    "criteria": PartWords(
        _("Award criteria"),
        _(
            "What decides between bids. Weights count in relation to each other; documents show them as shares of 100 %."
        ),
        _("Criterion"),
        _("Add a criterion"),
    ),
    "lots": PartWords(
        _("Lots"),
        _(
            "Parts that firms can bid for alone. Small firms have a better chance with lots. Without lots leave it empty."
        ),
        _("Lot"),
        _("Add a lot"),
    ),
    "prices": PartWords(
        _("Price sheet"),
        _("The lines that bidders put a price to, so that their offers can be compared."),
        _("Line"),
        _("Add a line"),
    ),
    "dates": PartWords(_("Dates"), _("When what happens. The law asks for shortest periods: check them.")),
}
_ROWS: Mapping[str, type[RowForm]] = {
    "buyers": BuyerForm,
    "requirements": RequirementForm,
    "criteria": CriterionForm,
    "prices": PriceForm,
    "lots": LotForm,
}
# A request may have a thousand fields at most.
_MOST: Mapping[str, int] = {"buyers": 40}
_MOST_OTHERS = 150
# Where a fault of a whole row is shown.
_FIRST_FIELD = {"buyers": "name", "requirements": "id", "criteria": "name", "prices": "item", "lots": "id"}


@dataclass(frozen=True, slots=True)
class Placed:
    """A fault in words, with the part and the field that mend it. `field`: id of the field, or empty."""

    part: str
    field: str
    words: str


def placed(fault: Fault) -> Placed:
    """Where a fault is mended."""
    name, _dot, rest = fault.where.partition(".")
    if name in _ROWS:
        number, _dot, field = rest.partition(".")
        place = f"id_rows-{int(number) - 1}-{field or _FIRST_FIELD[name]}" if number else ""
        return Placed(name, place, fault_words(fault))
    if name == "dates":
        return Placed("dates", f"id_{rest}" if rest else "", fault_words(fault))
    part = {"lead": "buyers", "price_confirmed": "criteria"}.get(name, "subject")
    return Placed(part, f"id_{name}" if name else "", fault_words(fault))


class Part:
    """A part of a package as a form. `data`: what was sent; without it what is kept."""

    def __init__(self, key: str, tender: Tender, data: Mapping[str, Any] | None = None) -> None:
        self.key, self.words = key, PARTS[key]
        self.package = package_of(tender)
        self.currency = tender.currency
        self.price_confirmed: bool | None = None
        self.rows: list[RowForm] = []
        self.head: PlainForm | None = None
        self.invalid = False
        self._tender = tender
        self._build(data)

    @property
    def forms(self) -> Sequence[PlainForm]:
        """All forms of the part, in their order."""
        return [*([self.head] if self.head is not None else []), *self.rows]

    @property
    def has_rows(self) -> bool:
        """Whether it consists of rows."""
        return self.key in _ROWS

    @property
    def may_grow(self) -> bool:
        """Whether one more row has room."""
        return len(self.rows) < self._most

    @property
    def _most(self) -> int:
        return _MOST.get(self.key, _MOST_OTHERS)

    def is_valid(self) -> bool:
        """Whether all that was typed can be read."""
        self.invalid = sum(not form.is_valid() for form in self.forms) > 0
        return not self.invalid

    def show(self, faults: Iterable[Placed]) -> None:
        """Tell faults at their fields."""
        for form in self.forms:
            form.is_valid()
        for fault in faults:
            for form in self.forms:
                name = fault.field.removeprefix(f"id_{form.prefix}-" if form.prefix else "id_")
                if name in form.fields and name not in form.errors:
                    form.add_error(name, fault.words)

    def applied(self) -> TenderPackage:
        """The package with what was written; call it when it is valid."""
        if self.key in {"subject", "dates"}:
            assert isinstance(self.head, SubjectForm | DatesForm)  # noqa: S101 - for the type checker
            self.currency = self.head.cleaned_data.get("currency", self.currency)
            return self.head.applied(self.package)
        kept = [(place, row) for place, row in enumerate(self.rows) if not row.is_empty]
        things = tuple(row.thing(self.currency) for _place, row in kept)
        if self.key == "criteria" and self.head is not None:
            self.price_confirmed = self.head.cleaned_data["price_confirmed"]
        if self.key == "buyers":
            return self._with_buyers(things, [place for place, _row in kept])
        changes: dict[str, Any] = {self.key: things}
        return replace(self.package, **changes)

    def add(self, thing: Buyer | None = None) -> None:
        """One more row, empty or for a thing; what was typed stays."""
        typed = self._typed()
        if self.may_grow:
            typed.append(_ROWS[self.key].told(thing) if thing is not None else self._next())
        self._build_rows(typed, bound=False)

    def remove(self, place: int) -> None:
        """One row less; what was typed in the others stays."""
        typed = self._typed()
        lead = self._lead()
        self._build_rows([row for number, row in enumerate(typed) if number != place], bound=False)
        if self.key == "buyers":
            self._build_lead(lead - (place < lead) if place != lead else 0, bound=False)

    def _with_buyers(self, buyers: tuple[Buyer, ...], places: Sequence[int]) -> TenderPackage:
        lead = self._lead()
        package = replace(self.package, buyers=buyers, lead=places.index(lead) if lead in places else 0)
        if not package.is_shared_out:
            return package
        total = sum(buyer.value.amount for buyer in buyers if buyer.value is not None)
        return replace(package, value=Money(total, self.currency)) if total else package

    def _build(self, data: Mapping[str, Any] | None) -> None:
        package = self.package
        if self.key == "subject":
            self.head = SubjectForm(
                data or SubjectForm.told(package, self.currency), is_shared_out=package.is_shared_out
            )
        elif self.key == "dates":
            self.head = DatesForm(data or DatesForm.told(package))
        else:
            kind = _ROWS[self.key]
            things = getattr(package, self.key)
            typed = _sent(kind, data, self._most) if data is not None else [kind.told(thing) for thing in things]
            self._build_rows(typed or [self._next()], bound=bool(typed))
        if self.key == "criteria":
            confirmed = {"price_confirmed": self._tender.said.get("price_confirmed", False)}
            self.head = PriceWeightForm(data if data is not None else confirmed)
        if self.key == "buyers":
            told = str(data.get("lead", "0")) if data is not None else str(package.lead)
            self._build_lead(int(told) if told.isdecimal() and len(told) < 4 else 0, bound=True)

    def _build_rows(self, typed: Sequence[Mapping[str, Any]], *, bound: bool) -> None:
        kind = _ROWS[self.key]
        self.rows = []
        for number, values in enumerate(typed):
            prefix = f"rows-{number}"
            sent = {f"{prefix}-{name}": value for name, value in values.items()}
            # A row of a draft may be empty: it is left out when it is saved.
            self.rows.append(kind(sent, prefix=prefix) if bound else kind(initial=dict(values), prefix=prefix))
        if self.key == "buyers":
            self._build_lead(self._lead(), bound=bound)

    def _build_lead(self, lead: int, *, bound: bool) -> None:
        names = [str(row["name"].value() or "").strip() for row in self.rows]
        lead = lead if lead < len(names) else 0
        told = {"lead": str(lead)}
        if len(names) < 2:
            self.head = None
        else:
            self.head = LeadForm(told, names=names) if bound else LeadForm(initial=told, names=names)
        self._leads = lead

    def _lead(self) -> int:
        return getattr(self, "_leads", self.package.lead)

    def _typed(self) -> list[dict[str, Any]]:
        return [{name: row[name].value() for name in row.fields} for row in self.rows]

    def _next(self) -> dict[str, Any]:
        """What a new row starts with: the first number that is free."""
        letter = {"requirements": "R", "lots": "L"}.get(self.key)
        taken = {str(row["id"].value()) for row in self.rows} if letter else set()
        number = next(number for number in range(1, 1_000) if f"{letter}{number}" not in taken)
        return {"id": f"{letter}{number}"} if letter else {}


def _sent(kind: type[RowForm], data: Mapping[str, Any], most: int) -> list[dict[str, Any]]:
    told = str(data.get("rows", "0"))
    count = min(int(told), most) if told.isdecimal() and len(told) < 4 else 0
    return [{name: data.get(f"rows-{number}-{name}", "") for name in kind.base_fields} for number in range(count)]

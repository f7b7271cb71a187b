"""The text of a tender package as headings, paragraphs and tables: one order and wording for every kind of file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from citytandem.challenges.tenders import formats
from citytandem.challenges.tenders.checking import checked
from citytandem.challenges.tenders.codes import country_name
from citytandem.challenges.tenders.kinds import BadTender, Fault
from citytandem.challenges.tenders.package import Buyer, Checked, TenderPackage

# The keys are stable; whoever shows a document in another language passes its own words.
WORDS: Mapping[str, str] = {
    "overview": "Overview",
    "what": "What",
    "detail": "Detail",
    "reference": "Reference",
    "contract": "Kind of contract",
    "contract.supplies": "supplies",
    "contract.services": "services",
    "contract.works": "works",
    "contract.social_services": "social services",
    "contract.concession": "concession",
    "contract.design_contest": "design contest",
    "procedure": "Procedure",
    "procedure.open": "open procedure",
    "procedure.restricted": "restricted procedure",
    "procedure.neg-w-call": "negotiated procedure with a call for competition",
    "procedure.comp-dial": "competitive dialogue",
    "procedure.innovation": "innovation partnership",
    "procedure.neg-wo-call": "negotiated procedure without a call for competition",
    "procedure.oth-single": "other single-stage procedure",
    "procedure.oth-mult": "other multi-stage procedure",
    "value": "Estimated value without VAT",
    "cpv": "CPV codes",
    "documents": "Where the documents are",
    "submission": "Where to send a bid",
    "buyer": "Buyer",
    "buyers": "Buyers",
    "joint": "These buyers procure together. {name} leads the procedure.",
    "name": "Name",
    "place": "Place",
    "register": "Register number",
    "contact": "Contact",
    "part": "Part of the value",
    "share": "Share",
    "need": "What we need",
    "lots": "Lots",
    "number": "No.",
    "title": "Title",
    "description": "Description",
    "requirements": "Requirements",
    "requirement": "Requirement",
    "strength": "Strength",
    "must": "must",
    "should": "should",
    "evidence": "What the pilot showed",
    "criteria": "Award criteria",
    "criterion": "Criterion",
    "kind": "Kind",
    "price": "price",
    "cost": "cost",
    "quality": "quality",
    "weight": "Weight",
    "weights_normalised": "The weights given sum to {total}. They are shown as shares of 100 %.",
    "weights_picture": "Bars of the weights",
    "price_sheet": "Price sheet",
    "item": "Item",
    "unit": "Unit",
    "quantity": "Quantity",
    "unit_price": "Unit price",
    "total": "Total",
    "hint": "Note",
    "lot": "Lot",
    "dates": "Dates",
    "date": "Date",
    "dates.notice": "Publication",
    "dates.questions_until": "Questions until",
    "dates.tenders_until": "Bids until",
    "dates.opening": "Opening of bids",
    "dates.decision": "Decision",
    "dates.start": "Start of the contract",
    "dates.end": "End of the contract",
    "before_use": "Before you use this document",
    "advice": "Check it with your procurement office.",
}


@dataclass(frozen=True, slots=True)
class Heading:
    """A section of level 1, 2 …"""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Plain text."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a header; `widths` in shares; `numbers` are columns set to the right."""

    summary: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Bars:
    """Shares of 100 as bars, and the same in words."""

    told: str
    shares: tuple[tuple[str, Decimal], ...]


Block = Heading | Paragraph | Table | Bars


@dataclass(frozen=True, slots=True)
class Document:
    """A document in one language."""

    title: str
    language: str
    blocks: tuple[Block, ...]


def tender_document(package: TenderPackage, *, words: Mapping[str, str] | None = None) -> Document:
    """What the tender says, in order. Raises BadTender for a package with faults or words under unknown keys."""
    unknown = sorted((words or {}).keys() - WORDS.keys())
    if unknown:
        raise BadTender(Fault("words.unknown", "words", ", ".join(unknown)))
    ready = checked(package)
    writer = _Writer(ready, {**WORDS, **(words or {})})
    return Document(package.title, package.language, tuple(writer.blocks()))


class _Writer:
    def __init__(self, ready: Checked, words: Mapping[str, str]) -> None:
        self.ready, self.package, self.words = ready, ready.package, words
        self.language = ready.package.language

    def blocks(self) -> Iterator[Block]:
        for part in (
            self._overview, self._buyers, self._need, self._lots, self._requirements, self._criteria, self._prices,
            self._dates, self._advice,
        ):  # fmt: skip
            yield from part()

    def _overview(self) -> Iterator[Block]:
        package = self.package
        facts = [("reference", package.reference), ("contract", self.words[f"contract.{package.contract}"])]
        if package.procedure is not None:
            facts.append(("procedure", self.words[f"procedure.{package.procedure}"]))
        if package.value is not None:
            facts.append(("value", formats.amount(package.value.amount, package.value.currency, self.language)))
        facts.append(("cpv", ", ".join(filter(None, (package.cpv, *package.more_cpv)))))
        facts += [("documents", package.documents_url), ("submission", package.submission_url)]
        yield Heading(1, self.words["overview"])
        yield self._table(
            "overview", ("what", "detail"), [(self.words[key], told) for key, told in facts if told], (3, 7)
        )

    def _buyers(self) -> Iterator[Block]:
        key = "buyers" if self.package.is_joint else "buyer"
        yield Heading(1, self.words[key])
        if self.package.is_joint:
            yield Paragraph(_filled(self.words["joint"], name=self.package.buyers[self.package.lead].name))
        rows = [(buyer.name, _place(buyer), buyer.identifier, _contact(buyer)) for buyer in self.package.buyers]
        yield self._table(key, ("name", "place", "register", "contact"), rows, (3, 3, 2, 3))
        if self.ready.parts:
            yield self._table("part", ("name", "part", "share"), list(self._parts()), (5, 3, 2), numbers=(1, 2))

    def _parts(self) -> Iterator[tuple[str, ...]]:
        for buyer, share in zip(self.package.buyers, self.ready.parts, strict=True):
            if buyer.value is not None:
                told = formats.amount(buyer.value.amount, buyer.value.currency, self.language)
                yield buyer.name, told, formats.share(share, self.language)

    def _need(self) -> Iterator[Block]:
        yield Heading(1, self.words["need"])
        yield from (Paragraph(line) for line in _lines(self.package.need))

    def _lots(self) -> Iterator[Block]:
        if not self.package.lots:
            return
        yield Heading(1, self.words["lots"])
        rows = [
            (
                lot.id, lot.title, lot.description,
                formats.amount(lot.value.amount, lot.value.currency, self.language) if lot.value else "",
            )
            for lot in self.package.lots
        ]  # fmt: skip
        yield self._table("lots", ("number", "title", "description", "value"), rows, (2, 4, 5, 3), numbers=(3,))

    def _requirements(self) -> Iterator[Block]:
        yield Heading(1, self.words["requirements"])
        rows = [(row.id, row.text, self.words[row.strength], row.evidence) for row in self.package.requirements]
        yield self._table("requirements", ("number", "requirement", "strength", "evidence"), rows, (2, 6, 2, 5))

    def _criteria(self) -> Iterator[Block]:
        yield Heading(1, self.words["criteria"])
        for note in self.ready.notes:
            if note.code == "weights_normalised":
                yield Paragraph(_filled(self.words["weights_normalised"], total=note.told))
        pairs = list(zip(self.package.criteria, self.ready.shares, strict=True))
        rows = [
            (row.name, self.words[row.kind], formats.share(weight, self.language), row.description)
            for row, weight in pairs
        ]
        yield self._table("criteria", ("criterion", "kind", "weight", "description"), rows, (4, 2, 2, 6), numbers=(2,))
        told = "; ".join(f"{row.name}: {formats.share(weight, self.language)}" for row, weight in pairs)
        yield Bars(f"{self.words['weights_picture']}. {told}", tuple((row.name, weight) for row, weight in pairs))

    def _prices(self) -> Iterator[Block]:
        if not self.package.prices:
            return
        yield Heading(1, self.words["price_sheet"])
        rows = [
            (
                str(number), line.item, line.lot, formats.number(line.quantity, self.language), line.unit, "", "",
                line.hint,
            )
            for number, line in enumerate(self.package.prices, 1)
        ]  # fmt: skip
        header = ("number", "item", "lot", "quantity", "unit", "unit_price", "total", "hint")
        yield self._table("price_sheet", header, rows, (2, 6, 3, 4, 3, 4, 4, 4), numbers=(3, 5, 6))

    def _dates(self) -> Iterator[Block]:
        rows = [
            (self.words[f"dates.{name}"], formats.day(moment, self.language))
            for name in ("notice", "questions_until", "tenders_until", "opening", "decision", "start", "end")
            if (moment := getattr(self.package.dates, name)) is not None
        ]
        if rows:
            yield Heading(1, self.words["dates"])
            yield self._table("dates", ("what", "date"), rows, (5, 5))

    def _advice(self) -> Iterator[Block]:
        yield Heading(1, self.words["before_use"])
        yield Paragraph(self.words["advice"])

    def _table(
        self,
        summary: str,
        header: tuple[str, ...],
        rows: Sequence[tuple[str, ...]],
        widths: tuple[int, ...],
        *,
        numbers: tuple[int, ...] = (),
    ) -> Table:
        return Table(self.words[summary], tuple(self.words[key] for key in header), tuple(rows), widths, numbers)


def _filled(text: str, **values: str) -> str:
    # Not str.format: words come from translators, and a stray brace is no reason to fail.
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _place(buyer: Buyer) -> str:
    town = f"{buyer.post_code} {buyer.city}".strip()
    return ", ".join(filter(None, (buyer.street, town, country_name(buyer.country))))


def _contact(buyer: Buyer) -> str:
    return ", ".join(filter(None, (buyer.email, buyer.phone, buyer.website)))

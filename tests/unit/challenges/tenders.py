"""A whole tender package, and random ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from citytandem.challenges.tenders.codes import LANGUAGES
from citytandem.challenges.tenders.kinds import CONTRACT_KINDS, CRITERION_KINDS, PROCEDURES
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

MADE = datetime(2026, 11, 22, 12, tzinfo=UTC)
_WINTER = timezone(timedelta(hours=1))

KREFELD = Buyer(
    "Stadt Krefeld", "DE", "Krefeld", identifier="05114000", scheme="DE-AGS", street="Von-der-Leyen-Platz 1",
    post_code="47798", nuts="DEA14", email="vergabe@example.org", phone="+49 2151 0", website="https://example.org",
    value=Money(Decimal(120_000), "EUR"),
)  # fmt: skip
VENLO = Buyer("Gemeente Venlo", "NL", "Venlo", nuts="NL421", value=Money(Decimal(40_000), "EUR"))

PACKAGE = TenderPackage(
    reference="2027-014",
    title="Fill-level sensors for bins",
    need="Bins overflow at weekends.\n\nWe want to know how full they are before we drive.",
    contract="supplies",
    language="en",
    buyers=(KREFELD, VENLO),
    requirements=(
        Requirement(
            "R1", "The battery lasts five years at four reports a day.", "must", "After six months 96 % was left."
        ),
        Requirement("R2", "Data comes by LoRaWAN.", "must"),
        Requirement("R3", "The interface is open.", "should", "Used by three departments"),
    ),
    criteria=(
        AwardCriterion("Price", 3, "price"),
        AwardCriterion("Accuracy", 2, "quality", "Mean deviation from the measured level"),
        AwardCriterion("Cost of a life", 1, "cost"),
    ),
    prices=(
        PriceLine("Sensor with battery", "piece", Decimal(1400), "with fixing", "L1"),
        PriceLine("Operation", "month", Decimal("48.5"), "", "L2"),
    ),
    dates=Timetable(
        notice=date(2027, 1, 11),
        questions_until=datetime(2027, 2, 1, 12, tzinfo=_WINTER),
        tenders_until=datetime(2027, 2, 15, 12, tzinfo=_WINTER),
        opening=datetime(2027, 2, 15, 13, tzinfo=_WINTER),
        decision=date(2027, 3, 31),
        start=date(2027, 5, 1),
        end=date(2031, 4, 30),
    ),
    value=Money(Decimal(160_000), "EUR"),
    lots=(Lot("L1", "Sensors", "Sensors and fixing", Money(Decimal(120_000), "EUR")), Lot("L2", "Operation")),
    procedure="open",
    cpv="38421110",
    more_cpv=("72250000",),
    documents_url="https://example.org/tenders/14",
    submission_url="https://example.org/bids",
)

# Letters of all our languages, and what looks like markup of every kind.
LETTERS = "abcXYZ äöüßéèçñ ăîșțâ ąęśćźżńół ΑΩάήώϊΐ абвЩЮъьѝ #*_$@<>&\"'\\{}[]`=-+/0123456789.,;:!?%€–„“"
TEXTS = st.text(LETTERS, min_size=1, max_size=60).filter(lambda text: bool(text.strip()))


@st.composite
def packages(draw: Callable[..., Any]) -> TenderPackage:
    """Whole packages of every shape, without faults."""
    lots = [f"L{number}" for number in range(draw(st.integers(0, 3)))]
    amounts = st.decimals(1, 10_000_000, places=2)
    names = draw(st.lists(TEXTS, min_size=1, max_size=3, unique_by=str.casefold))
    criteria = draw(st.lists(TEXTS, min_size=1, max_size=5, unique_by=str.casefold))
    return TenderPackage(
        reference=draw(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,12}", fullmatch=True)),
        title=draw(TEXTS),
        need=draw(TEXTS),
        contract=draw(st.sampled_from(CONTRACT_KINDS)),
        language=draw(st.sampled_from(sorted(LANGUAGES))),
        buyers=tuple(Buyer(name, draw(st.sampled_from(["DE", "NL", "PL", "GR", "BG", "CH"])), "City") for name in names),
        lead=draw(st.integers(0, len(names) - 1)),
        requirements=tuple(
            Requirement(f"R{number}", text, draw(st.sampled_from(["must", "should"])))
            for number, text in enumerate(draw(st.lists(TEXTS, min_size=1, max_size=4)))
        ),
        criteria=tuple(
            AwardCriterion(name, draw(st.floats(0.01, 100)), draw(st.sampled_from(CRITERION_KINDS))) for name in criteria
        ),
        prices=tuple(
            PriceLine(text, "piece", draw(amounts), lot=draw(st.sampled_from(["", *lots])))
            for text in draw(st.lists(TEXTS, max_size=4))
        ),
        lots=tuple(Lot(lot, draw(TEXTS)) for lot in lots),
        value=draw(st.none() | st.builds(Money, amounts, st.sampled_from(["EUR", "PLN", "CHF"]))),
        procedure=draw(st.none() | st.sampled_from(PROCEDURES)),
        dates=draw(st.sampled_from([Timetable(), PACKAGE.dates])),
    )  # fmt: skip

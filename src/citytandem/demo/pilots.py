"""The pilots of the demo's examples: planned, reviewed by a second person, measured, decided, written down as a solution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from citytandem.accounts.contract import Actor
from citytandem.challenges.pilots.indicators import Measurement
from citytandem.challenges.selectors import indicator_numbers
from citytandem.challenges.services.concluding import Conclusion, pilot_decide, pilot_solution
from citytandem.challenges.services.findings import findings_refresh
from citytandem.challenges.services.gates import gate_decide
from citytandem.challenges.services.measuring import IndicatorDraft, cost_add, indicators_set, measurements_add
from citytandem.challenges.services.pilots import Plan, pilot_finish, pilot_plan, pilot_start
from citytandem.challenges.services.tenders import tender_begin, tender_hand_over, tender_save
from citytandem.challenges.tender_said import package_of
from citytandem.challenges.tenders.package import Money
from citytandem.core import clock
from citytandem.demo.series import series
from citytandem.demo.validate_challenges import MARKS
from citytandem.streams.services.records import Wording, record_edit

if TYPE_CHECKING:
    from citytandem.demo.challenges import Walk


def pilot_walk(walk: Walk, told: Mapping[str, Any]) -> None:
    """As far as the days of the file have passed."""
    days = {name: walk.today + timedelta(days=number) for name, number in told["days"].items()}
    pilot = _plan(walk, told, days)
    numbers = _indicators(walk, told, days, pilot)
    _review(walk, told, days, pilot)
    end = min(days["end"], walk.today)
    with clock.at(days["start"]):
        for name, number in numbers.items():
            _measure(number, name, start=days["start"], until=days["start"], by=walk.unit)
        pilot_start(pilot, by=walk.unit)
    with clock.at(end):
        for name, number in numbers.items():
            _measure(number, name, start=days["start"], until=end, by=walk.unit)
        _costs(walk, told, pilot, on=days["start"].date())
        if days["end"] <= walk.today:
            pilot_finish(pilot, by=walk.unit)
        # At once: nobody waits for the worker to see what a demo shows.
        findings_refresh(pilot)
    if "decided" in days:
        with clock.at(days["decided"]):
            _conclude(walk, told, pilot)


def _plan(walk: Walk, told: Mapping[str, Any], days: Mapping[str, datetime]) -> UUID:
    language = walk.language
    plan = Plan(
        **{name: told[name][language] for name in ("hypothesis", "site", "legal_basis", "risks")},
        conditions={name: texts[language] for name, texts in told["conditions"].items()},
        starts_on=days["start"].date(),
        ends_on=days["end"].date(),
        ai_class=told["ai_class"],
        hourly_rate=Decimal(told["hourly_rate"]),
    )
    reason = walk.example["reasons"]["pilot"][language]
    with clock.at(days["planned"]):
        return pilot_plan(plan, proposal_id=walk.proposals[told["proposal"]], reason=reason, by=walk.unit).id


def _review(walk: Walk, told: Mapping[str, Any], days: Mapping[str, datetime], pilot: UUID) -> None:
    with clock.at(days["reviewed"]):
        for kind, gate in told["gates"].items():
            gate_decide(pilot, kind=kind, state=gate["state"], note=gate["note"][walk.language], by=walk.second)


def _indicators(walk: Walk, told: Mapping[str, Any], days: Mapping[str, datetime], pilot: UUID) -> dict[str, int]:
    """Numbers of the indicators by name of their series."""
    rows = [
        IndicatorDraft(
            name=row["name"][walk.language],
            unit=walk.unit_of(row),
            direction=row["direction"],
            kind=row["kind"],
            target=float(row["target"]),
            source=row["source"],
        )
        for row in told["indicators"]
    ]
    with clock.at(days["reviewed"]):
        indicators_set(pilot, rows, by=walk.unit)
    numbers = indicator_numbers(pilot)
    return {row["series"]: number for row, number in zip(told["indicators"], numbers, strict=True)}


def _measure(number: int, name: str, *, start: datetime, until: datetime, by: Actor) -> None:
    """What lies between the clock's last stop and this one; what is known already is not taken twice."""
    values = series(name, start=start, until=until)
    measurements_add(
        number,
        [
            Measurement(at=one.at, value=one.value, is_after=one.at >= start, place=one.place, exposure=one.exposure)
            for one in values
        ],
        by=by,
    )


def _costs(walk: Walk, told: Mapping[str, Any], pilot: UUID, *, on: date) -> None:
    for row in told["costs"]:
        cost_add(
            pilot,
            kind=row["kind"],
            on=on,
            amount=Decimal(row.get("amount", 0)),
            hours=Decimal(row.get("hours", 0)),
            note=row["note"][walk.language],
            by=walk.unit,
        )


def _conclude(walk: Walk, told: Mapping[str, Any], pilot: UUID) -> None:
    conclusion = Conclusion(
        decision=told["decision"], reason=told["because"][walk.language], step=told["outcome"], is_solved=True
    )
    pilot_decide(pilot, conclusion, by=walk.unit)
    solution = pilot_solution(pilot, by=walk.unit)
    wording = Wording(f"{solution.card.title} {MARKS[walk.language]}", None, walk.language)
    record_edit(
        kind="solution", key=solution.id, version=1, by=walk.unit, wording=wording, details={"visibility": "public"}
    )
    if "tender" in walk.example:
        _tender(walk, walk.example["tender"], pilot)


def _tender(walk: Walk, told: Mapping[str, Any], pilot: UUID) -> None:
    tender = tender_begin(walk.id, pilot_id=pilot, language=walk.language, by=walk.unit)
    package = package_of(tender)
    value = Money(Decimal(told["value"]), "EUR")
    saved = tender_save(
        tender.id, replace(package, contract=told["contract"], value=value), currency="EUR", version=tender.version,
        by=walk.unit, price_confirmed=True,
    )  # fmt: skip
    tender_hand_over(tender.id, version=saved.version, by=walk.unit)

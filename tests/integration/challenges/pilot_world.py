"""Pilots for tests, made through the services, with measurements as bins of a city give them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from citytandem.challenges.models import Indicator, Measurement, Pilot, Proposal
from citytandem.challenges.pilots import indicators as pure
from citytandem.challenges.services.gates import gate_decide
from citytandem.challenges.services.measuring import IndicatorDraft, indicators_set, rows_add
from citytandem.challenges.services.pilots import Plan, pilot_finish, pilot_plan, pilot_start
from citytandem.core import clock
from tests.integration.challenges.making import a_challenge, a_proposal, second, unit

START = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
FILL = IndicatorDraft("Fill level when emptied", "per cent", "up", target=65.0, source="csv")
FULL = IndicatorDraft("Full bins", "per week", "down", kind="count", target=2.0, source="csv")
REASON = "The jury put it first."


def a_plan(**fields: Any) -> Plan:
    """A plan that says all it has to."""
    told: dict[str, Any] = {
        "hypothesis": "Rounds that follow the fill level leave fewer bins overflowing, with the same staff.",
        "starts_on": date(2026, 3, 2),
        "ends_on": date(2026, 4, 27),
        "site": "Twelve bins around the market",
        "legal_basis": "Own property of the city",
        "risks": "Sensors may be stolen.",
        "conditions": {"staff": "Two people of the waste service", "infrastructure": "LoRaWAN within reach"},
        "ai_class": "none",
    }
    return Plan(**{**told, **fields})


def a_pilot(proposal: Proposal | None = None, *, drafts: Sequence[IndicatorDraft] = (FILL,), **plan: Any) -> Pilot:
    """Planned by `unit`, with indicators, its gates open."""
    subject = proposal or a_proposal(a_challenge("decided"), "shortlisted")
    made = pilot_plan(a_plan(**plan), proposal_id=subject.id, reason=REASON, by=unit())
    if drafts:
        indicators_set(made.id, drafts, by=unit())
    return made


def through_gates(pilot: Pilot, *, ethics: str = "passed") -> None:
    """Both reviewed by `second`."""
    gate_decide(pilot.id, kind="data_protection", state="not_needed", note="No personal data.", by=second())
    gate_decide(pilot.id, kind="ethics", state=ethics, note="Nobody is watched.", by=second())


def measure(indicator: Indicator, values: Sequence[float], *, first: datetime, place: str = "") -> None:
    """A value a day, past the checks: what is tested is what becomes of them."""
    indicator.pilot = Pilot.objects.get(id=indicator.pilot_id)
    begun = indicator.pilot.started_at
    days = (first + timedelta(days=number) for number in range(len(values)))
    rows_add(
        indicator,
        [
            pure.Measurement(at=at, value=value, is_after=begun is not None and at >= begun, place=place)
            for at, value in zip(days, values, strict=True)
        ],
    )


def a_season(pilot: Pilot, *, weeks: int = 16, bins: int = 12) -> None:
    """Daily values of bins over so many weeks, half before the start and half after: fill levels up by about 15."""
    chance, days = np.random.default_rng(7), 7 * weeks // 2
    fill = pilot.indicators.get(name=FILL.name)
    full = pilot.indicators.filter(name=FULL.name).first()
    rows = []
    for number in range(bins):
        for day in range(-days, days):
            at, is_after = START + timedelta(days=day, hours=1), day >= 0
            value = 52 + 15 * is_after + 3 * np.sin(2 * np.pi * day / 7) + number + chance.normal(0, 6)
            place = f"Bin {number + 1:02}"
            rows.append(Measurement(indicator=fill, at=at, value=round(value, 1), is_after=is_after, place=place))
            if full is not None and day % 7 == 0:
                events = int(chance.poisson(1.9 if is_after else 4.0))
                rows.append(Measurement(indicator=full, at=at, value=events, is_after=is_after, place=place))
    Measurement.objects.bulk_create(rows, batch_size=5_000)


def a_finished_pilot(proposal: Proposal | None = None, **plan: Any) -> Pilot:
    """Sixteen weeks, twelve bins, and over. Its clock ran in the spring of 2026."""
    with clock.at(START - timedelta(days=2)):
        made = a_pilot(proposal, drafts=(FILL, FULL), **plan)
        through_gates(made)
    a_season(made)
    with clock.at(START):
        pilot_start(made.id, by=unit())
    with clock.at(START + timedelta(days=56)):
        return pilot_finish(made.id, by=unit())


def a_running_pilot() -> Pilot:
    """Started on 2 March, with two values before."""
    with clock.at(START - timedelta(days=5)):
        pilot = a_pilot()
        through_gates(pilot)
        measure(pilot.indicators.get(), [50.0, 52.0], first=START - timedelta(days=7))
    with clock.at(START):
        return pilot_start(pilot.id, by=unit())


def fill(pilot: Pilot) -> Indicator:
    """Its indicator of that name."""
    return pilot.indicators.get(name=FILL.name)


def at(day: float, **fields: Any) -> pure.Measurement:
    """A value of some day, counted from the start."""
    return pure.Measurement(at=START + timedelta(days=day), value=60.0, is_after=day >= 0, **fields)

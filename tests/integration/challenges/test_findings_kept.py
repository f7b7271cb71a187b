"""What a pilot shows, as it is kept at it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from citytandem.challenges.models import Measurement, Pilot
from citytandem.challenges.services.findings import findings_refresh
from citytandem.challenges.services.measuring import (
    IndicatorDraft,
    cost_add,
    measurement_record,
)
from citytandem.challenges.services.pilots import pilot_finish, pilot_start
from citytandem.core import clock
from tests.integration.challenges.making import unit
from tests.integration.challenges.pilot_world import (
    START,
    a_finished_pilot,
    a_pilot,
    a_running_pilot,
    a_season,
    fill,
    through_gates,
)

pytestmark = pytest.mark.django_db
NOW = START + timedelta(days=10)


@pytest.fixture
def running() -> Pilot:
    return a_running_pilot()


def test_what_a_pilot_showed_is_kept_at_it() -> None:
    pilot = a_finished_pilot()
    pilot.refresh_from_db()
    fill_told, full_told = pilot.findings["indicators"]
    assert (fill_told["finding"]["method"], fill_told["finding"]["verdict"]) == ("series", "better")
    assert 13 < fill_told["finding"]["difference"] < 17
    assert fill_told["finding"]["low"] < 15 < fill_told["finding"]["high"]
    assert len(fill_told["finding"]["series"]["points"]) == 112
    assert (full_told["finding"]["method"], full_told["finding"]["verdict"]) == ("rate", "better")
    assert (fill_told["measured_before"], full_told["measured_after"]) == (12 * 56, 12 * 8)
    assert fill_told["finding"]["per_unit"] is None


def test_a_unit_of_effect_costs_what_all_entries_say() -> None:
    pilot = a_finished_pilot()
    told: dict[str, Any] = {"on": date(2026, 3, 1), "by": unit(), "reason": "The bill came late."}
    cost_add(pilot.id, kind="devices", amount=Decimal(3_000), **told)
    pilot.refresh_from_db()
    found = pilot.findings["indicators"][0]["finding"]
    assert found["per_unit"]["value"] == pytest.approx(3_000 / found["difference"])
    # Hours that nobody knows the price of: any number would be too small.
    cost_add(pilot.id, kind="work", hours=Decimal(10), **told)
    pilot.refresh_from_db()
    assert pilot.findings["indicators"][0]["finding"]["per_unit"] is None


def test_very_many_values_are_taken_together_by_day(monkeypatch: pytest.MonkeyPatch) -> None:
    pilot = a_finished_pilot()
    single = Pilot.objects.get(id=pilot.id).findings["indicators"]
    from citytandem.challenges.services import findings

    monkeypatch.setattr(findings, "MOST_SINGLE", 100)
    findings_refresh(pilot.id)
    by_day = Pilot.objects.get(id=pilot.id).findings["indicators"]
    assert [one["by_day"] for one in by_day] == [True, True]
    for one, other in zip(single, by_day, strict=True):
        for name in ("difference", "low", "high", "verdict"):
            assert (
                one["finding"][name] == pytest.approx(other["finding"][name])
                or one["finding"][name] == other["finding"][name]
            )


def test_nothing_measured_is_said_and_not_guessed() -> None:
    with clock.at(START - timedelta(days=2)):
        pilot = a_pilot(drafts=(IndicatorDraft("Fill", "%", "up", baseline=50.0),))
        through_gates(pilot)
    with clock.at(START):
        pilot_start(pilot.id, by=unit())
    with clock.at(START + timedelta(days=1)):
        done = pilot_finish(pilot.id, by=unit())
    done.refresh_from_db()
    assert (done.findings["indicators"][0]["error"], done.findings["indicators"][0]["finding"]) == (
        "measurements.none_after",
        None,
    )


def test_an_older_computation_does_not_take_the_place_of_a_newer(running: Pilot) -> None:
    with clock.at(NOW):
        measurement_record(fill(running).id, at=START, value=61.0, by=unit())
    with clock.at(NOW - timedelta(hours=1)):
        findings_refresh(running.id)
    running.refresh_from_db()
    assert running.findings["as_of"] == NOW.isoformat()


def test_a_pilot_of_before_the_summer_time_counts_days_of_its_place() -> None:
    pilot = a_pilot()
    a_season(pilot, weeks=2, bins=1)
    assert Measurement.objects.filter(at__gte=datetime(2026, 2, 1, tzinfo=UTC)).exists()

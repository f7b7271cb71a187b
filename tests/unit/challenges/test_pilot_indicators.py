"""What cannot be measured is refused with a code and the moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from citytandem.challenges.pilots.indicators import BadPilot, Indicator, Measurement, Period, checked
from tests.unit.challenges.pilots import BERLIN, FILL, PERIOD, START

DAY = timedelta(days=1)
BEFORE, AFTER = Measurement(START - DAY, 70.0, False), Measurement(START + DAY, 50.0, True)
OVERFLOWS = Indicator("full bins", "per week", "down", kind="count")


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("indicator.name", {"name": " "}), ("indicator.unit", {"unit": ""}),
        ("indicator.direction", {"direction": "max"}), ("indicator.source", {"source": "rumour"}),
        ("indicator.kind", {"kind": "mood"}), ("indicator.number", {"baseline": float("nan")}),
        ("indicator.number", {"target": float("inf")}), ("indicator.negative", {"kind": "count", "target": -1.0}),
    ],
)  # fmt: skip
def test_wrong_indicators_are_refused(code: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(BadPilot) as refused:
        Indicator(**{"name": "fill level", "unit": "%", "direction": "down", **wrong})
    assert refused.value.code == code


def test_a_period_has_a_zone_and_an_order() -> None:
    for code, start, end in [
        ("period.no_zone", datetime(2024, 3, 4), None),  # noqa: DTZ001
        ("period.no_zone", START, datetime(2024, 5, 4)),  # noqa: DTZ001
        ("period.order", START, START),
    ]:
        with pytest.raises(BadPilot) as refused:
            Period(start, end, BERLIN)
        assert refused.value.code == code


@pytest.mark.parametrize(
    ("code", "measurement"),
    [
        ("measurement.no_zone", Measurement(datetime(2024, 3, 3), 70.0, False)),  # noqa: DTZ001
        ("measurement.number", Measurement(START + DAY, float("nan"), True)),
        ("measurement.number", Measurement(START + DAY, float("-inf"), True)),
        ("measurement.unit", Measurement(START + DAY, 1.0, True, unit="kg")),
        ("measurement.baseline_after_start", Measurement(START, 70.0, False)),
        ("measurement.before_start", Measurement(START - DAY / 2, 70.0, True)),
        ("measurement.after_end", Measurement(START + 400 * DAY, 70.0, True)),
        ("measurement.twice", Measurement(AFTER.at.astimezone(UTC), 51.0, True)),
    ],
)
def test_a_wrong_measurement_is_named(code: str, measurement: Measurement) -> None:
    with pytest.raises(BadPilot) as refused:
        checked([BEFORE, AFTER, measurement], indicator=FILL, period=PERIOD)
    assert (refused.value.code, refused.value.where) == (code, measurement.at.isoformat())


@pytest.mark.parametrize(
    ("code", "measurement"),
    [
        ("measurement.not_a_count", Measurement(START + DAY, 1.5, True)),
        ("measurement.not_a_count", Measurement(START + DAY, -1.0, True)),
        ("measurement.number", Measurement(START + DAY, float("inf"), True)),
        ("measurement.exposure", Measurement(START + DAY, 1.0, True, exposure=0.0)),
        ("measurement.exposure", Measurement(START + DAY, 1.0, True, exposure=float("inf"))),
    ],
)
def test_a_wrong_count_is_named(code: str, measurement: Measurement) -> None:
    with pytest.raises(BadPilot) as refused:
        checked([BEFORE, measurement], indicator=OVERFLOWS, period=PERIOD)
    assert refused.value.code == code


def test_a_side_without_values_is_named() -> None:
    for code, measurements in [("measurements.none_after", [BEFORE]), ("measurements.none_before", [AFTER])]:
        with pytest.raises(BadPilot) as refused:
            checked(measurements, indicator=FILL, period=PERIOD)
        assert (refused.value.code, refused.value.where) == (code, "fill level")
    with_baseline = Indicator("fill level", "%", "down", baseline=70.0)
    assert checked([AFTER], indicator=with_baseline, period=PERIOD) == (AFTER,)


def test_measurements_come_in_the_order_of_time_and_places_may_share_a_moment() -> None:
    other = Measurement(AFTER.at, 40.0, True, "market")
    assert checked([AFTER, other, BEFORE], indicator=FILL, period=PERIOD) == (BEFORE, AFTER, other)


def test_a_running_pilot_has_no_end() -> None:
    late = Measurement(START + 900 * DAY, 40.0, True)
    assert checked([BEFORE, late], indicator=FILL, period=Period(START, None, BERLIN)) == (BEFORE, late)

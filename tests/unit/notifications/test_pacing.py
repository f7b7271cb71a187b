"""Collected mails leave at the local hour, through summer and winter; failed ones wait longer and longer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from citytandem.notifications.pacing import next_digest, retry_after

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = st.sampled_from(["Europe/Berlin", "Europe/Sofia", "Europe/Athens", "Europe/Dublin", "Atlantic/Azores", "UTC"])
MOMENTS = st.datetimes(  # naive on purpose: hypothesis adds the zone
    min_value=datetime(2024, 1, 1),  # noqa: DTZ001
    max_value=datetime(2030, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@given(now=MOMENTS, hour=st.integers(0, 23), zone=ZONES.map(ZoneInfo))
def test_a_daily_mail_leaves_once_each_local_day_at_its_hour(now: datetime, hour: int, zone: ZoneInfo) -> None:
    due = next_digest(now, is_weekly=False, hour=hour, weekday=0, zone=zone)
    assert now < due <= now + timedelta(hours=25)
    local = due.astimezone(zone)
    # Where the clock leaps over the hour, it is the hour after.
    assert (local.hour, local.minute) == (hour, 0) or not _exists(local, hour, zone)
    after = next_digest(due, is_weekly=False, hour=hour, weekday=0, zone=zone).astimezone(zone)
    assert after.date() == local.date() + timedelta(days=1)


def _exists(day: datetime, hour: int, zone: ZoneInfo) -> bool:
    there = day.replace(hour=hour, minute=0)
    return there.astimezone(UTC).astimezone(zone).hour == hour


@given(now=MOMENTS, hour=st.integers(0, 23), weekday=st.integers(0, 6), zone=ZONES.map(ZoneInfo))
def test_a_weekly_mail_leaves_on_its_weekday(now: datetime, hour: int, weekday: int, zone: ZoneInfo) -> None:
    due = next_digest(now, is_weekly=True, hour=hour, weekday=weekday, zone=zone)
    assert now < due <= now + timedelta(days=7, hours=1)
    assert due.astimezone(zone).weekday() == weekday


def test_seven_in_the_morning_is_another_moment_in_summer() -> None:
    winter = next_digest(datetime(2026, 3, 27, 12, tzinfo=UTC), is_weekly=False, hour=7, weekday=0, zone=BERLIN)
    summer = next_digest(datetime(2026, 3, 28, 12, tzinfo=UTC), is_weekly=False, hour=7, weekday=0, zone=BERLIN)
    assert winter == datetime(2026, 3, 28, 6, tzinfo=UTC)
    assert summer == datetime(2026, 3, 29, 5, tzinfo=UTC)


def test_an_hour_that_the_clock_leaps_over_is_the_first_moment_after() -> None:
    due = next_digest(datetime(2026, 3, 28, 22, tzinfo=UTC), is_weekly=False, hour=2, weekday=0, zone=BERLIN)
    assert due == datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert due.astimezone(BERLIN).hour == 3


def test_an_hour_that_comes_twice_counts_once() -> None:
    first = next_digest(datetime(2026, 10, 24, 12, tzinfo=UTC), is_weekly=False, hour=2, weekday=0, zone=BERLIN)
    assert first == datetime(2026, 10, 25, 0, tzinfo=UTC)
    assert next_digest(first, is_weekly=False, hour=2, weekday=0, zone=BERLIN) == datetime(2026, 10, 26, 1, tzinfo=UTC)


def test_pauses_grow_over_about_three_days_and_then_it_is_given_up() -> None:
    pauses = []
    while (pause := retry_after(len(pauses) + 1)) is not None:
        pauses.append(pause)
    assert pauses == sorted(pauses)
    assert timedelta(days=2) < sum(pauses, timedelta()) < timedelta(days=5)

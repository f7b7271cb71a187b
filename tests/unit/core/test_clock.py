"""The clock can be set, for those inside only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from citytandem.core import clock

EARLIER = datetime(2024, 3, 31, 4, 30, tzinfo=timezone(timedelta(hours=2)))


def test_inside_it_is_the_moment_that_was_told() -> None:
    before = datetime.now(UTC)
    with clock.at(EARLIER):
        assert clock.now() == EARLIER
        assert clock.now().tzinfo is UTC
        with clock.at(EARLIER + timedelta(days=1)):
            assert clock.now() == EARLIER + timedelta(days=1)
        assert clock.now() == EARLIER
    assert before <= clock.now() <= datetime.now(UTC)


def test_it_goes_on_when_something_fails_inside() -> None:
    with pytest.raises(RuntimeError), clock.at(EARLIER):
        raise RuntimeError
    assert clock.now() > EARLIER


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no zone"), clock.at(EARLIER.replace(tzinfo=None)):
        pass

"""Counting tries."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test import RequestFactory

from citytandem.core import clock, throttle
from citytandem.core.api_errors import problem
from citytandem.core.errors import Invalid, TooMany, retry_headers
from citytandem.core.models import Attempts
from citytandem.core.throttle import Limit

LIMIT = Limit("test", 3, 60)


@pytest.mark.django_db
def test_more_than_allowed_is_refused_until_the_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    for _try in range(3):
        throttle.count(LIMIT, "Anna@test.example")
    with pytest.raises(TooMany) as caught:
        throttle.count(LIMIT, "anna@TEST.example")
    assert 1 <= caught.value.details["retry_after"] <= 60
    throttle.count(LIMIT, "boris@test.example")
    later = clock.now() + timedelta(seconds=61)
    monkeypatch.setattr(clock, "now", lambda: later)
    throttle.count(LIMIT, "anna@test.example")


@pytest.mark.django_db
def test_what_the_first_limit_refuses_does_not_count_against_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    hour, day = Limit("test.hour", 50, 3_600), Limit("test.day", 7, 86_400)
    start, allowed = clock.now(), 0
    for minute in range(4):
        monkeypatch.setattr(clock, "now", lambda now=start + timedelta(seconds=61 * minute): now)
        for _try in range(20):
            try:
                throttle.count(LIMIT, "anna", hour, day)
            except TooMany as refused:
                waits = refused.details["retry_after"]
            else:
                allowed += 1
    assert (allowed, waits > 80_000) == (7, False)
    counted = {key.partition(":")[0]: tries for key, tries in Attempts.objects.values_list("key", "count")}
    # Three minutes of three tries each, and in the last one the limit of the day refuses as well.
    assert counted == {"test": 20, "test.hour": 12, "test.day": 12}


@pytest.mark.django_db
def test_the_right_password_begins_anew_and_no_address_is_kept() -> None:
    for _try in range(3):
        throttle.count(LIMIT, "anna@test.example")
    assert "anna" not in Attempts.objects.get().key
    throttle.forget(LIMIT, "anna@test.example")
    throttle.count(LIMIT, "anna@test.example")
    Attempts.objects.update(since=clock.now() - timedelta(days=3))
    assert throttle.clear_away() == 1


@pytest.mark.django_db(transaction=True)
def test_tries_at_the_same_time_are_all_counted() -> None:
    def one(_number: int) -> bool:
        try:
            throttle.count(Limit("many", 20, 60), "x")
        except TooMany:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(one, range(40))) == 20


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "1.1.1.1", "9.9.9.9"),
        (1, "1.1.1.1", "1.1.1.1"),
        (1, "6.6.6.6, 1.1.1.1", "1.1.1.1"),
        (2, "6.6.6.6, 1.1.1.1, 2.2.2.2", "1.1.1.1"),
        (2, "1.1.1.1", "9.9.9.9"),
        (1, "", "9.9.9.9"),
    ],
)
def test_only_proxies_that_the_operator_told_of_are_believed(
    settings: object, proxies: int, forwarded: str, expected: str
) -> None:
    settings.TRUSTED_PROXIES = proxies  # type: ignore[attr-defined]
    request = RequestFactory().get("/", REMOTE_ADDR="9.9.9.9", HTTP_X_FORWARDED_FOR=forwarded)
    assert throttle.address_of(request) == expected


def test_pages_and_the_api_say_how_long_to_wait(rf: RequestFactory) -> None:
    error = TooMany("too_many", "Please wait.", retry_after=42)
    assert problem(error, rf.get("/api/v1/x"))["Retry-After"] == "42"
    assert retry_headers(Invalid("x", "y")) == {}

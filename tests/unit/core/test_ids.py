"""Identifiers: UUIDv7 as RFC 9562 wants them, names that are the same everywhere, codes that can be read aloud."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from citytandem.core.ids import short_code, stable_id, uuid7

INSTANTS = st.integers(0, (1 << 48) - 1)


@given(INSTANTS)
def test_a_uuid7_has_the_bits_of_rfc_9562(instant: int) -> None:
    made = uuid7(now_ms=instant)
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert made.int >> 80 == instant


@given(INSTANTS, INSTANTS)
def test_uuid7s_sort_by_time(one: int, other: int) -> None:
    first, second = uuid7(now_ms=one), uuid7(now_ms=other)
    if one != other:
        assert (first < second) == (one < other)
        assert (str(first) < str(second)) == (one < other)


def test_a_uuid7_tells_the_present_millisecond() -> None:
    before = time.time_ns() // 1_000_000
    told = uuid7().int >> 80
    assert before <= told <= time.time_ns() // 1_000_000


def test_uuid7s_of_one_millisecond_differ() -> None:
    assert len({uuid7(now_ms=1) for _ in range(5_000)}) == 5_000


def test_uuid7s_of_one_process_keep_their_order_within_a_millisecond() -> None:
    """Lists that sort by id would otherwise shuffle what was written at once."""
    made = [uuid7() for _ in range(20_000)]
    assert made == sorted(set(made))
    assert len({one.int >> 80 for one in made}) < len(made)


def test_uuid7s_of_many_threads_never_meet() -> None:
    with ThreadPoolExecutor(8) as threads:
        made = [one for some in threads.map(lambda _n: [uuid7() for _ in range(2_000)], range(8)) for one in some]
    assert len({one.int >> 64 for one in made}) == len(made)


@given(st.text(min_size=1, max_size=20), st.text(max_size=40))
def test_a_stable_id_is_the_same_each_time_and_tells_kinds_apart(kind: str, slug: str) -> None:
    assert stable_id(kind, slug) == stable_id(kind, slug)
    assert stable_id(kind, slug) != stable_id(f"{kind}x", slug)


def test_a_stable_id_never_changes_between_versions() -> None:
    """Partner nodes name the same city by it: this value is part of the protocol."""
    assert stable_id("city", "krefeld") == UUID("7111423d-1a7b-550b-be7e-5f0ae2047df2")


@given(st.integers(0, (1 << 128) - 1))
def test_a_short_code_has_ten_letters_that_nobody_confuses(value: int) -> None:
    code = short_code(UUID(int=value))
    assert len(code) == 10
    assert set(code) <= set("23456789abcdefghjkmnpqrstuvwxyz")
    assert not set(code) & set("01ilo")


@given(st.integers(0, (1 << 49) - 1), st.integers(0, (1 << 49) - 1))
def test_different_random_parts_give_different_codes(one: int, other: int) -> None:
    assert (short_code(UUID(int=one)) == short_code(UUID(int=other))) == (one == other)


def test_codes_of_new_ids_do_not_collide() -> None:
    assert len({short_code(uuid7(now_ms=1)) for _ in range(5_000)}) == 5_000
    assert len({short_code(uuid4()) for _ in range(1_000)}) == 1_000

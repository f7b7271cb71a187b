"""What comes back on an agenda, and who needs an interpreter."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytandem.partnerships.accompanying.agenda import Action, comes_back, overrun, times, urgency
from citytandem.partnerships.accompanying.interpreting import need

MEETING = datetime(2026, 5, 10, 9, tzinfo=UTC)
LANGUAGES = ("bg", "de", "en", "fr")
PEOPLE = st.dictionaries(
    st.sampled_from(["arezzo", "hamm", "krefeld", "sofia"]),
    st.lists(st.frozensets(st.sampled_from(LANGUAGES)), max_size=3),
    max_size=4,
)


def action(number: int, *, agreed: int, due: int, done: int | None = None) -> Action:
    day = MEETING.date()
    said = None if done is None else day + timedelta(days=done)
    return Action(UUID(int=number), MEETING + timedelta(days=agreed), day + timedelta(days=due), said)


def test_what_is_not_done_comes_back_the_longest_overdue_first() -> None:
    found = comes_back(
        [
            action(1, agreed=-30, due=3),
            action(2, agreed=-30, due=-5),
            action(3, agreed=-30, due=-9, done=-1),
            action(4, agreed=1, due=2),
            action(5, agreed=-30, due=60),
            action(6, agreed=-30, due=-1, done=4),
        ],
        meeting=MEETING,
    )
    assert [(one.id.int, one.urgency, one.days_late) for one in found] == [
        (2, "late", 5),
        (6, "late", 1),
        (1, "soon", 0),
        (5, "later", 0),
    ]


@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(-50, 50), st.none() | st.integers(-50, 50)), max_size=12))
def test_it_comes_back_until_it_is_done(rows: list[tuple[int, int, int | None]]) -> None:
    actions = [action(number, agreed=a, due=d, done=e) for number, (a, d, e) in enumerate(rows)]
    now, later = ({one.id for one in comes_back(actions, meeting=MEETING + timedelta(days=days))} for days in (0, 200))
    assert {one.id for one in actions if one.done is None} == later
    assert now <= {one.id for one in actions if one.agreed < MEETING}


@pytest.mark.parametrize(("days", "expected"), [(-1, "late"), (0, "soon"), (7, "soon"), (8, "later")])
def test_how_pressing(days: int, expected: str) -> None:
    today = date(2026, 5, 10)
    assert urgency(today + timedelta(days=days), today=today) == expected


@given(st.lists(st.integers(0, 600), max_size=20))
def test_points_follow_each_other(minutes: list[int]) -> None:
    found = times(MEETING, minutes)
    assert len(found) == len(minutes)
    ends = [at + timedelta(minutes=each) for at, each in zip(found, minutes, strict=True)]
    assert found[1:] == ends[:-1]
    over = overrun(MEETING, MEETING + timedelta(hours=2), minutes)
    assert over == max(sum(minutes) - 120, 0)


def test_less_than_no_time_is_refused() -> None:
    with pytest.raises(ValueError, match="no time"):
        times(MEETING, [-1])


# --- interpreting -----------------------------------------------------------------------------------------------------


def test_pirna_and_boleslawiec_need_an_interpreter() -> None:
    found = need({"pirna": [frozenset({"de"})], "boleslawiec": [frozenset({"pl"})]}, spoken=["de"])
    assert found.is_needed
    assert found.into == {"pl": ("boleslawiec",)}
    assert [(pair.cities, pair.shared) for pair in found.pairs] == [(("boleslawiec", "pirna"), ())]


def test_a_language_that_all_have_is_taken() -> None:
    found = need({"a": [frozenset({"de", "en"})], "b": [frozenset({"en", "bg"})]})
    assert (found.common, found.spoken, found.is_needed) == (("en",), ("en",), False)
    assert found.pairs[0].shared == ("en",)


def test_one_who_does_not_understand_is_enough() -> None:
    found = need({"a": [frozenset({"de"}), frozenset({"de", "en"})], "b": [frozenset({"en"})]}, spoken=["en"])
    assert found.into == {"de": ("a",)}
    # Somebody of each can talk with the other all the same.
    assert found.pairs[0].shared == ("en",)


def test_of_whom_nothing_is_known_is_told() -> None:
    found = need({"a": [frozenset({"de"})], "b": [frozenset()], "c": []})
    assert found.unknown == ("b", "c")
    assert not found.is_needed
    assert need({}).spoken == ()


@given(PEOPLE, st.lists(st.sampled_from(LANGUAGES), max_size=2))
def test_everybody_understands_what_is_spoken_or_interpreted(
    people: dict[str, list[frozenset[str]]], spoken: list[str]
) -> None:
    found = need(people, spoken=spoken)
    heard = {*found.spoken, *found.into}
    for city, each in people.items():
        for person in each:
            assert not person or person & heard
            if person and person.isdisjoint(found.spoken):
                assert any(city in cities for code, cities in found.into.items() if code in person)
    # No language is interpreted into that nobody needs.
    for code, cities in found.into.items():
        assert code not in found.spoken
        assert all(
            any(code in person and person.isdisjoint(found.spoken) for person in people[city]) for city in cities
        )

"""Which department answers, and until when."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from citytandem.accounts.routing import Responsibility, choose, due_day

BROADER = {"bins": "waste", "litter": "waste", "cycling": "traffic", "waste": "", "traffic": ""}
THEMES = sorted(BROADER)
duties = st.builds(
    Responsibility,
    themes=st.frozensets(st.sampled_from(THEMES), max_size=3),
    covers=st.sampled_from([None, True, False]),
    is_fallback=st.booleans(),
)


def duty(*themes: str, covers: bool | None = None, is_fallback: bool = False) -> Responsibility:
    return Responsibility(frozenset(themes), covers, is_fallback)


def test_the_very_theme_goes_before_its_top_theme() -> None:
    assert choose([duty("waste"), duty("bins")], themes=["bins"], broader=BROADER) == 1
    assert choose([duty("waste")], themes=["bins"], broader=BROADER) == 0


def test_the_first_theme_counts_most() -> None:
    assert choose([duty("cycling"), duty("bins")], themes=["bins", "cycling"], broader=BROADER) == 1


def test_an_area_that_holds_the_place_goes_before_the_whole_city_and_one_that_does_not_is_out() -> None:
    assert choose([duty("bins"), duty("bins", covers=True)], themes=["bins"], broader=BROADER) == 1
    assert choose([duty("bins", covers=False), duty("waste")], themes=["bins"], broader=BROADER) == 1


def test_the_fallback_answers_where_no_theme_fits_and_nobody_where_there_is_none() -> None:
    assert choose([duty("cycling"), duty(is_fallback=True)], themes=["bins"], broader=BROADER) == 1
    assert choose([duty("cycling"), duty(is_fallback=True)], themes=[], broader=BROADER) == 1
    assert choose([duty("cycling")], themes=["bins"], broader=BROADER) is None


@given(st.lists(duties, max_size=6), st.lists(st.sampled_from(THEMES), max_size=4, unique=True))
def test_whoever_is_chosen_is_responsible_and_nobody_is_more_so(known: list[Responsibility], themes: list[str]) -> None:
    chosen = choose(known, themes=themes, broader=BROADER)

    def exact_first(one: Responsibility) -> bool:
        return bool(themes) and themes[0] in one.themes and one.covers is not False

    def fits(one: Responsibility) -> bool:
        return one.covers is not False and any(t in one.themes or BROADER[t] in one.themes for t in themes)

    if chosen is None:
        assert not any(fits(one) or one.is_fallback for one in known)
        return
    assert fits(known[chosen]) or (known[chosen].is_fallback and not any(map(fits, known)))
    if any(map(exact_first, known)):
        assert exact_first(known[chosen])
        assert known[chosen].covers or not any(exact_first(one) and one.covers for one in known)


@given(st.dates(date(2020, 1, 1), date(2035, 1, 1)), st.integers(1, 366))
def test_the_service_time_counts_working_days_one_by_one(start: date, days: int) -> None:
    day, left = start, days
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    assert due_day(start, service_days=days) == day

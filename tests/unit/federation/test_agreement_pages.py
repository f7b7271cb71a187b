"""What the pages say of an agreement: days and instants, choices and what flows, and each step from the one to the other."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from citytandem.federation.days import begin_of, end_of, last_day
from citytandem.federation.forms import AddressForm
from citytandem.federation.pages_agreement import changes, chosen_of, flow_of, width_of
from citytandem.federation.protocol.agreement import Flow, Terms
from citytandem.federation.protocol.instants import instant
from citytandem.federation.protocol.objects import Visibility
from citytandem.federation.wording import EVERY, KINDS, kind_words

US, THEM = "did:web:krefeld.example", "did:web:sofia.example"
UNTIL = datetime(2028, 11, 22, tzinfo=UTC)
days = st.dates(date(2020, 1, 1), date(2099, 1, 1))
widths = st.sampled_from(list(Visibility))
flows = st.dictionaries(st.sampled_from([*KINDS, EVERY, "Heard"]), widths)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Sofia", "Pacific/Kiritimati", "America/Adak"])
@given(day=days)
def test_a_day_is_the_same_instant_everywhere_and_comes_back_as_the_same_day(zone: str, day: date) -> None:
    with timezone.override(ZoneInfo(zone)):
        assert last_day(end_of(day)) == day
        assert last_day(end_of(day).astimezone(ZoneInfo(zone))) == day
        assert end_of(day) == begin_of(day) + timedelta(days=1)


@given(days, st.integers(0, 86_400))
def test_any_instant_lies_in_its_last_day(day: date, seconds: int) -> None:
    until = begin_of(day) + timedelta(seconds=seconds)
    assert begin_of(last_day(until)) < until <= end_of(last_day(until))


@given(flows)
def test_what_is_in_force_is_what_the_form_shows_and_signs_again(flow: Flow) -> None:
    again = flow_of(chosen_of(flow, [*KINDS, "Heard"]))
    assert {kind: width_of(again, kind) for kind in [*KINDS, "Heard", EVERY]} == {
        kind: width_of(flow, kind) for kind in [*KINDS, "Heard", EVERY]
    }


def test_one_kind_alone_can_be_left_out() -> None:
    chosen = {**dict.fromkeys(KINDS, "like"), "Solution": "", EVERY: "partners"}
    flow = flow_of(chosen)
    assert flow == dict.fromkeys([kind for kind in KINDS if kind != "Solution"], Visibility.PARTNERS)
    terms = Terms({US: flow}, until=instant(UNTIL))
    assert not terms.allows(US, "Solution", Visibility.PUBLIC)
    assert terms.allows(US, "Problem", Visibility.PARTNERS)
    assert chosen_of(flow, list(KINDS)) == chosen


def steps(before: Flow, after: Flow) -> dict[str, tuple[str, str]]:
    old, new = (Terms({US: flow, THEM: {}}, until=instant(UNTIL)) for flow in (before, after))
    return {str(one.text): (str(one.before), str(one.after)) for one in changes(old, new, us=US, them=THEM)}


@given(flows, flows)
def test_each_kind_that_changes_has_its_line_and_no_other(before: Flow, after: Flow) -> None:
    told = steps(before, after)
    for kind in [*KINDS, *(["Heard"] if "Heard" in before or "Heard" in after else [])]:
        differs = width_of(before, kind) != width_of(after, kind)
        assert (f"We send: {kind_words(kind)}" in told or "We send: everything" in told) == differs
    rest = width_of(before, EVERY) != width_of(after, EVERY)
    assert ("We send: what later versions bring" in told or "We send: everything" in told) == rest


def test_a_kind_set_to_nothing_with_the_rest_is_told_by_name() -> None:
    everything: Flow = {EVERY: Visibility.PARTNERS}
    kept: Flow = {kind: Visibility.PARTNERS for kind in KINDS if kind != "Solution"}
    there, nothing = "what is public or for partners", "nothing"
    assert steps(everything, kept) == {
        "We send: Solutions": (there, nothing),
        "We send: what later versions bring": (there, nothing),
    }
    assert steps(kept, everything) == {
        "We send: Solutions": (nothing, there),
        "We send: what later versions bring": (nothing, there),
    }
    assert steps(everything, {}) == {"We send: everything": (there, nothing)}


def test_the_same_day_is_never_told_as_becoming_itself() -> None:
    old, new = (Terms({}, until=instant(UNTIL - timedelta(hours=hours))) for hours in (5, 0))
    change = changes(old, new, us=US, them=THEM)[0]
    assert change.before != change.after
    assert changes(new, new, us=US, them=THEM) == []


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "[::1]",
        "https://10.0.0.1:8443/x",
        "http://[2001:db8::1]/",
        "2130706433",
        "127.1",
        "0x7f.1",
    ],
)
def test_an_address_by_number_is_refused_with_the_reason(address: str) -> None:
    form = AddressForm({"address": address})
    assert not form.is_valid()
    assert "known by its name" in str(form.errors["address"])


@pytest.mark.parametrize(
    "address", ["sofia.example", "https://9.sofia.example:8443/city", "localhost:8001", "did:web:a.example"]
)
def test_a_name_is_taken(address: str) -> None:
    assert AddressForm({"address": address}).is_valid()

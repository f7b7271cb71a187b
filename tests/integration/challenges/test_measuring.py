"""Indicators, measurements and costs: what is taken, what is refused, and what becomes of tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from citytandem.challenges.models import DecisionEntry, Indicator, Measurement, Pilot, PilotCost, Proposal
from citytandem.challenges.pilots import indicators as pure
from citytandem.challenges.services.gates import gate_decide
from citytandem.challenges.services.measuring import (
    Added,
    IndicatorDraft,
    cost_add,
    cost_remove,
    indicators_set,
    measurement_record,
    measurement_remove,
    measurements_add,
)
from citytandem.challenges.services.measuring_tables import table_read
from citytandem.challenges.services.pilots import pilot_break_off
from citytandem.core import clock
from citytandem.core.errors import Conflict, Forbidden, Invalid
from tests.integration.challenges.making import resident, second, unit
from tests.integration.challenges.pilot_world import (
    FILL,
    FULL,
    START,
    a_finished_pilot,
    a_pilot,
    a_running_pilot,
    at,
    fill,
    measure,
    through_gates,
)

pytestmark = pytest.mark.django_db
NOW = START + timedelta(days=10)


@pytest.fixture
def running() -> Pilot:
    return a_running_pilot()


def test_indicators_keep_their_values_when_the_table_is_changed() -> None:
    pilot = a_pilot(drafts=(FILL, FULL))
    first, other = pilot.indicators.order_by("position")
    measure(first, [50.0], first=START)
    # Names change places, one is new, and one without values goes.
    drafts = [
        IndicatorDraft(FULL.name, "per cent", "up", id=first.id),
        IndicatorDraft("Kilometres", "km per week", "down", baseline=120, source="hand"),
    ]
    indicators_set(pilot.id, drafts, by=unit())
    assert list(pilot.indicators.values_list("name", flat=True)) == [FULL.name, "Kilometres"]
    assert Measurement.objects.get().indicator_id == first.id
    assert not Indicator.objects.filter(id=other.id).exists()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda _one: [], "indicator.measured"),
        (lambda one: [IndicatorDraft(FILL.name, "litres", "up", id=one.id)], "indicator.measured"),
        (lambda one: [IndicatorDraft(FILL.name, FILL.unit, "up", kind="count", id=one.id)], "indicator.measured"),
    ],
)
def test_measured_indicators_keep_their_unit(change: Callable[[Any], list[IndicatorDraft]], code: str) -> None:
    pilot = a_pilot()
    one = pilot.indicators.get()
    measure(one, [50.0], first=START)
    with pytest.raises(Conflict) as refused:
        indicators_set(pilot.id, change(one), by=unit())
    assert refused.value.code == code
    assert pilot.indicators.get().unit == FILL.unit


@pytest.mark.parametrize(
    ("draft", "reason"),
    [
        (IndicatorDraft(" ", "%", "up"), "indicator.name"),
        (IndicatorDraft("Fill", " ", "up"), "indicator.unit"),
        (IndicatorDraft("Fill", "%", "sideways"), "indicator.direction"),
        (IndicatorDraft("Fill", "%", "up", kind="mood"), "indicator.kind"),
        (IndicatorDraft("Fill", "%", "up", baseline=float("nan")), "indicator.number"),
        (IndicatorDraft("Fill", "%", "up", target=float("inf")), "indicator.number"),
        (IndicatorDraft("Fill", "%", "up", target=1e12), "indicator.number"),
        (IndicatorDraft("Full", "per week", "down", kind="count", target=-1), "indicator.negative"),
    ],
)
def test_what_is_no_indicator_is_refused(draft: IndicatorDraft, reason: str) -> None:
    pilot = a_pilot(drafts=())
    with pytest.raises(Invalid) as refused:
        indicators_set(pilot.id, [draft], by=unit())
    assert (refused.value.code, refused.value.details["reason"]) == ("pilot.unusable", reason)
    assert not pilot.indicators.exists()


def test_two_indicators_do_not_share_a_name() -> None:
    pilot = a_pilot(drafts=())
    with pytest.raises(Invalid) as refused:
        indicators_set(pilot.id, [FILL, FILL], by=unit())
    assert refused.value.code == "indicator.twice"


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"at": START + timedelta(hours=1), "is_baseline": True}, "measurement.baseline_after_start"),
        ({"at": NOW + timedelta(hours=1)}, "measurement.after_end"),
        ({"at": datetime(2026, 3, 3, 8)}, "measurement.no_zone"),  # noqa: DTZ001 - that is what is tested
        ({"value": float("nan")}, "measurement.number"),
        ({"value": float("-inf")}, "measurement.number"),
        ({"value": 1e15}, "measurement.range"),
        ({"exposure": 0.0}, "measurement.exposure"),
        ({"exposure": float("nan")}, "measurement.exposure"),
        ({"place": "x" * 121}, "measurement.long"),
    ],
)
def test_a_wrong_value_is_refused(running: Pilot, told: dict[str, Any], reason: str) -> None:
    values: dict[str, Any] = {"at": START + timedelta(hours=1), "value": 61.0, **told}
    with clock.at(NOW), pytest.raises(Invalid) as refused:
        measurement_record(fill(running).id, by=unit(), **values)
    assert refused.value.details["reason"] == reason
    assert Measurement.objects.count() == 2


def test_the_same_moment_twice_is_refused_and_another_place_is_not(running: Pilot) -> None:
    one = fill(running)
    with clock.at(NOW):
        measurement_record(one.id, at=START, value=61.0, place="Bin 1", by=unit())
        measurement_record(one.id, at=START, value=62.0, place="Bin 2", by=unit())
        with pytest.raises(Conflict) as refused:
            measurement_record(one.id, at=START, value=63.0, place=" Bin  1", by=unit())
    assert refused.value.code == "measurement.twice"
    assert sorted(one.measurements.filter(is_after=True).values_list("value", flat=True)) == [61.0, 62.0]


def test_a_value_of_before_may_come_later(running: Pilot) -> None:
    with clock.at(NOW):
        measurement_record(fill(running).id, at=START - timedelta(days=1), value=49.0, is_baseline=True, by=unit())
    assert Measurement.objects.filter(is_after=False).count() == 3


def test_a_sensor_may_say_the_same_twice(running: Pilot) -> None:
    one = fill(running)
    with clock.at(NOW):
        first = measurements_add(one.id, [at(1), at(2), at(2)], by=unit())
        again = measurements_add(one.id, [at(1), at(3), pure.Measurement(at(2).at, 99.0, is_after=True)], by=unit())
    assert (first, again) == (Added(2, 1, 0), Added(1, 1, 1))
    # All or none: one that cannot be takes the others with it.
    with clock.at(NOW), pytest.raises(Invalid):
        measurements_add(one.id, [at(4), at(11)], by=unit())
    assert one.measurements.filter(is_after=True).count() == 3


def test_the_moment_says_on_which_side_a_value_is(running: Pilot) -> None:
    with clock.at(NOW):
        measurements_add(fill(running).id, [pure.Measurement(at(-1).at, 1.0, is_after=True), at(1)], by=unit())
    assert Measurement.objects.get(value=1.0).is_after is False


def test_nothing_is_added_to_what_is_over(running: Pilot) -> None:
    one = fill(running)
    with clock.at(NOW):
        pilot_break_off(running.id, reason="The market is being rebuilt.", by=unit())
        for act in (
            lambda: measurement_record(one.id, at=START, value=1.0, by=unit()),
            lambda: measurements_add(one.id, [at(1)], by=unit()),
            lambda: measurement_remove(one.measurements.all()[0].id, reason="Wrong.", by=unit()),
            lambda: cost_add(running.id, kind="devices", on=date(2026, 3, 1), amount=Decimal(1), by=unit()),
            lambda: table_read(running.id, b"at,value\n", name="", is_baseline=False, by=unit()),
        ):
            with pytest.raises(Conflict) as refused:
                act()
            assert refused.value.code == "pilot.over"


def test_a_removed_value_stays_in_the_log(running: Pilot) -> None:
    row = running.indicators.get().measurements.order_by("at")[0]
    with clock.at(NOW):
        measurement_remove(row.id, reason="The sensor lay on the ground.", by=unit())
    body = DecisionEntry.objects.filter(challenge=running.challenge).latest("number").body
    assert all(part in body for part in ("measurement.removed", "50.0", "The sensor lay on the ground."))
    assert Measurement.objects.count() == 1


def test_strangers_measure_nothing(running: Pilot) -> None:
    one = fill(running)
    for act in (
        lambda: measurement_record(one.id, at=START, value=1.0, by=resident()),
        lambda: measurements_add(one.id, [at(1)], by=resident()),
        lambda: measurement_remove(one.measurements.all()[0].id, reason="Wrong.", by=resident()),
        lambda: cost_add(running.id, kind="devices", on=date(2026, 3, 1), amount=Decimal(1), by=resident()),
        lambda: table_read(running.id, b"at,value\n", name="", is_baseline=False, by=resident()),
    ):
        with pytest.raises(Forbidden):
            act()


def test_costs_are_money_or_hours(running: Pilot) -> None:
    spring = date(2026, 3, 1)
    with clock.at(NOW):
        cost_add(running.id, kind="devices", on=spring, amount=Decimal("1200.50"), note="12 sensors", by=unit())
        cost_add(running.id, kind="work", on=spring, hours=Decimal(14), by=unit())
        for fields, code in (
            ({"kind": "bribes", "amount": Decimal(1)}, "cost.kind"),
            ({"kind": "work"}, "cost.nothing"),
            ({"kind": "work", "hours": Decimal(-1)}, "cost.range"),
            ({"kind": "work", "amount": Decimal("NaN")}, "cost.range"),
        ):
            with pytest.raises(Invalid) as refused:
                cost_add(running.id, on=spring, by=unit(), **fields)
            assert refused.value.code == code
        cost_remove(PilotCost.objects.get(kind="work").id, reason="Counted twice.", by=unit())
    assert list(PilotCost.objects.values_list("kind", "amount")) == [("devices", Decimal("1200.50"))]


def test_what_is_added_after_the_end_needs_a_reason_and_stands_in_the_log() -> None:
    pilot = a_finished_pilot()
    one, told = fill(pilot), "The meter was read late."
    moment = (START + timedelta(days=2, hours=3)).isoformat()
    table = f"at,value,place,indicator\n{moment},61,Bin 1,{FILL.name}\n".encode()
    acts: list[Callable[[str], Any]] = [
        lambda why: measurement_record(one.id, at=START, value=61.0, reason=why, by=unit()),
        lambda why: measurements_add(one.id, [at(1.5)], reason=why, by=unit()),
        lambda why: cost_add(pilot.id, kind="work", on=START.date(), hours=Decimal(3), reason=why, by=unit()),
        lambda why: cost_remove(PilotCost.objects.get().id, reason=why, by=unit()),
    ]
    acts.insert(2, lambda why: table_read(pilot.id, table, name="", is_baseline=False, reason=why, by=unit()) and None)
    entries = DecisionEntry.objects.filter(challenge=pilot.challenge_id)
    for act in acts:
        before = entries.count(), Measurement.objects.count(), PilotCost.objects.count()
        with pytest.raises(Invalid) as refused:
            act(" ")
        assert refused.value.code == "reason.missing"
        assert (entries.count(), Measurement.objects.count(), PilotCost.objects.count()) == before
        act(told)
        assert entries.count() == before[0] + 1
        assert told in entries.latest("number").body
    assert '"hours":"3.00"' in entries.latest("number").body


def test_what_was_reviewed_of_indicators_is_reviewed_again_when_it_changes() -> None:
    pilot = a_pilot()
    through_gates(pilot)
    indicators_set(pilot.id, [replace(FILL, id=fill(pilot).id, target=70.0)], by=second())
    assert set(pilot.gates.values_list("state", flat=True)) == {"not_needed", "passed"}
    indicators_set(pilot.id, [replace(FILL, id=fill(pilot).id, source="datastream")], by=second())
    assert set(pilot.gates.values_list("state", flat=True)) == {"open"}
    # Who changed it at any time is no reviewer, even when somebody else changed it since.
    indicators_set(pilot.id, [replace(FILL, id=fill(pilot).id, source="hand")], by=unit())
    with pytest.raises(Conflict) as refused:
        gate_decide(pilot.id, kind="ethics", state="passed", note="Fine.", by=second())
    assert refused.value.code == "gate.same_person"
    assert str(second().id) not in DecisionEntry.objects.get(body__contains="pilot.edited").body


def test_who_handed_the_proposal_in_does_not_review_its_pilot() -> None:
    pilot = a_pilot()
    Proposal.objects.filter(id=pilot.proposal_id).update(created_by=second().id)
    with pytest.raises(Conflict) as refused:
        gate_decide(pilot.id, kind="ethics", state="passed", note="Fine.", by=second())
    assert refused.value.code == "gate.own"

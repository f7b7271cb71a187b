"""Conditions of two cities: what differs becomes a task, what nobody knows a question, and nothing is guessed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytandem.partnerships.passports.comparing import (
    BODIES,
    CONDITIONS,
    EVIDENCE,
    WARNINGS,
    WEIGHTS,
    Side,
    compare,
)
from citytandem.partnerships.passports.keeping import compared, evidence_of, sides_of, stored

NAMES = st.lists(st.sampled_from(["MQTT", "mqtt ", "OGC SensorThings", "REST"]), max_size=3)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "law": st.sampled_from([None, "same", "differs"]),
    "responsible_body": st.sampled_from([None, *BODIES]),
    "staff": st.none() | st.floats(0, 1_000),
    "cost": st.none() | st.integers(0, 1_000_000),
    "interfaces": st.none() | NAMES,
    "licence": st.none() | st.lists(st.sampled_from(["EUPL-1.2", "MIT"]), max_size=2),
    "language": st.none() | st.lists(st.sampled_from(["de", "el"]), max_size=2),
    "evidence": st.sampled_from([None, *EVIDENCE]),
}
SIDES = st.fixed_dictionaries({}, optional={name: st.builds(Side, value) for name, value in VALUES.items()})
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=80),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


def outcome(condition: str, origin: Any, target: Any) -> str:
    found = compare({condition: Side(origin)}, {condition: Side(target)})
    return next(row.outcome for row in found.rows if row.condition == condition)


def test_public_transport_that_somebody_else_is_responsible_for_becomes_a_task() -> None:
    """Pirna and Boleslawiec: one city runs its buses, for the other one a district does."""
    found = compare({"responsible_body": Side("district")}, {"responsible_body": Side("city")})
    assert (found.rows[0].condition, found.rows[0].outcome) == ("responsible_body", "differs")
    assert (found.todos[0].condition, found.todos[0].kind) == ("responsible_body", "adapt")


@pytest.mark.parametrize(
    ("condition", "origin", "target", "expected"),
    [
        ("law", None, "same", "fits"),
        ("law", "anything", None, "ask"),
        ("staff", 10, 10, "fits"),
        ("staff", 10, 9.5, "differs"),
        ("staff", 10, float("nan"), "ask"),
        ("staff", True, 10, "ask"),
        ("cost", 500.0, 499, "differs"),
        ("cost", -1, 10, "ask"),
        ("interfaces", ["MQTT"], ["mqtt", "REST"], "fits"),
        ("interfaces", ["MQTT", "REST"], ["REST"], "differs"),
        ("interfaces", [], ["REST"], "ask"),
        ("licence", ["MIT", "EUPL-1.2"], ["EUPL-1.2"], "fits"),
        ("licence", ["AGPL-3.0-only"], ["EUPL-1.2"], "differs"),
        ("language", ["it"], ["de"], "differs"),
        ("language", ["it", "de"], ["de"], "fits"),
        ("evidence", "in_use", "piloted", "fits"),
        ("evidence", "described", "piloted", "differs"),
        ("evidence", "perfect", "piloted", "ask"),
    ],
)
def test_each_condition_is_compared_as_it_is_meant(condition: str, origin: Any, target: Any, expected: str) -> None:
    assert outcome(condition, origin, target) == expected


@given(SIDES, SIDES, st.sets(st.sampled_from(WARNINGS)))
def test_all_that_does_not_fit_has_one_task_and_nothing_else_has(
    origin: dict[str, Side], target: dict[str, Side], warnings: set[str]
) -> None:
    found = compare(origin, target, warnings=sorted(warnings))
    assert sorted(row.condition for row in found.rows) == sorted(CONDITIONS)
    open_ones = [row.condition for row in found.rows if row.outcome != "fits"]
    assert [todo.condition for todo in found.todos] == [*open_ones, *sorted(warnings)]
    assert sum(found.counts.values()) == len(CONDITIONS)
    assert 0 <= found.fits <= found.known <= 1
    total = sum(WEIGHTS.values())
    assert found.fits * total == pytest.approx(sum(row.weight for row in found.rows if row.outcome == "fits"))


@given(SIDES, SIDES, st.sampled_from(CONDITIONS))
def test_what_one_side_has_not_said_is_asked_never_guessed(
    origin: dict[str, Side], target: dict[str, Side], condition: str
) -> None:
    found = compare(origin, {name: side for name, side in target.items() if name != condition})
    assert next(row.outcome for row in found.rows if row.condition == condition) == "ask"


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.floats(0, 1e6))
def test_more_of_what_is_needed_never_makes_it_worse(need: float, have: float, more: float) -> None:
    if outcome("staff", need, have) == "fits":
        assert outcome("staff", need, have + more) == "fits"


def test_a_gap_is_told_in_its_unit() -> None:
    found = compare({"staff": Side(40), "cost": Side(1000)}, {"staff": Side(10), "cost": Side(2000)})
    assert {todo.condition: todo.gap for todo in found.todos if todo.gap is not None} == {"staff": 30}


def test_conditions_that_are_not_known_are_refused() -> None:
    with pytest.raises(ValueError, match="weather"):
        compare({"weather": Side("fine")}, {})
    with pytest.raises(ValueError, match="lost"):
        compare({}, {}, warnings=["lost"])


@given(SIDES)
def test_what_is_stored_is_read_as_it_was_said(sides: dict[str, Side]) -> None:
    kept = stored(sides)
    assert compare(sides_of(kept), {}).counts == compare(sides, {}).counts
    assert stored(sides_of(kept)) == kept


@given(st.dictionaries(st.sampled_from([*CONDITIONS, "x"]), ANYTHING), ANYTHING)
def test_whatever_stands_in_the_database_is_compared_without_a_fault(kept: dict[str, Any], warnings: Any) -> None:
    found = compared(kept, kept, {"warnings": warnings})
    assert len(found.rows) == len(CONDITIONS)


@pytest.mark.parametrize("value", [float("inf"), "ten", [], {"a": 1}, 2_000_000_000])
def test_a_number_that_is_none_is_refused(value: Any) -> None:
    if value == []:
        assert stored({"staff": Side(value)}) == {}
    else:
        with pytest.raises(ValueError, match="staff"):
            stored({"staff": Side(value)})


def test_evidence_follows_the_stage_and_who_uses_it() -> None:
    assert [evidence_of(stage, ()) for stage in ("", "concept", "tried", "in_use")] == [
        "",
        "described",
        "piloted",
        "in_use",
    ]
    assert evidence_of("in_use", ("Comune di Capaccio", "Gemeente Utrecht")) == "in_use_elsewhere"

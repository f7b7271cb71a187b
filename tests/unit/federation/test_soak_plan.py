"""Who has to end up with what after a soak: computed here from the drawing of the nodes, not from what they say."""

from __future__ import annotations

import pytest

from citytandem.federation.soak.judging import (
    Closing,
    Outcome,
    Result,
    Seen,
    Thing,
    compare,
    due_at,
    left_at,
    may_reach,
)
from citytandem.federation.soak.plan import FEWEST, HUB, Plan, Tie, plan_for, plan_from


def plan(nodes: int = 20) -> Plan:
    return plan_for(range(9000, 9000 + nodes))


def thing(origin: int, *, audience: tuple[int, ...] = (), withdrawn: bool = False, number: int = 1) -> Thing:
    return Thing(f"http://localhost:{9000 + origin}/{number}", origin, "said", 1, audience, withdrawn)


@pytest.mark.parametrize("nodes", range(FEWEST, 41))
def test_every_topology_is_there_and_hangs_together(nodes: int) -> None:
    found = plan(nodes)
    assert len(found.members) >= 2
    assert all(Tie(HUB, member) in found.ties for member in found.members)
    assert not any({tie.first, tie.second} <= set(found.members) for tie in found.ties)
    first, second = found.partners_of(found.late)
    assert first in found.partners_of(second)
    pairs = [frozenset((tie.first, tie.second)) for tie in found.ties]
    assert len(pairs) == len(set(pairs))
    reached, waiting = set(), [HUB]
    while waiting:
        node = waiting.pop()
        reached.add(node)
        waiting += [other for other in found.partners_of(node) if other not in reached]
    assert reached == set(range(nodes))


@pytest.mark.parametrize("nodes", range(FEWEST, 41))
def test_what_is_closed_off_cannot_be_heard_in_another_way(nodes: int) -> None:
    found = plan(nodes)
    assert found.narrowed != found.ended
    for tie in (found.narrowed, found.ended):
        assert tie in found.ties
        assert HUB not in {tie.first, tie.second}
        assert not {tie.first, tie.second} <= set(found.members)


def test_fewer_nodes_have_no_such_plan() -> None:
    with pytest.raises(ValueError, match="6 nodes"):
        plan(FEWEST - 1)


def test_a_plan_travels_as_text() -> None:
    assert plan_from(plan().as_text()) == plan()


def test_members_hear_of_each_other_through_the_hub_alone() -> None:
    found = plan()
    one, other = found.members[:2]
    stranger = found.late
    assert may_reach(found, thing(one), HUB)
    assert may_reach(found, thing(one), other)
    assert may_reach(found, thing(HUB), one)
    assert not may_reach(found, thing(one), stranger)
    assert not may_reach(found, thing(one), one)
    assert may_reach(found, thing(one, audience=(HUB, other)), other)
    assert not may_reach(found, thing(one, audience=(other,)), other)
    assert not may_reach(found, thing(one, audience=(HUB,)), other)


def test_the_hub_passes_on_what_its_members_allow_and_they_pass_on_nothing() -> None:
    found = plan()
    assert found.passes(Tie(HUB, found.members[0])) == [found.members[0]]
    ring = next(tie for tie in found.ties if HUB not in {tie.first, tie.second})
    assert found.passes(ring) == []


def test_what_was_withdrawn_is_due_nowhere() -> None:
    found = plan()
    partner = found.partners_of(found.late)[0]
    kept, gone = thing(found.late, number=1), thing(found.late, number=2, withdrawn=True)
    assert due_at(found, [kept, gone], partner) == {kept.uri: "said"}


def test_a_view_is_compared_both_ways() -> None:
    found = plan()
    reader = found.partners_of(found.late)[0]
    due, gone = thing(found.late, number=1), thing(found.late, number=2, withdrawn=True)
    things = [due, gone]
    good = Seen(rows=((due.uri, "said"),))
    assert compare(found, things, {reader: good}).is_identical
    assert compare(found, things, {reader: Seen(rows=())}).missing == ((reader, due.uri),)
    assert compare(found, things, {reader: Seen(rows=(*good.rows, (gone.uri, "said")))}).beyond == ((reader, gone.uri),)
    assert compare(found, things, {reader: Seen(rows=good.rows, held=(due.uri, gone.uri))}).beyond == (
        (reader, gone.uri),
    )
    assert compare(found, things, {reader: Seen(rows=good.rows * 2)}).doubled == 1
    assert compare(found, things, {reader: Seen(rows=good.rows, entries_twice=2)}).doubled == 2
    assert not compare(found, things, {reader: Seen(rows=good.rows, bodies_left=1)}).is_identical
    assert compare(found, things, {reader: Seen(rows=good.rows, faults=("x",))}).faults == (f"{reader}: x",)


def test_an_older_version_is_missing_and_nothing_else() -> None:
    found = plan()
    reader = found.partners_of(found.late)[0]
    due = thing(found.late)
    outcome = compare(found, [due], {reader: Seen(rows=((due.uri, "older"),), held=(due.uri,))})
    assert outcome.missing == ((reader, due.uri),)
    assert outcome.duplicates == 0


def changed(origin: int, said: str, at: float, *, visibility: str = "partners") -> Thing:
    return Thing(f"http://localhost:{9000 + origin}/1", origin, said, 2, (), False, visibility, at)


def test_what_was_narrowed_away_may_stay_until_it_changes() -> None:
    found = plan()
    origin, reader = found.narrowed.first, found.narrowed.second
    closings = [Closing(origin, reader, at=10.0, what="partners", stays="latest")]
    early, late = changed(origin, "b", 9.0), changed(origin, "b", 11.0)
    assert due_at(found, [early, late], reader, closings) == {}
    assert left_at(found, [early], reader, closings) == {early.uri: "b"}
    assert left_at(found, [late], reader, closings) == {}
    for said, count in (("a", 1), ("b", 0)):
        assert compare(found, [early], {reader: Seen(rows=((early.uri, said),))}, closings).duplicates == count
    assert compare(found, [late], {reader: Seen(rows=((late.uri, "a"),))}, closings).duplicates == 1
    assert compare(found, [early], {reader: Seen(rows=())}, closings).is_identical
    public = changed(origin, "a", 11.0, visibility="public")
    assert due_at(found, [public], reader, closings) == {public.uri: "a"}


def test_after_an_end_neither_has_anything_of_the_other() -> None:
    found = plan()
    first, second = found.ended.first, found.ended.second
    pairs = [(first, second), (second, first)]
    closings = [Closing(one, other, at=10.0, what="all", stays="nothing") for one, other in pairs]
    for origin, reader in pairs:
        old = changed(origin, "a", 1.0)
        assert compare(found, [old], {reader: Seen(rows=())}, closings).is_identical
        for view in (Seen(rows=((old.uri, "a"),)), Seen(rows=(), held=(old.uri,))):
            assert compare(found, [old], {reader: view}, closings).beyond == ((reader, old.uri),)


NOTHING = Outcome(missing=(), beyond=(), doubled=0, bodies_left=(), faults=())


def result(still_open: tuple[tuple[str, int], ...] = (), **found: object) -> Result:
    outcome = Outcome(**{name: found.get(name, getattr(NOTHING, name)) for name in Outcome.__dataclass_fields__})
    return Result(6, 10, outcome, 1.23, kills=1, partitions=1, still_open=still_open)


def test_the_figures_have_the_names_that_others_read() -> None:
    assert result().holds
    assert result().troubles() == []
    assert result().to_json() == {
        "nodes": 6, "published": 10, "missing": 0, "duplicates": 0, "chain_valid": True, "seconds": 1.2,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "figures"),
    [
        (result(missing=((1, "a"), (2, "a"))), (2, 0, True)),
        (result(beyond=((1, "a"), (2, "a"))), (0, 2, True)),
        (result(doubled=3), (0, 3, True)),
        (result(bodies_left=((1, 2), (4, 1))), (0, 3, True)),
        (result(faults=("1: x",)), (0, 0, False)),
        (result(still_open=(("1 has read 2: 3 of 8", 5), ("2 is busy", 0))), (6, 0, True)),
        (result(missing=((1, "a"),), beyond=((1, "b"),), still_open=(("2 is busy", 1),)), (2, 1, True)),
    ],
)
def test_whatever_is_wrong_is_in_a_figure(wrong: Result, figures: tuple[int, int, bool]) -> None:
    told = wrong.to_json()
    assert (told["missing"], told["duplicates"], told["chain_valid"]) == figures
    assert not wrong.holds
    assert wrong.troubles()

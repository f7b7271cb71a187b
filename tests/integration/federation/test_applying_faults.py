"""What a partner sends may make a module fail in any way: nobody else's object waits for that, and nothing stays on show."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import OperationalError, connection
from procrastinate.contrib.django.models import ProcrastinateJob

from citytandem.core import clock, events
from citytandem.core.errors import Conflict
from citytandem.federation import notices, registry
from citytandem.federation.models import OpenEntry, SharedObject
from citytandem.federation.protocol.instants import instant
from citytandem.federation.protocol.objects import Visibility, check, new_object, tombstone
from citytandem.federation.registry import Incoming, Taker
from citytandem.federation.services import due
from citytandem.federation.services.applying import NOT_SHOWN, UNUSABLE, apply_waiting
from citytandem.federation.services.dropping import NOT_DROPPED, drop_again, drop_expired, drop_left
from citytandem.federation.services.identity import own_did
from tests.integration.federation.pairs import agreed
from tests.integration.federation.shelves import Shelf, came, read, uri
from tests.unit.federation.nodes import DAY, LATER, Node, sofia

pytestmark = pytest.mark.django_db


class Fussy(Shelf):
    """A module that fails over some objects, also when it has to drop them."""

    def __init__(self) -> None:
        super().__init__()
        self.fails: dict[str, Callable[[], object]] = {}
        self.clings_to: set[str] = set()

    def take(self, came: Incoming) -> None:
        self.fails.get(came.uri, lambda: None)()
        super().take(came)

    def drop(self, uris: Any) -> None:
        if self.clings_to & set(uris):
            sql("SELECT 1 / 0")
        super().drop(uris)


@pytest.fixture
def fussy(monkeypatch: pytest.MonkeyPatch) -> Fussy:
    made = Fussy()
    monkeypatch.setattr(registry, "_takers", {"Problem": Taker("Problem", made.take, made.drop)})
    return made


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def too_large() -> None:
    """As a text that an index has no room for: an OperationalError."""
    sql("SELECT repeat('x', 2000000000)")


def no_end() -> None:
    next(iter(()))


def too_deep() -> None:
    too_deep()


def refusals() -> dict[str, str]:
    return dict(SharedObject.objects.values_list("uri", "refusal"))


def of_kind(kind: str, node: Node, *, version: int, **more: Any) -> dict[str, Any]:
    """The first object of the node, as another kind."""
    texts = {"name": {"de": {"text": "Hitze", "by": "human"}}}
    made = new_object(kind, origin=node.did, uuid=UUID(int=1), version=version, published=DAY, texts=texts, **more)
    return node.proven(made)


@pytest.mark.parametrize("fault", [too_large, no_end, too_deep, lambda: sql("SELECT 1 / 0")])
def test_however_a_module_fails_over_one_the_others_are_shown(fussy: Fussy, fault: Callable[[], object]) -> None:
    fussy.fails = {uri(1): fault}
    came(*(sofia().problem(number) for number in (1, 2, 3)))
    assert apply_waiting() == 3
    assert set(fussy.shown) == {uri(2), uri(3)}
    assert refusals() == {uri(1): UNUSABLE, uri(2): "", uri(3): ""}
    assert apply_waiting() == 0


@pytest.mark.parametrize("code", ["40P01", "40001", "08006", "53100", "57P01"])
def test_what_lies_at_the_database_and_passes_is_nobodys_fault(fussy: Fussy, code: str) -> None:
    fussy.fails = {uri(1): lambda: sql(f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{code}'; END $$")}
    came(*(sofia().problem(number) for number in (1, 2)))
    with pytest.raises(OperationalError):
        apply_waiting()
    fussy.fails, fussy.shown = {}, {}
    assert apply_waiting() == 2
    assert refusals() == {uri(1): "", uri(2): ""}


@pytest.mark.django_db(transaction=True)
def test_what_comes_out_only_when_all_is_written_stops_no_other_either(fussy: Fussy) -> None:
    def without_a_peer() -> None:
        OpenEntry.objects.create(peer_id=uuid4(), uri="x", version=1, number=1, since=clock.now())

    fussy.fails = {uri(2): without_a_peer}
    came(*(sofia().problem(number) for number in (1, 2, 3)))
    assert apply_waiting() == 3
    assert refusals() == {uri(1): "", uri(2): UNUSABLE, uri(3): ""}
    assert apply_waiting() == 0
    assert not OpenEntry.objects.exists()


def test_what_a_module_cannot_drop_stops_no_other_and_is_tried_again(fussy: Fussy) -> None:
    ends = clock.now().replace(microsecond=0) + timedelta(days=1)
    came(*(sofia().problem(number, expires=instant(ends)) for number in range(1, 8)))
    apply_waiting()
    fussy.clings_to = {uri(3), uri(6)}
    with clock.at(ends):
        assert drop_expired() == 7
        assert set(fussy.shown) == fussy.clings_to
        assert drop_expired() == 0
        fussy.clings_to = {uri(6)}
        assert drop_again() == 2
        apply_waiting()
        assert set(fussy.shown) == {uri(6)}
        assert [one for one, code in refusals().items() if code] == [uri(6)]


def test_a_tombstone_that_a_module_fails_over_stops_no_other(fussy: Fussy) -> None:
    peer, node = agreed(), sofia()
    for number in (1, 2):
        node.publish(node.problem(number))
    read(peer, node)
    apply_waiting()
    fussy.clings_to = {uri(1)}
    for number in (1, 2):
        node.publish(node.proven(tombstone(check(node.problem(number)).envelope, deleted=LATER)))
    node.publish(node.problem(3))
    read(peer, node, after=2)
    assert apply_waiting() == 3
    assert set(fussy.shown) == {uri(1), uri(3)}
    fussy.clings_to = set()
    assert drop_again() == 1
    apply_waiting()
    assert set(fussy.shown) == {uri(3)}


def test_of_a_partner_that_has_ended_the_rest_goes_and_what_stays_is_tried_again(fussy: Fussy) -> None:
    peer = came(*(sofia().problem(number) for number in (1, 2)))
    apply_waiting()
    fussy.clings_to = {uri(1)}
    type(peer).objects.update(state="ended")
    assert drop_left(peer.id) == 2
    assert refusals() == {uri(1): NOT_DROPPED}
    fussy.clings_to = set()
    drop_again()
    apply_waiting()
    assert fussy.shown == {}


def test_what_ends_at_once_goes_in_as_many_steps_as_it_needs(fussy: Fussy) -> None:
    ends = clock.now().replace(microsecond=0) + timedelta(days=1)
    came(*(sofia().problem(number, expires=instant(ends)) for number in range(7)))
    apply_waiting()
    with clock.at(ends):
        assert drop_expired(2) == 7
    assert fussy.shown == {}


def test_one_thing_that_is_due_and_fails_stops_no_other(fussy: Fussy, monkeypatch: pytest.MonkeyPatch) -> None:
    came(sofia().problem(1))
    done: list[str] = []

    def drops_due() -> None:
        raise ValueError("no")

    monkeypatch.setattr(due, "drops_due", drops_due)
    monkeypatch.setattr(notices, "alerts_due", lambda: done.append("alerts"))
    with pytest.raises(ExceptionGroup) as failed:
        due.do_what_is_due()
    assert [str(error) for error in failed.value.exceptions] == ["no"]
    assert done == ["alerts"]


# --- what was shown before ----------------------------------------------------------------------------------------------


@pytest.fixture
def other() -> Shelf:
    """A module that shows solutions."""
    made = Shelf()
    registry.register_taker(Taker("Solution", made.take, made.drop))
    return made


def followed(second: Callable[[Node], dict[str, Any]]) -> None:
    """A problem is shown, then its next version comes."""
    peer, node = agreed(), sofia()
    node.publish(node.problem(1))
    read(peer, node)
    apply_waiting()
    node.publish(second(node))
    read(peer, node, after=1)
    apply_waiting()


def test_what_becomes_another_kind_is_shown_once(fussy: Fussy, other: Shelf) -> None:
    followed(lambda node: of_kind("Solution", node, version=2))
    assert (list(fussy.shown), list(other.shown)) == ([], [uri(1)])


def test_what_becomes_a_kind_that_nobody_shows_disappears(fussy: Fussy) -> None:
    followed(lambda node: of_kind("Dataset", node, version=2))
    assert (fussy.shown, refusals()) == ({}, {uri(1): NOT_SHOWN})


def test_a_tombstone_of_another_kind_takes_it_out_of_sight(fussy: Fussy, other: Shelf) -> None:
    followed(
        lambda node: node.proven(
            {**tombstone(check(node.problem(1)).envelope, deleted=LATER), "formerType": "Solution"}
        )
    )
    assert fussy.shown == {}


def test_a_first_version_asks_nobody_to_drop_anything(fussy: Fussy, other: Shelf) -> None:
    came(sofia().problem(1))
    apply_waiting()
    assert (fussy.dropped, other.dropped) == ([], [])


def newer_vocabulary(node: Node) -> dict[str, Any]:
    value = {name: item for name, item in node.problem(1, version=2).items() if name != "proof"}
    return node.proven({**value, "schema": 2})


def for_others(node: Node) -> dict[str, Any]:
    return node.problem(1, version=2, visibility=Visibility.NAMED, audience=("did:web:varna.example",))


@pytest.mark.parametrize(
    ("second", "keeps_older", "is_shown"),
    [
        (newer_vocabulary, False, False),
        (newer_vocabulary, True, True),
        (for_others, False, False),
        (for_others, True, False),
    ],
)
def test_an_older_version_does_not_stay_as_if_it_were_the_newest(
    fussy: Fussy, second: Callable[[Node], dict[str, Any]], keeps_older: bool, is_shown: bool
) -> None:
    registry.register_taker(Taker("Problem", fussy.take, fussy.drop, keeps_older=keeps_older))
    followed(second)
    assert (uri(1) in fussy.shown) is is_shown


@pytest.mark.parametrize(("error", "is_shown"), [(KeyError("frame"), False), (Conflict("call.closed", "no"), True)])
def test_a_module_that_says_why_keeps_what_it_shows(fussy: Fussy, error: Exception, is_shown: bool) -> None:
    def second(node: Node) -> dict[str, Any]:
        fussy.refuses = {uri(1): error}
        return node.problem(1, version=2)

    followed(second)
    assert (uri(1) in fussy.shown) is is_shown


def test_named_ones_that_are_us_see_the_newest(fussy: Fussy) -> None:
    followed(lambda node: node.problem(1, version=2, visibility=Visibility.NAMED, audience=(own_did(),)))
    assert fussy.shown[uri(1)].version == 2


def test_a_batch_is_indexed_by_one_job_without_what_could_not_be_used(fussy: Fussy) -> None:
    ids = {uri(number): uuid4() for number in (1, 2, 3)}
    take = fussy.take

    def told(came: Incoming) -> None:
        events.emit(events.RecordChanged(kind="problem", object_id=ids[came.uri]))
        take(came)

    registry.register_taker(Taker("Problem", told, fussy.drop))
    fussy.fails = {uri(2): no_end}
    came(*(sofia().problem(number) for number in (1, 2, 3)))
    apply_waiting()
    (job,) = ProcrastinateJob.objects.filter(task_name="search.index")
    assert job.args == {"kind": "problem", "object_ids": [str(ids[uri(1)]), str(ids[uri(3)])]}

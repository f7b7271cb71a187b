"""What proposals are measured by: shares of a whole, changed in public, frozen when the assessment starts."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from citytandem.accounts.contract import Actor
from citytandem.challenges.models import Challenge, DecisionEntry
from citytandem.challenges.services.criteria import CriterionDraft, criteria_set
from citytandem.challenges.services.log import log_check
from citytandem.core import clock
from citytandem.core.errors import Conflict, Forbidden, Invalid
from citytandem.core.versions import translations
from citytandem.notifications.models import Notice
from tests.integration.challenges.making import a_challenge, a_proposal, council, resident, second, staff, unit

pytestmark = pytest.mark.django_db


def row(name: str = "Cost", weight: str = "1", **fields: Any) -> CriterionDraft:
    return CriterionDraft(name, Decimal(weight), **fields)


def told(challenge: Challenge) -> list[tuple[str, Decimal]]:
    return [(one.key, one.weight) for one in challenge.criteria.all()]


def test_weights_of_any_sum_become_shares() -> None:
    challenge = a_challenge("draft", criteria=[{"key": "cost"}])
    rows = [row("Cost", "3", direction="min", low=0, high=100, key="cost"), row("Effect", "2"), row("Nice", "0")]
    saved = criteria_set(challenge.id, rows, version=1, by=unit())
    assert told(saved) == [("cost", Decimal("0.6")), ("effect", Decimal("0.4")), ("nice", Decimal(0))]
    cost = saved.criteria.get(key="cost")
    assert (cost.direction, cost.low, cost.high) == ("min", 0, 100)


def test_rows_are_added_taken_out_moved_and_keep_their_key() -> None:
    challenge = a_challenge("draft", criteria=[{"key": "a"}, {"key": "b"}, {"key": "c"}])
    rows = [row("Renamed", key="c"), row("A", key="a"), row("C"), row("New words"), row("New  words!")]
    saved = criteria_set(challenge.id, rows, version=1, by=unit())
    assert [key for key, _ in told(saved)] == ["c", "a", "c-2", "new-words", "new-words-2"]
    assert saved.criteria.get(key="c").name == translations(en="Renamed")


def test_criteria_stay_once_nobody_can_hand_in_any_more() -> None:
    challenge = a_challenge(closes_at=clock.now() - timedelta(minutes=1))
    with pytest.raises(Conflict) as caught:
        criteria_set(challenge.id, [row("Mine")], version=1, by=unit())
    assert caught.value.code == "criteria.frozen"


def test_words_of_other_languages_go_when_the_original_changes() -> None:
    challenge = a_challenge("draft", criteria=[{"key": "a", "name": translations(en="Cost", de="Kosten")}])
    kept = criteria_set(challenge.id, [row("Cost", key="a", hint="How much?")], version=1, by=unit())
    assert kept.criteria.get().name == translations(en="Cost", de="Kosten")
    moved = criteria_set(challenge.id, [row("Price", key="a")], version=2, by=unit())
    assert moved.criteria.get().name == translations(en="Price")


@pytest.mark.parametrize(
    ("bad", "code", "field"),
    [
        (row(" "), "criterion.name", "1-name"),
        (row("x" * 121), "criterion.too_long", "1-name"),
        (row(low_anchor="x" * 301), "criterion.too_long", "1-low_anchor"),
        (row(direction="sideways"), "criterion.direction", "1-direction"),
        (row(low=5, high=5), "criterion.scale", "1-low"),
        (row(low=5, high=0), "criterion.scale", "1-low"),
        (row(low=math.nan), "criterion.number", "1-low"),
        (row(high=math.inf), "criterion.number", "1-high"),
        (row(low=-math.inf), "criterion.number", "1-low"),
        (row(high=1e10), "criterion.number", "1-high"),
        (row(weight="-1"), "criterion.weight_negative", "1-weight"),
        (row(weight="NaN"), "criterion.weight_number", "1-weight"),
        (row(weight="Infinity"), "criterion.weight_number", "1-weight"),
        (row("fine"), "criterion.twice", "1-name"),
    ],
)
def test_a_criterion_that_makes_no_sense_is_refused_at_its_row(bad: CriterionDraft, code: str, field: str) -> None:
    challenge = a_challenge("draft")
    before = told(challenge)
    with pytest.raises(Invalid) as caught:
        criteria_set(challenge.id, [row("Fine"), bad], version=1, by=unit())
    assert (caught.value.code, caught.value.field) == (code, field)
    assert told(challenge) == before


@pytest.mark.parametrize(
    ("rows", "code"),
    [([], "criteria.no_weight"), ([row(weight="0")], "criteria.no_weight"),
     ([row(f"Number {n}") for n in range(31)], "criteria.many")],
)  # fmt: skip
def test_a_table_that_makes_no_sense_is_refused(rows: list[CriterionDraft], code: str) -> None:
    with pytest.raises(Invalid) as caught:
        criteria_set(a_challenge("draft").id, rows, version=1, by=unit())
    assert caught.value.code == code


@pytest.mark.parametrize("phase", ["assessment", "decision", "decided", "withdrawn"])
def test_frozen_from_the_start_of_the_assessment_on(phase: str) -> None:
    challenge = a_challenge(phase)
    for rows in ([row()], []):
        with pytest.raises(Conflict) as caught:
            criteria_set(challenge.id, rows, version=1, by=unit())
        assert caught.value.code == "criteria.frozen"


@pytest.mark.parametrize(
    "change",
    [
        lambda challenge: challenge.criteria.filter(key="cost").update(weight="0.9"),
        lambda challenge: challenge.criteria.filter(key="cost").update(high=10),
        lambda challenge: challenge.criteria.filter(key="cost").update(direction="min"),
        lambda challenge: challenge.criteria.all().delete(),
        lambda challenge: challenge.criteria.create(key="new", weight=1),
    ],
)
def test_the_database_keeps_frozen_criteria_as_they_are(change: Callable[[Challenge], Any]) -> None:
    frozen, still_open = (a_challenge(phase, criteria=[{"key": "cost"}]) for phase in ("assessment", "open"))
    with pytest.raises(IntegrityError, match="criteria_frozen"), transaction.atomic():
        change(frozen)
    change(still_open)
    frozen.criteria.update(name=translations(en="Cost", de="Kosten"))
    assert frozen.criteria.get().name["de"]["text"] == "Kosten"


def test_changed_in_public_before_it_is_in_the_log_and_told_to_all_bidders() -> None:
    challenge, bidder = a_challenge("open"), resident("bidder")
    a_proposal(challenge, by=bidder)
    a_proposal(challenge, "withdrawn", by=resident("gone"))
    criteria_set(challenge.id, [row("Cost"), row("Effect")], version=1, by=unit())
    assert list(Notice.objects.values_list("template", "person_id")) == [("challenge_criteria", bidder.id)]
    assert "criteria.changed" in DecisionEntry.objects.filter(challenge=challenge).latest("number").body
    assert log_check(Challenge.objects.get(id=challenge.id)) is None


def test_a_change_during_the_review_begins_it_anew_and_tells_nobody_outside() -> None:
    challenge = a_challenge("in_review")
    assert criteria_set(challenge.id, [row()], version=1, by=second()).phase == "draft"
    assert not DecisionEntry.objects.exists()


def test_two_editors_do_not_overwrite_each_other() -> None:
    challenge = a_challenge("draft")
    criteria_set(challenge.id, [row()], version=1, by=unit())
    with pytest.raises(Conflict) as caught:
        criteria_set(challenge.id, [row("Mine")], version=1, by=second())
    assert caught.value.code == "challenge.changed_meanwhile"


@pytest.mark.parametrize("who", [resident, council, staff])
def test_others_do_not_change_them(who: Callable[[], Actor]) -> None:
    with pytest.raises(Forbidden):
        criteria_set(a_challenge("draft").id, [row()], version=1, by=who())


def test_a_department_changes_its_own_until_it_is_public() -> None:
    waste = staff("waste")
    department = next(iter(waste.departments))
    criteria_set(a_challenge("draft", department_id=department).id, [row()], version=1, by=waste)
    with pytest.raises(Forbidden):
        criteria_set(a_challenge("open", department_id=department).id, [row()], version=1, by=waste)

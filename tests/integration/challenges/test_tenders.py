"""Tender packages: what they begin with, who writes them, and what the hand-over freezes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from citytandem.challenges.models import DecisionEntry, Tender
from citytandem.challenges.services.challenges import challenge_withdraw
from citytandem.challenges.services.log import log_check
from citytandem.challenges.services.tenders import tender_begin, tender_copy, tender_hand_over, tender_save
from citytandem.challenges.tender_faults import faults_of
from citytandem.challenges.tender_files import tender_file
from citytandem.challenges.tender_said import package_json, package_of, said_of
from citytandem.challenges.tenders.package import AwardCriterion, Money, Requirement
from citytandem.core import clock
from citytandem.core.errors import Conflict, DomainError, Forbidden, Invalid
from citytandem.core.versions import translations
from tests.integration.challenges.making import a_challenge, council, resident, second, staff, unit
from tests.integration.challenges.tendering import a_finished_pilot, a_package, krefeld
from tests.unit.challenges.tenders import PACKAGE

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _node() -> None:
    krefeld()


def begun(**fields: Any) -> Tender:
    challenge = a_challenge("decided", **fields)
    return tender_begin(challenge.id, pilot_id=a_finished_pilot(challenge).id, language="en", by=unit())


def test_a_package_begins_with_what_challenge_and_pilot_say() -> None:
    package = package_of(begun(budget_high=160_000, conditions=translations(en="- Works with LoRaWAN.\n\n- Open API")))
    assert package.title == "Bins that tell when they are full"
    assert package.need.startswith("Bins at the market overflow")
    assert [(row.id, row.text, row.strength) for row in package.requirements] == [
        ("R1", "Works with LoRaWAN.", "must"),
        ("R2", "Open API", "must"),
        ("R3", "Bins that overflow: at most 3 per week", "must"),
        ("R4", "Rounds saved: at least 20 %", "should"),
    ]
    assert package.requirements[2].evidence == (
        "In the pilot: 9.25 per week before, 2 per week with it, on average (2 measurements)."
    )
    assert package.requirements[3].evidence == "In the pilot: 0 % before, 12.5 % with it (1 measurement)."
    assert [(line.item, line.hint) for line in package.prices] == [
        ("Devices", "The pilot paid 8,400.50 EUR for this."),
        ("Services", "The pilot paid 1,200.00 EUR for this."),
    ]
    assert [(one.name, one.city, one.country) for one in package.buyers] == [("Stadt Krefeld", "Krefeld", "DE")]
    assert package.value == Money(Decimal(160_000), "EUR")


def test_the_price_is_a_suggestion_until_somebody_decides() -> None:
    tender = begun()
    package = package_of(tender)
    assert (package.criteria[0].kind, package.criteria[0].weight) == ("price", 30)
    assert sum(row.weight for row in package.criteria) == pytest.approx(100)
    assert [fault.code for fault in faults_of(tender)] == ["criteria.price_unconfirmed"]
    saved = tender_save(tender.id, package, currency="EUR", version=tender.version, price_confirmed=True, by=unit())
    assert faults_of(saved) == ()


def test_a_target_that_the_pilot_missed_is_a_wish() -> None:
    challenge = a_challenge("decided")
    pilot = a_finished_pilot(challenge, after=5.0)
    package = package_of(tender_begin(challenge.id, pilot_id=pilot.id, language="en", by=unit()))
    assert {row.text: row.strength for row in package.requirements}[
        "Bins that overflow: at most 3 per week"
    ] == "should"


def test_without_a_pilot_targets_of_the_challenge_are_wishes() -> None:
    challenge = a_challenge("decision")
    package = package_of(tender_begin(challenge.id, pilot_id=None, language="en", by=unit()))
    assert [(row.text, row.strength) for row in package.requirements] == [
        ("Works with LoRaWAN.", "must"),
        ("Bins that overflow: 3 per week", "should"),
    ]
    assert package.prices == ()


def test_the_dates_follow_each_other_and_leave_bidders_their_time() -> None:
    dates = package_of(begun()).dates
    assert dates.notice is not None
    assert dates.tenders_until is not None
    assert dates.tenders_until.date() - dates.notice >= timedelta(days=35)
    assert dates.notice.weekday() < 5


@pytest.mark.parametrize("phase", ["draft", "in_review", "open", "assessment", "withdrawn"])
def test_a_package_needs_a_decision(phase: str) -> None:
    challenge = a_challenge(phase)
    with pytest.raises(Conflict) as refused:
        tender_begin(challenge.id, pilot_id=None, language="en", by=unit())
    assert refused.value.code == "tender.too_early"


@pytest.mark.parametrize("state", ["running", "planned", "abandoned", "elsewhere"])
def test_only_a_finished_pilot_of_the_challenge_counts(state: str) -> None:
    challenge = a_challenge("decided")
    told = {} if state == "elsewhere" else {"state": state}
    pilot = a_finished_pilot(a_challenge("decided") if state == "elsewhere" else challenge, **told)
    with pytest.raises(Invalid) as refused:
        tender_begin(challenge.id, pilot_id=pilot.id, language="en", by=unit())
    assert (refused.value.code, refused.value.field) == ("tender.pilot", "pilot")


def test_who_may_write_packages() -> None:
    waste, other = staff("waste"), staff("building")
    challenge = a_challenge("decided", department_id=next(iter(waste.departments)))
    for actor in (waste, unit(), second()):
        assert tender_begin(challenge.id, pilot_id=None, language="de", by=actor).language == "de"
    for actor in (other, council(), resident()):
        with pytest.raises(Forbidden):
            tender_begin(challenge.id, pilot_id=None, language="de", by=actor)


def test_any_whole_package_is_kept_as_it_is() -> None:
    challenge = a_challenge("decided")
    tender = tender_begin(challenge.id, pilot_id=None, language="en", by=unit())
    saved = tender_save(tender.id, PACKAGE, currency="EUR", version=1, price_confirmed=True, by=unit())
    assert package_of(Tender.objects.get(id=saved.id)) == PACKAGE
    assert json.loads(json.dumps(said_of(PACKAGE))) == said_of(PACKAGE)


def test_what_cannot_be_kept_is_refused() -> None:
    tender = begun()
    whole = package_of(tender)
    bad: list[dict[str, Any]] = [
        {"title": "x" * 201},
        {"contract": "software"},
        {"value": Money(Decimal("1e12"), "EUR")},
        {"value": Money(Decimal("NaN"), "EUR")},
        {"requirements": tuple(Requirement(f"R{number}", "x", "must") for number in range(151))},
    ]
    for change in bad:
        with pytest.raises(Invalid) as refused:
            tender_save(tender.id, replace(whole, **change), currency="EUR", version=1, by=unit())
        assert refused.value.code == "tender.unusable"
    tender.refresh_from_db()
    assert tender.version == 1


def test_control_characters_are_taken_out() -> None:
    tender = begun()
    package = replace(package_of(tender), title="Bins\x00 \u202efull", need="One\x07\r\n\r\nTwo")
    saved = package_of(tender_save(tender.id, package, currency="EUR", version=1, by=unit()))
    assert (saved.title, saved.need) == ("Bins full", "One\n\nTwo")


def test_two_who_write_at_once_are_told() -> None:
    tender = begun()
    package = package_of(tender)
    tender_save(tender.id, package, currency="EUR", version=1, by=unit())
    with pytest.raises(Conflict) as refused:
        tender_save(tender.id, package, currency="EUR", version=1, by=second())
    assert refused.value.code == "tender.changed_meanwhile"
    assert refused.value.details["current_version"] == 2


def test_handing_over_freezes_the_package_and_the_log_knows_its_digest() -> None:
    challenge = a_challenge("decided")
    tender = a_package(challenge, pilot=a_finished_pilot(challenge))
    given = tender_hand_over(tender.id, version=tender.version, by=unit())
    body = tender_file(given, "package.json", address="https://example.org/x").body
    entry = json.loads(DecisionEntry.objects.filter(challenge=challenge).order_by("-number")[0].body)
    assert entry["what"] == "tender.handed_over"
    assert entry["facts"]["sha256"] == hashlib.sha256(body).hexdigest()
    assert entry["facts"]["reference"] == package_of(given).reference
    assert body.decode() == package_json(package_of(given))
    challenge.refresh_from_db()
    assert log_check(challenge) is None
    for again in (
        lambda: tender_save(given.id, package_of(given), currency="EUR", version=given.version, by=unit()),
        lambda: tender_hand_over(given.id, version=given.version, by=unit()),
    ):
        with pytest.raises(Conflict) as refused:
            again()
        assert refused.value.code == "tender.handed_over"


def test_what_was_handed_over_is_served_as_it_was() -> None:
    challenge = a_challenge("decided")
    tender = a_package(challenge)
    given = tender_hand_over(tender.id, version=tender.version, by=unit())
    before = tender_file(given, "package.json", address="").body
    Tender.objects.filter(id=given.id).update(said={**given.said, "need": "Changed behind its back"})
    given.refresh_from_db()
    assert tender_file(given, "package.json", address="").body == before


def test_a_package_with_faults_is_not_handed_over() -> None:
    challenge = a_challenge("decided")
    tender = a_package(challenge, requirements=())
    with pytest.raises(Invalid) as refused:
        tender_hand_over(tender.id, version=tender.version, by=unit())
    assert refused.value.code == "tender.faulty"
    assert not DecisionEntry.objects.filter(challenge=challenge, body__contains="tender.handed_over").exists()


def test_a_prefix_that_is_none_stops_the_hand_over(settings: Any) -> None:
    settings.OCDS_PREFIX = "krefeld"
    tender = a_package(a_challenge("decided"))
    with pytest.raises(Invalid) as refused:
        tender_hand_over(tender.id, version=tender.version, by=unit())
    assert refused.value.code == "tender.open_data"
    tender.refresh_from_db()
    assert tender.handed_over_at is None


def test_a_withdrawn_challenge_hands_nothing_over() -> None:
    challenge = a_challenge("decision")
    tender = a_package(challenge)
    challenge_withdraw(challenge.id, reason="No money", by=unit())
    with pytest.raises(Conflict) as refused:
        tender_hand_over(tender.id, version=tender.version, by=unit())
    assert refused.value.code == "tender.too_early"


def test_a_copy_begins_anew_under_another_reference() -> None:
    challenge = a_challenge("decided")
    tender = a_package(challenge)
    given = tender_hand_over(tender.id, version=tender.version, by=unit())
    copy = tender_copy(given.id, by=unit())
    assert copy.handed_over_at is None
    assert "handed_over" not in copy.said
    assert package_of(copy) == replace(package_of(given), reference=package_of(copy).reference)
    assert package_of(copy).reference != package_of(given).reference
    same = tender_save(
        copy.id,
        replace(package_of(copy), reference=package_of(given).reference),
        currency="EUR",
        version=copy.version,
        by=unit(),
    )
    with pytest.raises(Conflict) as refused:
        tender_hand_over(same.id, version=same.version, by=unit())
    assert refused.value.code == "tender.reference_taken"


def test_only_who_answers_for_it_hands_over_and_copies() -> None:
    tender = a_package(a_challenge("decided"))
    for actor in (council(), resident(), staff("building")):
        for act in (
            lambda by=actor: tender_hand_over(tender.id, version=tender.version, by=by),
            lambda by=actor: tender_copy(tender.id, by=by),
            lambda by=actor: tender_save(tender.id, package_of(tender), currency="EUR", version=2, by=by),
        ):
            with pytest.raises(DomainError) as refused:
                act()
            assert refused.value.code == "permission.missing"


def test_the_moment_of_a_demo_is_no_obstacle() -> None:
    moment = clock.now() - timedelta(days=300)
    with clock.at(moment):
        tender = a_package(a_challenge("decided"))
        given = tender_hand_over(tender.id, version=tender.version, by=unit())
    release = json.loads(tender_file(given, "ocds.json", address="https://example.org/ocds.json").body)
    plan, told = release["releases"]
    assert plan["date"] < told["date"]
    assert told["tender"]["status"] == "planned"


def test_weights_keep_their_proportions() -> None:
    criteria = (AwardCriterion("Price", 1, "price"), AwardCriterion("Quality", 2, "quality"))
    tender = a_package(a_challenge("decided"), criteria=criteria)
    assert [row.weight for row in package_of(tender).criteria] == [1.0, 2.0]

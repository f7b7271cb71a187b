"""What challenges keep about people: all of it is told, and after an erasure nothing leads to them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from citytandem.accounts.contract import Actor
from citytandem.accounts.holdings import holdings
from citytandem.accounts.models import Organisation, Person
from citytandem.accounts.privacy import selectors
from citytandem.accounts.privacy.services.erasing import person_erase
from citytandem.challenges.models import (
    Challenge,
    DecisionEntry,
    Declaration,
    Gate,
    Juror,
    MeasurementImport,
    Proposal,
    ProposalImport,
    ProposalVersion,
    Question,
    Score,
    StepTaken,
)
from citytandem.challenges.services.partner_answers import answer_send
from citytandem.challenges.services.proposals import Offer, proposal_withdraw
from citytandem.core import clock
from citytandem.core.versions import translations
from tests.integration.challenges.making import a_challenge, a_juror, a_proposal, second, unit
from tests.integration.challenges.partner_world import a_partner_challenge
from tests.integration.challenges.test_dashboards import a_pilot, a_tender

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
OWN = [one for one in holdings() if one.name.startswith("challenges.")]


def with_everything() -> tuple[Actor, dict[str, Any]]:
    """Somebody who stands in every column in which a person can stand."""
    me, other = second(), unit()
    challenge = a_challenge("decision", created_by_id=me.id, sent_by_id=other.id, published_by_id=me.id)
    a_challenge("draft", created_by_id=me.id, sent_by_id=me.id)
    proposal = a_proposal(challenge, by=me, team="My team")
    ProposalVersion.objects.create(
        proposal=proposal, number=1, said={"text": "I live in Market Street"}, until=clock.now()
    )
    StepTaken.objects.create(
        proposal=a_proposal(challenge, by=other), before="submitted", step="declined", reason="Not complete.",
        language="en", at=clock.now(), by_id=me.id,
    )  # fmt: skip
    asked = {"challenge": challenge, "language": "en", "asked_at": clock.now()}
    Question.objects.create(text="Mine", asked_by_id=me.id, **asked)
    Question.objects.create(text="Theirs", answer=translations(en="Yes."), answered_by_id=me.id, **asked)
    juror = a_juror(challenge, by=me)
    about = {"juror": juror, "proposal": proposal, "at": clock.now()}
    Declaration.objects.create(has_interest=True, text="My sister works there", **about)
    Score.objects.create(criterion=challenge.criteria.first(), value=4, note="Well thought out", **about)
    table = {"table": b"SECRET", "created_at": clock.now(), "changed_at": clock.now(), "started_by_id": me.id}
    ProposalImport.objects.create(challenge=challenge, **table)
    pilot = a_pilot(challenge, proposal, created_by_id=me.id, planned_by_id=me.id)
    Gate.objects.create(pilot=pilot, kind="ethics", state="passed", note="No objection.", by_id=me.id, at=clock.now())
    MeasurementImport.objects.create(pilot=pilot, **table)
    a_tender(challenge, created_by_id=me.id)
    answer_send(a_partner_challenge().id, Offer(title="Trees", text="They shade.", language="en"), by=me)
    return me, {"challenge": challenge, "proposal": proposal, "juror": juror, "pilot": pilot}


def people_columns() -> list[tuple[str, str]]:
    """Every column of the module in which a person can stand."""
    return [
        (model._meta.db_table, field.column)
        for model in apps.get_app_config("challenges").get_models()
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model is Person
    ]


def standing_in(person: Actor) -> set[tuple[str, str]]:
    found = set()
    with connection.cursor() as cursor:
        for name, column in people_columns():
            cursor.execute(f'SELECT count(*) FROM {name} WHERE "{column}" = %s', [person.id])
            if cursor.fetchone()[0]:
                found.add((name, column))
    return found


def test_every_column_with_a_person_is_filled_and_then_emptied() -> None:
    me, _things = with_everything()
    assert me.id is not None
    assert standing_in(me) == set(people_columns())
    person_erase(person_id=me.id, by=me)
    assert standing_in(me) == set()


def test_the_public_record_stays_without_the_person() -> None:
    me, things = with_everything()
    assert me.id is not None
    before = {model: model._default_manager.count() for model in apps.get_app_config("challenges").get_models()}
    person_erase(person_id=me.id, by=me)
    after = {model: model._default_manager.count() for model in apps.get_app_config("challenges").get_models()}
    assert before | {ProposalVersion: 0} == after
    assert Proposal.objects.get(id=things["proposal"].id).team == "My team"
    juror = Juror.objects.get(id=things["juror"].id)
    assert (juror.person_id, juror.number) == (None, 1)
    assert (juror.scores.get().value, juror.scores.get().note) == (4, "")
    assert Declaration.objects.get().text == ""
    assert Declaration.objects.get().has_interest
    # A draft is the city's: colleagues read it and go on with it.
    assert Challenge.objects.filter(phase="draft", created_by=None).count() == 1


def test_what_nobody_could_read_loses_its_words() -> None:
    me = second()
    assert me.id is not None
    challenge = a_challenge("assessment")
    unread = a_proposal(challenge, by=me, step="withdrawn", step_since=challenge.closes_at - DAY)
    read = a_proposal(challenge, by=me, step="withdrawn")
    person_erase(person_id=me.id, by=me)
    unread.refresh_from_db()
    read.refresh_from_db()
    assert (unread.title, unread.text, unread.code) == ({}, {}, unread.code)
    assert read.title


def test_why_somebody_took_their_proposal_back_goes_and_never_stands_in_the_log() -> None:
    me = second()
    assert me.id is not None
    challenge = a_challenge("decided")
    proposal = a_proposal(challenge, "pilot", by=me)
    pilot = a_pilot(challenge, proposal)
    proposal_withdraw(proposal.id, reason="My wife is ill.", by=me)
    assert proposal.steps.latest("id").reason == "My wife is ill."
    person_erase(person_id=me.id, by=me)
    assert proposal.steps.latest("id").reason == "–"
    pilot.refresh_from_db()
    assert pilot.because == translations(en="Withdrawn by its sender")
    assert not DecisionEntry.objects.filter(body__contains="My wife").exists()
    assert DecisionEntry.objects.filter(body__contains="reason_sha256").count() == 1


def test_what_a_withdrawn_call_kept_sealed_loses_its_words() -> None:
    me = second()
    assert me.id is not None
    challenge = a_challenge("withdrawn", closes_at=clock.now() + DAY)
    proposal = a_proposal(challenge, "declined", by=me)
    person_erase(person_id=me.id, by=me)
    proposal.refresh_from_db()
    assert (proposal.title, proposal.text) == ({}, {})


def test_versions_of_an_organisation_stay_with_it() -> None:
    me = second()
    assert me.id is not None
    organisation = Organisation.objects.create(slug="bins", name="Bin makers", created_at=clock.now())
    proposal = a_proposal(a_challenge("open"), by=me, organisation=organisation)
    ProposalVersion.objects.create(proposal=proposal, number=1, said={}, until=clock.now())
    person_erase(person_id=me.id, by=me)
    assert proposal.versions.count() == 1
    assert Proposal.objects.get().created_by is None


def test_a_copy_holds_everything_and_nobody_else() -> None:
    me, _things = with_everything()
    assert me.id is not None
    told = {one.name: one.export(me.id).rows for one in OWN}
    plain = json.dumps(told, default=str)
    assert all(rows for part in told.values() for rows in part.values()), told
    assert str(unit().id) not in plain
    assert str(me.id) not in plain
    assert "SECRET" not in plain
    for words in ("My team", "Market Street", "My sister works there", "Well thought out", "Mine", "Not complete."):
        assert words in plain


def test_the_page_of_a_person_counts_what_there_is() -> None:
    me, _things = with_everything()
    assert me.id is not None
    counts = {one.holding.name: one.count for one in selectors.kept_about(me.id)}
    assert counts["challenges.proposals"] == 2
    assert counts["challenges.jury"] == 3
    # Two challenges written, one of them sent, one published; step, answer, two imports, pilot twice, review, tender.
    assert counts["challenges.work"] == 13
    nobody = unit()
    assert nobody.id is not None
    assert {name: one for name, one in _counts(nobody).items() if one} == {
        "challenges.proposals": 1,
        "challenges.work": 1,
    }


def _counts(actor: Actor) -> dict[str, int]:
    assert actor.id is not None
    return {
        one.holding.name: one.count or 0
        for one in selectors.kept_about(actor.id)
        if one.holding.name.startswith("challenges.")
    }

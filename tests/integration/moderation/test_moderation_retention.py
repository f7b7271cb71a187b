"""What is kept about people in cases: handed over, taken back, deleted when its time is over."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection

from citytandem.accounts.contract import ANYBODY, Actor
from citytandem.accounts.holdings import holdings
from citytandem.core import clock
from citytandem.moderation.counting import counts
from citytandem.moderation.models import Appeal, Case, Decision, Report, Sending
from citytandem.moderation.services.appeals import appeal_make
from citytandem.moderation.services.decisions import Reasoning, case_decide
from citytandem.moderation.services.reminding import end_what_is_over
from citytandem.moderation.services.reports import Complaint, report_make
from tests.integration.moderation.board import PERSONAL, PLAIN, Board

pytestmark = pytest.mark.django_db
REASONS = Reasoning("house.privacy", "The text names Mrs Miller.", "Mrs Miller has not been asked.")
RUDE = Complaint("house.respect", "The second sentence calls my neighbour names.", good_faith=True)
HOLDING = next(one for one in holdings() if one.name == "moderation")


@pytest.fixture
def told(board: Board, resident: Actor, reader: Actor, moderator: Actor) -> Case:
    """A text that was held, taken down and appealed against; another that two people reported."""
    case = Case.objects.get(object_id=board.write(PERSONAL, by=resident).id)
    case_decide(case_id=case.id, verdict="remove", reasoning=REASONS, by=moderator)
    appeal_make(case_id=case.id, text="Mrs Miller is the mayor of the town.", language="en", by=resident)
    note = board.write(PLAIN, by=resident)
    report_make(kind="note", object_id=note.id, complaint=RUDE, language="en", by=reader)
    by_visitor = replace(RUDE, name="Nadine Notifier", email="nadine@example.org")
    report_make(kind="note", object_id=note.id, complaint=by_visitor, language="en", by=ANYBODY)
    return case


def all_that_is_kept() -> str:
    """Every value of every table of moderation, as one text."""
    kept = []
    with connection.cursor() as cursor:
        for model in (Case, Report, Decision, Appeal, Sending):
            cursor.execute(f"SELECT to_jsonb(t) FROM {model._meta.db_table} t")
            kept += [json.dumps(row) for row in cursor.fetchall()]
    return "\n".join(kept)


def test_a_person_gets_what_they_wrote_and_what_was_decided_and_nothing_of_others(
    told: Case, resident: Actor, reader: Actor, moderator: Actor
) -> None:
    mine = json.dumps(HOLDING.export(resident.id).rows)
    for words in (PERSONAL, REASONS.facts, "Mrs Miller is the mayor"):
        assert words in mine
    for words in ("Nadine", "nadine@", RUDE.explanation, str(reader.id)):
        assert words not in mine
    assert RUDE.explanation in json.dumps(HOLDING.export(reader.id).rows)
    assert PERSONAL not in json.dumps(HOLDING.export(reader.id).rows)
    assert HOLDING.export(moderator.id).rows == {}


def test_who_is_erased_leaves_no_word_behind_and_the_counts_stay(told: Case, resident: Actor, reader: Actor) -> None:
    before = counts()
    HOLDING.erase(resident.id)
    HOLDING.erase(reader.id)
    kept = all_that_is_kept()
    for words in (str(resident.id), str(reader.id), "Miller", "miller@example.org"):
        assert words not in kept
    # The visitor's report is theirs, and still waits.
    assert "Nadine Notifier" in kept
    assert counts() == before


def test_after_its_time_names_and_words_go_and_the_counts_stay(told: Case, second: Actor, moderator: Actor) -> None:
    reported = Case.objects.get(origin="report")
    case_decide(case_id=reported.id, verdict="keep", by=moderator)
    assert HOLDING.sweep is not None
    assert HOLDING.sweep(clock.now() - timedelta(days=1)) == 0
    before = counts()
    assert HOLDING.sweep(clock.now() + timedelta(days=1)) == 1
    kept = all_that_is_kept()
    for words in ("Nadine", "nadine@", RUDE.explanation, PLAIN):
        assert words not in kept
    # What is appealed against is not over.
    assert "Mrs Miller" in kept
    assert counts() == before
    assert HOLDING.sweep(clock.now() + timedelta(days=1)) == 0


def test_what_nobody_can_appeal_against_any_more_is_closed(
    told: Case, moderator: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    reported = Case.objects.get(origin="report")
    case_decide(case_id=reported.id, verdict="keep", by=moderator)
    assert end_what_is_over() == 0
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=186))
    assert end_what_is_over() == 1
    assert sorted(Case.objects.values_list("state", flat=True)) == ["appealed", "closed"]
    assert not Sending.objects.exists()


def test_the_privacy_page_has_sentences_to_show() -> None:
    assert (HOLDING.days, HOLDING.consents) == (365, ())
    for text in (HOLDING.label, HOLDING.purpose, HOLDING.legal_basis, HOLDING.kept):
        assert len(str(text)) > 20

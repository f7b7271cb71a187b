"""What an assessor gives is kept, and what cannot be given is refused with everything typed still there."""

from __future__ import annotations

import json
import math

import pytest

from citytandem.challenges.models import Challenge, DecisionEntry, Declaration, Juror, Proposal, Score
from citytandem.challenges.reading_assessment import others
from citytandem.challenges.services.jury import juror_done
from citytandem.challenges.services.scoring import Given, interest_declare, scores_save
from citytandem.core import clock
from citytandem.core.errors import Conflict, Forbidden, Invalid
from tests.integration.challenges.juries import Jury, a_jury
from tests.integration.challenges.making import a_proposal, resident, unit

pytestmark = pytest.mark.django_db


def _scores(jury: Jury, juror: int = 0, proposal: int = 0) -> dict[str, float]:
    rows = Score.objects.filter(juror__person_id=jury.people[juror].id, proposal=jury.proposals[proposal])
    return dict(rows.values_list("criterion__key", "value"))


def _save(jury: Jury, *, seen: set[str] | None = None, **values: float | None) -> tuple[int, int]:
    given = {key: Given(value) for key, value in values.items()}
    return scores_save(jury.proposals[0].id, given, by=jury.people[0], seen=seen)


def test_what_is_not_scored_is_kept_nowhere_and_nought_is_a_score() -> None:
    jury = a_jury()
    jury.gives(0, 0, impact=0, cost=None, risk=2.5)
    assert _scores(jury) == {"impact": 0.0, "risk": 2.5}


def test_saving_again_changes_and_takes_away() -> None:
    jury = a_jury()
    jury.gives(0, 0, impact=1, cost=2)
    assert _save(jury, impact=4, cost=None) == (1, 3)
    assert _scores(jury) == {"impact": 4.0}


def test_a_page_that_stood_open_takes_away_only_what_it_showed() -> None:
    jury = a_jury()
    jury.gives(0, 0, impact=1)
    _save(jury, cost=2)
    _save(jury, seen={"impact"}, impact=3, cost=None)
    assert _scores(jury) == {"impact": 3.0, "cost": 2.0}


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -0.001, 5.001, 1e300])
def test_what_is_no_number_on_the_scale_is_refused_whole(value: float) -> None:
    jury = a_jury()
    jury.gives(0, 0, impact=1)
    with pytest.raises(Invalid) as caught:
        _save(jury, impact=2, cost=value)
    assert caught.value.field == "cost"
    assert _scores(jury) == {"impact": 1.0}


def test_a_note_needs_a_score() -> None:
    jury = a_jury()
    jury.gives(0, 0)
    with pytest.raises(Invalid) as caught:
        scores_save(jury.proposals[0].id, {"cost": Given(None, "Too dear.")}, by=jury.people[0])
    assert (caught.value.code, caught.value.field) == ("score.note_alone", "cost")


def test_a_criterion_that_is_not_there_is_refused() -> None:
    jury = a_jury()
    jury.gives(0, 0)
    with pytest.raises(Invalid) as caught:
        _save(jury, beauty=3)
    assert caught.value.code == "score.criterion"


def test_interest_is_said_before_the_first_score() -> None:
    jury = a_jury()
    with pytest.raises(Conflict) as caught:
        _save(jury, impact=3)
    assert caught.value.code == "interest.undeclared"


def test_who_has_an_interest_scores_nothing_and_loses_what_was_scored() -> None:
    jury = a_jury()
    jury.gives(0, 0, impact=1, cost=2)
    jury.gives(0, 1, impact=5)
    removed = interest_declare(jury.proposals[0].id, has_interest=True, text="My brother.", by=jury.people[0])
    assert removed == 2
    assert _scores(jury) == {}
    assert _scores(jury, proposal=1) == {"impact": 5.0}
    with pytest.raises(Conflict) as caught:
        _save(jury, impact=3)
    assert caught.value.code == "interest.declared"
    told = json.loads(DecisionEntry.objects.order_by("-number")[0].body)
    assert told["what"] == "interest.declared"
    assert told["facts"] == {"juror": 1, "proposal": jury.proposals[0].code, "scores_removed": 2}


def test_an_interest_is_explained() -> None:
    jury = a_jury()
    with pytest.raises(Invalid) as caught:
        interest_declare(jury.proposals[0].id, has_interest=True, text=" ", by=jury.people[0])
    assert caught.value.field == "text"
    assert not Declaration.objects.exists()


def test_an_interest_that_was_a_mistake_is_taken_back_in_the_open() -> None:
    jury = a_jury()
    interest_declare(jury.proposals[0].id, has_interest=True, text="A mistake.", by=jury.people[0])
    jury.gives(0, 0, impact=3)
    assert _scores(jury) == {"impact": 3.0}
    assert '"what":"interest.withdrawn"' in DecisionEntry.objects.order_by("-number")[0].body


def test_nobody_assesses_rivals() -> None:
    jury = a_jury()
    jury.gives(0, 0, impact=1)
    a_proposal(jury.challenge, "screened", by=jury.people[0])
    with pytest.raises(Conflict) as caught:
        interest_declare(jury.proposals[1].id, has_interest=False, by=jury.people[0])
    assert caught.value.code == "juror.bidder"
    with pytest.raises(Conflict) as caught:
        _save(jury, impact=5)
    assert caught.value.code == "juror.bidder"
    assert _scores(jury) == {"impact": 1.0}


def test_whoever_has_an_interest_does_not_read_what_others_gave() -> None:
    jury = a_jury()
    interest_declare(jury.proposals[0].id, has_interest=True, text="My sister.", by=jury.people[0])
    for number in (0, 1):
        jury.gives(1, number, impact=2)
    for person in jury.people:
        juror_done(jury.challenge.id, by=person)
    juror = Juror.objects.get(person_id=jury.people[0].id)
    assert others(juror, jury.proposals[0]) == []
    assert [one.values for one in others(juror, jury.proposals[1])] == [{"impact": 2.0}]


def test_only_the_jury_scores() -> None:
    jury = a_jury()
    for actor in (unit(), resident("passer-by")):
        with pytest.raises(Forbidden):
            interest_declare(jury.proposals[0].id, has_interest=False, by=actor)
        with pytest.raises(Forbidden):
            scores_save(jury.proposals[0].id, {"impact": Given(3)}, by=actor)


@pytest.mark.parametrize(
    ("phase", "code"),
    [("open", "assessment.not_begun"), ("decision", "assessment.closed"), ("withdrawn", "assessment.closed")],
)
def test_scores_are_taken_in_the_assessment_only(phase: str, code: str) -> None:
    jury = a_jury()
    jury.gives(0, 0, impact=1)
    Challenge.objects.update(phase=phase)
    with pytest.raises(Conflict) as caught:
        _save(jury, impact=5)
    assert caught.value.code == code
    assert _scores(jury) == {"impact": 1.0}


def test_whoever_is_done_changes_nothing() -> None:
    jury = a_jury()
    jury.gives(0, 0, impact=1)
    juror_done(jury.challenge.id, by=jury.people[0])
    with pytest.raises(Conflict) as caught:
        _save(jury, impact=5)
    assert caught.value.code == "juror.is_done"
    with pytest.raises(Conflict):
        interest_declare(jury.proposals[0].id, has_interest=True, text="Late.", by=jury.people[0])


@pytest.mark.parametrize("gone", ["withdrawn", "declined", "submitted", "merged"])
def test_a_proposal_that_is_gone_meanwhile_is_not_scored(gone: str) -> None:
    jury = a_jury()
    jury.gives(0, 0, impact=1)
    fields = {"moderation": "merged", "merged_into": jury.proposals[1]} if gone == "merged" else {"step": gone}
    Proposal.objects.filter(id=jury.proposals[0].id).update(**fields)
    with pytest.raises(Conflict) as caught:
        _save(jury, impact=5)
    assert caught.value.code == "assessment.proposal_gone"
    assert _scores(jury) == {"impact": 1.0}


def test_a_criterion_that_was_scored_cannot_be_removed() -> None:
    from django.db.models import ProtectedError

    jury = a_jury()
    jury.gives(0, 0, impact=1)
    with pytest.raises(ProtectedError):
        jury.challenge.criteria.all().delete()
    assert Juror.objects.filter(invited_at__lte=clock.now()).count() == 2

"""Who is in a jury: invited by the unit, told of it, and there to stay once they have scored."""

from __future__ import annotations

import pytest

from citytandem.accounts.models import Membership, Organisation, Person, Role
from citytandem.challenges.models import DecisionEntry, Juror, Proposal
from citytandem.challenges.services.jury import juror_done, juror_reopen, jury_invite, jury_remove
from citytandem.challenges.services.scoring import interest_declare
from citytandem.core import clock
from citytandem.core.errors import Conflict, DomainError, Forbidden, Invalid
from citytandem.notifications.models import Notice
from tests.integration.challenges.juries import a_jury
from tests.integration.challenges.making import a_challenge, a_proposal, resident, second, staff, unit

pytestmark = pytest.mark.django_db


def test_jurors_are_numbered_in_the_order_in_which_they_are_invited_and_told() -> None:
    challenge = a_challenge("open")
    one, other = resident("one"), staff()
    jury_invite(challenge.id, email=" ONE@test.example ", by=unit())
    jury_invite(challenge.id, person_id=other.id, by=unit())
    assert list(Juror.objects.order_by("number").values_list("number", "person_id")) == [(1, one.id), (2, other.id)]
    told = Notice.objects.filter(template="challenge_jury_invited")
    assert {notice.person_id for notice in told} == {one.id, other.id}
    assert all(notice.path == f"/challenges/{challenge.slug}/assessment" for notice in told)


def test_the_log_knows_jurors_by_their_number_only() -> None:
    challenge = a_challenge("open")
    jury_invite(challenge.id, person_id=resident("one").id, by=unit())
    body = DecisionEntry.objects.order_by("-number")[0].body
    assert '"what":"jury.invited"' in body
    assert '"juror":1' in body
    assert "one@test.example" not in body


@pytest.mark.parametrize("email", ["nobody@test.example", "", "no address"])
def test_an_address_without_a_sign_in_is_refused_at_its_field(email: str) -> None:
    challenge = a_challenge("open")
    with pytest.raises(Invalid) as caught:
        jury_invite(challenge.id, email=email, by=unit())
    assert caught.value.field == "email"
    assert not Juror.objects.exists()


def test_somebody_of_the_demo_learns_nothing_of_people_outside_it() -> None:
    challenge = a_challenge("open")
    resident("real")
    Person.objects.filter(id=unit().id).update(is_demo=True)
    with pytest.raises(Invalid) as caught:
        jury_invite(challenge.id, email="real@test.example", by=unit())
    assert caught.value.code == "jury.no_sign_in"
    with pytest.raises(DomainError):
        jury_invite(challenge.id, person_id=resident("real").id, by=unit())
    assert not Juror.objects.exists()


def test_nobody_is_in_a_jury_twice() -> None:
    jury = a_jury(people=1)
    with pytest.raises(Conflict) as caught:
        jury_invite(jury.challenge.id, person_id=jury.people[0].id, by=unit())
    assert caught.value.code == "jury.twice"


@pytest.mark.parametrize("of", ["own", "organisation", "merged"])
def test_whoever_bids_is_not_invited(of: str) -> None:
    challenge = a_challenge("open")
    bidder = resident("bidder")
    proposal = a_proposal(challenge, by=bidder)
    if of == "merged":
        Proposal.objects.filter(id=proposal.id).update(moderation="merged", merged_into=a_proposal(challenge))
    if of == "organisation":
        makers = Organisation.objects.create(slug="bins", name="Bin makers", created_at=clock.now())
        Membership.objects.create(
            person_id=bidder.id, role=Role.ORGANISATION_MEMBER, organisation=makers, since=clock.now()
        )
        Proposal.objects.filter(id=proposal.id).update(created_by=None, organisation=makers)
    with pytest.raises(Conflict) as caught:
        jury_invite(challenge.id, person_id=bidder.id, by=unit())
    assert caught.value.code == "jury.bidder"
    assert not Juror.objects.exists()


@pytest.mark.parametrize("begun", ["done", "declared"])
def test_nobody_is_washed_by_leaving_and_coming_again(begun: str) -> None:
    jury = a_jury(people=1)
    if begun == "done":
        juror_done(jury.challenge.id, by=jury.people[0])
    else:
        interest_declare(jury.proposals[0].id, has_interest=True, text="My sister.", by=jury.people[0])
    with pytest.raises(Conflict) as caught:
        jury_remove(jury.challenge.id, number=1, by=unit())
    assert caught.value.code == "juror.has_scores"


def test_a_number_is_given_once() -> None:
    jury = a_jury(people=2)
    jury_remove(jury.challenge.id, number=2, by=unit())
    assert jury_invite(jury.challenge.id, person_id=jury.people[1].id, by=unit()).number == 3


def test_only_the_innovation_unit_changes_a_jury() -> None:
    jury = a_jury(people=1)
    for actor in (jury.people[0], staff(), resident("other")):
        with pytest.raises(Forbidden):
            jury_invite(jury.challenge.id, email="second@test.example", by=actor)
        with pytest.raises(Forbidden):
            jury_remove(jury.challenge.id, number=1, by=actor)


def test_whoever_has_scored_stays_in_the_jury() -> None:
    jury = a_jury(people=2)
    jury.gives(0, 0, impact=3)
    with pytest.raises(Conflict) as caught:
        jury_remove(jury.challenge.id, number=1, by=unit())
    assert caught.value.code == "juror.has_scores"
    jury_remove(jury.challenge.id, number=2, by=unit())
    assert list(Juror.objects.values_list("number", flat=True)) == [1]


@pytest.mark.parametrize("phase", ["draft", "decision", "decided", "withdrawn"])
def test_a_jury_is_changed_neither_before_publishing_nor_after_the_assessment(phase: str) -> None:
    challenge = a_challenge(phase)
    with pytest.raises(Conflict):
        jury_invite(challenge.id, person_id=second().id, by=unit())


def test_done_is_said_by_the_assessor_and_taken_back_by_the_unit() -> None:
    jury = a_jury(people=1)
    juror_done(jury.challenge.id, by=jury.people[0])
    assert Juror.objects.get().done_at is not None
    with pytest.raises(Forbidden):
        juror_reopen(jury.challenge.id, number=1, by=jury.people[0])
    juror_reopen(jury.challenge.id, number=1, by=unit())
    assert Juror.objects.get().done_at is None
    assert '"what":"juror.reopened"' in DecisionEntry.objects.order_by("-number")[0].body
    assert Notice.objects.filter(template="challenge_jury_reopened", person_id=jury.people[0].id).count() == 1


def test_nobody_is_done_before_the_assessment_begins() -> None:
    jury = a_jury(people=1, phase="open")
    with pytest.raises(Conflict):
        juror_done(jury.challenge.id, by=jury.people[0])

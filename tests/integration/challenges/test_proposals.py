"""Handing in proposals, changing and taking them back: who may, until when, and who reads them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from citytandem.accounts.contract import ANYBODY, Actor
from citytandem.accounts.models import Membership, Organisation, Role
from citytandem.challenges.models import Challenge, DecisionEntry, Openness, Pilot, Proposal, ProposalVersion
from citytandem.challenges.reading_proposals import readable_proposals
from citytandem.challenges.selectors import proposal_get, visible_proposals
from citytandem.challenges.services.log import log_check
from citytandem.challenges.services.proposals import Offer, proposal_edit, proposal_submit, proposal_withdraw
from citytandem.challenges.services.running import challenge_withdraw
from citytandem.challenges.services.steps import proposals_step
from citytandem.core import clock
from citytandem.core.errors import Conflict, DomainError, NotFound
from citytandem.notifications.models import Notice
from tests.integration.challenges.making import (
    a_challenge,
    a_juror,
    a_proposal,
    moderator,
    resident,
    second,
    staff,
    unit,
)

pytestmark = pytest.mark.django_db
OFFER = Offer(title="Sensors in bins", text="Sensors in the bins tell the rounds which of them are full.", cost=None)


def test_a_proposal_is_handed_in_with_its_first_step_and_an_entry_in_the_log() -> None:
    challenge = a_challenge()
    made = proposal_submit(challenge.id, OFFER, by=resident())
    made.refresh_from_db()
    assert (made.language, made.title["en"]["text"], made.step) == ("en", "Sensors in bins", "submitted")
    assert [step.step for step in made.steps.all()] == ["submitted"]
    entry = DecisionEntry.objects.filter(challenge=challenge).order_by("-number")[0]
    assert '"what":"proposal.submitted"' in entry.body
    assert made.code in entry.body
    challenge.refresh_from_db()
    assert log_check(challenge) is None


def test_the_call_closes_on_the_second(monkeypatch: pytest.MonkeyPatch) -> None:
    challenge = a_challenge()
    end = challenge.closes_at
    assert end is not None
    monkeypatch.setattr(clock, "now", lambda: end - timedelta(microseconds=1))
    made = proposal_submit(challenge.id, OFFER, by=resident())
    monkeypatch.setattr(clock, "now", lambda: end)
    for late in (
        lambda: proposal_submit(challenge.id, OFFER, by=resident()),
        lambda: proposal_edit(made.id, OFFER, version=1, by=resident()),
    ):
        with pytest.raises(DomainError) as refused:
            late()
        assert refused.value.code == "challenge.closed"
    assert Proposal.objects.count() == 1


@pytest.mark.parametrize("phase", ["assessment", "decision", "decided", "withdrawn"])
def test_nothing_is_handed_in_outside_of_the_open_phase(phase: str) -> None:
    challenge = a_challenge(phase)
    with pytest.raises(DomainError) as refused:
        proposal_submit(challenge.id, OFFER, by=resident())
    assert refused.value.code == "challenge.closed"


def test_a_draft_is_no_challenge_to_a_resident() -> None:
    with pytest.raises(NotFound):
        proposal_submit(a_challenge("draft").id, OFFER, by=resident())


def test_visitors_hand_nothing_in() -> None:
    with pytest.raises(DomainError) as refused:
        proposal_submit(a_challenge().id, OFFER, by=ANYBODY)
    assert refused.value.code == "permission.missing"


@pytest.mark.parametrize(
    ("offer", "code"),
    [
        (Offer("", "x"), "title.missing"),
        (Offer("x" * 201, "x"), "title.too_long"),
        (Offer("x", " \x00 "), "text.missing"),
        (Offer("x", "x" * 20_001), "text.too_long"),
        (Offer("x", "x", team="x" * 301), "team.too_long"),
        (Offer("x", "x", language="xx"), "language.unknown"),
        (Offer("x", "x", solution="no-such-solution"), "solution.unknown"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_reason(offer: Offer, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        proposal_submit(a_challenge().id, offer, by=resident())
    assert refused.value.code == code


def test_until_it_closes_only_its_sender_and_the_city_read_a_proposal(monkeypatch: pytest.MonkeyPatch) -> None:
    challenge = a_challenge(department_id=next(iter(staff("waste").departments)))
    juror = resident("juror")
    a_juror(challenge, by=juror)
    mine, theirs = a_proposal(challenge, by=resident()), a_proposal(challenge)
    readers: dict[str, tuple[Actor, int]] = {
        "sender": (resident(), 1), "visitor": (ANYBODY, 0), "other": (resident("other"), 0), "unit": (unit(), 2),
        "moderator": (moderator(), 2), "department": (staff("waste"), 2), "another": (staff("parks"), 0),
        "juror": (juror, 0),
    }  # fmt: skip
    for name, (actor, number) in readers.items():
        seen = set(visible_proposals(actor, challenge).values_list("id", flat=True))
        assert len(seen) == number, name
        assert readable_proposals(actor, [mine.id, theirs.id]) == seen, name
        for one in (mine, theirs):
            assert _may_open(actor, one) == (one.id in seen), name
    end = challenge.closes_at
    assert end is not None
    monkeypatch.setattr(clock, "now", lambda: end)
    assert visible_proposals(ANYBODY, challenge).count() == 2
    assert _may_open(ANYBODY, theirs)
    Proposal.objects.filter(id=mine.id).update(moderation="held")
    assert {mine.id, theirs.id} == readable_proposals(juror, [mine.id, theirs.id])
    assert _may_open(juror, mine)


def test_what_was_sealed_when_the_city_withdrew_its_call_stays_so() -> None:
    challenge = a_challenge()
    mine, juror = a_proposal(challenge, by=resident()), resident("juror")
    a_juror(challenge, by=juror)
    challenge_withdraw(challenge.id, reason="There is no money.", by=unit())
    mine.refresh_from_db()
    for reader, number in ((ANYBODY, 0), (juror, 0), (resident(), 1), (unit(), 1)):
        assert visible_proposals(reader, mine.challenge).count() == number
        assert len(readable_proposals(reader, [mine.id])) == number
        assert _may_open(reader, mine) == bool(number)
    Challenge.objects.update(closes_at=clock.now() - timedelta(days=1))
    assert _may_open(ANYBODY, mine)


def test_whoever_assesses_hands_nothing_in() -> None:
    challenge = a_challenge()
    a_juror(challenge, by=resident())
    with pytest.raises(Conflict) as refused:
        proposal_submit(challenge.id, Offer("Sensors", "In every bin."), by=resident())
    assert refused.value.code == "proposal.juror"
    makers = Organisation.objects.create(slug="bins", name="Bin makers", created_at=clock.now())
    for name in ("resident", "colleague"):
        Membership.objects.create(
            person_id=resident(name).id, role=Role.ORGANISATION_MEMBER, organisation=makers, since=clock.now()
        )
    with pytest.raises(Conflict) as refused:
        offer = Offer("Sensors", "In every bin.")
        proposal_submit(challenge.id, offer, by=resident("colleague"), organisation=makers.id)
    assert refused.value.code == "proposal.juror"
    assert not Proposal.objects.exists()


def _may_open(actor: Actor, proposal: Proposal) -> bool:
    try:
        proposal_get(actor, proposal.code)
    except NotFound:
        return False
    return True


def test_what_is_taken_back_before_anybody_read_it_stays_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    challenge = a_challenge()
    made = a_proposal(challenge, by=resident())
    proposal_withdraw(made.id, reason="We found an error.", by=resident())
    end = challenge.closes_at
    assert end is not None
    monkeypatch.setattr(clock, "now", lambda: end + timedelta(days=1))
    assert not visible_proposals(ANYBODY, challenge).exists()
    assert not _may_open(ANYBODY, made)
    assert readable_proposals(ANYBODY, [made.id]) == set()
    assert _may_open(resident(), made)


def test_an_open_call_shows_proposals_at_once() -> None:
    challenge = a_challenge(openness=Openness.AT_ONCE)
    made = proposal_submit(challenge.id, OFFER, by=resident())
    assert _may_open(ANYBODY, made)


def test_what_a_proposal_said_before_is_kept() -> None:
    made = proposal_submit(a_challenge().id, OFFER, by=resident())
    changed = proposal_edit(made.id, Offer("Sensors in all bins", OFFER.text), version=1, by=resident())
    assert changed.version == 2
    kept = ProposalVersion.objects.get(proposal=made)
    assert (kept.number, kept.said["title"]["en"]["text"]) == (1, "Sensors in bins")
    again = proposal_edit(made.id, Offer("Sensors in all bins", OFFER.text), version=2, by=resident())
    assert again.version == 2
    with pytest.raises(DomainError) as refused:
        proposal_edit(made.id, OFFER, version=1, by=resident())
    assert refused.value.code == "proposal.changed_meanwhile"


@pytest.mark.parametrize("step", ["declined", "assessed", "withdrawn"])
def test_what_others_go_by_is_not_changed(step: str) -> None:
    made = a_proposal(a_challenge(), step, by=resident())
    with pytest.raises(DomainError) as refused:
        proposal_edit(made.id, OFFER, version=1, by=resident())
    assert refused.value.code == "proposal.fixed"


def test_nobody_changes_or_takes_back_what_others_handed_in() -> None:
    made = a_proposal(a_challenge(), by=resident())
    for actor in (resident("other"), unit(), moderator()):
        with pytest.raises(DomainError) as refused:
            proposal_edit(made.id, OFFER, version=1, by=actor)
        assert refused.value.code == "permission.missing"
        with pytest.raises(DomainError) as refused:
            proposal_withdraw(made.id, reason="No.", by=actor)
        assert refused.value.code == "permission.missing"


def test_a_proposal_taken_back_during_its_pilot_ends_the_pilot() -> None:
    challenge = a_challenge("decision")
    made = a_proposal(challenge, "pilot", by=resident())
    now = clock.now()
    pilot = Pilot.objects.create(
        code="pilot12345", challenge=challenge, proposal=made, language="en", hypothesis={}, starts_on=now.date(),
        ends_on=now.date(), started_at=now - timedelta(days=1), state="running", ai_class="none", state_since=now,
        created_at=now, changed_at=now,
    )  # fmt: skip
    unit(), second()
    proposal_withdraw(made.id, reason="Our staff has left.", by=resident())
    made.refresh_from_db()
    pilot.refresh_from_db()
    assert (made.step, pilot.state) == ("withdrawn", "abandoned")
    assert pilot.ended_at is not None
    entries = "".join(DecisionEntry.objects.filter(challenge=challenge).values_list("body", flat=True))
    assert "pilot.abandoned" in entries
    assert '"step":"withdrawn"' in entries
    told = Notice.objects.filter(template="proposal_withdrawn")
    assert {one.person_id for one in told} == {unit().id, second().id}
    assert told[0].parameters["pilots"] == "1"


def test_a_reason_is_asked_for_and_nothing_happens_without_it() -> None:
    made = a_proposal(a_challenge(), by=resident())
    with pytest.raises(DomainError) as refused:
        proposal_withdraw(made.id, reason=" ", by=resident())
    assert refused.value.code == "reason.missing"
    made.refresh_from_db()
    assert made.step == "submitted"


def test_what_is_decided_is_not_taken_back() -> None:
    made = a_proposal(a_challenge("decided"), "implement", by=resident())
    with pytest.raises(DomainError) as refused:
        proposal_withdraw(made.id, reason="No more.", by=resident())
    assert refused.value.code == "proposal.final"


def test_personal_data_in_a_proposal_waits_for_moderation() -> None:
    challenge = a_challenge(openness=Openness.AT_ONCE)
    offer = Offer("Ask my neighbour", "Call him at +49 2151 861234 or write to jemand@firma-krefeld.de, he knows.")
    made = proposal_submit(challenge.id, offer, by=resident())
    assert made.moderation == "held"
    assert not _may_open(ANYBODY, made)
    assert all(_may_open(actor, made) for actor in (resident(), unit(), moderator()))


def test_senders_are_told_each_step_and_who_has_several_is_told_once(django_assert_max_num_queries: object) -> None:
    challenge = a_challenge()
    rows = [a_proposal(challenge, by=resident("a")), *(a_proposal(challenge, by=resident("b")) for _ in range(3))]
    rows += [a_proposal(challenge, created_by_id=None), a_proposal(challenge, by=second())]
    with django_assert_max_num_queries(26):  # type: ignore[operator]
        proposals_step([row.id for row in rows], step="screened", reason="Alle Angaben sind da.", by=unit())
    told = {one.person_id: one for one in Notice.objects.all()}
    assert set(told) == {resident("a").id, resident("b").id, second().id}
    one, several = told[resident("a").id], told[resident("b").id]
    assert (one.template, one.about_id, one.parameters["reason_language"]) == ("proposal_step", rows[0].id, "de")
    assert (several.template, several.parameters["count"]) == ("proposal_steps", "3")

"""Questions of bidders: anybody asks until a day, everybody reads the answer, nobody sees who asked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from citytandem.accounts.contract import ANYBODY
from citytandem.challenges.models import DecisionEntry
from citytandem.challenges.reading_proposals import questions_page, questions_waiting
from citytandem.challenges.services.questions import question_answer, question_ask, question_moderate
from citytandem.conversation.contract import follow
from citytandem.core import clock
from citytandem.core.errors import DomainError
from citytandem.core.subjects import is_readable
from citytandem.notifications.models import Notice
from tests.integration.challenges.making import a_challenge, a_proposal, moderator, resident, second, staff, unit

pytestmark = pytest.mark.django_db
HELD = "Rufen Sie mich an unter +49 2151 861234, ich heisse wie meine Adresse jemand@firma-krefeld.de sagt."


def test_a_question_is_told_to_those_who_can_answer_and_its_answer_to_all() -> None:
    challenge = a_challenge(department_id=next(iter(staff().departments)))
    follow(kind="challenge", object_id=challenge.id, by=resident("follower"))
    a_proposal(challenge, by=resident("bidder"))
    a_proposal(challenge, "withdrawn", by=resident("gone"))
    unit(), second()
    asked = question_ask(challenge.id, text="May sensors send on weekends only?", by=resident("asker"))
    told = Notice.objects.filter(template="challenge_asked")
    assert {one.person_id for one in told} == {unit().id, second().id, staff().id}
    assert questions_waiting(challenge) == 1
    Notice.objects.all().delete()
    question_answer(asked.id, text="Yes, they may.", by=unit())
    told = Notice.objects.filter(template="challenge_answered")
    assert {one.person_id for one in told} == {resident(name).id for name in ("follower", "bidder", "asker")}
    assert not any(str(resident("asker").id) in str(one.parameters) for one in told)
    assert questions_waiting(challenge) == 0
    bodies = "".join(DecisionEntry.objects.filter(challenge=challenge).values_list("body", flat=True))
    assert "question.answered" in bodies
    assert "may" not in bodies.lower().replace("maybe", "")


def test_questions_end_on_the_second(monkeypatch: pytest.MonkeyPatch) -> None:
    end = clock.now() + timedelta(days=3)
    challenge = a_challenge(questions_until=end)
    monkeypatch.setattr(clock, "now", lambda: end - timedelta(microseconds=1))
    asked = question_ask(challenge.id, text="What about batteries?", by=resident())
    monkeypatch.setattr(clock, "now", lambda: end)
    with pytest.raises(DomainError) as refused:
        question_ask(challenge.id, text="And recycling?", by=resident())
    assert refused.value.code == "questions.closed"
    question_answer(asked.id, text="They last five years.", by=unit())


@pytest.mark.parametrize(("text", "code"), [(" ", "question.missing"), ("x" * 2_001, "question.too_long")])
def test_a_question_has_words_and_not_too_many(text: str, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        question_ask(a_challenge().id, text=text, by=resident())
    assert refused.value.code == code


def test_who_may_ask_and_who_may_answer() -> None:
    challenge = a_challenge(department_id=next(iter(staff("waste").departments)))
    with pytest.raises(DomainError):
        question_ask(challenge.id, text="Who am I?", by=ANYBODY)
    asked = question_ask(challenge.id, text="Which bins are meant here?", by=resident())
    for actor in (resident(), moderator(), staff("parks"), ANYBODY):
        with pytest.raises(DomainError) as refused:
            question_answer(asked.id, text="All.", by=actor)
        assert refused.value.code == "permission.missing"
    question_answer(asked.id, text="Those at the market.", by=staff("waste"))
    again = question_answer(asked.id, text="Die am Markt.", language="de", by=unit())
    assert set(again.answer) == {"en", "de"}


def test_a_held_question_waits_and_is_told_once_it_is_let_through() -> None:
    challenge = a_challenge()
    unit()
    asked = question_ask(challenge.id, text=HELD, by=resident("asker"))
    assert asked.moderation == "held"
    assert not Notice.objects.filter(template="challenge_asked").exists()
    for actor, number in ((ANYBODY, 0), (resident("other"), 0), (resident("asker"), 1), (unit(), 1), (moderator(), 1)):
        assert len(questions_page(actor, challenge).items) == number
        assert is_readable(actor, "challenge_question", asked.id) == bool(number)
    question_moderate(asked.id, state="", by=moderator())
    told = Notice.objects.filter(template="challenge_asked")
    assert {one.person_id for one in told} == {unit().id, second().id}
    assert len(questions_page(ANYBODY, challenge).items) == 1

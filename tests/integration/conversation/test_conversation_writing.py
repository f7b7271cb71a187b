"""Who may say what; threads are two deep."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from citytandem.accounts.contract import ANYBODY, Actor
from citytandem.conversation import registry
from citytandem.conversation.contract import (
    Answered,
    Conversable,
    Role,
    answer_give,
    comment_withdraw,
    conversation_of,
    question_ask,
    register_conversable,
)
from citytandem.conversation.models import Comment, Mention
from citytandem.conversation.services.publishing import comment_moderate
from citytandem.core.errors import Conflict, Forbidden, Invalid, NotFound, TooMany
from citytandem.core.subjects import FINE, HELD
from citytandem.moderation.contract import Trace
from citytandem.streams.models import Moderation, Problem, Visibility
from tests.integration.conversation.looking import make_other_problem, page, refused, words
from tests.integration.conversation.talks import Talk, make_talk

IBAN = "Pay it to DE89 3704 0044 0532 0130 00, please."


# --- threads ----------------------------------------------------------------------------------------------------------


def test_threads_are_two_deep_and_the_newest_is_first(talk: Talk) -> None:
    first, second = talk.say("first"), talk.say("second", by=talk.member)
    talk.say("a reply", parent=first.id)
    reply = talk.say("another reply", by=talk.unit, parent=first.id)
    assert words(talk) == ["second", "first", "a reply", "another reply"]
    with refused(Invalid, "comment.too_deep"):
        talk.say("too deep", parent=reply.id)
    assert Comment.objects.count() == 4
    assert second.parent_id is None


@pytest.mark.parametrize(
    "changed",
    [
        {"depth": 1}, {"role": "shout"}, {"role": "answer"}, {"question_to": "sender"}, {"text": ""},
        {"language": "xx"}, {"moderation": "perhaps"}, {"visitor_name": "Somebody"},
    ],
)  # fmt: skip
def test_the_database_refuses_what_no_service_would_write(talk: Talk, changed: dict[str, Any]) -> None:
    comment = talk.say("fine")
    with pytest.raises(IntegrityError), transaction.atomic():
        Comment.objects.filter(id=comment.id).update(**changed)


@pytest.mark.django_db(transaction=True)
def test_many_who_write_at_once_lose_nothing_and_stay_two_deep() -> None:
    talk = make_talk()
    root = talk.say("root", by=talk.sender)
    people = [talk.neighbour, talk.member, talk.unit, talk.moderator]
    refused: list[str] = []

    def write(actor: Actor) -> None:
        try:
            for number in range(4):
                reply = talk.say(f"reply {number}", by=actor, parent=root.id)
                try:
                    talk.say("deeper", by=actor, parent=reply.id)
                except Invalid as error:
                    refused.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(actor,)) for actor in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Comment.objects.filter(parent=root.id, depth=1).count() == 16
    assert refused == ["comment.too_deep"] * 16
    assert not Comment.objects.filter(parent__depth=1).exists()


@pytest.mark.django_db(transaction=True)
def test_nobody_replies_to_what_is_withdrawn_at_that_moment() -> None:
    talk = make_talk()
    for _round in range(3):
        root = talk.say("root", by=talk.sender)
        told: list[str] = []
        start = threading.Barrier(2)

        def withdraw(root: Any = root, start: Any = start) -> None:
            start.wait()
            comment_withdraw(comment_id=root.id, by=talk.sender)
            connection.close()

        def reply(root: Any = root, start: Any = start, told: list[str] = told) -> None:
            start.wait()
            try:
                talk.say("reply", parent=root.id)
            except Conflict as error:
                told.append(error.code)
            finally:
                connection.close()

        threads = [threading.Thread(target=one) for one in (withdraw, reply)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        replies = Comment.objects.filter(parent=root.id)
        assert (replies.count(), told) in [(1, []), (0, ["comment.closed"])]


def test_a_reply_belongs_to_the_same_thing(talk: Talk) -> None:
    other = make_other_problem(talk)
    root = talk.say("root")
    with refused(NotFound, "comment.unknown"):
        from citytandem.conversation.contract import comment_write

        comment_write(kind="problem", object_id=other.id, text="reply", parent=root.id, by=talk.neighbour)


# --- who may ----------------------------------------------------------------------------------------------------------


def test_visitors_write_only_where_the_switch_is_on_and_then_wait(talk: Talk, switch: Callable[..., None]) -> None:
    with pytest.raises(Forbidden):
        talk.say("from nobody", by=ANYBODY)
    switch(**{"visitors.comment": True})
    written = talk.say("from a visitor", by=ANYBODY, visitor_name="  A   passer-by ", trace=Trace(address="192.0.2.1"))
    assert (written.moderation, written.visitor_name, written.author_id) == (HELD, "A passer-by", None)
    assert words(talk) == []
    assert words(talk, talk.moderator) == ["from a visitor"]
    comment_moderate(comment_id=written.id, state=FINE, by=talk.moderator)
    assert words(talk) == ["from a visitor"]
    assert page(talk).threads[0].name == "A passer-by"


def test_visitors_write_three_times_an_hour(talk: Talk, switch: Callable[..., None]) -> None:
    switch(**{"visitors.comment": True})
    for number in range(3):
        talk.say(f"visit {number}", by=ANYBODY, trace=Trace(address="192.0.2.1"))
    with pytest.raises(TooMany):
        talk.say("once more", by=ANYBODY, trace=Trace(address="192.0.2.1"))
    talk.say("from elsewhere", by=ANYBODY, trace=Trace(address="192.0.2.2"))


def test_people_write_ten_times_a_minute(talk: Talk) -> None:
    for number in range(10):
        talk.say(f"comment {number}")
    with pytest.raises(TooMany) as refused:
        talk.say("once more")
    assert 0 < refused.value.details["retry_after"] <= 60
    talk.say("somebody else", by=talk.member)
    assert Comment.objects.count() == 11


def test_comments_can_be_switched_off_and_stay_readable(talk: Talk, switch: Callable[..., None]) -> None:
    talk.say("before")
    switch(comments=False)
    with pytest.raises(Forbidden):
        talk.say("after")
    assert words(talk) == ["before"]
    assert page(talk, talk.neighbour).form is None
    assert "switched off" in page(talk, talk.neighbour).closed


def test_nobody_talks_about_what_they_may_not_read(talk: Talk) -> None:
    Problem.objects.filter(id=talk.problem.id).update(visibility=Visibility.DRAFT)
    for act in (lambda: talk.say("hello"), lambda: page(talk, talk.neighbour)):
        with pytest.raises(NotFound):
            act()
    talk.say("I may", by=talk.sender)
    assert words(talk, talk.unit) == ["I may"]


@pytest.mark.parametrize("state", [Moderation.REMOVED, Moderation.MERGED])
def test_what_is_closed_takes_no_more_comments(talk: Talk, state: str) -> None:
    merged_into = make_other_problem(talk).id if state == Moderation.MERGED else None
    Problem.objects.filter(id=talk.problem.id).update(moderation=state, merged_into=merged_into)
    with refused(Conflict, "thing.closed"):
        talk.say("too late", by=talk.sender)


@pytest.mark.parametrize("kind", ["city", "comment", "nothing"])
def test_only_some_kinds_of_things_are_talked_about(talk: Talk, kind: str) -> None:
    with pytest.raises(NotFound):
        conversation_of(talk.unit, kind=kind, object_id=talk.problem.id, reader="en")


@pytest.mark.parametrize(("text", "code"), [("  \n ", "comment.empty"), ("a" * 5_001, "comment.too_long")])
def test_a_comment_says_something_and_not_too_much(talk: Talk, text: str, code: str) -> None:
    with refused(Invalid, code):
        talk.say(text)


def test_a_hostile_comment_of_5000_lines_is_a_comment(talk: Talk) -> None:
    written = talk.say("\r\n".join("a" if number % 2 else "" for number in range(3_300)))
    assert written.text.count("\n") == 3_299 - 1
    with pytest.raises(Invalid):
        talk.say("\n".join("x" for _ in range(5_000)))


def test_right_to_left_words_and_signs_stay_and_overrides_go(talk: Talk) -> None:
    written = talk.say("مرحبا \u202eevil\u202c 👩‍👩‍👧 \x00שלום\u200f")
    assert written.text == "مرحبا evil 👩‍👩‍👧 שלום\u200f"


def test_the_language_is_found_out(talk: Talk) -> None:
    assert talk.say("Die Mülleimer am Markt quellen jeden Samstag über, das stört alle sehr.").language == "de"
    assert talk.say("Αυτό είναι ένα σχόλιο").language == "el"
    assert talk.say("Whatever", language="nl").language == "nl"
    with pytest.raises(Invalid):
        talk.say("Whatever", language="tlh")


# --- answers, questions, other names ----------------------------------------------------------------------------------


def test_an_answer_names_the_department_and_stands_on_top(talk: Talk) -> None:
    answer_give(
        kind="problem",
        object_id=talk.problem.id,
        text="We empty them twice.",
        department=talk.department,
        by=talk.staff,
    )
    talk.say("newer")
    shown = page(talk)
    assert [one.name for one in shown.pinned] == ["Waste management"]
    assert "staff member" not in str(shown.pinned)
    assert words(talk) == ["We empty them twice.", "newer"]


@pytest.mark.parametrize("who", ["neighbour", "sender", "member", "moderator"])
@pytest.mark.parametrize("role", [Role.ANSWER, Role.QUESTION])
def test_only_the_city_answers_and_asks(talk: Talk, who: str, role: str) -> None:
    with pytest.raises(Forbidden):
        talk.say("I am the city", by=getattr(talk, who), role=role, department=talk.department)


def test_staff_speak_for_their_own_department_only(talk: Talk) -> None:
    with refused(Forbidden, "comment.voice"):
        talk.say("for the parks", by=talk.staff, role=Role.ANSWER, department=talk.other_department)
    with refused(Invalid, "answer.department"):
        talk.say("for nobody", by=talk.staff, role=Role.ANSWER)
    with refused(Forbidden, "comment.voice"):
        talk.say("secretly", by=talk.staff, role=Role.COMMENT, department=talk.department)
    Problem.objects.filter(id=talk.problem.id).update(department=talk.other_department)
    with refused(Forbidden, "permission.missing"):
        talk.say("not ours", by=talk.staff, role=Role.ANSWER, department=talk.department)
    assert talk.say("anywhere", by=talk.unit, role=Role.ANSWER, department=talk.department).department_id


def test_members_write_for_their_organisation(talk: Talk) -> None:
    talk.say("We help", by=talk.member, organisation=talk.organisation)
    assert page(talk).threads[0].name == "Garden association"
    with pytest.raises(Forbidden):
        talk.say("We help", by=talk.neighbour, organisation=talk.organisation)


def test_a_question_waits_on_top_until_the_sender_replies(talk: Talk) -> None:
    question = question_ask(
        kind="problem", object_id=talk.problem.id, text="Which market?", department=talk.department, by=talk.staff
    )
    talk.say("newer")
    talk.say("I know: the old one", parent=question.id)
    assert [one.waits for one in page(talk).pinned] == [True]
    reply = talk.say("The old market", by=talk.sender, parent=question.id)
    question.refresh_from_db()
    assert question.answered_by_id == reply.id
    assert page(talk).pinned == []
    shown = next(one for one in page(talk).threads if one.id == question.id)
    assert [one.answers_question for one in shown.replies] == [False, True]
    comment_withdraw(comment_id=reply.id, by=talk.sender)
    assert [one.id for one in page(talk).pinned] == [question.id]


def test_nobody_is_asked_where_nobody_can_be(talk: Talk) -> None:
    ask = {"kind": "problem", "object_id": talk.problem.id, "text": "Which?", "by": talk.unit}
    root = talk.say("root")
    with refused(Invalid, "question.reply"):
        talk.say("Which?", by=talk.unit, role=Role.QUESTION, parent=root.id)
    Problem.objects.filter(id=talk.problem.id).update(created_by=talk.unit.id)
    with refused(Invalid, "question.oneself"):
        question_ask(**ask)
    Problem.objects.filter(id=talk.problem.id).update(created_by=None)
    with refused(Invalid, "question.nobody"):
        question_ask(**ask)


def test_a_kind_says_itself_who_answers_and_what_follows(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_known", {})
    told: list[Answered] = []
    register_conversable(
        Conversable("problem", may_answer=lambda actor, _key: actor.id == talk.unit.id, on_answer=told.append)
    )
    with pytest.raises(Forbidden):
        talk.say("ours", by=talk.staff, role=Role.ANSWER, department=talk.department)
    assert told == []
    with pytest.raises(Forbidden):
        talk.say("mine", by=talk.moderator, role=Role.ANSWER, department=talk.department)
    answer = talk.say("ours", by=talk.unit, role=Role.ANSWER, department=talk.department)
    register_conversable(Conversable("problem", on_answer=told.append))
    by_default = talk.say("ours, too", by=talk.staff, role=Role.ANSWER, department=talk.department)
    assert [one.comment_id for one in told] == [answer.id, by_default.id]
    assert {one.department for one in told} == {talk.department}


def test_departments_are_mentioned(talk: Talk) -> None:
    comment = talk.say("@waste @parks @waste, who cleans this? @nobody")
    named = set(Mention.objects.filter(comment=comment).values_list("department_id", flat=True))
    assert named == {talk.department, talk.other_department}

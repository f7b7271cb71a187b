"""Who hears of what, and why; nobody is told twice, nobody is forgotten; what is kept about people."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from procrastinate.contrib.django.models import ProcrastinateJob

from citytandem.accounts.contract import ANYBODY, Actor
from citytandem.accounts.holdings import holdings
from citytandem.accounts.models import Person
from citytandem.conversation.contract import (
    Reason,
    Role,
    comment_edit,
    comment_withdraw,
    follow,
    followers_of,
    mute,
    question_ask,
    unfollow,
)
from citytandem.conversation.models import Comment, CommentVersion, Following
from citytandem.conversation.notices import WHYS
from citytandem.conversation.services import telling
from citytandem.conversation.services.publishing import comment_moderate
from citytandem.conversation.tasks import tell
from citytandem.core import clock
from citytandem.core.errors import Forbidden, NotFound
from citytandem.core.subjects import FINE
from citytandem.notifications.feeds import activity_of
from citytandem.notifications.models import Notice
from citytandem.notifications.wording import why_sentence, word
from citytandem.streams.models import Problem, Visibility
from tests.integration.conversation.talks import Talk, make_talk

BrowserOf = Callable[[Actor | None], Client]
IBAN = "Pay it to DE89 3704 0044 0532 0130 00, please."


def told() -> dict[str, list[tuple[str, str]]]:
    """What each person was told since the last time, by name: kind and why."""
    telling.tell_waiting(limit=1_000)
    found: dict[str, list[tuple[str, str]]] = {}
    for notice in Notice.objects.exclude(person=None).order_by("id").select_related("person"):
        found.setdefault(notice.person.name, []).append((notice.kind, notice.why))
    Notice.objects.all().delete()
    return found


@pytest.fixture
def quiet(talk: Talk) -> Talk:
    """Nothing of what came before is in the way."""
    told()
    return talk


# --- who hears --------------------------------------------------------------------------------------------------------


def test_the_sender_the_department_and_those_who_spoke_hear_of_a_comment(quiet: Talk) -> None:
    quiet.say("first", by=quiet.member)
    assert told() == {"sender": [("comment", "author")], "staff member": [("comment", "department")]}
    quiet.say("second", by=quiet.neighbour)
    assert told() == {
        "sender": [("comment", "author")],
        "staff member": [("comment", "department")],
        "member": [("comment", "conversation_commented")],
    }
    assert told() == {}


def test_who_chose_to_follow_hears_until_they_stop(quiet: Talk) -> None:
    follow(kind="problem", object_id=quiet.problem.id, by=quiet.neighbour)
    quiet.say("hello", by=quiet.sender)
    assert told()["neighbour"] == [("comment", "following")]
    unfollow(kind="problem", object_id=quiet.problem.id, by=quiet.neighbour)
    quiet.say("hello again", by=quiet.sender)
    assert "neighbour" not in told()


@pytest.mark.parametrize("silence", [mute, unfollow])
def test_sender_and_staff_can_have_silence_for_good(quiet: Talk, silence: Callable[..., Any]) -> None:
    for actor in (quiet.sender, quiet.staff):
        silence(kind="problem", object_id=quiet.problem.id, by=actor)
    quiet.say("hello")
    quiet.say("a reply of mine", by=quiet.sender)
    quiet.say("and one more", by=quiet.member)
    assert set(told()) == {"neighbour"}
    follow(kind="problem", object_id=quiet.problem.id, by=quiet.sender)
    quiet.say("hello")
    assert told()["sender"] == [("comment", "author")]


def test_an_answer_is_told_as_an_answer(quiet: Talk) -> None:
    quiet.say("hello", by=quiet.neighbour)
    told()
    quiet.say("We do it", by=quiet.staff, role=Role.ANSWER, department=quiet.department)
    assert told() == {"sender": [("answer", "author")], "neighbour": [("answer", "conversation_commented")]}


@pytest.mark.parametrize("department", [True, False])
def test_the_sender_is_asked_even_in_silence(quiet: Talk, department: bool) -> None:
    mute(kind="problem", object_id=quiet.problem.id, by=quiet.sender)
    question_ask(
        kind="problem", object_id=quiet.problem.id, text="Which market?", by=quiet.staff,
        department=quiet.department if department else None,
    )  # fmt: skip
    telling.tell_waiting(limit=10)
    notice = Notice.objects.get(person=quiet.sender.id)
    assert notice.kind == "question"
    worded = word(notice.template, {**notice.parameters, "title": "Bins", "text": "Which market?", "by": "Somebody"})
    assert ("Waste management has a question" in worded.body[0].text) is department
    assert notice.path == f"/comments/{Comment.objects.get().id}"


def test_staff_of_a_mentioned_department_hear_and_follow(quiet: Talk) -> None:
    quiet.say("@waste and @parks: who empties this?")
    assert told() == {"sender": [("comment", "author")], "staff member": [("mention", "mentioned")]}
    other = Following.objects.filter(reason=Reason.MENTIONED)
    assert not other.exists()
    Problem.objects.update(department=quiet.other_department)
    quiet.say("@waste, please")
    assert told()["staff member"] == [("mention", "mentioned")]
    quiet.say("thanks", by=quiet.member)
    assert told()["staff member"] == [("comment", "mentioned")]


def test_many_comments_at_once_are_one_notice(quiet: Talk) -> None:
    for number in range(5):
        quiet.say(f"comment {number}")
    telling.tell_waiting(limit=100)
    notice = Notice.objects.get(person=quiet.sender.id)
    with translation.override("en"):
        worded = word(notice.template, {**notice.parameters, "title": "Bins"})
    assert worded.body[0].text == "There are 5 new comments on “Bins”."


def test_what_is_held_is_told_when_it_is_open(quiet: Talk) -> None:
    held = quiet.say(IBAN)
    assert "sender" not in {name for name, kinds in told().items() if ("comment", "author") in kinds}
    comment_moderate(comment_id=held.id, state=FINE, by=quiet.moderator)
    assert told()["sender"] == [("comment", "author")]
    comment_moderate(comment_id=held.id, state="held", by=quiet.moderator)
    comment_moderate(comment_id=held.id, state=FINE, by=quiet.moderator)
    assert told() == {}


def test_what_was_taken_back_at_once_is_told_to_nobody(quiet: Talk) -> None:
    comment_withdraw(comment_id=quiet.say("oh").id, by=quiet.neighbour)
    assert told() == {}


def test_every_reason_has_a_sentence() -> None:
    assert set(WHYS) == set(Reason.values)
    assert all(why_sentence(code) for code in WHYS.values())


# --- nobody twice, nobody forgotten -----------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_several_workers_tell_each_person_once() -> None:
    talk = make_talk()
    for number in range(9):
        talk.say(f"comment {number}", by=(talk.neighbour, talk.member, talk.unit)[number % 3])
    Notice.objects.all().delete()
    counts: list[int] = []

    def work() -> None:
        counts.append(telling.tell_waiting(limit=100))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 9
    assert not Comment.objects.filter(told_at=None).exists()
    assert Notice.objects.filter(person=talk.sender.id).count() == sum(1 for count in counts if count)


@pytest.mark.django_db(transaction=True)
def test_each_comment_leaves_a_job_and_one_that_waits_is_enough() -> None:
    talk = make_talk()
    ProcrastinateJob.objects.all().delete()
    for number in range(3):
        talk.say(f"comment {number}")
    assert ProcrastinateJob.objects.filter(task_name="conversation.tell", status="todo").count() == 1
    tell.func()
    assert not Comment.objects.filter(told_at=None).exists()


def test_a_step_that_fails_is_done_again_whole(quiet: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    quiet.say("hello")

    def dies(**_more: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(telling.notifications, "notify", dies)
        with pytest.raises(KeyboardInterrupt):
            telling.tell_waiting(limit=10)
    assert set(told()) == {"sender", "staff member"}


# --- following by pages -----------------------------------------------------------------------------------------------


def test_one_click_follows_and_one_click_stops(talk: Talk, browser_of: BrowserOf) -> None:
    browser, path = browser_of(talk.neighbour), f"/follow/problem/{talk.problem.id}"
    sent = browser.post(path, {"action": "follow"})
    assert sent["Location"] == f"/problems/{talk.problem.code}#conversation"
    assert talk.neighbour.id in followers_of("problem", talk.problem.id)
    part = browser.post(path, {"action": "mute"}, headers={"hx-request": "true"}).content.decode()
    assert part.startswith("<section")
    assert talk.neighbour.id not in followers_of("problem", talk.problem.id)
    browser.post(path, {"action": "stop"})
    assert not Following.objects.filter(person=talk.neighbour.id).exists()
    assert browser.post(path, {"action": "shout"}).status_code == 422
    assert browser.get(path).status_code == 405
    assert browser_of(None).post(path, {"action": "follow"}).status_code == 403
    assert browser.post(f"/follow/problem/{uuid4()}", {"action": "follow"}).status_code == 404


@pytest.mark.parametrize("wish", ["//evil.example/", "https://evil.example/", "javascript:alert(1)", "/\\evil.example"])
def test_one_comes_back_to_pages_of_this_node_only(talk: Talk, browser_of: BrowserOf, wish: str) -> None:
    sent = browser_of(talk.neighbour).post(f"/follow/problem/{talk.problem.id}", {"action": "follow", "next": wish})
    assert sent["Location"].startswith("/problems/")


def test_the_list_tells_why_and_since_when(talk: Talk, browser_of: BrowserOf) -> None:
    talk.say("hello", by=talk.sender)
    shown = browser_of(talk.sender).get("/following").content.decode()
    assert "Bins overflow at the market" in shown
    assert "because you wrote it" in shown
    talk.say("hello")
    assert "because you commented on it" in browser_of(talk.neighbour).get("/following").content.decode()
    assert browser_of(None).get("/following")["Location"].startswith("/sign-in")
    assert "You follow nothing yet" in browser_of(talk.member).get("/following").content.decode()


def test_the_box_says_why_one_sees_this(talk: Talk, browser_of: BrowserOf) -> None:
    Following.objects.all().delete()
    path = f"/conversation/problem/{talk.problem.id}"
    assert "because you wrote it" in browser_of(talk.sender).get(path).content.decode()
    assert "your department answers for it" in browser_of(talk.staff).get(path).content.decode()
    assert "Stay informed" in browser_of(talk.member).get(path).content.decode()


def test_what_is_not_open_any_more_tells_nothing_and_can_be_stopped(talk: Talk, browser_of: BrowserOf) -> None:
    follow(kind="problem", object_id=talk.problem.id, by=talk.neighbour)
    Problem.objects.update(visibility=Visibility.DRAFT)
    browser = browser_of(talk.neighbour)
    shown = browser.get("/following").content.decode()
    assert "Bins overflow" not in shown
    assert "not open to you any more" in shown
    with pytest.raises(NotFound):
        mute(kind="problem", object_id=talk.problem.id, by=talk.neighbour)
    assert browser.post(f"/follow/problem/{talk.problem.id}", {"action": "stop"})["Location"] == "/following"
    assert not Following.objects.filter(person=talk.neighbour.id).exists()


def test_the_list_is_filtered_and_paged_within_twelve_queries(talk: Talk, browser_of: BrowserOf) -> None:
    now = clock.now()
    Following.objects.bulk_create(
        Following(
            person_id=talk.unit.id, kind="problem" if number % 2 else "solution", object_id=uuid4(), since=now,
            reason=Reason.CHOSEN if number % 3 else Reason.COMMENTED, is_muted=number % 5 == 0,
        )
        for number in range(90)
    )  # fmt: skip
    browser = browser_of(talk.unit)
    for query, wanted in (
        ("", 90),
        ("kind=problem", 45),
        ("reason=commented", 30),
        ("state=silent", 18),
        ("kind=x", 0),
    ):
        path, seen = f"/following?{query}", 0
        while path:
            with CaptureQueriesContext(connection) as queries:
                shown = browser.get(path).content.decode()
            assert len(queries) <= 12
            seen += shown.count('class="ct-followed__row')
            path = _next(shown)
        assert seen == wanted, query


def _next(shown: str) -> str:
    if 'rel="next"' not in shown:
        return ""
    part = shown[shown.index('rel="next"') :]
    return part[part.index('href="') + 6 :].split('"')[0].replace("&amp;", "&")


def test_visitors_follow_nothing(talk: Talk) -> None:
    for act in (follow, unfollow, mute):
        with pytest.raises(Forbidden):
            act(kind="problem", object_id=talk.problem.id, by=ANYBODY)


def test_the_feed_of_a_thing_tells_what_everybody_may_read(talk: Talk) -> None:
    talk.say("hello")
    talk.say(IBAN)
    talk.say("We do it", by=talk.staff, role=Role.ANSWER, department=talk.department)
    with translation.override("en"):
        told = [one.title for one in activity_of("problem", talk.problem.id, "en") if one.path.startswith("/comments/")]
    assert told == ["Official answer of Waste management", "Comment of neighbour"]


# --- what is kept about people ----------------------------------------------------------------------------------------


def test_everything_about_a_person_is_exported_and_erased(talk: Talk) -> None:
    holding = next(one for one in holdings() if one.name == "conversation")
    comment = talk.say("It is brken")
    comment_edit(comment_id=comment.id, text="It is broken", by=talk.neighbour)
    gone = talk.say("not so")
    comment_withdraw(comment_id=gone.id, by=talk.neighbour)
    talk.say("of somebody else", by=talk.member)
    rows = holding.export(talk.neighbour.id).rows
    assert [one["text"] for one in rows["comments"]] == ["It is broken", "not so"]
    assert rows["comments"][0]["earlier_versions"][0]["text"] == "It is brken"
    assert [one["reason"] for one in rows["following"]] == ["commented"]
    holding.erase(talk.neighbour.id)
    assert holding.export(talk.neighbour.id).rows == {"comments": [], "following": []}
    comment.refresh_from_db()
    gone.refresh_from_db()
    assert (comment.text, comment.author_id, gone.text) == ("It is broken", None, "")
    assert not CommentVersion.objects.exists()
    assert Person.objects.filter(id=talk.neighbour.id).exists()


def test_words_that_were_withdrawn_go_after_their_time(talk: Talk) -> None:
    holding = next(one for one in holdings() if one.name == "conversation")
    gone, kept = talk.say("not so"), talk.say("but so")
    comment_withdraw(comment_id=gone.id, by=talk.neighbour)
    assert holding.sweep is not None
    assert holding.sweep(clock.now()) == 1
    assert holding.sweep(clock.now()) == 0
    assert list(Comment.objects.order_by("id").values_list("text", flat=True)) == ["", kept.text]

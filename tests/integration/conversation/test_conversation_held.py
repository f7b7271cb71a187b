"""What is held, withdrawn or taken down keeps its place; an edit keeps what it said before."""

from __future__ import annotations

from datetime import timedelta

import pytest

from citytandem.conversation import selectors
from citytandem.conversation.contract import (
    Role,
    comment_edit,
    comment_withdraw,
)
from citytandem.conversation.models import CommentVersion
from citytandem.conversation.services.publishing import comment_moderate
from citytandem.core import clock, subjects
from citytandem.core.errors import Conflict, Forbidden
from citytandem.core.subjects import FINE, HELD, REMOVED
from tests.integration.conversation.looking import make_other_problem, page, refused, words
from tests.integration.conversation.talks import Talk

IBAN = "Pay it to DE89 3704 0044 0532 0130 00, please."


# --- held, taken down, withdrawn, mended ------------------------------------------------------------------------------


def test_what_is_held_only_its_author_and_moderators_see(talk: Talk) -> None:
    held = talk.say(IBAN)
    assert held.moderation == HELD
    assert words(talk) == words(talk, talk.member) == words(talk, talk.unit) == []
    assert words(talk, talk.neighbour) == words(talk, talk.moderator) == [IBAN]
    mine = page(talk, talk.neighbour).threads[0]
    assert mine.state == HELD
    assert [str(reason) for reason in mine.notice.reasons]
    assert page(talk).count == 0
    assert not subjects.is_readable(talk.member, "comment", held.id)
    assert subjects.is_readable(talk.neighbour, "comment", held.id)


def test_what_is_held_after_replies_keeps_its_place(talk: Talk) -> None:
    root = talk.say("root")
    talk.say("reply", by=talk.member, parent=root.id)
    comment_moderate(comment_id=root.id, state=HELD, by=talk.moderator)
    assert words(talk) == ["-", "reply"]
    assert words(talk, talk.moderator) == ["root", "reply"]
    with pytest.raises(Conflict):
        talk.say("more", parent=root.id)


def test_what_is_taken_down_keeps_its_place_and_comes_back(talk: Talk) -> None:
    answer = talk.say("We do it", by=talk.staff, role=Role.ANSWER, department=talk.department)
    talk.say("thanks", parent=answer.id)
    comment_moderate(comment_id=answer.id, state=REMOVED, by=talk.moderator)
    assert words(talk) == ["-", "thanks"]
    assert page(talk).pinned == []
    assert page(talk).threads[0].name == ""
    assert page(talk).count == 1
    comment_moderate(comment_id=answer.id, state=FINE, by=talk.moderator)
    assert words(talk) == ["We do it", "thanks"]
    assert len(page(talk).pinned) == 1


def test_a_withdrawn_comment_keeps_its_place(talk: Talk) -> None:
    root = talk.say("a secret of mine")
    talk.say("reply", by=talk.member, parent=root.id)
    with pytest.raises(Forbidden):
        comment_withdraw(comment_id=root.id, by=talk.member)
    comment_withdraw(comment_id=root.id, by=talk.neighbour)
    comment_withdraw(comment_id=root.id, by=talk.neighbour)
    assert words(talk) == words(talk, talk.neighbour) == ["-", "reply"]
    assert words(talk, talk.moderator) == ["a secret of mine", "reply"]
    assert "secret" not in str(subjects.subject("comment", root.id, reader="en"))
    with pytest.raises(Forbidden):
        comment_edit(comment_id=root.id, text="again", by=talk.neighbour)


def test_an_edit_shows_and_keeps_what_it_said_before(talk: Talk) -> None:
    comment = talk.say("It is brken")
    comment_edit(comment_id=comment.id, text="It is broken", by=talk.neighbour)
    comment_edit(comment_id=comment.id, text="It is broken", by=talk.neighbour)
    assert words(talk) == ["It is broken"]
    assert page(talk).threads[0].is_edited
    assert [version.text for version in CommentVersion.objects.all()] == ["It is brken"]
    with pytest.raises(Forbidden):
        comment_edit(comment_id=comment.id, text="I say so", by=talk.moderator)


def test_an_edit_is_looked_at_again(talk: Talk) -> None:
    comment = talk.say("fine")
    assert comment_edit(comment_id=comment.id, text=IBAN, by=talk.neighbour).moderation == HELD
    assert words(talk) == []


def test_after_a_reply_there_are_fifteen_minutes(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    comment = talk.say("I was wrong")
    later = clock.now() + timedelta(minutes=16)
    monkeypatch.setattr(clock, "now", lambda: later)
    comment_edit(comment_id=comment.id, text="I was right", by=talk.neighbour)
    talk.say("No!", by=talk.member, parent=comment.id)
    with refused(Conflict, "comment.answered"):
        comment_edit(comment_id=comment.id, text="I never said so", by=talk.neighbour)
    assert not page(talk, talk.neighbour).threads[0].may_edit


def test_counts_tell_what_everybody_may_read(talk: Talk) -> None:
    other = make_other_problem(talk)
    one, _two = talk.say("one"), talk.say("two")
    comment_withdraw(comment_id=one.id, by=talk.neighbour)
    talk.say(IBAN)
    assert selectors.comment_counts("problem", [talk.problem.id, other.id]) == {talk.problem.id: 1}

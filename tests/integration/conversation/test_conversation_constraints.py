"""What the database refuses of conversations, whatever code stands in front of it."""

from __future__ import annotations

from typing import Any

import pytest

from citytandem.accounts.models import Department, Person
from citytandem.conversation.models import Comment, CommentVersion, Following, Mention
from citytandem.core.ids import stable_id
from tests.constraints import NOW, Fault, check_refused, table, untested

pytestmark = pytest.mark.django_db
THING, PARENT, PERSON = (stable_id("test", name) for name in ("thing", "parent", "person"))


def good(model: type[Any]) -> dict[str, Any]:
    """A row that is taken."""
    comment = {"kind": "problem", "object_id": THING, "language": "en", "text": "Yes.", "created_at": NOW}
    if model is Comment:
        Comment.objects.create(id=PARENT, **comment)
        Person.objects.create(id=PERSON, email="anna@test.example")
        return comment
    if model is Following:
        person = Person.objects.create(email="anna@test.example")
        return {"person": person, "kind": "problem", "object_id": THING, "since": NOW}
    about = {"comment": Comment.objects.create(**comment)}
    if model is Mention:
        return {**about, "department": Department.objects.create(slug="waste")}
    return {**about, "language": "en", "text": "No.", "until": NOW}


FAULTS = table(
    Fault("comment_two_deep", Comment, {"depth": 1}),
    Fault("comment_two_deep", Comment, {"parent_id": PARENT}),
    Fault("comment_two_deep", Comment, {"parent_id": PARENT, "depth": 2}),
    Fault("comment_two_deep", Comment, {"parent_id": PARENT, "depth": 1, "is_pinned": True}),
    Fault("comment_role_known", Comment, {"role": "sermon"}),
    Fault("comment_answer_of_department", Comment, {"role": "answer"}),
    Fault("comment_question_to_sender", Comment, {"role": "question"}),
    Fault("comment_question_to_sender", Comment, {"question_to": "sender"}),
    Fault("comment_question_to_sender", Comment, {"answered_by_id": PARENT}),
    Fault("comment_says_something", Comment, {"text": ""}),
    Fault("comment_language_known", Comment, {"language": "es"}),
    Fault("comment_state_known", Comment, {"moderation": "merged"}),
    Fault("comment_one_author", Comment, {"author_id": PERSON, "visitor_name": "Somebody"}),
    Fault("comment_version_says_something", CommentVersion, {"text": ""}),
    Fault("mention_once", Mention, first={}),
    Fault("following_once", Following, {"reason": "wrote"}, first={}),
    Fault("following_reason_known", Following, {"reason": "bored"}),
    Fault("following_merged_came_with_something", Following, {"reason": "merged"}),
    Fault("following_merged_came_with_something", Following, {"came_with": [THING]}),
)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_row_that_must_not_be_is_refused(fault: Fault) -> None:
    check_refused(fault, good)


def test_every_constraint_has_such_a_row() -> None:
    assert untested(FAULTS, {"citytandem.conversation.models"}) == set()

"""Talking about things: what other modules call, and the events they may listen to.

- A module whose things are talked about registers them in `core.subjects` with `has_conversation=True`, shows the include
  `conversation/parts/conversation.html` with `conversation=conversation_of(…)`, and loads `ui/conversation.css`.
- Where the innovation unit and the department that answers for the thing are not the ones who answer, or an answer
  changes the thing, it registers a `Conversable`.
- When a thing is written or routed anew, it calls `follow_from_the_start`; when it goes into another one,
  `followers_join`, and when that is taken back, `followers_leave`.
"""

from __future__ import annotations

from citytandem.conversation.events import CommentWritten, ProblemAnswered, QuestionAsked
from citytandem.conversation.models import Reason, Role
from citytandem.conversation.pages import Conversation, FollowBox, conversation_of, follow_box_of
from citytandem.conversation.registry import Answered, Conversable
from citytandem.conversation.registry import register as register_conversable
from citytandem.conversation.selectors import comment_count, comment_counts, followers_of
from citytandem.conversation.services.following import follow, follow_from_the_start, mute, unfollow
from citytandem.conversation.services.merging import followers_join, followers_leave
from citytandem.conversation.services.writing import (
    answer_give,
    comment_edit,
    comment_withdraw,
    comment_write,
    question_ask,
)

__all__ = [
    "Answered", "CommentWritten", "Conversable", "Conversation", "FollowBox", "ProblemAnswered", "QuestionAsked",
    "Reason", "Role", "answer_give", "comment_count", "comment_counts", "comment_edit", "comment_withdraw",
    "comment_write", "conversation_of", "follow", "follow_box_of", "follow_from_the_start", "followers_join",
    "followers_leave", "followers_of", "mute", "question_ask", "register_conversable", "unfollow",
]  # fmt: skip

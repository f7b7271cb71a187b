"""What is said about a thing, for its web feed."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from citytandem.conversation.models import Role
from citytandem.conversation.said import speaker
from citytandem.conversation.selectors import newest_public
from citytandem.notifications.contract import FeedEntry, register_activity

MOST = 50


def register_all() -> None:
    """Called once when Django is ready."""
    register_activity(_said_about)


def _said_about(kind: str, object_id: UUID, language: str) -> Sequence[FeedEntry]:
    titles = {
        Role.ANSWER.value: _("Official answer of %(name)s"),
        Role.QUESTION.value: _("Question to the sender, by %(name)s"),
        Role.COMMENT.value: _("Comment of %(name)s"),
    }
    entries = []
    for comment in newest_public(kind=kind, object_id=object_id, most=MOST):
        name, _href, _as = speaker(comment, reader=language)
        entries.append(
            FeedEntry(
                id=comment.id,
                title=titles[comment.role] % {"name": name},
                path=f"/comments/{comment.id}",
                updated=comment.edited_at or comment.created_at,
                published=comment.created_at,
                text=comment.text,
                author=name,
            )
        )
    return entries

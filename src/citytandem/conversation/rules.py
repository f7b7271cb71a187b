"""Who may say what, and change what they said."""

from __future__ import annotations

from datetime import timedelta

import rules

from citytandem.accounts.contract import Actor
from citytandem.conversation import registry
from citytandem.conversation.models import Comment
from citytandem.core import clock
from citytandem.core.subjects import REMOVED, Subject
from citytandem.core.switches import is_on

# So long an answered comment can still be mended; one that nobody has answered, always.
MINUTES_TO_MEND = 15


@rules.predicate
def may_write(actor: Actor, _subject: Subject | None) -> bool:
    """Anybody with a sign-in; visitors where the administrator allows it. Both only where comments are on."""
    return is_on("comments") and (not actor.is_anonymous or is_on("visitors.comment"))


@rules.predicate
def may_answer(actor: Actor, subject: Subject | None) -> bool:
    """Speaks for the city about this thing."""
    return subject is not None and registry.may_answer(actor, subject)


@rules.predicate
def is_author(actor: Actor, comment: Comment | None) -> bool:
    """Wrote this comment."""
    return comment is not None and actor.id is not None and comment.author_id == actor.id


@rules.predicate
def still_stands(_actor: Actor, comment: Comment | None) -> bool:
    """Neither withdrawn nor taken down."""
    return comment is not None and comment.withdrawn_at is None and comment.moderation != REMOVED


def can_be_mended(comment: Comment) -> bool:
    """Nobody has answered yet, or it was written a moment ago."""
    is_fresh = clock.now() - comment.created_at <= timedelta(minutes=MINUTES_TO_MEND)
    return is_fresh or not comment.replies.exists()


@rules.predicate
def moderates(actor: Actor) -> bool:
    """Decides what stays readable."""
    return actor.moderates


@rules.predicate
def is_signed_in(actor: Actor) -> bool:
    """Anybody with a sign-in."""
    return not actor.is_anonymous


rules.add_perm("conversation.write", may_write)
rules.add_perm("conversation.answer", may_answer)
rules.add_perm("conversation.ask", may_answer)
rules.add_perm("conversation.edit", is_author & still_stands)
rules.add_perm("conversation.withdraw", is_author & still_stands)
rules.add_perm("conversation.read_versions", moderates)
rules.add_perm("conversation.follow", is_signed_in)

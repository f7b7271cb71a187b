"""What may stand in a comment, on what, and in whose name."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor, department_by_id
from citytandem.conversation.models import Comment, Role
from citytandem.conversation.words import MAX_NAME, MAX_TEXT
from citytandem.core.errors import Conflict, Forbidden, Invalid, NotFound
from citytandem.core.languages import is_language
from citytandem.core.permissions import require
from citytandem.core.subjects import FINE, HELD, Subject, subject_kind
from citytandem.core.text import clean_line, clean_text
from citytandem.core.throttle import Limit, count
from citytandem.search.detect import detect_language

PER_MINUTE = Limit("comment.minute", 10, 60)
PER_DAY = Limit("comment.day", 100, 86_400)
PER_ADDRESS = Limit("comment.visitor", 3, 3_600)


def thing_unknown() -> NotFound:
    """What is said of things that are not there, or that the reader may not know of."""
    return NotFound("thing.unknown", _("This entry does not exist, or it is not public."))


def comment_unknown() -> NotFound:
    """What is said of comments that are not there, or that the reader may not know of."""
    return NotFound("comment.unknown", _("This comment does not exist, or it is not public."))


def thing_for(actor: Actor, *, kind: str, object_id: UUID, reader: str = "") -> Subject:
    """The thing that people talk about; raises NotFound where it has no conversation or the actor may not read it."""
    known = subject_kind(kind)
    if known is None or not known.has_conversation:
        raise thing_unknown()
    found = known.read([object_id], reader or get_language() or "en").get(object_id)
    if found is None:
        raise thing_unknown()
    # What is public and open needs no second look.
    if not (found.is_public and found.moderation == FINE) and object_id not in known.readable(actor, [object_id]):
        raise thing_unknown()
    return found


def check_open(thing: Subject) -> None:
    """Nothing is added to what moderation has taken down, or what went into another entry; raises Conflict."""
    if thing.moderation not in {FINE, HELD}:
        raise Conflict("thing.closed", _("This entry is closed. Nothing can be added any more."))


def checked_text(text: str, *, language: str) -> tuple[str, str]:
    """The cleaned text and its language; raises Invalid."""
    words = clean_text(text)
    if not words:
        raise Invalid("comment.empty", _("Write something first."), field="text")
    if len(words) > MAX_TEXT:
        message = _("This is too long: at most 5,000 characters. You have %(count)s.") % {"count": len(words)}
        raise Invalid("comment.too_long", message, field="text")
    code = language or detect_language(words, hint=get_language() or "en")
    if not is_language(code):
        raise Invalid("language.unknown", _("This language is not one of the nine."), field="language")
    return words, code


def checked_name(name: str, *, by: Actor) -> str:
    """What a visitor calls themselves; people with a sign-in have their name there. Raises Invalid."""
    line = clean_line(name)
    if not by.is_anonymous:
        return ""
    if len(line) > MAX_NAME:
        raise Invalid("comment.name_too_long", _("This name is too long: at most 80 characters."), field="visitor_name")
    return line


def check_voice(
    thing: Subject, *, role: str, organisation: UUID | None, department: UUID | None, parent: UUID | None, by: Actor
) -> None:
    """Whether the actor may speak so, in this name; raises Invalid or Forbidden."""
    if role not in Role.values:
        raise Invalid("comment.role", _("This is not one of the choices."), field="role")
    if organisation is not None and (role != Role.COMMENT or organisation not in by.organisations):
        raise _not_yours("voice")
    if role == Role.COMMENT:
        if department is not None:
            raise _not_yours("voice")
        return
    require("conversation.answer" if role == Role.ANSWER else "conversation.ask", by, thing)
    if department is not None and not (by.curates or department in by.departments):
        raise _not_yours("voice")
    if department is not None and department_by_id(department) is None:
        raise Invalid("department.unknown", _("There is no such department."), field="voice")
    if role == Role.ANSWER and department is None:
        raise Invalid("answer.department", _("Say which department answers."), field="voice")
    if role == Role.QUESTION:
        _check_question(thing, parent=parent, by=by)


def _check_question(thing: Subject, *, parent: UUID | None, by: Actor) -> None:
    if thing.author is None:
        raise Invalid(
            "question.nobody", _("Nobody can be asked: this came without a sign-in, or from a source."), field="voice"
        )
    if thing.author == by.id:
        raise Invalid("question.oneself", _("You sent this yourself."), field="voice")
    if parent is not None:
        raise Invalid("question.reply", _("A question to the sender cannot be a reply."), field="voice")


def check_parent(parent: Comment | None, thing: Subject) -> Comment:
    """Whether one may reply to this; raises NotFound, Invalid, Conflict."""
    if parent is None or (parent.kind, parent.object_id) != (thing.kind, thing.id):
        raise comment_unknown()
    if parent.depth:
        raise Invalid("comment.too_deep", _("Reply to the comment that began this thread."), field="parent")
    if parent.moderation != FINE or parent.withdrawn_at is not None:
        raise Conflict("comment.closed", _("Nobody can reply to this comment any more."), field="parent")
    return parent


def count_try(by: Actor, *, address: str) -> None:
    """Nobody floods a conversation; raises TooMany. Outside of any transaction, see `core.throttle`."""
    if by.is_system:
        return
    if by.id is None:
        count(PER_ADDRESS, address)
        return
    count(PER_MINUTE, str(by.id), PER_DAY)


def _not_yours(field: str) -> Forbidden:
    return Forbidden("comment.voice", _("You cannot write in this name."), field=field)

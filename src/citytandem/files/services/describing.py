"""What is said about a file, and taking it away."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.core import clock, events
from citytandem.core.errors import Conflict, Invalid
from citytandem.core.languages import is_language
from citytandem.core.permissions import require
from citytandem.core.text import clean_line
from citytandem.files import storage
from citytandem.files.events import FilePublished, FileRemoved
from citytandem.files.models import LONGEST_ALT, LONGEST_CAPTION, Attachment, State
from citytandem.files.reading import check_words
from citytandem.files.rules import Held
from citytandem.files.selectors import file_get


def checked_alt(alt: str) -> str:
    """A description on one line. Raises Invalid."""
    text = clean_line(alt)
    if len(text) > LONGEST_ALT:
        message = _("This description is too long: at most %(max_length)s characters.") % {"max_length": LONGEST_ALT}
        raise Invalid("alt.too_long", message, field="alt")
    return text


@transaction.atomic
def file_describe(
    *, file_id: UUID, by: Actor, alt: str | None = None, caption: str | None = None, language: str = "", key: str = ""
) -> Attachment:
    """Say what can be seen in a picture, or write a line below a file; None leaves as it is.

    Raises NotFound, Forbidden, Invalid.
    """
    file = _for_change(file_id, by=by, key=key)
    spoken = language or file.language or get_language() or "en"
    if not is_language(spoken):
        raise Invalid("language.unknown", _("This language is not one of the nine."), field="language")
    before = {file.alt, file.caption}
    if alt is not None and file.is_picture:
        file.alt = _good_alt(alt, file)
    if caption is not None:
        file.caption = _checked_caption(caption)
    for field, text in (("alt", file.alt), ("caption", file.caption)):
        if text not in before:
            check_words(text, field=field, language=spoken, by=by)
    file.language = spoken if file.alt or file.caption else ""
    settle(file)
    file.save()
    return file


@transaction.atomic
def file_remove(*, file_id: UUID, by: Actor, reason: str = "", key: str = "", vouched: bool = False) -> Attachment:
    """Take a file away. With a `reason` (a code of moderation) its bytes stay until nobody can appeal any more.

    `vouched`: the caller has checked that `by` may. Raises NotFound, Forbidden.
    """
    file = _for_change(file_id, by=by, key=key, vouched=vouched)
    file.state, file.reason, file.ended_at = State.REMOVED, reason[:40], clock.now()
    file.save(update_fields=["state", "reason", "ended_at"])
    if not reason:
        transaction.on_commit(partial(storage.drop, file.id))
    events.emit(FileRemoved(kind=file.kind, object_id=file.object_id, file_id=file.id))
    return file


@transaction.atomic
def file_restore(*, file_id: UUID, by: Actor) -> Attachment:
    """Put back what moderation took away. Raises Forbidden, Conflict if its bytes are gone."""
    file = Attachment.objects.select_for_update().filter(id=file_id, state=State.REMOVED).first()
    if file is None or not file.reason or file.prepared_at is None:
        raise Conflict("file.gone", _("This file cannot be put back: its content is gone."))
    require("files.restore", by, file)
    file.state, file.reason, file.ended_at = State.WAITING, "", None
    settle(file)
    file.save()
    return file


def settle(file: Attachment) -> None:
    """Publish what is checked and, if it is a picture, described; the caller saves."""
    if file.state == State.WAITING and file.is_prepared and (file.alt or not file.is_picture):
        file.state = State.READY
        events.emit(FilePublished(kind=file.kind, object_id=file.object_id, file_id=file.id))


def _for_change(file_id: UUID, *, by: Actor, key: str, vouched: bool = False) -> Attachment:
    """The file, locked, if `by` may change it."""
    if not vouched:
        require("files.edit", by, Held(file_get(file_id, actor=by, key=key), key))
    return Attachment.objects.select_for_update().get(id=file_id)


def _good_alt(alt: str, file: Attachment) -> str:
    text = checked_alt(alt)
    if not text and file.state == State.READY:
        raise Invalid("alt.missing", _("Say what can be seen in the picture."), field="alt")
    if text and text.casefold() in {file.name.casefold(), file.name.rpartition(".")[0].casefold()}:
        message = _("The name of the file does not say what can be seen. Describe the picture in a few words.")
        raise Invalid("alt.is_name", message, field="alt")
    return text


def _checked_caption(caption: str) -> str:
    text = clean_line(caption)
    if len(text) > LONGEST_CAPTION:
        message = _("This text is too long: at most %(max_length)s characters.") % {"max_length": LONGEST_CAPTION}
        raise Invalid("text.too_long", message, field="caption")
    return text

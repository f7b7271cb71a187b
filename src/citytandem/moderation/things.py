"""The things that cases are about, read through `core.subjects`: moderation knows no domain."""

from __future__ import annotations

import hashlib
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.core.errors import Invalid, NotFound
from citytandem.core.subjects import Subject, SubjectKind, is_readable, subject, subject_kind


def parse_about(about: str) -> tuple[str, UUID]:
    """`problem:0190…` as a kind and an id; raises NotFound for anything else."""
    kind, _colon, identifier = about.partition(":")
    try:
        return kind, UUID(identifier)
    except ValueError as error:
        raise unknown() from error


def readable_subject(actor: Actor, *, kind: str, object_id: UUID, reader: str) -> Subject:
    """A thing that the actor may read and that can be moderated; raises NotFound for every other."""
    known = subject_kind(kind)
    if known is None or known.moderate is None or not is_readable(actor, kind, object_id):
        raise unknown()
    found = subject(kind, object_id, reader=reader)
    if found is None:
        raise unknown()
    return found


def in_its_own_words(found: Subject) -> Subject:
    """The thing in the language in which it was written."""
    language = found.original_language or found.language
    if language == found.language:
        return found
    return subject(found.kind, found.id, reader=language) or found


def whole_text(found: Subject) -> str:
    """Title and text, as a case keeps them."""
    return f"{found.title}\n\n{found.text}".strip()


def snapshot_of(found: Subject | None) -> str:
    """A hash of a thing as it reads now; empty where there is none."""
    return hashlib.sha256(whole_text(found).encode(errors="replace")).hexdigest() if found else ""


def is_changed(text: str, snapshot: str, found: Subject) -> bool:
    """Whether a thing reads differently from what a case kept of it: its words, and a hash of the thing at that time.

    Words that were examined before they were saved have the hash of those before, so the words themselves count first.
    """
    if not text or text in {whole_text(found), found.text}:
        return False
    return bool(snapshot) and snapshot_of(found) != snapshot


def moderate(kind: str, object_id: UUID, state: str, by: Actor) -> None:
    """Set how moderation stands to a thing. Raises Invalid where this kind cannot be moderated."""
    known = subject_kind(kind)
    if known is None or known.moderate is None:
        raise Invalid("case.kind", _("Nothing of this kind can be taken down or opened."))
    known.moderate(object_id, state, by)


def kind_that_merges(kind: str) -> SubjectKind:
    """The kind, if its things can be merged; raises Invalid where not."""
    known = subject_kind(kind)
    if known is None or known.merge is None or known.split is None:
        raise Invalid("case.kind", _("Nothing of this kind can be merged."), field="into")
    return known


def unknown() -> NotFound:
    """What is said of things that do not exist, and of those that the reader may not know of."""
    return NotFound("thing.unknown", _("This does not exist, or you may not read it."))

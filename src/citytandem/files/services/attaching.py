"""Taking files in: cheap checks at once, the rest by a job. Nothing is shown before that job has been through it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.core import clock, jobs
from citytandem.core.errors import Forbidden, Invalid
from citytandem.core.ids import uuid7
from citytandem.files import owners, storage, wording
from citytandem.files.inspection import Finding, inspect
from citytandem.files.limits import LIMITS
from citytandem.files.models import BASKET, Attachment, State
from citytandem.files.naming import clean_name, plain_name, shown_name, words_of
from citytandem.files.reading import check_words, personal_data
from citytandem.files.refusals import Refused
from citytandem.files.rules import key_hash
from citytandem.files.services.describing import checked_alt

_DAY = timedelta(days=1)
_COUNTED = (State.WAITING, State.READY)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that has passed the cheap checks. Its bytes stay where they are: five documents would fill the memory."""

    name: str
    file: Any
    finding: Finding
    size: int
    sha256: str


def looked_at(file: Any) -> Upload:
    """One of Django's uploaded files after the cheap checks.

    Raises Invalid, with the name of the file in its message.
    """
    file.seek(0)
    # One byte more than is taken: so that too much is seen as too much, and never more than that is read.
    content = file.read(LIMITS.document_size + 1)
    try:
        finding = inspect(content)
    except Refused as refused:
        error = wording.refusal(refused.reason)
        error.message = f"{shown_name(file.name or '')}: {error}"
        raise error from refused
    name = clean_name(file.name or "", ending=wording.ENDINGS[finding.media_type])
    return Upload(name, file, finding, len(content), hashlib.sha256(content).hexdigest())


def attach(
    *,
    kind: str,
    object_id: UUID,
    by: Actor,
    files: Sequence[Any] = (),
    alts: Sequence[str] = (),
    basket: UUID | None = None,
    key: str = "",
    vouched: bool = False,
) -> list[Attachment]:
    """Hang files on a thing: those just sent, and those of a basket. All or none.

    `alts` go with `files`, one each; a picture without waits for one. `vouched`: the caller has just let `by` make the
    thing. Names that hold personal data are replaced. Raises Forbidden, Invalid.
    """
    if not vouched and not owners.is_writable(kind, object_id, by):
        raise Forbidden("permission.missing", _("You are not allowed to do this."), permission="files.attach")
    if len(alts) > len(files):
        raise Invalid("alt.too_many", _("There are more descriptions than files."), field="alts")
    uploads = [_fit_to_show(looked_at(file), by=by) for file in files]
    descriptions = [checked_alt(alt) for alt in alts]
    for text in descriptions:
        check_words(text, field="alts", language=get_language() or "en", by=by)
    descriptions += [""] * (len(uploads) - len(descriptions))
    return _kept(uploads, descriptions, kind=kind, object_id=object_id, by=by, basket=basket, key=key)


def basket_add(*, basket: UUID | None, files: Sequence[Any], by: Actor, key: str = "") -> UUID:
    """Keep files of a form that has to be mended first, so that nobody sends them twice; gone after a day. Raises Invalid."""
    kept = basket or uuid7()
    uploads = [_fit_to_show(looked_at(file), by=by) for file in files]
    _kept(uploads, [""] * len(uploads), kind=BASKET, object_id=kept, by=by, basket=None, key=key)
    return kept


def _fit_to_show(upload: Upload, *, by: Actor) -> Upload:
    """Everybody reads the name; phones and scanners give it, so that nobody has to type it anew to be let in."""
    if not personal_data(words_of(upload.name), language=get_language() or "en", by=by):
        return upload
    ending = wording.ENDINGS[upload.finding.media_type]
    return replace(upload, name=plain_name(ending, is_picture=upload.finding.is_picture))


@transaction.atomic
def _kept(
    uploads: Sequence[Upload],
    alts: Sequence[str],
    *,
    kind: str,
    object_id: UUID,
    by: Actor,
    basket: UUID | None,
    key: str,
) -> list[Attachment]:
    sender = {"uploaded_by_id": by.id} if by.id is not None else {"upload_key": key_hash(key)}
    _one_at_a_time(f"{kind}:{object_id}", f"by:{by.id or 'visitors'}")
    carried = list(_of_basket(basket, sender)) if basket and any(sender.values()) else []
    there = Attachment.objects.filter(kind=kind, object_id=object_id, state__in=_COUNTED)
    position = there.count()
    if position + len(carried) + len(uploads) > LIMITS.files_per_thing:
        raise too_many()
    _check_day(by, sender, more=len(uploads))
    for place, file in enumerate(carried, start=position):
        file.kind, file.object_id, file.position = kind, object_id, place
        file.save(update_fields=["kind", "object_id", "position"])
    made = [
        _made(upload, alt, kind=kind, object_id=object_id, position=place, sender=sender)
        for place, (upload, alt) in enumerate(zip(uploads, alts, strict=True), start=position + len(carried))
    ]
    return carried + made


def _made(upload: Upload, alt: str, *, kind: str, object_id: UUID, position: int, sender: dict[str, Any]) -> Attachment:
    file = Attachment.objects.create(
        kind=kind,
        object_id=object_id,
        name=upload.name,
        media_type=upload.finding.media_type,
        size=upload.size,
        sha256=upload.sha256,
        width=upload.finding.width,
        height=upload.finding.height,
        alt=alt,
        language=(get_language() or "en") if alt else "",
        position=position,
        created_at=clock.now(),
        **sender,
    )
    # If the transaction is undone, the bytes are found by `clear_away`.
    storage.write(file.id, storage.RAW, upload.file)
    jobs.enqueue("files.prepare", once=f"files.prepare:{file.id}", file_id=str(file.id))
    return file


def too_many() -> Invalid:
    """What is said where a thing has its number of files."""
    message = _("There can be at most %(number)s files here.") % {"number": LIMITS.files_per_thing}
    return Invalid("files.too_many", message, field="files")


def _of_basket(basket: UUID, sender: dict[str, Any]) -> Any:
    rows = Attachment.objects.select_for_update().filter(kind=BASKET, object_id=basket, state__in=_COUNTED)
    return rows.filter(**sender).order_by("position", "id")


def _check_day(by: Actor, sender: dict[str, Any], *, more: int) -> None:
    """Removed files count as well: the limit is on the work, not on what is left of it."""
    if more == 0:
        return
    today = Attachment.objects.filter(created_at__gt=clock.now() - _DAY)
    most, sent = LIMITS.files_per_person_and_day, today.filter(**sender).count()
    of_visitors = today.filter(uploaded_by=None).exclude(upload_key="") if by.is_anonymous else None
    is_crowded = of_visitors is not None and of_visitors.count() + more > LIMITS.files_of_visitors_per_day
    if not _is_system(by) and (sent + more > most or is_crowded):
        message = _("You have sent many files today. Please try again tomorrow.")
        raise Invalid("files.too_many_today", message, field="files")


def _is_system(by: Actor) -> bool:
    return by.id is None and not by.is_anonymous


def _one_at_a_time(*names: str) -> None:
    """Two requests at once must not both find room for the last file."""
    numbers = sorted(int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True) for name in names)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(number) FROM unnest(%s::bigint[]) AS number", [numbers])

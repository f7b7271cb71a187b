"""The thorough check of an upload: virus scanner, then decoding and rewriting in a process with narrow bounds."""

from __future__ import annotations

import logging
from functools import partial
from uuid import UUID

from django.db import transaction

from citytandem.core import clock
from citytandem.files import storage, wording
from citytandem.files.confined import Prepared, prepared
from citytandem.files.models import Attachment, State
from citytandem.files.naming import clean_name
from citytandem.files.refusals import Reason, Refused
from citytandem.files.scanner import has_scanner, scan
from citytandem.files.services.describing import settle

logger = logging.getLogger(__name__)


def file_prepare(file_id: UUID) -> None:
    """Make of an upload what may be shown, or refuse it; the upload itself is deleted in both cases.

    Raises Unavailable if the configured scanner does not answer: the file waits, and is tried again.
    """
    file = Attachment.objects.filter(id=file_id, state=State.WAITING, prepared_at=None).first()
    if file is None:
        return
    try:
        content = storage.read_raw(file_id)
        _refuse_virus(file, content)
        with prepared(content) as made:
            _keep(file_id, made)
    except FileNotFoundError:
        _refuse(file_id, Reason.BROKEN)
    except Refused as refused:
        _refuse(file_id, refused.reason)
    else:
        storage.drop(file_id, storage.RAW)


def _refuse_virus(file: Attachment, content: bytes) -> None:
    found = scan(content) if has_scanner() else ""
    if found:
        logger.warning("file %s on %s %s refused: %s", file.id, file.kind, file.object_id, found)
        raise Refused(Reason.VIRUS)


@transaction.atomic
def _keep(file_id: UUID, made: Prepared) -> None:
    file = Attachment.objects.select_for_update().get(id=file_id)
    if file.state != State.WAITING:
        return  # taken away while it was looked at
    for variant, path in made.variants.items():
        storage.write(file_id, variant, path)
    main = next(iter(made.variants))
    file.size = storage.size(file_id, main)
    file.media_type, file.width, file.height = made.media_type, made.width, made.height
    file.name = clean_name(file.name, ending=wording.ENDINGS[made.media_type])
    file.prepared_at = clock.now()
    settle(file)
    file.save()


@transaction.atomic
def _refuse(file_id: UUID, reason: Reason) -> None:
    file = Attachment.objects.select_for_update().get(id=file_id)
    if file.state == State.WAITING:
        file.state, file.reason, file.ended_at = State.REFUSED, reason.value, clock.now()
        file.save(update_fields=["state", "reason", "ended_at"])
    transaction.on_commit(partial(storage.drop, file_id))

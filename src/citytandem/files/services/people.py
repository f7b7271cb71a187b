"""What a person has sent: handed over, or taken back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, BinaryIO
from uuid import UUID

from django.db import transaction

from citytandem.accounts.contract import Exported
from citytandem.files import owners, storage
from citytandem.files.models import Attachment, State
from citytandem.files.services.clearing import files_delete


def export_person(person_id: UUID) -> Exported:
    """What is known of the files that somebody sent, and their contents as everybody sees them, opened one at a time."""
    files = list(Attachment.objects.filter(uploaded_by_id=person_id).order_by("created_at", "id"))
    contents = [(_exported_as(file), _opener(file)) for file in files if file.is_prepared]
    return Exported([_told(file) for file in files], contents)


def _exported_as(file: Attachment) -> str:
    return f"{file.id}-{file.name}" if file.is_prepared else ""


def _opener(file: Attachment) -> Callable[[], BinaryIO]:
    return partial(storage.opened, file.id, "large" if file.is_picture else "file")


def _told(file: Attachment) -> dict[str, Any]:
    return {
        "id": str(file.id),
        "belongs_to": {"kind": file.kind, "id": str(file.object_id)},
        "name": file.name,
        "media_type": file.media_type,
        "size": file.size,
        "alt": file.alt,
        "caption": file.caption,
        "language": file.language,
        "state": file.state,
        "reason": file.reason,
        "sent_at": file.created_at.isoformat(),
        "file": _exported_as(file),
    }


@transaction.atomic
def erase_person(person_id: UUID) -> dict[str, int]:
    """Files that everybody can see stay, without the person; all others go. `{"deleted": 3, "kept_without_person": 2}`."""
    files = list(Attachment.objects.select_for_update().filter(uploaded_by_id=person_id))
    public = {
        (kind, thing)
        for kind, thing in {(file.kind, file.object_id) for file in files}
        if owners.is_public(kind, thing)
    }
    stays = [f.id for f in files if f.state == State.READY and (f.kind, f.object_id) in public]
    goes = [file.id for file in files if file.id not in set(stays)]
    Attachment.objects.filter(id__in=stays).update(uploaded_by=None)
    return {"deleted": files_delete(goes), "kept_without_person": len(stays)}

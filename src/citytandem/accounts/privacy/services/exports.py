"""A copy of everything about a person (GDPR art. 15 and 20): asked for on a page, made by a job, kept for a week."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.actors import Actor
from citytandem.accounts.holdings import holdings
from citytandem.accounts.models import Export, Person
from citytandem.accounts.privacy.archive import Part, archive
from citytandem.accounts.privacy.periods import days_kept
from citytandem.accounts.services.entries import entry_add
from citytandem.accounts.services.looking import looked_at
from citytandem.accounts.services.shared import refuse_shared
from citytandem.core import clock, jobs
from citytandem.core.errors import Forbidden, NotFound
from citytandem.core.node import this_node
from citytandem.core.permissions import require

# How long a copy can be fetched; the holding `accounts.exports` has the same period.
DAYS_KEPT = 7
# A job that has not come to an end by then never will: one may ask again.
HOURS_TO_MAKE = 6


def person_export(target: IO[bytes], *, person_id: UUID, by: Actor) -> None:
    """Write the zip with everything about a person. Raises Forbidden, NotFound.

    Somebody else than the person who does so has looked at personal data, and the log says it.
    """
    require("accounts.export", by, person_id)
    refuse_shared(by, about=person_id)
    person = Person.objects.filter(id=person_id, erased_at=None).first()
    if person is None:
        raise NotFound("person.unknown", _("There is no such person."))
    language = person.language or this_node().language
    with translation.override(language):
        archive(target, about=_about(person, language), parts=_parts(person_id), readme=_readme(person))
    if by.id == person_id:
        entry_add("person.exported", by=by, person=person_id)
    else:
        looked_at("person.exported", by=by, people=[person_id])


def _about(person: Person, language: str) -> dict[str, object]:
    node = this_node()
    return {
        "format": "citytandem-export-1",
        "made_at": clock.now(),
        "node": node.name,
        "contact": {"name": node.contact_name, "email": node.contact_email, "address": node.contact_address},
        "person": person.id,
        "language": language,
    }


def _parts(person_id: UUID) -> Iterator[Part]:
    for holding in holdings():
        exported = holding.export(person_id)
        yield Part(
            name=holding.name,
            label=str(holding.label),
            purpose=str(holding.purpose),
            legal_basis=str(holding.legal_basis),
            kept=str(holding.kept),
            days=days_kept(holding),
            rows=exported.rows,
            files=exported.files,
        )


def _readme(person: Person) -> str:
    node = this_node()
    lines = [
        gettext("Your data at %(city)s") % {"city": node.name},
        "",
        gettext("This folder holds everything that %(city)s keeps about you here.") % {"city": node.name},
        "",
        gettext(
            "data.json has it all, sorted by what it is for. Programs can read it, and so can you with any editor."
        ),
        gettext("In the folder “files” are the photos and documents that you sent."),
        "",
        gettext("Each part says why it is kept, which law allows that, and for how long."),
        gettext("You can have all of it corrected or erased: sign in and open “My data”."),
        "",
        gettext("Made on %(day)s for %(email)s.") % {"day": clock.now().date().isoformat(), "email": person.email},
    ]
    if node.contact_email:
        lines.append(gettext("Questions: %(email)s") % {"email": node.contact_email})
    return "\n".join(lines) + "\n"


# --- the copy that a page offers --------------------------------------------------------------------------------------


def export_path(export_id: UUID) -> Path:
    """Where the zip lies; readable by the node only."""
    return Path(settings.DATA) / "exports" / f"{export_id}.zip"


def export_ask(*, by: Actor) -> Export:
    """Ask for a copy of one's own data. One that is being made already is enough. Raises Forbidden."""
    if by.id is None:
        raise Forbidden("permission.missing", _("You are not allowed to do this."))
    stuck = clock.now() - timedelta(hours=HOURS_TO_MAKE)
    waiting = Export.objects.filter(person_id=by.id, ready_at=None, failed_at=None)
    waiting.filter(asked_at__lt=stuck).update(failed_at=clock.now())
    try:
        with transaction.atomic():
            export = Export.objects.create(person_id=by.id, asked_at=clock.now())
            jobs.enqueue("accounts.export", queue="heavy", export_id=str(export.id))
    except IntegrityError:
        return waiting.get()
    return export


def export_make(*, export_id: UUID, by: Actor) -> None:
    """Make the copy that was asked for; what is made or gone already is no error. `by` is the node itself."""
    export = Export.objects.filter(id=export_id, ready_at=None, failed_at=None).first()
    if export is None:
        return
    path = export_path(export.id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, half = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as target, transaction.atomic():
            person_export(target, person_id=export.person_id, by=_as_oneself(export.person_id, by))
        Path(half).replace(path)
    except BaseException:
        Path(half).unlink(missing_ok=True)
        Export.objects.filter(id=export.id).update(failed_at=clock.now())
        raise
    done = Export.objects.filter(id=export.id).update(ready_at=clock.now(), size=path.stat().st_size)
    if not done:
        # The person was erased in the meantime, and this with them.
        path.unlink(missing_ok=True)


def _as_oneself(person_id: UUID, by: Actor) -> Actor:
    """The job does it for the person, who asked: nobody else has looked."""
    require("accounts.administer", by)
    return Actor(person_id)


def exports_delete(*, before: datetime | None = None, person_id: UUID | None = None) -> int:
    """Delete copies, the files with them: those asked for before a time, or those of a person. Returns how many."""
    rows = Export.objects.all()
    if before is not None:
        rows = rows.filter(asked_at__lt=before)
    if person_id is not None:
        rows = rows.filter(person_id=person_id)
    gone = list(rows.values_list("id", flat=True))
    Export.objects.filter(id__in=gone).delete()

    def drop() -> None:
        for export_id in gone:
            export_path(export_id).unlink(missing_ok=True)

    # If the erasure around it fails, the files are still wanted.
    transaction.on_commit(drop)
    return len(gone)


def exports_sweep(before: datetime) -> int:
    """Delete copies asked for before a time, and files that nothing leads to: what a job that was killed has left."""
    known = {str(export_id) for export_id in Export.objects.values_list("id", flat=True)}
    deleted = exports_delete(before=before)
    latest = (clock.now() - timedelta(hours=HOURS_TO_MAKE)).timestamp()
    for path in export_path(UUID(int=0)).parent.glob("*"):
        is_left = path.suffix == ".part" or (path.suffix == ".zip" and path.stem not in known)
        if is_left and path.stat().st_mtime < latest:
            path.unlink(missing_ok=True)
            deleted += 1
    return deleted

"""Looking at who reported something: only where it is needed, and never unseen."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from citytandem.accounts.contract import Actor, entry_add
from citytandem.core.permissions import require
from citytandem.moderation.models import Case
from citytandem.moderation.selectors import case_get


@transaction.atomic
def reporters_look(*, case_id: UUID, by: Actor) -> Case:
    """The case, after the look was written into the log of access to personal data. Raises Forbidden, NotFound."""
    require("moderation.decide", by)
    case = case_get(case_id)
    require("moderation.decide", by, case)
    for person in case.reports.exclude(by=None).values_list("by_id", flat=True).distinct():
        entry_add("moderation.reporter_seen", by=by, person=person, kind=case.kind, object_id=case.id, looked=True)
    if case.reports.filter(by=None).exclude(email="").exists():
        entry_add("moderation.reporter_seen", by=by, kind=case.kind, object_id=case.id, looked=True)
    return case

"""Writing programmes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.core import clock
from citytandem.core.errors import Invalid
from citytandem.core.permissions import require
from citytandem.partnerships.models import Programme
from citytandem.partnerships.naming import free_slug


@transaction.atomic
def programme_write(*, programme_id: UUID | None, values: Mapping[str, Any], by: Actor) -> Programme:
    """Open a programme or change it; values as `ProgrammeForm` cleans them. Raises Forbidden, Invalid."""
    row = Programme.objects.select_for_update().get(id=programme_id) if programme_id else None
    require("partnerships.coordinate", by, row)
    first, last = values["starts_on"], values["ends_on"]
    if first and last and last < first:
        raise Invalid("programme.ends_early", _("It cannot end before it begins."), field="ends_on")
    now = clock.now()
    if row is None:
        taken = {*Programme.objects.values_list("slug", flat=True), "new"}
        slug = free_slug(values["title"], taken=taken, fallback="programme")
        row = Programme(slug=slug, created_by_id=by.id, created_at=now)
    language = values["language"]
    row.language, row.state, row.quiet_weeks = language, values["state"], values["quiet_weeks"]
    row.title = {**row.title, language: {"text": values["title"], "by": "human"}}
    row.text = {**row.text, language: {"text": values["text"], "by": "human"}} if values["text"] else {}
    row.starts_on, row.ends_on, row.changed_at = first, last, now
    until = values["applies_until"]
    row.applies_until = datetime.combine(until, time.max, timezone.get_current_timezone()) if until else None
    row.save()
    return row

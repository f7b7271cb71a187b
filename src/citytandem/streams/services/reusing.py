"""Taking a partner's solution over: our city says under which conditions, how far it is, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.core import clock
from citytandem.core.errors import Conflict, Invalid
from citytandem.core.node import this_node
from citytandem.core.permissions import require
from citytandem.core.versions import Translations, translations
from citytandem.federation.contract import changed
from citytandem.search.detect import detect_language
from citytandem.streams.models import FRAME_CONDITIONS, Solution, Visibility
from citytandem.streams.models_shared import Reuse, ReuseStatus
from citytandem.streams.selectors import record_get
from citytandem.streams.services.checks import checked_note, checked_value
from citytandem.streams.services.mirroring import reuses_count
from citytandem.streams.services.records import log_change

LONGEST_RESULTS = 5_000


@dataclass(frozen=True, slots=True)
class ReuseTold:
    """What the form tells. `conditions`: texts by name of the frame condition. `version`: of what was seen, 0 if nothing."""

    status: str
    conditions: Mapping[str, str] = field(default_factory=dict)
    results: str = ""
    since: date | None = None
    evidence_url: str = ""
    version: int = 0


@transaction.atomic
def reuse_save(told: ReuseTold, *, solution: str, by: Actor) -> Reuse:
    """Say, or say anew, that our city takes a partner's solution over; partners get it as an answer of ours.

    Raises NotFound, Forbidden, Invalid, Conflict where a colleague was quicker.
    """
    record: Solution = record_get(by, kind="solution", key=solution)
    require("streams.reuse", by)
    _check_partners(record)
    checked = _checked(told)
    # The solution is what two people who begin at once both have.
    Solution.objects.select_for_update().get(id=record.id)
    row = Reuse.objects.filter(origin="", solution_uri=record.origin_uri).first()
    if told.version != (row.version if row else 0):
        raise Conflict(
            "record.changed_meanwhile",
            _("Somebody else has changed this entry in the meantime. Your text is kept below; compare and save again."),
            current_version=row.version if row else 0,
        )
    before, now = row.status if row else "", clock.now()
    row = row or Reuse(solution_uri=record.origin_uri or "", created_at=now, created_by_id=by.id, version=0)
    row.solution, row.city, row.changed_at = record, this_node().home_city, now
    row.is_public = record.visibility == Visibility.PUBLIC
    row.version += 1
    for name, value in checked.items():
        setattr(row, name, value)
    row.save()
    reuses_count([record.id])
    log_change(record, "reused", by=by, fields={"status": [before, row.status]})
    changed("reuse", row.id)
    return row


@transaction.atomic
def reuse_withdraw(*, solution: str, by: Actor) -> None:
    """Take back that our city uses a partner's solution; partners forget it. Raises NotFound, Forbidden."""
    record: Solution = record_get(by, kind="solution", key=solution)
    require("streams.reuse", by)
    for row in Reuse.objects.select_for_update().filter(origin="", solution_uri=record.origin_uri):
        identifier = row.id
        row.delete()
        reuses_count([record.id])
        log_change(record, "reuse_withdrawn", by=by)
        changed("reuse", identifier)


def _check_partners(record: Solution) -> None:
    if not record.is_from_partner:
        raise Invalid("reuse.own", _("This solution is our own. Say in its entry where it is in use."))


def _checked(told: ReuseTold) -> dict[str, Any]:
    if told.status not in ReuseStatus.values:
        raise Invalid("status.unknown", _("There is no such status."), field="status")
    texts = {name: checked_note(f"condition_{name}", told.conditions.get(name, "")) for name in FRAME_CONDITIONS}
    conditions = {name: text for name, text in texts.items() if text}
    if not conditions:
        raise Invalid(
            "reuse.conditions_missing",
            _("Say for one condition at least how it is with you: that is what others learn from."),
            field="condition_law",
        )
    results = checked_note("results", told.results, most=LONGEST_RESULTS)
    language = detect_language("\n".join([results, *conditions.values()]))
    return {
        "status": told.status,
        "language": language,
        "conditions": {name: _in(language, text) for name, text in conditions.items()},
        "results": _in(language, results),
        "since": told.since,
        "evidence_url": _address(told.evidence_url),
    }


def _in(language: str, text: str) -> Translations:
    return translations(**{language: text})


def _address(value: str) -> str:
    try:
        return str(checked_value("url", value.strip()))
    except Invalid as error:
        raise Invalid("url.scheme", error.message, field="evidence_url") from None

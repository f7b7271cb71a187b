"""Opening cases: one open case per thing, and whatever comes later joins it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from citytandem.core import clock
from citytandem.core.languages import is_language
from citytandem.core.node import this_node
from citytandem.moderation.models import Case, Origin
from citytandem.moderation.reasons import EDITED, MODERATOR, REPORT, VISITOR

# How many days a case may wait; the queue marks what is later, and the moderators are reminded.
DAYS_TO_DECIDE = 2
Reason = dict[str, Any]
FROM_PEOPLE = frozenset({REPORT, MODERATOR, VISITOR})


@dataclass(frozen=True, slots=True)
class Seen:
    """A thing as it reads when a case is opened. `snapshot`: its hash (`things.snapshot_of`)."""

    text: str
    language: str
    snapshot: str
    author: UUID | None


def case_open(*, kind: str, object_id: UUID, origin: Origin, reasons: Sequence[Reason], seen: Seen) -> Case:
    """The open case of a thing, with these reasons; made if there is none. Runs inside the caller's transaction.

    The reasons of a new check take the place of those of the check before; what people said stays.
    """
    try:
        with transaction.atomic():
            case = _open_case(kind, object_id) or _new_case(kind, object_id, origin=origin, seen=seen)
    except IntegrityError:
        # Somebody else opened it in the same moment.
        case = _open_case(kind, object_id, must=True)
    is_check = origin == Origin.SCREENING
    case.reasons = _joined(case, reasons, is_check=is_check, seen=seen)
    if is_check:
        case.text, case.snapshot = seen.text, seen.snapshot
    case.codes = sorted({reason["code"] for reason in case.reasons})
    case.save(update_fields=["reasons", "codes", "text", "snapshot"])
    return case


def _joined(case: Case, new: Sequence[Reason], *, is_check: bool, seen: Seen) -> list[Reason]:
    kept = [reason for reason in case.reasons if not is_check or reason["code"] in FROM_PEOPLE]
    is_other = case.text != seen.text and case.snapshot != seen.snapshot
    if is_check and is_other and any(reason["code"] == REPORT for reason in kept):
        # Who reported it read other words.
        kept.append({"code": EDITED})
    known = {reason["code"] for reason in kept if "start" not in reason}
    return [*kept, *(reason for reason in new if reason["code"] not in known)]


def _open_case(kind: str, object_id: UUID, *, must: bool = False) -> Any:
    rows = Case.objects.select_for_update(of=("self",)).filter(kind=kind, object_id=object_id, state="open")
    return rows.get() if must else rows.first()


def _new_case(kind: str, object_id: UUID, *, origin: Origin, seen: Seen) -> Case:
    return Case.objects.create(
        kind=kind,
        object_id=object_id,
        origin=origin,
        language=seen.language if is_language(seen.language) else this_node().language,
        text=seen.text,
        snapshot=seen.snapshot,
        author_id=seen.author,
        opened_at=clock.now(),
        due_on=timezone.localdate() + timedelta(days=DAYS_TO_DECIDE),
    )

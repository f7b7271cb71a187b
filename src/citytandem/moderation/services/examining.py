"""Looking at a text that was just written: what may be read at once, and what waits for a person."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.db import transaction

from citytandem.accounts.contract import Actor
from citytandem.core import events
from citytandem.core.subjects import FINE, HELD, subject
from citytandem.moderation import notices, reasons
from citytandem.moderation.checking import findings_in
from citytandem.moderation.happened import ThingHeld
from citytandem.moderation.models import Case, Decision, Origin, State, Verdict
from citytandem.moderation.services.opening import Reason, Seen, case_open
from citytandem.moderation.services.sending import sent_before
from citytandem.moderation.things import snapshot_of
from citytandem.moderation.traps import Trace

_NO_TRACE = Trace()
# What a person has let stay.
_LET_STAY = (Verdict.KEEP, Verdict.RESTORE)


@transaction.atomic
def examine(*, kind: str, object_id: UUID, text: str, language: str, by: Actor, trace: Trace = _NO_TRACE) -> str:
    """Whether a text may be read at once: FINE, or HELD until a person has decided; then a case waits for one.

    The caller stores the answer. To be called for each edit as well: what was kept by a person in the very same words
    is not held again, what was taken down does not come back by an edit. Visitors always wait. Staff and moderators are
    people who decide themselves: what they write is not held for what it says.
    """
    found = _found(text, object_id=object_id, language=language, by=by, trace=trace)
    cases = list(Case.objects.filter(kind=kind, object_id=object_id))
    standing = _standing(cases)
    if standing and standing[0].verdict == Verdict.REMOVE:
        found.append({"code": reasons.REMOVED_BEFORE})
    waiting = next((case for case in cases if case.state == State.OPEN), None)
    if waiting is not None and reasons.hides(waiting.codes) and not found:
        found = [{"code": reasons.EDITED}]
    if not found or (waiting is None and _kept_before(standing, found)):
        return FINE
    known = subject(kind, object_id, reader=language)
    case = case_open(
        kind=kind,
        object_id=object_id,
        origin=Origin.SCREENING,
        reasons=found,
        seen=Seen(text, language, snapshot_of(known), known.author if known is not None else by.id),
    )
    if waiting is None or not reasons.hides(waiting.codes):
        notices.held(case)
        events.emit(ThingHeld(kind=kind, object_id=object_id, case_id=case.id))
    return HELD


def _found(text: str, *, object_id: UUID, language: str, by: Actor, trace: Trace) -> list[Reason]:
    if by.is_staff or by.moderates:
        return []
    found: list[Reason] = [{"code": reasons.VISITOR}] if by.is_anonymous else []
    sent, recent = sent_before(object_id=object_id, text=text, sender=str(by.id or trace.address))
    for finding in findings_in(text, language=language, trace=trace, sent=sent, recent=recent):
        matched = text[finding.start : finding.end] if finding.start is not None else " ".join(text.split())
        place = {} if finding.start is None else {"start": finding.start, "end": finding.end}
        found.append({"code": finding.code, **place, "print": _print(matched)})
    return found


def _standing(cases: Sequence[Case]) -> list[Decision]:
    """The decisions that count in these cases, the newest first."""
    if not cases:
        return []
    rows = Decision.objects.filter(case__in=cases, superseded_by=None).select_related("case")
    return list(rows.order_by("-at"))


def _kept_before(standing: Sequence[Decision], found: Sequence[Reason]) -> bool:
    """Whether a person has let all of this stay in this thing."""
    let_stay = [decision.case for decision in standing if decision.verdict in _LET_STAY]
    kept = {(reason["code"], reason["print"]) for case in let_stay for reason in case.reasons if reason.get("print")}
    return bool(kept) and all((reason["code"], reason.get("print", "")) in kept for reason in found)


def _print(matched: str) -> str:
    """Recognises words again and tells them to nobody."""
    digest = hmac.new(settings.SECRET_KEY.encode(), matched.casefold().encode(errors="replace"), hashlib.sha256)
    return digest.hexdigest()[:20]

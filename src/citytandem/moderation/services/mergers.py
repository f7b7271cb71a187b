"""Merging entries that say the same, and splitting them again."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.core import clock, events
from citytandem.core.errors import Conflict, Invalid
from citytandem.core.subjects import FINE, HELD, REMOVED, subject
from citytandem.moderation import notices
from citytandem.moderation.happened import ThingDecided
from citytandem.moderation.models import Case, Decision, Origin, State, Verdict
from citytandem.moderation.services.decisions import case_for_update, last_decision, require_decider
from citytandem.moderation.things import kind_that_merges, moderate


@transaction.atomic
def case_merge(*, case_id: UUID, into: UUID, by: Actor) -> Decision:
    """Let the thing of an open case lead to another one. Raises Forbidden, NotFound, Invalid, Conflict."""
    case = case_for_update(case_id)
    require_decider(case, by)
    if case.state != State.OPEN:
        raise Conflict("case.decided_meanwhile", _("Somebody has decided this in the meantime. Look at it again."))
    kind = kind_that_merges(case.kind)
    thing, target = (subject(case.kind, one, reader=case.language) for one in (case.object_id, into))
    if target is None or target.moderation != FINE or not target.is_public:
        raise Invalid("merge.hidden", _("An entry can only go into one that everybody can read."), field="into")
    assert kind.merge is not None  # noqa: S101 - kind_that_merges has looked
    kind.merge(case.object_id, into, by)
    decision = _written(case, Verdict.MERGE, target=into, before=thing.moderation if thing else FINE, by=by)
    case.state, case.decided_at = State.DECIDED, case.decided_at or clock.now()
    case.save(update_fields=["state", "decided_at"])
    notices.decided(case, decision)
    return decision


@transaction.atomic
def case_split(*, case_id: UUID, by: Actor) -> Decision:
    """Take the merger of a case back: the thing stands as it stood before, and the case waits again.

    Raises Forbidden, Conflict, and Invalid where the thing was split elsewhere already.
    """
    case = case_for_update(case_id)
    require_decider(case, by)
    if case.state != State.DECIDED:
        raise Conflict("case.not_merged", _("This case ended with no merger, or somebody has appealed against it."))
    decision = split(case, by=by)
    try:
        with transaction.atomic():
            case.state = State.OPEN
            case.save(update_fields=["state"])
    except IntegrityError:
        # Another case of the same thing was opened meanwhile: that one decides.
        case.state = State.DECIDED
    return decision


def split(case: Case, *, by: Actor, on_appeal: bool = False) -> Decision:
    """Split and write it down. The caller holds the case and has asked whether `by` may."""
    merger = last_decision(case)
    if merger is None or merger.verdict != Verdict.MERGE or merger.target is None:
        raise Conflict("case.not_merged", _("This case ended with no merger, or somebody has appealed against it."))
    kind = kind_that_merges(case.kind)
    assert kind.split is not None  # noqa: S101 - kind_that_merges has looked
    kind.split(case.object_id, by)
    if merger.before in {HELD, REMOVED} and not on_appeal:
        # It waited, or was taken down before; that it is no duplicate is no decision about that.
        moderate(case.kind, case.object_id, merger.before, by)
    return _written(case, Verdict.SPLIT, target=merger.target, before="merged", by=by, on_appeal=on_appeal)


def _written(
    case: Case, verdict: Verdict, *, target: UUID, before: str, by: Actor, on_appeal: bool = False
) -> Decision:
    decision = Decision.objects.create(
        case=case,
        verdict=verdict,
        ground="house.duplicate" if verdict == Verdict.MERGE else "",
        target=target,
        before=before,
        was_detected=case.origin == Origin.SCREENING,
        supersedes=last_decision(case),
        on_appeal=on_appeal,
        by_id=by.id,
        at=clock.now(),
    )
    events.emit(ThingDecided(kind=case.kind, object_id=case.object_id, case_id=case.id, decision=verdict.value))
    return decision

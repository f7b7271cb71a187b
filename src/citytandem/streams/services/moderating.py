"""What moderation does to a record: hold it, take it down, open it again; merging problems and splitting them again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.conversation.contract import followers_join, followers_leave
from citytandem.core import events
from citytandem.core.errors import Invalid, NotFound
from citytandem.core.permissions import require
from citytandem.core.subjects import Subject, subjects
from citytandem.streams.duplicates import near_duplicates, said_by
from citytandem.streams.models import Moderation, Problem, record_model
from citytandem.streams.models_shared import Gone
from citytandem.streams.services.records import log_change

MOST_SIMILAR = 5


@transaction.atomic
def record_moderate(*, kind: str, record_id: UUID, state: str, by: Actor) -> None:
    """Set how moderation stands to a record; the module `moderation` has checked who may, and keeps the reasons."""
    record = record_model(kind)._default_manager.select_for_update().filter(id=record_id).first()  # noqa: SLF001
    if record is None:
        # A partner's that is away: what was decided counts when it comes back.
        Gone.objects.filter(id=record_id, kind=kind).update(moderation=state)
        return
    if record.moderation in {state, Moderation.MERGED}:
        return
    before, record.moderation = record.moderation, state
    record.version += 1
    record.save(update_fields=["moderation", "version"])
    log_change(record, "moderated", by=by, fields={"moderation": [before, state]})
    events.emit(events.RecordChanged(kind=kind, object_id=record.id))


def similar_records(*, kind: str, record_id: UUID, reader: str) -> list[Subject]:
    """Near-duplicates of a record in its own stream, across languages, most alike first. A held record is in no index."""
    row = record_model(kind)._default_manager.filter(id=record_id).first()  # noqa: SLF001 - the manager
    if row is None:
        return []
    alike = near_duplicates(said_by(row), most=MOST_SIMILAR, but=record_id, public_only=False)
    found = subjects([(kind, one.id) for one in alike], reader=reader)
    return [found[kind, one.id] for one in alike]


@transaction.atomic
def problem_merge(*, problem_id: UUID, into: UUID, by: Actor) -> None:
    """Let a problem lead to another one that says the same; its followers come along, its comments and files stay.

    `problem_split` undoes it. Raises NotFound, Invalid, Forbidden.
    """
    require("streams.merge", by)
    locked = _locked(problem_id, into)
    problem, target = locked[problem_id], locked[into]
    if problem.is_from_partner or target.is_from_partner:
        raise Invalid(
            "merge.partner",
            _("An entry of a partner node stays as that node writes it: it cannot be merged."),
            field="into",
        )
    if problem.id == target.id or target.merged_into_id is not None:
        raise Invalid(
            "merge.target", _("An entry cannot go into itself or into one that was merged itself."), field="into"
        )
    if problem.merged_into_id is not None or problem.merged.exists():
        raise Invalid("merge.source", _("This entry is part of a merger already. Split that one first."), field="into")
    before = problem.moderation
    problem.merged_into, problem.moderation = target, Moderation.MERGED
    problem.version += 1
    problem.save(update_fields=["merged_into", "moderation", "version"])
    fields = {"merged_into": [None, str(target.id)], "moderation": [before, Moderation.MERGED.value]}
    log_change(problem, "merged", by=by, fields=fields)
    log_change(target, "took_in", by=by, fields={"merged": [None, str(problem.id)]})
    followers_join(kind="problem", source=problem.id, target=target.id)
    events.emit(events.RecordChanged(kind="problem", object_id=problem.id))


@transaction.atomic
def problem_split(*, problem_id: UUID, by: Actor) -> None:
    """Take a merger back: the problem stands on its own again, with everything it had. Raises NotFound, Invalid, Forbidden."""
    require("streams.merge", by)
    problem = _locked(problem_id)[problem_id]
    if problem.merged_into_id is None:
        raise Invalid("merge.none", _("This entry was not merged."))
    target, problem.merged_into, problem.moderation = problem.merged_into_id, None, Moderation.FINE
    problem.version += 1
    problem.save(update_fields=["merged_into", "moderation", "version"])
    log_change(problem, "split", by=by, fields={"merged_into": [str(target), None]})
    followers_leave(kind="problem", source=problem.id, target=target)
    events.emit(events.RecordChanged(kind="problem", object_id=problem.id))


def _locked(*problem_ids: UUID) -> dict[UUID, Any]:
    """Problems for this transaction alone, in one order for all: two mergers at once wait for each other, never both."""
    rows = Problem.objects.select_for_update(of=("self",)).filter(id__in=problem_ids).order_by("id")
    found = {problem.id: problem for problem in rows}
    if not found.keys() >= set(problem_ids):
        raise NotFound("record.unknown", _("This entry does not exist, or it is not public."))
    return found

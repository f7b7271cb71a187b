"""A thing goes into another one: its author and followers hear of that one from now on, until it is split off again."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import F, Func, UUIDField, Value

from citytandem.conversation.models import Following, Reason
from citytandem.core import clock
from citytandem.core.subjects import subject


@transaction.atomic
def followers_join(*, kind: str, source: UUID, target: UUID) -> None:
    """Let whoever wrote or follows `source` follow `target`, but those who follow that already, and those in silence.

    The caller has checked who may merge. `followers_leave` undoes it.
    """
    rows = Following.objects.filter(kind=kind, object_id=source)
    silent = dict(rows.values_list("person_id", "is_muted"))
    thing = subject(kind, source, reader="en")
    if thing is not None and thing.author is not None:
        silent.setdefault(thing.author, False)
    people = [person for person, is_muted in silent.items() if not is_muted]
    now = clock.now()
    came = [
        Following(person_id=person, kind=kind, object_id=target, reason=Reason.MERGED, came_with=[source], since=now)
        for person in people
    ]
    Following.objects.bulk_create(came, ignore_conflicts=True)
    # Who came with an earlier merger stays until both are taken back.
    earlier = Following.objects.filter(person__in=people, kind=kind, object_id=target, reason=Reason.MERGED)
    earlier.exclude(came_with__contains=[source]).update(came_with=_with(source, "array_append"))


@transaction.atomic
def followers_leave(*, kind: str, source: UUID, target: UUID) -> None:
    """Take away what `followers_join` gave; who follows `target` for a reason of their own goes on."""
    rows = Following.objects.filter(kind=kind, object_id=target, reason=Reason.MERGED)
    rows.filter(came_with=[source]).delete()
    rows.filter(came_with__contains=[source]).update(came_with=_with(source, "array_remove"))


def _with(source: UUID, function: str) -> Func:
    return Func(F("came_with"), Value(source, output_field=UUIDField()), function=function)

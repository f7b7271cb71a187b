"""Following a thing, stopping, and following in silence."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from citytandem.accounts.contract import Actor, people_of_department
from citytandem.conversation.models import Following, Reason
from citytandem.conversation.services import checks
from citytandem.core import clock
from citytandem.core.permissions import require
from citytandem.core.subjects import Subject, subject


def tie_of(actor: Actor, thing: Subject) -> str:
    """Why somebody hears of a thing without having chosen to: they wrote it, or their department answers for it."""
    if actor.id is None:
        return ""
    if thing.author == actor.id:
        return Reason.WROTE
    return Reason.DEPARTMENT if thing.department in actor.departments else ""


@transaction.atomic
def follow(*, kind: str, object_id: UUID, by: Actor) -> Following:
    """Hear of what happens to a thing, no longer in silence. Raises Forbidden for visitors, NotFound."""
    require("conversation.follow", by)
    thing = checks.thing_for(by, kind=kind, object_id=object_id)
    return _keep(thing, by=by, is_muted=False)


@transaction.atomic
def unfollow(*, kind: str, object_id: UUID, by: Actor) -> None:
    """Hear of it no longer. Where one is told for what one is (its author, its department), it stays as silent.

    Also for what one may not read any more. Raises Forbidden for visitors.
    """
    require("conversation.follow", by)
    thing = subject(kind, object_id, reader="en")
    if thing is not None and tie_of(by, thing):
        _keep(thing, by=by, is_muted=True)
    else:
        Following.objects.filter(person_id=_person(by), kind=kind, object_id=object_id).delete()


@transaction.atomic
def mute(*, kind: str, object_id: UUID, by: Actor) -> Following:
    """Keep it in one's list, but hear nothing of it. Raises Forbidden for visitors, NotFound."""
    require("conversation.follow", by)
    thing = checks.thing_for(by, kind=kind, object_id=object_id)
    return _keep(thing, by=by, is_muted=True)


def _keep(thing: Subject, *, by: Actor, is_muted: bool) -> Following:
    tie = tie_of(by, thing)
    row, _is_new = Following.objects.update_or_create(
        person_id=_person(by),
        kind=thing.kind,
        object_id=thing.id,
        defaults={"is_muted": is_muted},
        create_defaults={
            "is_muted": is_muted,
            "reason": tie or Reason.CHOSEN,
            "since": clock.now(),
        },
    )
    if row.reason == Reason.MERGED and (tie or not is_muted):
        row.reason, row.came_with = tie or Reason.CHOSEN, []
        row.save(update_fields=["reason", "came_with"])
    return row


def _person(by: Actor) -> UUID:
    """Visitors have been refused before."""
    assert by.id is not None  # noqa: S101 - required above
    return by.id


def follow_by_deed(thing: Subject, *, by: Actor, reason: str) -> None:
    """Whoever says something hears what comes of it; who follows already, or in silence, goes on so."""
    if by.id is None:
        return
    row = Following(
        person_id=by.id, kind=thing.kind, object_id=thing.id, reason=tie_of(by, thing) or reason, since=clock.now()
    )
    join([row])


@transaction.atomic
def follow_from_the_start(*, kind: str, object_id: UUID) -> None:
    """Its author and the department that answers for it hear of a thing; call it when it is written, or routed anew."""
    thing = subject(kind, object_id, reader="en")
    if thing is None:
        return
    now = clock.now()
    people = dict.fromkeys(people_of_department(thing.department) if thing.department else [], Reason.DEPARTMENT)
    if thing.author is not None:
        people[thing.author] = Reason.WROTE
    rows = [
        Following(person_id=person, kind=kind, object_id=object_id, reason=reason, since=now)
        for person, reason in people.items()
    ]
    join(rows)


def join(rows: Sequence[Following]) -> None:
    """For a reason of their own, all of the same thing: who came with a merger only stays when that is taken back."""
    if not rows:
        return
    Following.objects.bulk_create(rows, ignore_conflicts=True)
    people: dict[str, list[UUID]] = {}
    for row in rows:
        people.setdefault(row.reason, []).append(row.person_id)
    for reason, some in people.items():
        came = Following.objects.filter(person__in=some, kind=rows[0].kind, object_id=rows[0].object_id)
        came.filter(reason=Reason.MERGED).update(reason=reason, came_with=[])

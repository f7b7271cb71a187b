"""Telling people what was said on what they follow, in small committed steps: nobody is told twice, nobody forgotten."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from citytandem.accounts.contract import people_of_department
from citytandem.conversation.models import Comment, Following, Mention, Reason, Role
from citytandem.conversation.notices import COMMENTS, DEPARTMENT_QUESTION, WHYS
from citytandem.conversation.services.following import join
from citytandem.core import clock
from citytandem.core.subjects import FINE, Subject, subjects
from citytandem.notifications import contract as notifications

STEP = 100
Thing = tuple[str, UUID]


@dataclass(frozen=True, slots=True)
class Audience:
    """Who hears of a thing, why, and since when if they joined in later; and who wants to hear nothing of it."""

    reasons: Mapping[UUID, str]
    since: Mapping[UUID, datetime]
    silent: frozenset[UUID]

    def of(self, comment: Comment) -> dict[UUID, str]:
        """Who hears of this comment: what was said before somebody joined in, they have read."""
        return {
            person: why
            for person, why in self.reasons.items()
            if person not in self.since or self.since[person] <= comment.created_at
        }


def tell_waiting(*, limit: int) -> int:
    """Tell of comments that nobody was told of; returns how many. A kill loses at most that one step is done again."""
    done = 0
    while done < limit:
        count = _tell_step(min(STEP, limit - done))
        if count == 0:
            break
        done += count
    return done


@transaction.atomic
def _tell_step(size: int) -> int:
    rows = Comment.objects.filter(told_at=None, published_at__isnull=False).order_by("id")
    waiting = list(rows.select_for_update(skip_locked=True, no_key=True)[:size])
    # What was taken back or held again in the meantime is told to nobody.
    open_now = [one for one in waiting if one.withdrawn_at is None and one.moderation == FINE]
    by_thing: dict[Thing, list[Comment]] = defaultdict(list)
    for comment in open_now:
        by_thing[comment.kind, comment.object_id].append(comment)
    things = subjects(list(by_thing), reader="en")
    staff = _Staff()
    audiences = _audiences(things, staff=staff)
    mentions = _mentions(open_now)
    for key, thing in things.items():
        _tell_of(thing, by_thing[key], audience=audiences[key], mentions=mentions, staff=staff)
    Comment.objects.filter(id__in=[one.id for one in waiting]).update(told_at=clock.now())
    return len(waiting)


class _Staff:
    """The staff of departments, each read once per step."""

    def __init__(self) -> None:
        self._known: dict[UUID, list[UUID]] = {}

    def of(self, department: UUID | None) -> list[UUID]:
        if department is None:
            return []
        if department not in self._known:
            self._known[department] = people_of_department(department)
        return self._known[department]


def _audiences(things: Mapping[Thing, Subject], *, staff: _Staff) -> dict[Thing, Audience]:
    wanted = Q(pk__in=[])
    for kind, object_id in things:
        wanted |= Q(kind=kind, object_id=object_id)
    chosen: dict[Thing, dict[UUID, str]] = defaultdict(dict)
    joined: dict[Thing, dict[UUID, datetime]] = defaultdict(dict)
    silent: dict[Thing, set[UUID]] = defaultdict(set)
    rows = Following.objects.filter(wanted, person__is_active=True)
    for person, kind, object_id, reason, is_muted, since in rows.values_list(
        "person_id", "kind", "object_id", "reason", "is_muted", "since"
    ):
        if is_muted:
            silent[kind, object_id].add(person)
        else:
            chosen[kind, object_id][person] = reason
            joined[kind, object_id][person] = since
    found = {}
    for key, thing in things.items():
        reasons = dict.fromkeys(staff.of(thing.department), Reason.DEPARTMENT.value)
        if thing.author is not None:
            reasons[thing.author] = Reason.WROTE.value
        own = frozenset(reasons)
        reasons |= chosen[key]
        quiet = frozenset(silent[key])
        found[key] = Audience(
            reasons={person: why for person, why in reasons.items() if person not in quiet},
            since={person: since for person, since in joined[key].items() if person not in own},
            silent=quiet,
        )
    return found


def _mentions(comments: Sequence[Comment]) -> dict[UUID, list[UUID]]:
    found: dict[UUID, list[UUID]] = defaultdict(list)
    rows = Mention.objects.filter(comment_id__in=[one.id for one in comments])
    for comment_id, department_id in rows.values_list("comment_id", "department_id"):
        found[comment_id].append(department_id)
    return found


def _tell_of(
    thing: Subject,
    comments: Sequence[Comment],
    *,
    audience: Audience,
    mentions: Mapping[UUID, Sequence[UUID]],
    staff: _Staff,
) -> None:
    """Answers, questions and mentions one by one; plain comments together, so that a lively evening is one line."""
    plain: dict[UUID, list[Comment]] = defaultdict(list)
    for comment in comments:
        told: set[UUID] = set() if comment.author_id is None else {comment.author_id}
        if comment.role == Role.QUESTION and thing.author is not None and thing.author not in told:
            _question(thing, comment)
            told.add(thing.author)
        named = {person for department in mentions.get(comment.id, ()) for person in staff.of(department)}
        named -= told | audience.silent
        if named:
            _one(thing, comment, kind=notifications.MENTION, to=named, why=notifications.MENTIONED)
            _follow_as_mentioned(thing, {one for one in named if audience.reasons.get(one) in {None, Reason.MERGED}})
            told |= named
        rest = {person: why for person, why in audience.of(comment).items() if person not in told}
        if comment.role == Role.ANSWER:
            for why, people in _by_reason(rest).items():
                _one(thing, comment, kind=notifications.ANSWER, to=people, why=why)
        else:
            for person in rest:
                plain[person].append(comment)
    _tell_plainly(thing, plain, audience)


def _tell_plainly(thing: Subject, plain: Mapping[UUID, Sequence[Comment]], audience: Audience) -> None:
    groups: dict[tuple[str, UUID, int], set[UUID]] = defaultdict(set)
    last = {comment.id: comment for comments in plain.values() for comment in comments}
    for person, comments in plain.items():
        groups[WHYS[audience.reasons[person]], comments[-1].id, len(comments)].add(person)
    for (why, comment_id, count), people in groups.items():
        if count == 1:
            _one(thing, last[comment_id], kind=notifications.COMMENT, to=people, why=why)
        else:
            notifications.notify(
                kind=notifications.COMMENT,
                to=sorted(people),
                template=COMMENTS,
                parameters={"count": count},
                about=(thing.kind, thing.id),
                path=f"/conversation/{thing.kind}/{thing.id}",
                why=why,
                once=f"comments:{comment_id}",
            )


def _by_reason(reasons: Mapping[UUID, str]) -> dict[str, set[UUID]]:
    groups: dict[str, set[UUID]] = defaultdict(set)
    for person, reason in reasons.items():
        groups[WHYS[reason]].add(person)
    return groups


def _question(thing: Subject, comment: Comment) -> None:
    if thing.author is None:
        return
    template = notifications.QUESTION if comment.department_id is None else DEPARTMENT_QUESTION
    _one(
        thing, comment, kind=notifications.QUESTION, to=[thing.author], why=notifications.AUTHOR, template=template
    )  # fmt: skip


def _one(thing: Subject, comment: Comment, *, kind: str, to: Iterable[UUID], why: str, template: str = "") -> None:
    """The templates of comments, answers and mentions are named like their kinds."""
    parameters = {"quote": f"comment:{comment.id}"}
    if comment.author_id is not None and comment.department_id is None:
        parameters["by"] = str(comment.author_id)
    if comment.department_id is not None:
        parameters["department"] = str(comment.department_id)
    notifications.notify(
        kind=kind,
        to=sorted(to),
        template=template or kind,
        parameters=parameters,
        about=(thing.kind, thing.id),
        path=f"/comments/{comment.id}",
        why=why,
        once=f"comment:{comment.id}",
    )


def _follow_as_mentioned(thing: Subject, people: Iterable[UUID]) -> None:
    """Whose department is drawn in hears how it goes on, until they stop it, and also where a merger is taken back."""
    now = clock.now()
    rows = [
        Following(person_id=one, kind=thing.kind, object_id=thing.id, reason=Reason.MENTIONED, since=now)
        for one in people
    ]
    join(rows)

"""Who gets what is due, how, and in which words: at once, collected, or not by e-mail at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.conf import settings

from citytandem.accounts.contract import PersonCard, people_by_id
from citytandem.core.languages import is_language
from citytandem.core.node import this_node
from citytandem.notifications.addresses import address_key, host
from citytandem.notifications.kinds import How, known_kind
from citytandem.notifications.models import Notice, Pace, Preference, State, Suppression
from citytandem.notifications.pacing import next_digest
from citytandem.notifications.resolving import Resolved, resolve
from citytandem.notifications.services.outbox import MAIL

DEFAULT_HOUR, DEFAULT_WEEKDAY = 7, 0


@dataclass(frozen=True, slots=True)
class Ready:
    """A notice that can be written now."""

    resolved: Resolved
    to: str

    @property
    def notice(self) -> Notice:
        """The row."""
        return self.resolved.notice


@dataclass(frozen=True, slots=True)
class _Known:
    """What counts for a batch, read at once."""

    people: Mapping[UUID, PersonCard]
    blocked: Mapping[str, str]
    choices: Mapping[tuple[UUID, str], How]
    paces: Mapping[UUID, Pace]


def sort(notices: Sequence[Notice], *, now: datetime, digest: bool = False) -> list[Ready]:
    """Those to be sent now; the others are marked, with the reason, or moved to their collected mail.

    `digest`: these have waited for the collected mail already.
    """
    known = _read(notices)
    keep, skipped, later = [], {}, []
    for notice in notices:
        reason = _why_not(notice, known)
        how = "now" if digest or reason else _how(notice, known)
        if reason or how == "off":
            skipped[notice] = reason or "off"
        elif how == "now":
            keep.append(notice)
        else:
            notice.in_digest, notice.send_after = True, _due(notice, how, known, now)
            later.append(notice)
    resolved = resolve(keep, languages={notice.id: _language(notice, known) for notice in keep})
    skipped |= {notice: "gone" for notice in keep if notice.id not in resolved}
    _write(skipped, later)
    return [
        Ready(resolved[notice.id], _address(notice, known.people) or "") for notice in keep if notice.id in resolved
    ]


def new_message_id() -> str:
    """Unguessable, since a report that names it is believed."""
    return f"<{uuid4().hex}@{host()}>"


def _read(notices: Sequence[Notice]) -> _Known:
    ids = {notice.person_id for notice in notices if notice.person_id}
    people = people_by_id(ids)
    keys = {address_key(to) for notice in notices if (to := _address(notice, people))}
    choices = Preference.objects.filter(person__in=ids).values_list("person_id", "kind", "how")
    return _Known(
        people=people,
        blocked=dict(Suppression.objects.filter(key__in=keys).exclude(reason="soft").values_list("key", "reason")),
        choices={(person, kind): cast("How", how) for person, kind, how in choices},
        paces={pace.person_id: pace for pace in Pace.objects.filter(person__in=ids)},
    )


def _address(notice: Notice, people: Mapping[UUID, PersonCard]) -> str | None:
    if notice.person_id is None:
        return notice.address
    person = people.get(notice.person_id)
    return person.email if person and person.is_active else None


def _why_not(notice: Notice, known: _Known) -> str:
    """A code that the log words; empty where nothing stands against it."""
    to = _address(notice, known.people)
    kind = known_kind(notice.kind)
    if not to:
        return "inactive"
    if kind is None and notice.kind != MAIL:
        return "unknown"
    blocked = known.blocked.get(address_key(to), "")
    is_owed = kind is None or kind.is_service
    return "" if not blocked or (blocked == "complaint" and is_owed) else "suppressed"


def _how(notice: Notice, known: _Known) -> How:
    kind = known_kind(notice.kind)
    if kind is None or kind.is_service or notice.person_id is None:
        return "now"
    return known.choices.get((notice.person_id, notice.kind), kind.default)


def _due(notice: Notice, how: How, known: _Known, now: datetime) -> datetime:
    pace = known.paces.get(notice.person_id) if notice.person_id else None
    return next_digest(
        now,
        is_weekly=how == "weekly",
        hour=pace.hour if pace else DEFAULT_HOUR,
        weekday=pace.weekday if pace else DEFAULT_WEEKDAY,
        zone=ZoneInfo(settings.TIME_ZONE),
    )


def _language(notice: Notice, known: _Known) -> str:
    person = known.people.get(notice.person_id) if notice.person_id else None
    chosen = person.language if person else notice.language
    return chosen if is_language(chosen) else this_node().language


def _write(skipped: Mapping[Notice, str], later: Sequence[Notice]) -> None:
    for notice, reason in skipped.items():
        notice.state, notice.note, notice.in_digest = State.SKIPPED, reason, False
    if skipped:
        Notice.objects.bulk_update(list(skipped), ["state", "note", "in_digest"])
    by_time: dict[datetime, list[UUID]] = defaultdict(list)
    for notice in later:
        by_time[notice.send_after].append(notice.id)
    for due, ids in by_time.items():
        Notice.objects.filter(id__in=ids).update(in_digest=True, send_after=due)

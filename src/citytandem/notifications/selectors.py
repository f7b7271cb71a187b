"""Reading notices, preferences and addresses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Count, Min, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.accounts.models import Person
from citytandem.core import clock
from citytandem.core.errors import NotFound
from citytandem.core.paging import Page, keyset_page
from citytandem.core.permissions import require
from citytandem.notifications.addresses import address_key
from citytandem.notifications.kinds import NoticeKind, notice_kinds
from citytandem.notifications.models import CalendarAddress, Notice, Pace, Preference, State, Suppression

MOST_COUNTED = 100
_DAYS_SUMMED = 7


@dataclass(frozen=True, slots=True)
class Choices:
    """How somebody wants to be told. `kinds`: those that they can choose about, each with the way that counts now.

    `calendar`: the secret part of their calendar's address; empty without one.
    """

    kinds: Sequence[tuple[NoticeKind, str]]
    services: Sequence[NoticeKind]
    hour: int
    weekday: int
    language: str
    calendar: str


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which part of the log; what is empty or None does not matter."""

    state: str = ""
    kind: str = ""
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Sums:
    """E-mails of the last days by state, and since when the oldest one waits that could have gone."""

    by_state: Mapping[str, int]
    days: int
    waits_since: datetime | None


def unread_count(actor: Actor) -> int:
    """How many notices a person has not seen, counted up to 100: one query on an index."""
    if actor.id is None:
        return 0
    return Notice.objects.filter(person_id=actor.id, is_new=True).values("id")[:MOST_COUNTED].count()


def address_trouble(person_id: UUID | None) -> str:
    """Why a person's address gets nothing: `hard`, `complaint`; empty where all is well."""
    email = Person.objects.filter(id=person_id).values_list("email", flat=True).first() if person_id else None
    return trouble_of(email or "")


def trouble_of(email: str) -> str:
    """As `address_trouble`, for an address that is known already."""
    blocked = Suppression.objects.filter(key=address_key(email)).exclude(reason=Suppression.Reason.SOFT)
    return blocked.values_list("reason", flat=True).first() or ""


def notices_of(actor: Actor, *, after: str | None) -> Page[Notice]:
    """What a person was told: new first, then the newest. Raises Forbidden for visitors."""
    require("notifications.own", actor)
    return keyset_page(Notice.objects.filter(person_id=actor.id or UUID(int=0)), order=("-is_new", "-id"), after=after)


def notice_of(actor: Actor, notice_id: UUID) -> Notice:
    """One of a person's own notices. Raises NotFound, also for somebody else's."""
    found = Notice.objects.filter(id=notice_id, person_id=actor.id).first() if actor.id else None
    if found is None:
        raise NotFound("notice.not_found", _("There is no such message."))
    return found


def choices_of(actor: Actor) -> Choices:
    """Raises Forbidden for visitors."""
    require("notifications.own", actor)
    person = Person.objects.get(id=actor.id or UUID(int=0))
    chosen = dict(Preference.objects.filter(person=person).values_list("kind", "how"))
    pace = Pace.objects.filter(person=person).first() or Pace(person=person)
    calendar = CalendarAddress.objects.filter(person=person).first()
    return Choices(
        kinds=[(kind, chosen.get(kind.name, kind.default)) for kind in kinds_for(actor)],
        services=[kind for kind in notice_kinds() if kind.is_service],
        hour=pace.hour,
        weekday=pace.weekday,
        language=person.language,
        calendar=calendar.key if calendar else "",
    )


def kinds_for(actor: Actor) -> list[NoticeKind]:
    """What somebody can choose about in their roles."""
    return [kind for kind in notice_kinds() if not kind.is_service and (not kind.roles or actor.has(kind.roles))]


def owner_of_calendar(key: str) -> Person:
    """Whose calendar has this address. Raises NotFound."""
    found = CalendarAddress.objects.filter(key=key, person__is_active=True).select_related("person").first()
    if found is None:
        raise NotFound("calendar.not_found", _("There is no calendar at this address. Perhaps it has a new one."))
    return found.person


def log_page(wanted: LogFilter, *, after: str | None) -> Page[Notice]:
    """A page of the log of deliveries, the newest first; with the person, for their address."""
    rows: QuerySet[Notice] = Notice.objects.select_related("person")
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.day:
        begins = timezone.make_aware(datetime.combine(wanted.day, time()))
        rows = rows.filter(created_at__gte=begins, created_at__lt=begins + timedelta(days=1))
    return keyset_page(rows, order=("-created_at", "-id"), after=after)


def log_sums() -> Sums:
    """What the log says at a glance."""
    now = clock.now()
    since = Notice.objects.filter(created_at__gte=now - timedelta(days=_DAYS_SUMMED))
    waits = Notice.objects.filter(state=State.WAITING, in_digest=False).aggregate(since=Min("created_at"))["since"]
    numbers = dict(since.values_list("state").annotate(n=Count("id")))
    return Sums({state: numbers.get(state, 0) for state in State.values}, _DAYS_SUMMED, waits)

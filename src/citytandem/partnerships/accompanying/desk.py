"""What waits for somebody in all the partnerships they work in: one page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from citytandem.accounts.contract import Actor
from citytandem.core import clock
from citytandem.core.node import this_node
from citytandem.core.permissions import allowed
from citytandem.core.versions import Reading, read
from citytandem.partnerships.accompanying.agenda import urgency
from citytandem.partnerships.accompanying.members import contacts_of
from citytandem.partnerships.accompanying.overview import when
from citytandem.partnerships.accompanying.shown import day
from citytandem.partnerships.models import (
    ActionItem,
    ApplicationState,
    City,
    CityContact,
    Meeting,
    MeetingState,
    Partnership,
    PartnershipState,
    Programme,
)
from citytandem.partnerships.presenters import partnership_brief
from citytandem.partnerships.programmes.selectors import all_quiet_partnerships
from citytandem.partnerships.selectors import CityCard, city_cards

MOST = 50
AHEAD = timedelta(days=60)
# Two people for each city: one, and one who stands in.
NAMED = 2


@dataclass(frozen=True, slots=True)
class Waits:
    """Something that waits. `badge`: how pressing; `facts`: label and value."""

    title: Reading
    path: str
    partnership: str
    facts: Sequence[tuple[str, str]]
    badge: str = ""
    is_urgent: bool = False


@dataclass(frozen=True, slots=True)
class Silent:
    """A partnership without contact. `weeks`: None if nobody ever noted one."""

    title: str
    path: str
    weeks: int | None


@dataclass(frozen=True, slots=True)
class WorkDesk:
    """`own`: actions of this city; `others`: of its partners. `lacks`: how many named people our city lacks.

    `city`: its short name for those who may name somebody, else empty.
    """

    partnerships: Sequence[tuple[str, str]]
    own: Sequence[Waits]
    others: Sequence[Waits]
    meetings: Sequence[Waits]
    silent: Sequence[Silent]
    applications: Sequence[tuple[str, str, int]]
    lacks: int
    city: str

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits."""
        return not (self.own or self.others or self.meetings or self.silent or self.applications or self.lacks)


def work_desk(actor: Actor) -> WorkDesk:
    """Of the partnerships in which the actor works now. At most nine queries, whatever their number."""
    home, today = this_node().home_city, timezone.localdate(clock.now())
    rows = _partnerships(actor, home)
    cards = city_cards(list({*(member for row in rows for member in row.members), *([home] if home else [])}))
    names = {row.id: partnership_brief(row, cards).title for row in rows}
    named = len([one for one in contacts_of([home]) if one.email or one.person_id]) if home and rows else NAMED
    coordinates = allowed("partnerships.coordinate", actor)
    ours = cards[home].slug if home in cards else ""
    return WorkDesk(
        partnerships=[(names[row.id], f"/partnerships/{row.slug}/work") for row in rows],
        own=_actions(rows, names, cards, today, Q(city_id=home)) if home else [],
        others=_actions(rows, names, cards, today, ~Q(city_id=home) if home else Q()),
        meetings=_meetings(rows, names),
        silent=_silent(rows, names, today) if coordinates else [],
        applications=_applications() if coordinates else [],
        lacks=max(0, NAMED - named) if home and any(home in row.members for row in rows) else 0,
        city=ours if allowed("partnerships.edit_city", actor, City(id=home)) else "",
    )


def _partnerships(actor: Actor, home: UUID | None) -> list[Partnership]:
    """Active ones: all for the coordination, those of the city for its people, those in which somebody is named."""
    rows = Partnership.objects.filter(state=PartnershipState.ACTIVE).order_by("slug")
    if allowed("partnerships.coordinate", actor):
        return list(rows)
    cities: set[UUID] = set()
    if actor.id is not None:
        today = timezone.localdate(clock.now())
        named = CityContact.objects.filter(Q(until=None) | Q(until__gte=today), person_id=actor.id)
        cities = set(named.values_list("city_id", flat=True))
    if home is not None and actor.curates:
        cities.add(home)
    return list(rows.filter(members__overlap=list(cities))) if cities else []


def _actions(
    rows: Sequence[Partnership], names: Mapping[UUID, str], cards: Mapping[UUID, CityCard], today: date, whose: Q
) -> list[Waits]:
    """The first of those that are open, the most pressing ones first."""
    found = ActionItem.objects.filter(whose, partnership__in=[row.id for row in rows], done=None)
    shown = []
    for row in found.select_related("partnership", "person", "city").order_by("due_on", "id")[:MOST]:
        pressing = urgency(row.due_on, today=today)
        who = cards[row.city_id].name_for(get_language() or "en") if row.city_id in cards else row.city.name
        facts = [(_("City"), who), (_("Until"), day(row.due_on))]
        if row.person is not None:
            facts.insert(1, (_("Who"), row.person.name))
        badge = {"late": _("overdue"), "soon": _("due soon"), "later": ""}[pressing]
        path = f"/partnerships/{row.partnership.slug}/work"
        shown.append(Waits(_title(row), path, names[row.partnership_id], facts, badge, pressing == "late"))
    return shown


def _meetings(rows: Sequence[Partnership], names: Mapping[UUID, str]) -> list[Waits]:
    now = clock.now()
    found = Meeting.objects.filter(
        partnership__in=[row.id for row in rows],
        state=MeetingState.PLANNED,
        ends_at__gte=now,
        starts_at__lte=now + AHEAD,
    )
    return [
        Waits(
            _title(row),
            f"/partnerships/{row.partnership.slug}/work/meetings/{row.id}",
            names[row.partnership_id],
            [(_("When"), when(row)), (_("How"), str(row.get_format_display()))],
        )
        for row in found.select_related("partnership").order_by("starts_at", "id")[:MOST]
    ]


def _silent(rows: Sequence[Partnership], names: Mapping[UUID, str], today: date) -> list[Silent]:
    known = {row.id for row in rows}
    found = all_quiet_partnerships(today=today)
    return [Silent(names[row.id], f"/partnerships/{row.slug}", weeks) for row, weeks in found if row.id in known]


def _applications() -> list[tuple[str, str, int]]:
    """Programmes with applications that nobody has decided: title, address, how many. One query."""
    waiting = Count("applications", filter=Q(applications__state=ApplicationState.HANDED_IN))
    rows = Programme.objects.annotate(waiting=waiting).filter(waiting__gt=0).order_by("slug")
    reader = get_language() or "en"
    return [
        (read(row.title, reader=reader, original=row.language).text or row.slug, f"/programmes/{row.slug}/bench", row.waiting)
        for row in rows
    ]  # fmt: skip


def _title(row: Any) -> Reading:
    return read(row.title, reader=get_language() or "en", original=row.language)

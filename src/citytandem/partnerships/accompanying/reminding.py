"""What the calendar does in partnerships: actions come back until they are done, meetings are announced, silence is told.

Each rule gives the same on the same day, however often it runs: actions note when somebody was reminded, notices have a key.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from citytandem.accounts.contract import Role, people_with_role
from citytandem.core import clock
from citytandem.core.node import this_node
from citytandem.core.versions import read
from citytandem.notifications.contract import (
    ROLE,
    NoticeKind,
    Paragraph,
    Told,
    notify_each,
    register_notice,
    register_template,
    register_why,
)
from citytandem.partnerships.accompanying.members import contacts_of
from citytandem.partnerships.models import ActionItem, Meeting, MeetingState, Partnership, PartnershipState
from citytandem.partnerships.presenters import partnership_brief
from citytandem.partnerships.programmes.selectors import all_quiet_partnerships
from citytandem.partnerships.selectors import city_cards

WORK, CONTACT = "partnership_work", "partnership_contact"
ACTION, MEETING, QUIET = "partnership_action", "partnership_meeting", "partnership_quiet"
# Before the day, and then each week until it is done.
BEFORE, AGAIN = timedelta(days=3), timedelta(days=7)
MEETING_BEFORE = timedelta(days=2)


def register_all() -> None:
    """Called once when Django is ready."""
    register_why(CONTACT, gettext_lazy("You get this because your city has named you as a contact."))
    register_notice(
        NoticeKind(
            WORK,
            gettext_lazy("Work in partnerships"),
            gettext_lazy("Actions that are due, meetings that are near, partnerships without contact."),
        )
    )
    register_template(
        ACTION,
        label=gettext_lazy("An action of a partnership is due"),
        subject=lambda told: _("Due on %(due)s: %(title)s") % told,
        body=lambda told: [
            Paragraph(
                _("Your city took this on in the partnership %(cities)s. It comes back until it is done.") % told
            )
        ],
        action=gettext_lazy("Open the work page"),
        example={"title": gettext_lazy("Send the data model"), "due": "2026-05-12", "cities": "Krefeld – Sofia"},
        now=_now,
    )  # fmt: skip
    register_template(
        MEETING,
        label=gettext_lazy("A meeting of a partnership is near"),
        subject=lambda told: _("Meeting on %(day)s: %(title)s") % told,
        body=lambda told: [
            Paragraph(_("The partnership %(cities)s meets. Agenda and way there stand on the page.") % told)
        ],
        action=gettext_lazy("Open the meeting"),
        example={
            "title": gettext_lazy("Network meeting"),
            "day": "2026-05-12",
            "cities": "Krefeld – Sofia",
        },
        now=_now,
    )
    register_template(
        QUIET,
        label=gettext_lazy("A partnership without contact"),
        subject=lambda told: _("No contact: %(cities)s") % told,
        body=lambda told: [Paragraph(_quiet(told))],
        action=gettext_lazy("Open the partnership"),
        example={"cities": "Krefeld – Sofia", "weeks": "9"},
        now=_now,
    )


def _quiet(told: Mapping[str, Any]) -> str:
    if not told["weeks"]:
        return _("Nobody has noted any contact of %(cities)s yet. Perhaps they need help.") % told
    return _("Nobody has noted any contact of %(cities)s for %(weeks)s weeks. Perhaps they need help.") % told


def remind() -> int:
    """Everything that is to be told today; returns how many notices were left. Twice a day changes nothing."""
    today = timezone.localdate(clock.now())
    return sum((_actions(today), _meetings(), _silence(today)))


@transaction.atomic
def _actions(today: date) -> int:
    """Open actions of our city, to whoever does them; to our contacts where nobody is named."""
    home = this_node().home_city
    if home is None:
        return 0
    rows = ActionItem.objects.select_for_update(of=("self",)).select_related("partnership")
    due = rows.filter(city_id=home, done=None, due_on__lte=today + BEFORE, partnership__state=PartnershipState.ACTIVE)
    due = due.filter(Q(reminded_on=None) | Q(reminded_on__lte=today - AGAIN))
    found = list(due.order_by("due_on", "id"))
    contacts = _people(home)
    told = [
        Told(
            person,
            parameters={"action": str(row.id)},
            path=f"/partnerships/{row.partnership.slug}/work",
            once=f"action:{row.id}:{today.isoformat()}",
        )
        for row in found
        for person in ([row.person_id] if row.person_id else contacts)
    ]
    # Where nobody could be told, the next day tries again.
    reached = [row.id for row in found if row.person_id or contacts]
    ActionItem.objects.filter(id__in=reached).update(reminded_on=today)
    notify_each(told, kind=WORK, template=ACTION, why=CONTACT)
    return len(told)


def _meetings() -> int:
    """Meetings of the next two days to our contacts; anew if they were moved."""
    now = clock.now()
    rows = Meeting.objects.filter(
        state=MeetingState.PLANNED,
        starts_at__gt=now,
        starts_at__lte=now + MEETING_BEFORE,
        partnership__state=PartnershipState.ACTIVE,
    )
    home = this_node().home_city
    found = list(rows.filter(partnership__members__contains=[home]).select_related("partnership")) if home else []
    contacts = _people(home) if found else []
    told = [
        Told(
            person,
            parameters={"meeting": str(row.id)},
            path=f"/partnerships/{row.partnership.slug}/work/meetings/{row.id}",
            once=f"meeting:{row.id}:{row.sequence}",
        )
        for row in found
        for person in contacts
    ]
    notify_each(told, kind=WORK, template=MEETING, why=CONTACT)
    return len(told)


def _silence(today: date) -> int:
    """Active partnerships of running programmes without contact, to the coordination: each time its weeks have passed again."""
    coordination = people_with_role(Role.PROGRAMME_COORDINATOR)
    told: list[Told] = []
    quiet = all_quiet_partnerships(today=today)
    for row, weeks in quiet:
        every = row.programme.quiet_weeks if row.programme else 1
        turn = f"{weeks // every}" if weeks is not None else f"never:{today:%Y-%m}"
        since = row.last_contact_on or row.starts_on or ""
        told += [
            Told(
                person,
                parameters={"partnership": str(row.id), "weeks": str(weeks or "")},
                path=f"/partnerships/{row.slug}",
                once=f"quiet:{row.id}:{since}:{turn}",
            )
            for person in coordination
        ]
    notify_each(told, kind=WORK, template=QUIET, why=ROLE)
    return len(told)


def _people(city: UUID | None) -> list[UUID]:
    """Whom our city names today, as far as they have a sign-in. One query."""
    if city is None:
        return []
    return list(dict.fromkeys(row.person_id for row in contacts_of([city]) if row.person_id is not None))


def _now(told: Mapping[str, Any]) -> dict[str, str]:
    """What the ids in the parameters stand for, in the reader's language and as it is now; empty for what is gone.

    Nothing for the example of a preview, which names no ids.
    """
    if not told.keys() & {"action", "meeting", "partnership"}:
        return {}
    found = dict.fromkeys(("title", "cities", "due", "day"), "")
    action = _row(ActionItem.objects.select_related("partnership"), told.get("action"))
    meeting = _row(Meeting.objects.select_related("partnership"), told.get("meeting"))
    if action is not None:
        found |= {"title": _title(action), "due": date_format(action.due_on, "DATE_FORMAT")}
    if meeting is not None:
        there = meeting.starts_at.astimezone(ZoneInfo(meeting.zone))
        found |= {"title": _title(meeting), "day": date_format(there, "DATE_FORMAT")}
    thing = action or meeting
    partnership = thing.partnership if thing is not None else _row(Partnership.objects.all(), told.get("partnership"))
    if partnership is not None:
        found["cities"] = partnership_brief(partnership, city_cards(list(partnership.members))).title
    return found


def _row(rows: QuerySet[Any], key: Any) -> Any:
    """None where nothing is named, or it is gone."""
    return rows.filter(id=UUID(str(key))).first() if key else None


def _title(row: ActionItem | Meeting) -> str:
    return read(row.title, reader=get_language() or "en", original=row.language).text

"""Reading the work of a partnership."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor, Role, people_by_id, people_with_role
from citytandem.core.errors import NotFound
from citytandem.core.permissions import require
from citytandem.files.contract import published_files
from citytandem.partnerships.accompanying.files import KIND as FILES
from citytandem.partnerships.accompanying.members import contacts_of, with_members
from citytandem.partnerships.models import (
    ActionItem,
    AgendaItem,
    City,
    ContactNote,
    Document,
    Finding,
    Funding,
    Meeting,
    Memorandum,
    Milestone,
    Partnership,
    Quote,
    Signature,
    Stay,
    Topic,
)

MOST = 200


def work_of(actor: Actor, slug: str) -> Partnership:
    """The partnership, if the actor works in it. Raises NotFound, Forbidden."""
    found = with_members(Partnership.objects.filter(slug=slug)).first()
    if found is None:
        raise NotFound("partnership.unknown", _("There is no partnership of this name here."))
    require("partnerships.work", actor, found)
    return found


def topics_of(partnership: Partnership) -> list[Topic]:
    """In their order."""
    return list(Topic.objects.filter(partnership=partnership).order_by("position", "created_at", "id")[:MOST])


def milestones_of(partnership: Partnership) -> list[Milestone]:
    """By time."""
    return list(
        Milestone.objects.filter(partnership=partnership).select_related("topic").order_by("due_on", "id")[:MOST]
    )


def meetings_of(partnership: Partnership) -> list[Meeting]:
    """The newest first."""
    return list(
        Meeting.objects.filter(partnership=partnership).select_related("host").order_by("-starts_at", "id")[:MOST]
    )


def items_of(meeting: Meeting) -> list[AgendaItem]:
    """The points of an agenda in their order."""
    return list(
        AgendaItem.objects.filter(meeting=meeting).select_related("city").order_by("position", "created_at", "id")
    )


def actions_of(partnership: Partnership) -> list[ActionItem]:
    """All actions with whether they are done, by day. What of `done` is missing reads as None by `done_of`."""
    rows = ActionItem.objects.filter(partnership=partnership).select_related("city", "person", "done", "meeting")
    return list(rows.order_by("due_on", "id")[:MOST])


def documents_of(partnership: Partnership) -> list[Document]:
    """The newest first; each knows in `attached` its published files (`files.contract.file_lines`). One query."""
    rows = Document.objects.filter(partnership=partnership).annotate(attached=published_files(FILES))
    return list(rows.order_by("-created_at", "id")[:MOST])


def memoranda_of(partnership: Partnership) -> list[Memorandum]:
    """The newest version first; each knows in `signed_by` which cities have signed it. One query."""
    cities = Signature.objects.filter(memorandum=OuterRef("pk")).values("city_id")
    rows = Memorandum.objects.filter(partnership=partnership).annotate(signed_by=ArraySubquery(cities))
    return list(rows.order_by("-created_at", "id")[:MOST])


def fundings_of(partnership: Partnership) -> list[Funding]:
    """By day, those without one last."""
    rows = Funding.objects.filter(partnership=partnership).select_related("lead")
    return sorted(rows[:MOST], key=lambda row: (row.due_on is None, row.due_on or row.created_at.date(), row.id))


def stays_of(partnership: Partnership) -> list[Stay]:
    """By day."""
    rows = Stay.objects.filter(partnership=partnership).select_related("from_city", "to_city")
    return list(rows.order_by("starts_on", "id")[:MOST])


def contact_notes_of(partnership: Partnership) -> list[ContactNote]:
    """The latest first."""
    return list(ContactNote.objects.filter(partnership=partnership).order_by("-on", "-created_at", "id")[:MOST])


def findings_of(partnership: Partnership) -> list[Finding]:
    """In the order of a result profile."""
    return list(Finding.objects.filter(partnership=partnership).order_by("kind", "position", "created_at", "id")[:MOST])


def quotes_of(partnership: Partnership) -> list[Quote]:
    """Those that may be used and those that wait for a yes."""
    rows = Quote.objects.filter(partnership=partnership, withdrawn_at=None).select_related("city")
    return list(rows.order_by("noted_at", "id")[:MOST])


def people_here(cities: Sequence[City]) -> list[tuple[UUID, str]]:
    """Who here may take on an action: the contacts with a sign-in, and the innovation unit. Three queries."""
    named = {row.person_id for row in contacts_of([city.id for city in cities]) if row.person_id is not None}
    people = people_by_id([*named, *people_with_role(Role.INNOVATION_UNIT)])
    return sorted(((card.id, card.name) for card in people.values()), key=lambda one: (one[1].casefold(), one[0]))


def meetings_before(partnership: Partnership, when: datetime) -> Meeting | None:
    """The meeting before a moment that was not cancelled."""
    rows = Meeting.objects.filter(partnership=partnership, starts_at__lt=when).exclude(state="cancelled")
    return rows.order_by("-starts_at").first()

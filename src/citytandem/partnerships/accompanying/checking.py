"""What a record of the work has to be, said to whoever types it. The database refuses the same."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from django.utils.translation import gettext_lazy as _

from citytandem.core.errors import Conflict, Invalid
from citytandem.partnerships.accompanying.kinds import kind_of
from citytandem.partnerships.models import (
    ContactWay,
    FindingKind,
    FundingState,
    MeetingFormat,
    MeetingState,
    StayKind,
    WorkRecord,
)

_CITIES = ("city", "host", "lead", "from_city", "to_city")
_CHOICES: Mapping[tuple[str, str], Collection[str]] = {
    ("meeting", "format"): MeetingFormat.values,
    ("meeting", "state"): MeetingState.values,
    ("funding", "state"): FundingState.values,
    ("stay", "kind"): StayKind.values,
    ("contact", "way"): ContactWay.values,
    ("finding", "kind"): FindingKind.values,
}


def check(row: WorkRecord, *, members: Collection[UUID]) -> None:
    """Raises Invalid at the field that does not fit, Conflict where the words are fixed. `members`: cities that belong to it."""
    kind = kind_of(row)
    for name in _CITIES:
        city = getattr(row, f"{name}_id", None)
        if city is not None and city not in members:
            raise Invalid("partnership.not_a_member", _("This city does not belong to the partnership."), field=name)
    for (owner, name), known in _CHOICES.items():
        if owner == kind.name and getattr(row, name) not in known:
            raise Invalid("partnership.choice_unknown", _("Choose one of these."), field=name)
    parent = getattr(row, kind.parent, None) if kind.parent and getattr(row, f"{kind.parent}_id") is not None else None
    if parent is not None and parent.partnership_id != row.partnership_id:
        raise Invalid("partnership.other_work", _("This belongs to another partnership."), field=kind.parent)
    own = _OWN.get(kind.name)
    if own is not None:
        own(row)


def _agenda(row: Any) -> None:
    if row.meeting_id is None:
        raise Invalid("agenda.meeting_missing", _("A point belongs to a meeting."), field="meeting")


def _milestone(row: Any) -> None:
    if row.starts_on is not None and row.starts_on > row.due_on:
        raise Invalid("partnership.dates", _("The end comes after the start."), field="due_on")


def _meeting(row: Any) -> None:
    if row.ends_at <= row.starts_at:
        raise Invalid("partnership.dates", _("The end comes after the start."), field="ends_at")
    if row.zone not in available_timezones():
        raise Invalid("meeting.zone", _("There is no such time zone."), field="zone")


def _stay(row: Any) -> None:
    if row.from_city_id == row.to_city_id:
        raise Invalid("stay.same_city", _("People work in another city than their own here."), field="to_city")
    if row.ends_on is not None and row.ends_on < row.starts_on:
        raise Invalid("partnership.dates", _("The end comes after the start."), field="ends_on")
    if row.cost is not None and row.cost < 0:
        raise Invalid("partnership.amount", _("An amount is nothing or more."), field="cost")
    if not set(row.weekdays) <= set(range(1, 8)):
        raise Invalid("partnership.choice_unknown", _("Choose one of these."), field="weekdays")


def _funding(row: Any) -> None:
    if row.amount is not None and row.amount < 0:
        raise Invalid("partnership.amount", _("An amount is nothing or more."), field="amount")


def _memorandum(row: Any) -> None:
    if row.offered_on is not None:
        raise Conflict("memorandum.offered", _("This version was offered for signature: it stays as it is."))


_OWN: Mapping[str, Callable[[Any], None]] = {
    "agenda": _agenda,
    "milestone": _milestone,
    "meeting": _meeting,
    "stay": _stay,
    "funding": _funding,
    "memorandum": _memorandum,
}

"""The hand-over pack of a partnership: for whoever comes new, everything that is open and everybody to be asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from citytandem.core.versions import read
from citytandem.partnerships.models import ActionItem, CityContact, Milestone, Partnership
from citytandem.partnerships.selectors import card


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the pack: a title and its lines; without lines it is left out."""

    title: str
    lines: Sequence[str]


Provider = Callable[[Partnership, str], Section]
_providers: dict[str, Provider] = {}


def register_section(name: str, provider: Provider) -> None:
    """Add a part; it gets the partnership and the reader's language. The order of registration is that of the pack."""
    _providers[name] = provider


def pack(partnership: Partnership, *, reader: str) -> list[Section]:
    """All parts that have something to tell."""
    parts = [provider(partnership, reader) for provider in _providers.values()]
    return [part for part in parts if part.lines]


def _people(partnership: Partnership, reader: str) -> Section:
    rows = CityContact.objects.filter(city_id__in=partnership.members).select_related("city")
    lines = []
    for row in rows.order_by("city__sort_key", "until", "is_deputy", "since"):
        parts = [card(row.city).name_for(reader), row.name, row.function, row.email]
        if row.is_deputy:
            parts.append(_("stands in"))
        if row.until:
            parts.append(_("until %(last)s") % {"last": date_format(row.until, "DATE_FORMAT")})
        lines.append(", ".join(part for part in parts if part))
    return Section(_("Contacts"), lines)


def _seats(partnership: Partnership, reader: str) -> Section:
    lines = []
    for seat in partnership.seats.select_related("city").order_by("since", "id"):
        name = card(seat.city).name_for(reader)
        if seat.until:
            told = _("%(city)s left on %(day)s.") % {"city": name, "day": date_format(seat.until, "DATE_FORMAT")}
            lines.append(f"{told} {read(seat.left_because, reader=reader).text}".strip())
        else:
            lines.append(name)
    return Section(_("Who works together"), lines)


def _milestones(partnership: Partnership, reader: str) -> Section:
    rows = Milestone.objects.filter(partnership=partnership, done_on=None).order_by("due_on")[:50]
    return Section(_("Roadmap: still to come"), [_dated(row.due_on, row.title, reader, row.language) for row in rows])


def _actions(partnership: Partnership, reader: str) -> Section:
    rows = ActionItem.objects.filter(partnership=partnership, done=None).order_by("due_on")[:50]
    return Section(_("Open things"), [_dated(row.due_on, row.title, reader, row.language) for row in rows])


def _dated(day: date, words: dict[str, dict[str, str]], reader: str, original: str) -> str:
    return f"{date_format(day, 'DATE_FORMAT')}: {read(words, reader=reader, original=original).text}"


def register_all() -> None:
    """Called once when Django is ready."""
    register_section("people", _people)
    register_section("seats", _seats)
    register_section("actions", _actions)
    register_section("milestones", _milestones)

"""What all parts of the work page have in common: its head, and a record in a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from citytandem.core.versions import Reading, read
from citytandem.partnerships.accompanying.kinds import kind_of
from citytandem.partnerships.accompanying.members import cities_by_node, members_of
from citytandem.partnerships.models import City, Partnership, WorkRecord
from citytandem.partnerships.selectors import card


@dataclass(frozen=True, slots=True)
class Tab:
    """A part of the work page."""

    key: str
    label: str
    path: str


@dataclass(frozen=True, slots=True)
class Frame:
    """Head of the work page. `nodes`: which city a node speaks for; `names`: cities as the reader reads them."""

    slug: str
    title: str
    path: str
    public_path: str
    tabs: Sequence[Tab]
    current: str
    members: Sequence[City]
    names: Mapping[UUID, str]
    nodes: Mapping[str, UUID]

    @property
    def options(self) -> list[tuple[str, str]]:
        """The cities to choose from."""
        return [(str(city.id), self.names[city.id]) for city in self.members]


@dataclass(frozen=True, slots=True)
class Line:
    """A record as lists show it. `by`: the partner city that wrote it, empty for ours; `facts`: label and value."""

    id: UUID
    kind: str
    title: Reading
    text: Reading
    by: str
    facts: Sequence[tuple[str, str]]
    edit_path: str
    remove_path: str
    path: str = ""
    badge: str = ""
    is_urgent: bool = False
    is_public: bool = False

    def plain(self) -> Line:
        """For everybody: without the ways to change it."""
        return replace(self, edit_path="", remove_path="", is_public=False)


def frame_of(partnership: Partnership, *, current: str) -> Frame:
    """Two queries."""
    language = get_language() or "en"
    members = members_of(partnership)
    names = {city.id: card(city).name_for(language) for city in members}
    path = f"/partnerships/{partnership.slug}/work"
    tabs = [
        Tab("", _("Overview"), path),
        Tab("meetings", _("Meetings and actions"), f"{path}/meetings"),
        Tab("papers", _("Papers and stays"), f"{path}/papers"),
        Tab("results", _("Results and contacts"), f"{path}/results"),
    ]
    return Frame(
        slug=partnership.slug,
        title=" – ".join(names.values()),
        path=path,
        public_path=f"/partnerships/{partnership.slug}",
        tabs=tabs,
        current=current,
        members=members,
        names=names,
        nodes=cities_by_node(members),
    )


def line_of(
    row: WorkRecord, frame: Frame, *, facts: Sequence[tuple[str, str]] = (), badge: str = "", path: str = "",
    is_urgent: bool = False,
) -> Line:  # fmt: skip
    """A record in a line; only ours can be changed."""
    kind = kind_of(row).name
    is_fixed = bool(row.origin) or getattr(row, "offered_on", None) is not None
    return Line(
        id=row.id,
        kind=kind,
        title=reading(row, "title"),
        text=reading(row, "text"),
        by=writer(row, frame),
        facts=[(label, value) for label, value in facts if value],
        edit_path="" if is_fixed else f"{frame.path}/edit/{kind}/{row.id}",
        remove_path="" if is_fixed else f"{frame.path}/remove/{kind}/{row.id}",
        path=path,
        badge=badge,
        is_urgent=is_urgent,
        is_public=bool(getattr(row, "is_public", False)),
    )


def reading(row: Any, name: str) -> Reading:
    """A text of a record as the reader gets it."""
    return read(getattr(row, name), reader=get_language() or "en", original=row.language)


def writer(row: WorkRecord, frame: Frame) -> str:
    """The partner city whose node wrote it; empty for ours."""
    if not row.origin:
        return ""
    city = frame.nodes.get(row.origin)
    return frame.names[city] if city is not None and city in frame.names else _("a partner")


def day(value: date | None) -> str:
    """A day as the reader's language writes it."""
    return date_format(value, "DATE_FORMAT") if value is not None else ""


def span(first: date | None, last: date | None) -> str:
    """From when until when."""
    if first is None or last is None:
        return day(first or last)
    return _("%(start)s to %(end)s") % {"start": day(first), "end": day(last)}

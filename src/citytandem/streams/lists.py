"""The lists of the two streams: what can be filtered, what is filtered, and one page of cards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from django.utils.http import urlencode
from django.utils.translation import gettext as _

from citytandem.accounts.contract import Actor, department_by_slug, departments
from citytandem.core.languages import NATIVE_NAMES
from citytandem.core.node import this_node
from citytandem.core.paging import Page
from citytandem.core.text import clean_line
from citytandem.core.themes import children_of, top_themes
from citytandem.partnerships.contract import CityCard, city_choices
from citytandem.streams import presenters
from citytandem.streams.counting import MOST_COUNTED, record_count
from citytandem.streams.models import ProblemStatus, SolutionKind, Stage
from citytandem.streams.presenters import Card
from citytandem.streams.selectors import Filters, record_page

NAMES = {
    "problem": ("theme", "city", "status", "department", "language", "partnership"),
    "solution": ("theme", "city", "kind", "stage", "language", "partnership"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a filter."""

    value: str
    label: str
    is_chosen: bool
    language: str = ""


@dataclass(frozen=True, slots=True)
class Select:
    """One filter. `groups` are (heading, options); the heading may be empty."""

    name: str
    label: str
    groups: Sequence[tuple[str, Sequence[Choice]]]


@dataclass(frozen=True, slots=True)
class Active:
    """A filter that is on, with the address without it."""

    label: str
    value: str
    remove_url: str


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a stream."""

    kind: str
    cards: Sequence[Card]
    total: int
    is_more: bool
    selects: Sequence[Select]
    active: Sequence[Active]
    next_url: str
    first_url: str
    export_url: str
    feed_url: str


def list_page(actor: Actor, *, kind: str, wishes: Mapping[str, str], after: str | None, reader: str) -> ListPage:
    """The records of a stream that fit the wishes (from the address); unknown wishes find nothing."""
    asked = {name: clean_line(wishes.get(name, ""))[:80] for name in NAMES[kind]}
    cities = city_choices()
    filters = _filters(asked, cities)
    known = filters is not None
    page = record_page(actor, kind=kind, filters=filters, after=after) if known else None
    total = _total(actor, kind, filters, page)
    selects = _selects(kind, asked, cities, reader=reader)
    chosen = {name: value for name, value in asked.items() if value}
    path = f"/{kind}s"
    by_id = {city.id: city for city in cities}
    return ListPage(
        kind=kind,
        cards=presenters.cards(page.items if page else [], kind=kind, reader=reader, cities=by_id),
        total=min(total, MOST_COUNTED),
        is_more=total > MOST_COUNTED,
        selects=selects,
        active=_active(selects, chosen, path=path),
        next_url=_url(path, {**chosen, "after": page.next_cursor}) if page and page.next_cursor else "",
        first_url="" if page is None or page.is_first else _url(path, chosen),
        export_url=_url(f"/api/v1{path}", chosen),
        feed_url=_url(f"{path}.atom", chosen),
    )


def list_rows(
    actor: Actor, *, kind: str, wishes: Mapping[str, str], reader: str, size: int
) -> tuple[Sequence[Any], Sequence[str], str]:
    """The newest records of a list, the filters that are on in words, and the address of the list."""
    asked = {name: clean_line(wishes.get(name, ""))[:80] for name in NAMES[kind]}
    cities = city_choices()
    filters = _filters(asked, cities)
    chosen = {name: value for name, value in asked.items() if value}
    told = [
        f"{one.label}: {one.value}" for one in _active(_selects(kind, asked, cities, reader=reader), chosen, path="")
    ]
    rows = record_page(actor, kind=kind, filters=filters, size=size).items if filters is not None else []
    return rows, told, _url(f"/{kind}s", chosen)


def _total(actor: Actor, kind: str, filters: Filters | None, page: Page[Any] | None) -> int:
    """A first page that is the last one as well has been counted by reading it."""
    if page is None:
        return 0
    is_all = page.is_first and page.next_cursor is None
    return len(page.items) if is_all else record_count(actor, kind=kind, filters=filters)


def _filters(asked: Mapping[str, str], cities: Sequence[CityCard]) -> Filters | None:
    """None where there is no such city or department: then there is nothing to find."""
    city = next((city for city in cities if city.slug == asked["city"]), None)
    if asked["city"] and city is None:
        return None
    department = department_by_slug(asked.get("department", ""))
    if asked.get("department") and department is None:
        return None
    known = {field.name for field in fields(Filters)} - {"city", "department"}
    return Filters(
        city=city.id if city else None,
        department=department.id if department else None,
        **{name: value for name, value in asked.items() if name in known},
    )


def _selects(kind: str, asked: Mapping[str, str], cities: Sequence[CityCard], *, reader: str) -> list[Select]:
    themes = [
        (
            top.label(reader),
            [Choice(t.id, t.label(reader), t.id == asked["theme"]) for t in (top, *children_of(top.id))],
        )
        for top in top_themes()
    ]
    home = this_node().home_city
    ordered = sorted(cities, key=lambda city: city.id != home)
    places = [Choice(c.slug, c.name_for(reader), c.slug == asked["city"], c.name_language(reader)) for c in ordered]
    languages = [Choice(code, name, code == asked["language"], code) for code, name in NATIVE_NAMES.items()]
    if kind == "problem":
        own = [_select("status", _("How far it is"), ProblemStatus.choices, asked)]
        if places_to_ask := [(one.slug, one.name_for(reader)) for one in departments()]:
            own.append(_select("department", _("Department"), places_to_ask, asked))
    else:
        own = [
            _select("kind", _("Kind of solution"), SolutionKind.choices, asked),
            _select("stage", _("How far it is"), Stage.choices, asked),
        ]
    return [
        Select("theme", _("Theme"), themes),
        Select("city", _("City"), [("", places)]),
        *own,
        Select("language", _("Written in"), [("", languages)]),
    ]


def _select(name: str, label: str, choices: Sequence[tuple[str, Any]], asked: Mapping[str, str]) -> Select:
    return Select(name, label, [("", [Choice(value, str(text), value == asked.get(name)) for value, text in choices])])


def _active(selects: Sequence[Select], chosen: Mapping[str, str], *, path: str) -> list[Active]:
    labels = {select.name: select for select in selects}
    told = []
    for name, value in chosen.items():
        rest = {key: other for key, other in chosen.items() if key != name}
        text = _label_of(labels[name], value) if name in labels else value
        label = labels[name].label if name in labels else _("Partnership")
        told.append(Active(label, text, _url(path, rest)))
    return told


def _label_of(select: Select, value: str) -> str:
    options = (choice for _heading, group in select.groups for choice in group)
    return next((choice.label for choice in options if choice.value == value), value)


def _url(path: str, values: Mapping[str, Any]) -> str:
    return f"{path}?{urlencode(values)}" if values else path

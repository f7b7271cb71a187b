"""Problems and solutions as pages show them: plain values in the reader's language, so that templates only lay out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from citytandem.core.node import this_node
from citytandem.core.text import shorten
from citytandem.core.versions import Reading, read
from citytandem.partnerships.contract import CityCard
from citytandem.streams.contract import FromNode
from citytandem.streams.origins import from_node_of
from citytandem.ui import charts

EXCERPT = 200


@dataclass(frozen=True, slots=True)
class Card:
    """A record in a list. `state`: how far it has come, as a word; `uses`: in how many cities it is in use."""

    kind: str
    code: str
    title: Reading
    excerpt: Reading
    original: str
    city: CityCard | None
    is_home: bool
    state: str
    sort: str
    themes: tuple[str, ...]
    uses: int
    uses_words: str
    at: datetime
    from_node: FromNode | None = None

    @property
    def path(self) -> str:
        """Address of the record's page."""
        return f"/{self.kind}s/{self.code}"


def cards(records: Iterable[Any], *, kind: str, reader: str, cities: Mapping[UUID, CityCard]) -> list[Card]:
    """The cards of some records of one stream."""
    return [card(record, kind=kind, reader=reader, cities=cities) for record in records]


def card(record: Any, *, kind: str, reader: str, cities: Mapping[UUID, CityCard]) -> Card:
    """The card of a record. For solutions `uses` has to be prefetched."""
    title = read(record.title, reader=reader, original=record.language)
    text = read(record.text, reader=reader, original=record.language)
    uses = len(record.uses.all()) if kind == "solution" else 0
    return Card(
        kind=kind,
        code=record.code,
        title=title,
        excerpt=Reading(shorten(text.text, limit=EXCERPT), text.language, text.by, text.is_original),
        original=record.language,
        city=cities.get(record.city) if record.city else None,
        is_home=record.city is not None and record.city == this_node().home_city,
        state=str(record.get_status_display() if kind == "problem" else record.get_stage_display()),
        sort=str(record.get_sender_display() if kind == "problem" else record.get_kind_display()),
        themes=tuple(record.themes),
        uses=uses,
        uses_words=uses_words(uses),
        at=record.created_at,
        from_node=from_node_of(record),
    )


def uses_words(count: int) -> str:
    """“in use in 3 cities”, or nothing."""
    if not count:
        return ""
    return ngettext("in use in %(count)s city", "in use in %(count)s cities", count) % {"count": count}


def _reader() -> str:
    return get_language() or "en"


def city_name(city: CityCard) -> str:
    """The name of a city as the reader of this page can read it: София for Bulgarians, Sofia for others."""
    return city.name_for(_reader())


def place_of(city: CityCard | None, *, href: str = "", group: str = "", is_home: bool = False) -> charts.Place | None:
    """A city as a dot on the drawn map, if it is known where it lies."""
    if city is None or city.latitude is None or city.longitude is None:
        return None
    return charts.Place(
        name=city_name(city),
        longitude=city.longitude,
        latitude=city.latitude,
        href=href or f"/cities/{city.slug}",
        group=group,
        language=city.name_language(_reader()),
        is_home=is_home,
    )


@dataclass(frozen=True, slots=True)
class Step:
    """One step from problem to effect."""

    label: str
    count: int
    share: float
    stream: str


def steps_to_effect(counts: Mapping[str, int]) -> list[Step]:
    """How many problems reached each step; shares of all problems."""
    total = max(counts["problems"], 1)
    rows = [
        (_("Problems told"), counts["problems"], "problem"),
        (_("With a solution that fits"), counts["problems_matched"], "solution"),
        (_("In a challenge"), counts["problems_in_challenge"], "solution"),
        (_("In a pilot"), counts["problems_in_pilot"], "solution"),
        (_("Solved"), counts["problems_solved"], "solution"),
    ]
    return [Step(label, count, count / total, stream) for label, count, stream in rows]


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the side column: a term and what is known. `items` may be links; `note` explains."""

    term: str
    items: Sequence[FactItem]
    note: str = ""


@dataclass(frozen=True, slots=True)
class FactItem:
    """A value, in its language, with an address if it has a page."""

    text: str
    href: str = ""
    language: str = ""


def fact(term: str, *values: str | FactItem, note: str = "") -> list[Fact]:
    """The fact in a list, or an empty list where nothing is known."""
    items = [value if isinstance(value, FactItem) else FactItem(value) for value in values]
    told = [item for item in items if item.text]
    return [Fact(term, told, note)] if told else []


def city_item(city: CityCard) -> FactItem:
    """A city as a link, its name as the reader can read it."""
    return FactItem(city_name(city), f"/cities/{city.slug}", city.name_language(_reader()))

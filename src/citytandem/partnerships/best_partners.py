"""The best partners of one city among all that this node knows, exactly; the columns they are found in stay in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any
from uuid import UUID

import numpy as np
from django.db.models import Count, Max, Sum

from citytandem.core.themes import themes
from citytandem.partnerships.models import City
from citytandem.partnerships.peers import search
from citytandem.partnerships.peers.table import Matrix, Table, table_of
from citytandem.partnerships.selectors import CityCard, city_cards, city_get

_COLUMNS = ("id", "country", "population", "latitude", "longitude", "teach_themes", "learn_themes")
_kept: dict[str, tuple[Any, Columns]] = {}
_reading = Lock()


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """All cities in columns; `rows` tells the row of each."""

    table: Table
    ids: Sequence[UUID]
    rows: dict[UUID, int]


@dataclass(frozen=True, slots=True)
class Partner:
    """A city and why it stands here: the terms add up to `score`. `kilometres` is None where a position is not known."""

    city: CityCard
    score: float
    terms: search.Terms
    kilometres: int | None


def best_partners(
    slug: str, *, top: int = search.TOP, country: str = "", smallest: int = 0, largest: int = 0
) -> list[Partner]:
    """The best partners of a city in other countries, best first; raises NotFound.

    `country` (ISO 3166), `smallest` and `largest` (people, 0 for any) narrow them. A city that says nothing of what it
    teaches and wants to learn has partners by size, distance and language alone.
    """
    city = city_get(slug)
    columns = all_columns()
    row = columns.rows[city.id]
    table = columns.table
    allowed = np.ones(len(table), dtype=bool)
    if country:
        allowed &= np.array(table.countries, dtype=str)[table.country] == country.upper()
    if smallest:
        allowed &= table.size >= np.float32(np.log(smallest))
    if largest:
        allowed &= table.size <= np.float32(np.log(largest))
    numbers, _ = search.best(table, row, top=top, among=allowed)
    cards = city_cards([columns.ids[number] for number in numbers])
    found = []
    for number in numbers:
        terms = search.terms(table, row, int(number))
        far = search.kilometres(table, row, int(number))
        card = cards.get(columns.ids[number])
        if card is not None:
            found.append(Partner(card, terms.score, terms, None if far is None else round(far)))
    return found


def all_columns() -> Columns:
    """All cities in columns, read anew when cities came, went, grew or said something new."""
    state = City.objects.aggregate(
        cities=Count("pk"), people=Sum("population"), said=Max("said_at"), last=Max("slug")
    )  # fmt: skip
    with _reading:
        if "all" not in _kept or _kept["all"][0] != state:
            _kept["all"] = (state, _read())
        return _kept["all"][1]


def _read() -> Columns:
    # By country: places of one country lie beside each other, which the search reads faster.
    rows = list(City.objects.order_by("country", "id").values_list(*_COLUMNS))
    # Themes that nobody names need no column: most places name none.
    named = {theme for row in rows for own in row[5:7] for theme in own}
    number = {theme: index for index, theme in enumerate(sorted(named & set(themes())))}
    table = table_of(
        countries=[row[1] for row in rows],
        populations=[row[2] for row in rows],
        positions=[None if row[3] is None or row[4] is None else (row[3], row[4]) for row in rows],
        teaches=_counts([row[5] for row in rows], number),
        learns=_counts([row[6] for row in rows], number),
    )
    ids = [row[0] for row in rows]
    return Columns(table, ids, {identifier: index for index, identifier in enumerate(ids)})


def _counts(lists: Sequence[Sequence[str]], number: dict[str, int]) -> Matrix:
    counts = np.zeros((len(lists), max(1, len(number))), dtype=np.float32)
    for row, own in enumerate(lists):
        for theme in own:
            if theme in number:
                counts[row, number[theme]] = 1
    return counts

"""Reading tables of places and of twinnings. Pure but for the files."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PLACE_COLUMNS = ("qid", "name", "country", "lat", "lon", "population")
LINK_COLUMNS = ("qid_a", "qid_b")
# How the place was found for its identifier: these are suspicious, their labels disagree.
DOUBTFUL = frozenset(["qid_label_differs"])

Link = tuple[str, str]


class BadFile(Exception):
    """The file is not the table that is needed; the message says where."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place that can be ranked. Degrees; people, above 0."""

    id: str
    name: str
    country: str
    latitude: float
    longitude: float
    population: int


@dataclass(frozen=True, slots=True)
class Places:
    """kept: places that can be ranked; left_out: how many are not, by reason (doubtful, unsized, elsewhere, twice)."""

    kept: Sequence[Place]
    left_out: Mapping[str, int] = field(default_factory=dict)


def read_places(path: Path, *, countries: frozenset[str]) -> Places:
    """Places of `countries` with a population, of a TSV file; raises BadFile with the line that is wrong.

    An identifier that comes again is left out. Two identifiers for one place stay two, as they do in Wikidata.
    """
    kept: dict[str, Place] = {}
    left_out = {"doubtful": 0, "unsized": 0, "elsewhere": 0, "twice": 0}
    for line, row in _rows(path, PLACE_COLUMNS):
        if row["country"] not in countries:
            left_out["elsewhere"] += 1
        elif row.get("mapped_by") in DOUBTFUL:
            left_out["doubtful"] += 1
        elif row["qid"] in kept:
            left_out["twice"] += 1
        elif row["population"] in {"", "0"}:
            left_out["unsized"] += 1
        elif not row["qid"]:
            raise BadFile(f"{path}, line {line}: an identifier is missing")
        else:
            kept[row["qid"]] = _place(path, line, row)
    if not kept:
        raise BadFile(f"{path}: no European place with a population found")
    return Places(tuple(kept.values()), left_out)


def read_links(path: Path) -> list[Link]:
    """Twinnings of a TSV file, each once whatever its direction, without places twinned with themselves."""
    found: dict[Link, None] = {}
    for line, row in _rows(path, LINK_COLUMNS):
        one, other = row["qid_a"], row["qid_b"]
        if not one or not other:
            raise BadFile(f"{path}, line {line}: an identifier is missing")
        if one != other:
            found[(min(one, other), max(one, other))] = None
    if not found:
        raise BadFile(f"{path}: no twinnings found; the columns are {', '.join(LINK_COLUMNS)}")
    return list(found)


def _rows(path: Path, columns: Sequence[str]) -> list[tuple[int, dict[str, str]]]:
    """Lines with their numbers. Line ends and a byte order mark may be of any kind."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            header = [name.strip() for name in reader.fieldnames or ()]
            reader.fieldnames = header
            rows = [
                (number, {key: (value or "").strip() for key, value in row.items() if isinstance(key, str)})
                for number, row in enumerate(reader, start=2)
            ]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadFile(f"{path}: {error}") from error
    missing = [column for column in columns if column not in header]
    if missing:
        raise BadFile(f"{path}: columns are missing: {', '.join(missing)} (the file needs {', '.join(columns)})")
    return rows


def _place(path: Path, line: int, row: Mapping[str, str]) -> Place:
    try:
        latitude, longitude, population = float(row["lat"]), float(row["lon"]), int(float(row["population"]))
    except (ValueError, OverflowError) as error:
        raise BadFile(f"{path}, line {line}: {error}") from error
    if not (math.isfinite(latitude) and abs(latitude) <= 90 and math.isfinite(longitude) and abs(longitude) <= 180):
        raise BadFile(f"{path}, line {line}: {row['lat']}, {row['lon']} is no place on Earth")
    if population < 1:
        raise BadFile(f"{path}, line {line}: “{row['population']}” is no number of people")
    return Place(row["qid"], row["name"], row["country"], latitude, longitude, population)

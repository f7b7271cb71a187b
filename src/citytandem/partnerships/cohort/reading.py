"""Reading a table of applicants (CSV) as people have it: encodings, separators and numbers of all Europe.

A cell that cannot be read costs the cell, not the row, and a row without a city costs the row; each is told with its line.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from citytandem.partnerships.cohort.applicants import Applicant, BadCohort, Fault, key_of

REQUIRED = ("city",)
COLUMNS = ("city", "country", "population", "languages", "themes", "teaches", "learns", "partners", "hours")
OPTIONAL = ("networks", "borders", "maturity", "newcomer")
MOST_APPLICANTS = 4_000
_MOST_BYTES = 20_000_000
_MOST_VALUES = 200
_LONGEST_NAME = 200
_LONGEST_PHRASE = 500
_SHOWN = 60
_COUNTRY = re.compile(r"[A-Z]{2}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
_GROUPED = re.compile(r"\d{1,3}([.,'’ ])\d{3}(\1\d{3})*")
_NUMBER = re.compile(r"\d+([.,]\d+)?")
_YES, _NO = {"1", "yes", "true", "y", "ja", "oui", "x"}, {"", "0", "no", "false", "n", "nein", "non"}
# What the European Union writes where ISO 3166 says otherwise.
_SAME_COUNTRY = {"EL": "GR", "UK": "GB"}
# One state or territory code each: Europe, its neighbours and whoever else has taken part in such programmes.
COUNTRIES = frozenset(
    [
        "AD",
        "AL",
        "AM",
        "AT",
        "AX",
        "AZ",
        "BA",
        "BE",
        "BG",
        "BY",
        "CH",
        "CY",
        "CZ",
        "DE",
        "DK",
        "DZ",
        "EE",
        "EG",
        "ES",
        "FI",
        "FO",
        "FR",
        "GB",
        "GE",
        "GG",
        "GI",
        "GL",
        "GR",
        "HR",
        "HU",
        "IE",
        "IL",
        "IM",
        "IS",
        "IT",
        "JE",
        "JO",
        "LB",
        "LI",
        "LT",
        "LU",
        "LV",
        "LY",
        "MA",
        "MC",
        "MD",
        "ME",
        "MK",
        "MT",
        "NL",
        "NO",
        "PL",
        "PS",
        "PT",
        "RO",
        "RS",
        "RU",
        "SE",
        "SI",
        "SJ",
        "SK",
        "SM",
        "SY",
        "TN",
        "TR",
        "UA",
        "VA",
        "XK",
        "AR",
        "AU",
        "BR",
        "CA",
        "CL",
        "CN",
        "CO",
        "IN",
        "JP",
        "KE",
        "KR",
        "KZ",
        "MX",
        "NZ",
        "SG",
        "TW",
        "US",
        "VN",
        "ZA",
    ]
)


@dataclass(frozen=True, slots=True)
class Table:
    """What was read. `faults` are what was left out or is odd; the applicants stand as in the file."""

    applicants: tuple[Applicant, ...]
    faults: tuple[Fault, ...]


def read_applicants(content: bytes) -> Table:
    """A table with the columns of `COLUMNS`, of which only `city` must be there, and perhaps those of `OPTIONAL`.

    Raises BadCohort if nothing can be read of it.
    """
    if len(content) > _MOST_BYTES:
        raise BadCohort(Fault("table.long"))
    faults: list[Fault] = []
    text = _decoded(content, faults)
    if not text.strip():
        raise BadCohort(Fault("table.empty"))
    first = next(line for line in text.splitlines() if line.strip())
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(first))
    try:
        header = _header(rows, faults)
        found = list(_applicants(rows, header, faults))
    except csv.Error as error:
        raise BadCohort(Fault("table.csv", f"line {rows.line_num}", str(error))) from error
    if not found:
        raise BadCohort(*faults, Fault("table.no_applicants"))
    return Table(_apart(found, faults), tuple(faults))


def _decoded(content: bytes, faults: list[Fault]) -> str:
    encodings = ["utf-16"] if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        if encoding == "cp1252":
            faults.append(Fault("table.encoding", told="Windows-1252"))
        return text
    raise BadCohort(Fault("table.unreadable"))


def _separator(header: str) -> str:
    """The one that parts the most names of columns."""
    known = {*COLUMNS, *OPTIONAL}

    def names(separator: str) -> int:
        return sum(cell.strip(' "\t').casefold() in known for cell in header.split(separator))

    return max(",;\t|", key=names)


def _header(rows: Iterator[list[str]], faults: list[Fault]) -> list[str]:
    header: list[str] = []
    for row in rows:
        if any(cell.strip() for cell in row):
            header = [cell.strip().casefold() for cell in row]
            break
    if "city" not in header:
        raise BadCohort(Fault("table.no_city", "line 1"))
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise BadCohort(Fault("table.column_twice", "line 1", _short(", ".join(twice))))
    faults += [
        Fault("table.column_unknown", "line 1", _short(n)) for n in header if n and n not in {*COLUMNS, *OPTIONAL}
    ]
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        faults.append(Fault("table.column_missing", "line 1", ", ".join(missing)))
    return header


def _applicants(
    rows: Iterator[list[str]], header: Sequence[str], faults: list[Fault]
) -> Iterator[tuple[int, Applicant]]:
    count = 0
    for row in rows:
        line = rows.line_num  # type: ignore[attr-defined]
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(header):
            faults.append(Fault("row.cells", f"line {line}", f"{len(row)} / {len(header)}"))
            if len(row) > len(header):
                continue
        cells = dict(zip(header, (cell.strip() for cell in row), strict=False))
        name = " ".join(cells.get("city", "").split())
        if not name or len(name) > _LONGEST_NAME or not name.isprintable():
            faults.append(Fault("row.no_city", f"line {line}", _short(name)))
            continue
        count += 1
        if count > MOST_APPLICANTS:
            raise BadCohort(Fault("table.many", f"line {line}", f"{MOST_APPLICANTS:,}"))
        yield line, _applicant(name, cells, line, faults)


def _applicant(name: str, cells: Mapping[str, str], line: int, faults: list[Fault]) -> Applicant:
    cell = _Cells(cells, line, faults)
    population = cell.number("population", least=0, most=100_000_000)
    hours = cell.number("hours", least=0, most=1_000_000)
    if hours == 0:
        faults.append(Fault("hours.none", f"line {line}", name))
    languages = cell.codes("languages", _LANGUAGE, str.lower)
    if not languages:
        faults.append(Fault("languages.none", f"line {line}", name))
    own = key_of(name)
    return Applicant(
        name=name,
        country=cell.country(),
        population=None if population is None else round(population),
        languages=languages,
        themes=cell.values("themes"),
        teaches=cell.values("teaches"),
        learns=cell.values("learns"),
        partners=tuple(partner for partner in cell.values("partners") if key_of(partner) != own),
        hours=hours,
        networks=cell.values("networks"),
        borders=cell.codes("borders", _COUNTRY, str.upper),
        maturity=cell.number("maturity", least=1, most=5),
        is_newcomer=cell.truth("newcomer"),
    )


@dataclass(frozen=True, slots=True)
class _Cells:
    """The cells of one row, each read in its own way."""

    cells: Mapping[str, str]
    line: int
    faults: list[Fault]

    def fault(self, code: str, column: str, told: str) -> None:
        self.faults.append(Fault(code, f"line {self.line}, {column}", _short(told)))

    def values(self, column: str) -> tuple[str, ...]:
        found: dict[str, str] = {}
        for value in self.cells.get(column, "").split(";"):
            text = " ".join(value.split())
            if len(text) > _LONGEST_PHRASE:
                self.fault("value.long", column, text)
            elif text:
                found.setdefault(key_of(text), text)
        if len(found) > _MOST_VALUES:
            self.fault("value.many", column, str(len(found)))
        return tuple(found.values())[:_MOST_VALUES]

    def codes(self, column: str, form: re.Pattern[str], case: object) -> tuple[str, ...]:
        found = []
        for value in self.values(column):
            code = str(case(value))  # type: ignore[operator]
            if form.fullmatch(code):
                found.append(_SAME_COUNTRY.get(code, code))
            else:
                self.fault("value.code", column, value)
        return tuple(dict.fromkeys(found))

    def country(self) -> str:
        told = self.cells.get("country", "")
        code = _SAME_COUNTRY.get(told.upper(), told.upper())
        if code in COUNTRIES:
            return code
        self.fault("country.unknown" if told else "country.none", "country", told)
        # An unknown code still parts countries from each other; anything longer is no code.
        return code if _COUNTRY.fullmatch(code) else ""

    def number(self, column: str, *, least: float, most: float) -> float | None:
        told = self.cells.get(column, "").replace("\u00a0", " ").replace("\u202f", " ").strip()
        if not told:
            return None
        value = _number(told)
        if value is None or not least <= value <= most:
            self.fault("value.number" if value is None else "value.range", column, told)
            return None
        return value

    def truth(self, column: str) -> bool:
        told = self.cells.get(column, "").casefold()
        if told not in _YES | _NO:
            self.fault("value.truth", column, told)
        return told in _YES


def _number(told: str) -> float | None:
    sign, digits = (-1, told[1:]) if told.startswith("-") else (1, told)
    if not digits.isascii() and "’" not in digits:
        return None
    if _GROUPED.fullmatch(digits):
        return sign * float(re.sub(r"\D", "", digits))
    if _NUMBER.fullmatch(digits) and len(digits) < 20:
        value = float(digits.replace(",", "."))
        return sign * value if math.isfinite(value) else None
    return None


def _apart(found: Sequence[tuple[int, Applicant]], faults: list[Fault]) -> tuple[Applicant, ...]:
    """One application per city: the first counts. Cities of one name in two countries get the country behind the name."""
    first: dict[tuple[str, str], tuple[int, Applicant]] = {}
    for line, one in found:
        key = (one.key, one.country)
        if key in first:
            code = "applicant.twice" if first[key][1] == one else "applicant.twice_differs"
            faults.append(Fault(code, f"line {line}", f"{one.name} (line {first[key][0]})"))
        else:
            first[key] = (line, one)
    kept = [one for _line, one in first.values()]
    counts = Counter(one.key for one in kept)
    return tuple(
        replace(one, name=f"{one.name} ({one.country or '?'})") if counts[one.key] > 1 else one for one in kept
    )


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"

"""Tables of applicants as people have them: odd cells, encodings, separators, cities that apply twice."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citytandem.partnerships.cohort.applicants import BadCohort
from citytandem.partnerships.cohort.reading import COUNTRIES, read_applicants

HEADER = "city,country,population,languages,themes,teaches,learns,partners,hours\n"


def codes(text: str) -> list[str]:
    return [fault.code for fault in read_applicants((HEADER + text).encode()).faults]


def test_a_row_is_read_as_it_stands() -> None:
    table = read_applicants(
        (HEADER + 'Köln ,de,"1.024.621",DE;en;;de,waste; water,"a;b, c",,Lille;köln,"12,5"\n').encode()
    )
    one = table.applicants[0]
    assert (one.name, one.country, one.population, one.hours) == ("Köln", "DE", 1_024_621, 12.5)
    assert (one.languages, one.themes, one.teaches) == (("de", "en"), ("waste", "water"), ("a", "b, c"))
    assert one.partners == ("Lille",)
    assert table.faults == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_encodings_and_separators_of_all_spreadsheets(encoding: str, separator: str) -> None:
    text = f'city{separator}country{separator}languages\r\nMünchen{separator}DE{separator}"de;en"\r\n'
    table = read_applicants(text.encode(encoding))
    assert (table.applicants[0].name, table.applicants[0].languages) == ("München", ("de", "en"))
    assert ("table.encoding" in [fault.code for fault in table.faults]) == (encoding == "cp1252")


@pytest.mark.parametrize(
    "content", [b"", b"\n \n", b"\xef\xbb\xbf", b"name,x\nA,1\n", HEADER.encode(), b"\0\x81", b"city,city\nA,B\n"]
)
def test_what_holds_no_applicants_is_refused(content: bytes) -> None:
    with pytest.raises(BadCohort):
        read_applicants(content)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("A,DE,many,de,,,,,1", "value.number"),
        ("A,DE,-5,de,,,,,1", "value.range"),
        ("A,DE,1e400,de,,,,,1", "value.number"),
        ("A,DE,1,de,,,,,nan", "value.number"),
        ("A,DE,1,de,,,,,0", "hours.none"),
        ("A,DE,1,,,,,,1", "languages.none"),
        ("A,DE,1,klingon!,,,,,1", "value.code"),
        ("A,XY,1,de,,,,,1", "country.unknown"),
        ("A,,1,de,,,,,1", "country.none"),
        ("A,DE,1,de", "row.cells"),
    ],
)
def test_an_odd_cell_costs_the_cell_and_is_told(row: str, code: str) -> None:
    found = read_applicants((HEADER + row + "\n").encode())
    assert code in [fault.code for fault in found.faults]
    assert all(fault.where.startswith("line 2") for fault in found.faults)
    assert [one.name for one in found.applicants] == ["A"]


def test_a_city_that_applies_twice_counts_once_and_namesakes_are_told_apart() -> None:
    text = "Hamm,DE,1,de,,,,,1\nHAMM ,DE,1,de,,,,,1\nHamm,DE,2,de,,,,,1\nHamm,FR,1,de,,,,,1\n"
    table = read_applicants((HEADER + text).encode())
    assert [one.name for one in table.applicants] == ["Hamm (DE)", "Hamm (FR)"]
    assert codes(text) == ["applicant.twice_differs", "applicant.twice_differs"]
    assert codes("A,DE,1,de,,,,,1\nA,DE,1,de,,,,,1\n") == ["applicant.twice"]


def test_names_of_countries_that_differ_are_one() -> None:
    rows = "A,EL,1,el,,,,,1\nB,UK,1,en,,,,,1\n"
    assert [one.country for one in read_applicants((HEADER + rows).encode()).applicants] == ["GR", "GB"]
    assert {"DE", "GR", "UA", "XK"} <= COUNTRIES


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=300), st.text(max_size=300).map(lambda text: (HEADER + text).encode("utf-8", "replace"))
    )
)
def test_nothing_that_is_read_breaks_the_reader(content: bytes) -> None:
    try:
        table = read_applicants(content)
    except BadCohort:
        return
    assert len({(one.key, one.country) for one in table.applicants}) == len(table.applicants)

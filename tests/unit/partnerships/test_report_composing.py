"""Reports from any record: nothing is lost, nothing is smoothed, nobody is quoted without consent."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citytandem.core.pdf_checks import faults
from citytandem.partnerships.reporting import pictures
from citytandem.partnerships.reporting.composing import PARTS, partnership_profile, programme_report
from citytandem.partnerships.reporting.counting import exact, figures
from citytandem.partnerships.reporting.doubting import doubts
from citytandem.partnerships.reporting.pdf_file import report_pdf
from citytandem.partnerships.reporting.records import (
    Answer,
    City,
    Event,
    Fact,
    Measure,
    Note,
    Partnership,
    Quote,
    Record,
    Stated,
    Words,
    Work,
)
from citytandem.partnerships.reporting.tree import Bullets, Document, Heading, Paragraph, Picture, Quotation, Table
from citytandem.partnerships.reporting.words import report_words

MADE = datetime(2026, 11, 1, tzinfo=UTC)
TEXTS = st.text("abcäößжλż<&\"'{}#*$@ ", min_size=1, max_size=30)


def city(slug: str, country: str = "DE") -> City:
    return City(slug, Words(slug.title(), "de"), country, country, 1000, 51.0, 7.0 + len(slug), f"/cities/{slug}")


def event(number: int | None, *dates: str, **fields: Any) -> Event:
    told = {"participants": "", "participants_kind": "", **fields}
    return Event(
        f"e{number}", number, Words(f"Event {number}"), dates, " ".join(dates), "", "", href=f"/e/{number}", **told
    )


def partnership(parts: dict[str, list[Fact]], *quotes: Quote, **fields: Any) -> Partnership:
    shared = {"title": "A – B", "members": ["aa", "bbb"], "status": Words("ended", "en"), "href": "/p/a-b"}
    return Partnership(
        "a-b", "tandem", "Tandem", reasons=["Twins."], works=(1,), parts=parts, quotes=quotes, **shared, **fields
    )


def record(**fields: Any) -> Record:
    usual: dict[str, Any] = {
        "cities": [city("aa"), city("bbb", "FR")], "partnerships": [partnership({})], "events": [], "works": [Work("A report")],
    }  # fmt: skip
    return Record("p", Words("A programme"), Words(""), "2022-01-01", "2024-12-31", "/programme", **(usual | fields))


def composed(given_record: Record) -> Document:
    return programme_report(given_record, words=report_words(), language="en", day=lambda text: text)


def said(document: Document) -> list[tuple[str, str]]:
    """Each sentence with its address."""
    found = []
    for block in document.blocks:
        sentences = (
            block.sentences if isinstance(block, Paragraph) else block.items if isinstance(block, Bullets) else ()
        )
        found += [(one.words.text, one.href) for one in sentences]
        if isinstance(block, Quotation):
            found.append((block.sentence.words.text, block.sentence.href))
    return found


@given(st.dictionaries(st.sampled_from(PARTS), st.lists(TEXTS, max_size=4)))
def test_every_fact_stands_there_once_with_its_address(texts: dict[str, list[str]]) -> None:
    parts = {
        name: [Fact(Words(f"{name} {number} {text}"), f"/r/{name}/{number}") for number, text in enumerate(own)]
        for name, own in texts.items()
    }
    stated = said(composed(record(partnerships=[partnership(parts)])))
    for facts in parts.values():
        for fact in facts:
            assert stated.count((fact.words.text, fact.href)) == 1


@given(st.lists(st.tuples(TEXTS, st.booleans()), max_size=6))
def test_nobody_is_quoted_without_consent(told: list[tuple[str, bool]]) -> None:
    quotes = [Quote(Words(f"{n} {text}"), "Somebody", "", may, "/q") for n, (text, may) in enumerate(told)]
    document = composed(record(partnerships=[partnership({}, *quotes)]))
    shown = [block.sentence.words.text for block in document.blocks if isinstance(block, Quotation)]
    assert shown == [quote.words.text for quote in quotes if quote.may_be_shown]


@given(st.lists(st.dates(date(2021, 1, 1), date(2025, 12, 31)), max_size=8))
def test_doubts_about_dates_are_those_that_a_plain_loop_finds(days: list[date]) -> None:
    events = [event(number, day.isoformat()) for number, day in enumerate(days, 1)]
    found = [one.kind for one in doubts(record(events=events))]
    assert found.count("weekend") == sum(day.isoweekday() in (6, 7) for day in days)
    assert found.count("order") == sum(later < earlier for earlier, later in pairwise(days))
    assert found.count("outside") == sum(not date(2022, 1, 1) <= day <= date(2024, 12, 31) for day in days)
    assert found.count("backwards") == 0


def test_an_end_before_the_beginning_counts_that_differ_and_strangers() -> None:
    stated = (Stated("countries", "9"), Stated("cities", "2"), Stated("tandems", ">3"))
    stranger = partnership({})
    odd = Partnership(**{name: getattr(stranger, name) for name in stranger.__slots__} | {"members": ["aa", "nobody"]})
    found = doubts(record(events=[event(1, "2023-05-04", "2023-05-03")], stated=stated, partnerships=[odd]))
    assert [(one.kind, one.one, one.other) for one in found] == [
        ("backwards", "2023-05-04", "2023-05-03"),
        ("counts", "9", "2"),
        ("unknown_member", "nobody", ""),
    ]


@pytest.mark.parametrize(
    ("text", "value"), [("278", 278), ("almost 50", None), (">20", None), ("", None), (" 64 ", 64), ("²", None)]
)
def test_only_a_bare_number_is_exact(text: str, value: int | None) -> None:
    assert exact(text) == value


def test_an_empty_programme_is_a_report_all_the_same() -> None:
    empty = record(cities=[], partnerships=[], events=[], works=[])
    assert {figure.value for figure in figures(empty)} == {0}
    document = composed(empty)
    assert not [block for block in document.blocks if isinstance(block, Picture)]
    assert faults(report_pdf(document, made=MADE)) == ()


def test_a_profile_of_a_stranger_is_refused() -> None:
    with pytest.raises(KeyError):
        partnership_profile(record(), "nobody", words=report_words(), language="en", day=str)


def test_hidden_cells_of_a_survey_stay_hidden() -> None:
    answer = Answer(
        Words("Was it useful?"), 12, [("yes", 12), ("no", None)], Words("In spring"), "/surveys/spring/results"
    )
    tables = [block for block in composed(record(answers=[answer])).blocks if isinstance(block, Table)]
    (shown,) = [table for table in tables if table.summary == "In spring: Was it useful? (n = 12)"]
    assert [row[1].words.text for row in shown.rows] == ["12", "too few to be shown"]


def test_two_surveys_with_one_question_are_told_apart() -> None:
    told = [
        Answer(Words("Was it useful?"), 12, [("yes", 12)], Words(name), f"/surveys/{name}/results")
        for name in ("spring", "autumn")
    ]
    blocks = composed(record(answers=told)).blocks
    assert len({block.summary for block in blocks if isinstance(block, Table)}) == sum(
        isinstance(block, Table) for block in blocks
    )
    headings = [block.words.text for block in blocks if isinstance(block, Heading) and block.level == 2]
    assert [name for name in headings if name in ("spring", "autumn")] == ["spring", "autumn"]


def test_the_timeline_is_hollow_where_the_date_is_uncertain() -> None:
    svg = pictures.timeline([event(1, "2022-02-10"), event(2, "2023-09-21", note="possibly 2022"), event(3, "2022-05")])
    assert svg.count("<circle") == 2
    assert svg.count('fill="none" stroke="#1a4f8b"') == 1
    assert pictures.timeline([]) == pictures.map_of([], []) == ""


@settings(max_examples=8, deadline=timedelta(seconds=10))
@given(TEXTS, st.sampled_from(["de", "el", "bg", "pl", "ro"]))
def test_no_text_is_read_as_markup_and_every_file_is_accessible(text: str, language: str) -> None:
    parts = {"results": [Fact(Words(text, "en"), "https://example.org/p", (1,), Words(text, language))]}
    one = partnership(
        parts,
        Quote(Words(text), text, text, True, "https://example.org/q"),
        figures=[Measure(Words(text), "7", "h", "")],
    )
    told = record(partnerships=[one], notes=[Note(Words(text), Words(text), (1,))], events=[event(1, "2022-02-12")])
    document = programme_report(told, words=report_words(), language=language, day=str)
    assert faults(report_pdf(document, made=MADE)) == ()


def test_characters_that_no_font_has_are_named() -> None:
    parts = {"results": [Fact(Words("well done \U0001f600"), "https://example.org")]}
    assert faults(report_pdf(composed(record(partnerships=[partnership(parts)])), made=MADE)) == ()


def test_what_is_no_pdf_is_told() -> None:
    assert "not readable as PDF" in faults(b"no pdf")[0]

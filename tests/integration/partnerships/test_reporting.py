"""The report of the real programme and its seven profiles: every fact of the source stands in them, with its source."""

from __future__ import annotations

import argparse
import io
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import docx
import pytest
from django.test import Client
from django.utils import translation
from pypdf import PdfReader

from citytandem.accounts.contract import ANYBODY, SYSTEM
from citytandem.cli.report import COMMAND
from citytandem.core import clock
from citytandem.core.errors import NotFound
from citytandem.core.pdf_checks import faults, structure
from citytandem.core.versions import translations
from citytandem.demo.programme import city_fields, event_fields, partnership_fields
from citytandem.demo.reading import demo
from citytandem.partnerships.models import Finding, Partnership, Programme, Quote
from citytandem.partnerships.reporting.files import report_document, report_figures, report_file
from citytandem.partnerships.reporting.reading import partnership_record, programme_record
from citytandem.partnerships.reporting.tree import Bullets, Document, Paragraph, Sentence, Table
from citytandem.partnerships.services import city_import, event_import, partnership_import

pytestmark = pytest.mark.django_db
MADE = datetime(2026, 11, 1, tzinfo=UTC)
SLUG = "vernetzt-in-europa"
# Named by another sentence than the source's own: a reason by its kind, a date by the reader's way to write it.
TOLD_OTHERWISE = {
    "id",
    "no",
    "kind",
    "members",
    "matched_because",
    "date",
    "format",
    "src",
    "audience",
    "countries",
    "when",
}


@pytest.fixture
def programme() -> Programme:
    """The programme of the demo, without problems and solutions."""
    files = demo()
    for slug, city in files.cities.items():
        city_import(slug=slug, name=city["name"], country=city["country"], fields=city_fields(files, slug), by=SYSTEM)
    for slug, one in files.partnerships.items():
        partnership_import(
            slug=slug, kind=one["kind"], members=one["members"], fields=partnership_fields(files, slug), by=SYSTEM
        )
    for path, event in files.events:
        event_import(slug=event["id"], title=event["title"], fields=event_fields(files, path, event), by=SYSTEM)
    facts = files.facts["programme"]
    made = Programme.objects.create(
        slug=SLUG, language="de", title=translations(de=facts["title_de"], en=facts["title_en"]), state="ended",
        starts_on=date(2022, 2, 10), ends_on=date(2024, 12, 31), facts=facts, source=files.source("programme", ["003"]),
        created_at=clock.now(), changed_at=clock.now(),
    )  # fmt: skip
    Partnership.objects.update(programme=made)
    return made


def texts(document: Document) -> str:
    return "\n".join(_texts(document))


def _texts(document: Document) -> Iterator[str]:
    for block in document.blocks:
        if isinstance(block, Table):
            yield from (cell.words.text for row in block.rows for cell in row)
        for sentence in sentences(block):
            yield from (words.text for words in (sentence.lead, sentence.words) if words is not None)
        if hasattr(block, "words"):
            yield block.words.text


def sentences(block: object) -> list[Sentence]:
    if isinstance(block, Paragraph):
        return list(block.sentences)
    return list(block.items) if isinstance(block, Bullets) else []


def leaves(facts: Any) -> Iterator[str]:
    """Every text and number of the source that has to stand in the report."""
    if isinstance(facts, Mapping):
        for name, value in facts.items():
            if name not in TOLD_OTHERWISE:
                yield from leaves(value)
    elif isinstance(facts, list):
        for value in facts:
            yield from leaves(value)
    elif facts is not None:
        yield str(facts)


def test_every_fact_of_the_source_stands_in_the_report(programme: Programme) -> None:
    with translation.override("en"):
        said = texts(report_document(SYSTEM, SLUG, base=""))
    facts = demo().facts
    cities = {city["id"]: city["name"] for city in facts["municipalities"]}
    other_names = {"Leipzig", "Berlin", "Paris", "Krefeld", "København", "Arnsberg"}
    wanted = [
        *leaves(facts["partnerships"]),
        *leaves(facts["events"]),
        *leaves(facts["programme"]["data_quality_notes"]),
    ]
    countries = {"DE": "Germany", "FR": "France", "DK": "Denmark"}
    wanted = [
        cities.get(text, countries.get(text, text)) for text in wanted if text not in {"003", "general knowledge"}
    ]
    missing = [
        text for text in wanted
        if text not in said and text not in other_names and not text.startswith("eurocities.eu/projects")
        and text not in {"Vari-Voula-Vouliagmeni", "Βάρη-Βούλα-Βουλιαγμένη", "София"}
    ]  # fmt: skip
    assert missing == []
    assert len(wanted) > 300


def test_the_numbers_are_those_of_the_source_and_uncertain_ones_stay_so(programme: Programme) -> None:
    told = report_figures(programme_record(SYSTEM, SLUG, base=""))
    assert told["participants"] == {
        "ev-kickoff": {"said": "278", "value": 278, "kind": "attending"},
        "ev-leipzig": {"said": "almost 50", "value": None, "kind": "European city representatives"},
        "ev-web-data": {"said": "64", "value": 64, "kind": "registered"},
    }
    figures: Any = told["figures"]
    assert {key: figure["said"] for key, figure in figures.items()} == {
        "cities": "15", "countries": "9", "tandems": "6", "tridems": "1", "events": "9", "other_events": "4",
        "applications": ">20",
    }  # fmt: skip
    assert figures["applications"]["value"] is None


def test_contradictions_are_shown(programme: Programme) -> None:
    with translation.override("en"):
        said = texts(report_document(SYSTEM, SLUG, base=""))
    assert "Dec. 17, 2022 is a Saturday or a Sunday." in said
    assert "The numbers tell another order than the dates: 2: Sept. 21, 2023, then 3: Dec. 6, 2022." in said
    notes = demo().facts["programme"]["data_quality_notes"]
    assert len(notes) == 8
    assert all(note["note"] in said for note in notes)


def test_each_sentence_leads_to_its_record(programme: Programme, client: Client) -> None:
    document = report_document(SYSTEM, SLUG, base="")
    facts = [one for block in document.blocks for one in sentences(block) if one.words.language == "en"]
    assert len(facts) > 150
    assert all(one.href for one in facts)
    for address in {one.href.partition("#")[0] for one in facts}:
        assert client.get(address).status_code == 200


@pytest.mark.parametrize("language", ["de", "el", "bg", "pl"])
def test_the_pdf_is_accessible_in_every_alphabet(programme: Programme, language: str) -> None:
    with translation.override(language):
        pdf = report_file(report_document(SYSTEM, SLUG, base="https://krefeld.example"), "pdf", made=MADE)
    assert faults(pdf) == ()
    reader = PdfReader(io.BytesIO(pdf))
    assert reader.trailer["/Root"]["/Lang"] == language
    top = structure(reader)
    assert top is not None
    assert len(list(top.all("Figure"))) == 2
    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader.pages))
    assert "278" in text
    assert "almost 50" in text


def test_the_word_file_has_headings_tables_and_pictures_in_words(programme: Programme) -> None:
    document = report_document(SYSTEM, SLUG, base="https://krefeld.example")
    file = docx.Document(io.BytesIO(report_file(document, "docx", made=MADE)))
    assert sum(one.style.name == "Heading 2" for one in file.paragraphs) >= 7
    assert [shape._inline.docPr.get("descr") != "" for shape in file.inline_shapes] == [True, True]
    assert any("278" in cell.text for table in file.tables for row in table.rows for cell in row.cells)
    assert file.core_properties.author == ""


def test_pages_of_the_report_and_of_each_profile(
    programme: Programme, client: Client, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(12):
        page = client.get("/programme/report").content.decode()
    assert "278 attending" in page
    assert "style=" not in page.partition("<main")[2]
    for slug in demo().partnerships:
        with django_assert_max_num_queries(12):
            assert client.get(f"/partnerships/{slug}/profile").status_code == 200
    answer = client.get("/partnerships/krefeld-sofia/profile.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert faults(answer.content) == ()
    assert client.get("/partnerships/krefeld-sofia/profile.docx").content[:2] == b"PK"
    assert client.get("/programme/report.pdf").content[:4] == b"%PDF"
    assert client.get("/partnerships/nobody/profile").status_code == 404
    assert client.get("/programme/report?programme=nobody").status_code == 404


def test_quotes_stand_there_with_consent_alone(programme: Programme) -> None:
    partnership = Partnership.objects.get(slug="krefeld-sofia")
    now = clock.now()
    for text, consented, withdrawn in (("agreed", now, None), ("never asked", None, None), ("taken back", now, now)):
        Quote.objects.create(
            partnership=partnership, language="en", text=translations(en=text), speaker="A colleague",
            consented_at=consented, withdrawn_at=withdrawn, noted_at=now,
        )  # fmt: skip
    record = partnership_record(ANYBODY, "krefeld-sofia", base="")
    assert [quote.words.text for quote in record.partnerships[0].quotes] == ["agreed"]


def test_findings_of_the_partnership_join_those_of_the_source(programme: Programme) -> None:
    partnership = Partnership.objects.get(slug="krefeld-sofia")
    shared = {"partnership": partnership, "language": "de", "created_at": clock.now(), "changed_at": clock.now()}
    Finding.objects.create(
        kind="hurdle", title=translations(de="Zeit"), text=translations(de="Zu wenig Zeit"), **shared
    )
    Finding.objects.create(kind="figure", title=translations(de="Treffen"), value="etwa 12", unit="", **shared)
    record = partnership_record(ANYBODY, "krefeld-sofia", base="").partnerships[0]
    assert record.parts["hurdles"][-1].words.text == "Zu wenig Zeit"
    assert record.parts["hurdles"][-1].words.language in {"", "de"}
    assert record.figures[0].value == "etwa 12"


def test_a_draft_is_told_to_nobody(programme: Programme, client: Client) -> None:
    Programme.objects.update(state="draft")
    assert client.get("/programme/report").status_code == 404
    assert client.get("/partnerships/krefeld-sofia/profile").status_code == 404
    with pytest.raises(NotFound):
        programme_record(ANYBODY, SLUG, base="")


def test_the_command_writes_all_kinds(programme: Programme, tmp_path: Path, capsys: Any) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    COMMAND.configure(parser)
    files = [f"--{kind}={tmp_path / f'out.{kind}'}" for kind in ("pdf", "docx", "html")]
    assert COMMAND.run(parser.parse_args([SLUG, "--json", "--language", "fr", *files])) == 0
    assert faults((tmp_path / "out.pdf").read_bytes()) == ()
    assert (tmp_path / "out.docx").read_bytes()[:2] == b"PK"
    assert "278 attending" in (tmp_path / "out.html").read_text(encoding="utf-8")
    assert '"cpu_seconds"' in capsys.readouterr().out

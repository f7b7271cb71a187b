"""The pages of the hand-over: forms with rows, files, what is public, how many queries."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import docx
import pytest
from django.core.cache import cache
from django.test import Client
from pypdf import PdfReader

from citytandem.challenges.models import Tender
from citytandem.challenges.services.tenders import tender_hand_over
from citytandem.challenges.tender_parts import PARTS
from citytandem.challenges.tender_said import package_of
from citytandem.challenges.tenders import pdf_file
from citytandem.challenges.tenders.ocds import validate
from citytandem.challenges.tenders.package import Buyer, Money
from citytandem.core.pdf_checks import faults
from tests.integration.challenges.making import a_challenge, council, resident, second, staff, unit
from tests.integration.challenges.tendering import a_finished_pilot, a_package, browser, krefeld

pytestmark = pytest.mark.django_db
FILES = ("package.docx", "package.pdf", "ocds.json", "contract-notice.json", "prior-notice.json", "package.json")
MOST_QUERIES = 12


@pytest.fixture(autouse=True)
def _node() -> None:
    krefeld()


@pytest.fixture
def tender() -> Tender:
    """A package without faults."""
    challenge = a_challenge("decided", budget_high=160_000)
    return a_package(challenge, pilot=a_finished_pilot(challenge))


def sent(client: Client, path: str, **change: Any) -> dict[str, str]:
    """What a browser would send of the form on a page, with changes; None takes a field away."""
    from html.parser import HTMLParser

    found: dict[str, str] = {}

    class Form(HTMLParser):
        text: str | None = None
        select: str | None = None

        def handle_starttag(self, tag: str, attrs: Any) -> None:
            told = dict(attrs)
            name = told.get("name")
            if tag == "input" and name:
                if told.get("type") in {"checkbox", "radio"} and "checked" not in told:
                    return
                found[name] = told.get("value") or ("on" if told.get("type") == "checkbox" else "")
            elif tag == "textarea" and name:
                self.text, found[name] = name, ""
            elif tag == "select" and name:
                self.select = name
            elif tag == "option" and self.select and (self.select not in found or "selected" in told):
                found[self.select] = told.get("value", "")

        def handle_data(self, data: str) -> None:
            if self.text:
                found[self.text] += data

        def handle_endtag(self, tag: str) -> None:
            self.text = None if tag == "textarea" else self.text
            self.select = None if tag == "select" else self.select

    html = client.get(path).content.decode()
    Form().feed(html[html.index('class="ct-form') :])
    whole = {name: value.removeprefix("\n") for name, value in found.items()} | change
    return {name: value for name, value in whole.items() if value is not None}


def test_a_package_is_begun_from_the_list(django_assert_max_num_queries: Any) -> None:
    challenge = a_challenge("decided")
    pilot = a_finished_pilot(challenge)
    client = browser(unit())
    with django_assert_max_num_queries(MOST_QUERIES):
        page = client.get(f"/challenges/{challenge.code}/tenders")
    assert "Fill-level sensors in every bin" in page.content.decode()
    answer = client.post(f"/challenges/{challenge.code}/tenders/new", {"pilot": str(pilot.id), "language": "de"})
    tender = Tender.objects.get(challenge=challenge)
    assert (answer.status_code, answer["Location"]) == (302, f"/tenders/{tender.code}")
    assert (tender.language, tender.pilot_id) == ("de", pilot.id)
    refused = client.post(f"/challenges/{challenge.code}/tenders/new", {"pilot": "x", "language": "xx"})
    assert refused.status_code == 422


@pytest.mark.parametrize("part", PARTS)
def test_each_part_can_be_saved_as_it_is(tender: Tender, part: str, django_assert_max_num_queries: Any) -> None:
    client, path = browser(unit()), f"/tenders/{tender.code}/edit/{part}"
    before = package_of(tender)
    with django_assert_max_num_queries(MOST_QUERIES):
        assert client.get(path).status_code == 200
    answer = client.post(path, sent(client, path))
    assert (answer.status_code, answer["Location"]) == (302, f"/tenders/{tender.code}")
    tender.refresh_from_db()
    assert package_of(tender) == before
    assert tender.version == 3


def test_the_overview_shows_what_there_is(tender: Tender, django_assert_max_num_queries: Any) -> None:
    client = browser(unit())
    with django_assert_max_num_queries(MOST_QUERIES):
        page = client.get(f"/tenders/{tender.code}").content.decode()
    assert page.count("complete") >= len(PARTS)
    assert all(f"/tenders/{tender.code}/{name}" in page for name in FILES)
    assert "Simplified procedure" not in page
    assert "In the pilot: 9.25 per week before" in page


def test_rows_come_and_go_and_nothing_typed_is_lost(tender: Tender) -> None:
    client, path = browser(unit()), f"/tenders/{tender.code}/edit/requirements"
    typed = sent(client, path, **{"rows-0-text": "Changed, not saved", "add": "row"})
    page = client.post(path, typed).content.decode()
    assert "Changed, not saved" in page
    assert 'value="R4"' in page
    assert 'name="rows" value="4"' in page
    page = client.post(path, {**typed, "remove": "1", "add": ""} | {"add": "row"}).content.decode()
    assert 'name="rows" value="4"' in page
    del typed["add"]
    page = client.post(path, {**typed, "remove": "1"}).content.decode()
    assert 'name="rows" value="2"' in page
    assert "Changed, not saved" in page
    assert "Bins that overflow: at most" not in page
    tender.refresh_from_db()
    assert len(package_of(tender).requirements) == 3


def test_an_empty_row_is_left_out(tender: Tender) -> None:
    client, path = browser(unit()), f"/tenders/{tender.code}/edit/prices"
    typed = sent(client, path, rows="3")
    assert client.post(path, typed).status_code == 302
    tender.refresh_from_db()
    assert [line.item for line in package_of(tender).prices] == ["Devices", "Services"]


@pytest.mark.parametrize(
    ("part", "field", "told"),
    [
        ("subject", "value", "a lot"), ("subject", "value", "-5"), ("subject", "contract", "software"),
        ("subject", "currency", "XXX"), ("criteria", "rows-0-weight", "NaN"), ("criteria", "rows-0-weight", "Infinity"),
        ("criteria", "rows-1-kind", "taste"), ("prices", "rows-0-quantity", "many"), ("dates", "notice", "31.02.2027"),
        ("dates", "opening", "noon"), ("buyers", "rows-0-country", "XX"), ("subject", "title", "x" * 201),
    ],
)  # fmt: skip
def test_what_cannot_be_read_comes_back_with_its_error(tender: Tender, part: str, field: str, told: str) -> None:
    client, path = browser(unit()), f"/tenders/{tender.code}/edit/{part}"
    answer = client.post(path, sent(client, path, **{field: told}))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Nothing you typed is lost" in page
    assert f'href="#id_{field}"' in page
    tender.refresh_from_db()
    assert tender.version == 2


@pytest.mark.parametrize("rows", ["-1", "99999", "x", "", "1e3", "²"])
def test_a_strange_number_of_rows_breaks_nothing(tender: Tender, rows: str) -> None:
    path = f"/tenders/{tender.code}/edit/prices"
    for extra in ({}, {"add": "row"}, {"remove": rows}):
        answer = browser(unit()).post(path, {"rows": rows, "version": rows, **extra})
        assert answer.status_code in {200, 302, 409, 422}


def test_faults_are_told_where_they_can_be_mended(tender: Tender) -> None:
    client, path = browser(unit()), f"/tenders/{tender.code}"
    answer = client.post(f"{path}/edit/criteria", sent(client, f"{path}/edit/criteria", **{"rows-1-name": ""}))
    assert answer["Location"] == f"{path}/edit/criteria"
    page = client.get(f"{path}/edit/criteria").content.decode()
    assert 'href="#id_rows-1-name">Give the criterion a name.' in page
    assert page.count("Give the criterion a name.") == 2
    overview = client.get(path).content.decode()
    assert f'{path}/edit/criteria#id_rows-1-name">Give the criterion a name.' in overview
    assert "package.pdf" not in overview


def test_weights_are_shown_as_shares(tender: Tender) -> None:
    client, path = browser(unit()), f"/tenders/{tender.code}/edit/criteria"
    client.post(path, sent(client, path, **{"rows-0-weight": "70"}))
    assert "50.0\u00a0%" in client.get(path).content.decode()
    assert "The weights sum to 140" in client.get(f"/tenders/{tender.code}").content.decode()


def test_the_price_has_to_be_decided_on(tender: Tender) -> None:
    client, path = browser(unit()), f"/tenders/{tender.code}"
    client.post(f"{path}/edit/criteria", sent(client, f"{path}/edit/criteria", price_confirmed=None))
    page = client.get(path).content.decode()
    assert f'{path}/edit/criteria#id_price_confirmed">The weight of the price is a suggestion' in page
    assert client.get(f"{path}/package.pdf").status_code == 409


def test_somebody_else_was_quicker(tender: Tender) -> None:
    client, path = browser(unit()), f"/tenders/{tender.code}/edit/subject"
    mine, theirs = sent(client, path, title="Mine"), sent(client, path, title="Theirs")
    assert browser(second()).post(path, theirs).status_code == 302
    answer = client.post(path, mine)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert 'value="Mine"' in page
    assert 'name="version" value="3"' in page
    assert client.post(path, {**mine, "version": "3"}).status_code == 302
    tender.refresh_from_db()
    assert tender.title == "Mine"


def test_a_partner_city_joins_and_the_parts_are_summed_up(tender: Tender) -> None:
    client, path = browser(unit()), f"/tenders/{tender.code}/edit/buyers"
    page = client.post(path, sent(client, path, partner="venlo", add="partner")).content.decode()
    assert 'value="Venlo"' in page
    assert 'name="lead"' in page
    typed = sent(client, path, rows="2", lead="1", **{"rows-0-value": "120.000", "partner": None}) | {
        "rows-1-name": "Gemeente Venlo", "rows-1-city": "Venlo", "rows-1-country": "NL", "rows-1-kind": "sub_central",
        "rows-1-value": "40 000,50",
    }  # fmt: skip
    assert client.post(path, typed)["Location"] == f"/tenders/{tender.code}"
    tender.refresh_from_db()
    package = package_of(tender)
    assert (package.lead, package.value) == (1, Money(Decimal("160000.50"), "EUR"))
    assert "value=160000.50" in client.get(f"/tenders/{tender.code}").content.decode()
    subject = client.get(f"/tenders/{tender.code}/edit/subject").content.decode()
    assert 'name="value"' not in subject
    body = json.loads(client.get(f"/tenders/{tender.code}/ocds.json").content)
    breakdown = body["releases"][0]["planning"]["budget"]["budgetBreakdown"]
    assert [row["amount"]["amount"] for row in breakdown] == [120_000, 40_000.5]


def test_when_the_lead_is_taken_out_another_one_leads(tender: Tender) -> None:
    joint = replace(package_of(tender), buyers=(*package_of(tender).buyers, Buyer("Venlo", "NL", "Venlo")), lead=1)
    client, path = (
        browser(unit()),
        f"/tenders/{a_package(tender.challenge, buyers=joint.buyers, lead=1).code}/edit/buyers",
    )
    page = client.post(path, sent(client, path, remove="0")).content.decode()
    assert 'name="lead"' not in page
    assert 'value="Venlo"' in page
    assert client.post(path, sent(client, path, rows="1")).status_code == 302


def test_the_files_are_what_they_say(tender: Tender) -> None:
    client, path = browser(unit()), f"/tenders/{tender.code}"
    reference = package_of(tender).reference
    answers = {name: client.get(f"{path}/{name}") for name in FILES}
    assert {answer.status_code for answer in answers.values()} == {200}
    assert answers["package.pdf"]["Content-Type"] == "application/pdf"
    assert answers["package.pdf"]["Content-Disposition"] == f'attachment; filename="tender-{reference}.pdf"'
    assert faults(answers["package.pdf"].content) == ()
    pdf = PdfReader(io.BytesIO(answers["package.pdf"].content))
    assert "Bins that overflow: at most 3 per week" in " ".join(page.extract_text() for page in pdf.pages)
    assert pdf.metadata is not None
    assert pdf.metadata.creation_date == tender.changed_at.replace(microsecond=0)
    word = docx.Document(io.BytesIO(answers["package.docx"].content))
    assert word.paragraphs[0].text == tender.title
    release = json.loads(answers["ocds.json"].content)
    assert validate(release) == []
    assert release["uri"] == f"http://testserver{path}/ocds.json"
    assert [one["tag"] for one in release["releases"]] == [["planning"]]
    notice = json.loads(answers["contract-notice.json"].content)
    assert (notice["subtype"], notice["notice"]["BT-01-notice"]) == ("16", "32014L0024")
    assert json.loads(answers["prior-notice.json"].content)["subtype"] == "4"
    assert json.loads(answers["package.json"].content)["package"]["title"] == tender.title


def test_a_document_is_in_the_language_of_its_package() -> None:
    tender = a_package(a_challenge("decided"), language="de")
    pdf = PdfReader(io.BytesIO(browser(unit()).get(f"/tenders/{tender.code}/package.pdf").content))
    assert pdf.trailer["/Root"]["/Lang"] == "de"
    assert "Mülleimer, die melden" in pdf.pages[0].extract_text()


def test_a_document_is_made_once_for_each_version(tender: Tender, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    monkeypatch.setattr(pdf_file, "tender_pdf", lambda *_told, **_more: made.append(1) or b"%PDF-")
    client = browser(unit())
    for _again in range(3):
        client.get(f"/tenders/{tender.code}/package.pdf")
    assert len(made) == 1
    Tender.objects.filter(id=tender.id).update(version=9)
    client.get(f"/tenders/{tender.code}/package.pdf")
    assert len(made) == 2
    cache.clear()
    client.get(f"/tenders/{tender.code}/package.pdf")
    assert len(made) == 3


@pytest.mark.parametrize("name", FILES)
def test_a_package_with_faults_gives_no_file_but_says_why(name: str) -> None:
    tender = a_package(a_challenge("decided"), requirements=(), title="")
    answer = browser(unit()).get(f"/tenders/{tender.code}/{name}")
    assert answer.status_code == 409
    assert "Write at least one requirement." in answer.content.decode()


def test_a_notice_that_does_not_exist_says_why() -> None:
    tender = a_package(a_challenge("decided"), contract="concession")
    answer = browser(unit()).get(f"/tenders/{tender.code}/contract-notice.json")
    assert answer.status_code == 409
    assert "These notices are for supplies, services and works." in answer.content.decode()


def test_handing_over_on_the_page(tender: Tender) -> None:
    client, path = browser(unit()), f"/tenders/{tender.code}"
    assert client.post(f"{path}/hand-over", {"version": "1"}).status_code == 409
    answer = client.post(f"{path}/hand-over", {"version": str(tender.version)})
    assert (answer.status_code, answer["Location"]) == (302, path)
    page = client.get(path).content.decode()
    assert hashlib.sha256(client.get(f"{path}/package.json").content).hexdigest() in page
    assert f"{path}/edit/subject" not in page
    assert client.get(f"{path}/edit/subject")["Location"] == path
    refused = client.post(
        f"{path}/edit/subject", {"title": "x", "contract": "services", "currency": "EUR", "version": "3"}
    )
    assert refused.status_code == 409
    copy = client.post(f"{path}/copy")
    assert copy.status_code == 302
    assert copy["Location"] != path


def test_open_data_is_public_once_it_is_handed_over_and_nothing_else(tender: Tender) -> None:
    path, visitor = f"/tenders/{tender.code}", browser()
    assert visitor.get(f"{path}/ocds.json").status_code == 404
    tender_hand_over(tender.id, version=tender.version, by=unit())
    for reader in (None, resident(), council()):
        answer = browser(reader).get(f"{path}/ocds.json")
        assert answer.status_code == 200
        assert validate(json.loads(answer.content)) == []
        for name in set(FILES) - {"ocds.json"}:
            assert browser(reader).get(f"{path}/{name}").status_code == 404


@pytest.mark.parametrize("role", ["visitor", "resident", "council", "department", "own department", "unit"])
def test_who_sees_what(role: str) -> None:
    waste = staff("waste")
    actors = {
        "visitor": None, "resident": resident(), "council": council(), "department": staff("building"),
        "own department": waste, "unit": unit(),
    }  # fmt: skip
    challenge = a_challenge("decided", department_id=next(iter(waste.departments)))
    tender = a_package(challenge)
    client = browser(actors[role])
    may = role in {"own department", "unit"}
    paths = [f"/challenges/{challenge.code}/tenders", f"/tenders/{tender.code}", f"/tenders/{tender.code}/edit/subject"]
    expected = {200} if may else {302} if role == "visitor" else {404}
    answers = [client.get(path) for path in paths]
    assert {answer.status_code for answer in answers} == expected
    if role == "visitor":
        assert all(answer["Location"].startswith("/sign-in?next=") for answer in answers)
    for act in ("hand-over", "copy"):
        answer = client.post(f"/tenders/{tender.code}/{act}", {"version": "2"})
        assert answer.status_code == (302 if may else 404)
    for name in FILES:
        # What was handed over above is open data.
        assert client.get(f"/tenders/{tender.code}/{name}").status_code == (200 if may else 404)


@pytest.mark.parametrize("key", ["nothere", "%00", "x" * 300])
def test_a_package_that_is_not_there(key: str) -> None:
    for path in (f"/tenders/{key}", f"/tenders/{key}/edit/subject", f"/tenders/{key}/ocds.json"):
        assert browser(unit()).get(path).status_code == 404


def test_a_part_that_is_not_there(tender: Tender) -> None:
    assert browser(unit()).get(f"/tenders/{tender.code}/edit/colour").status_code == 404

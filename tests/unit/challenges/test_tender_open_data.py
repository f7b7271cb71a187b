"""A tender as an OCDS release package: what it says, and that our schema refuses what is not OCDS."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from citytandem.challenges.tenders.kinds import BadTender
from citytandem.challenges.tenders.ocds import PublishedDocument, release_package, validate
from citytandem.challenges.tenders.package import TenderPackage
from tests.unit.challenges.tenders import KREFELD, MADE, PACKAGE, packages

LATER = MADE + timedelta(days=30)
FILE = PublishedDocument("pdf", "biddingDocuments", "Tender", "https://example.org/14.pdf", "application/pdf", LATER)


def published(package: TenderPackage = PACKAGE, **told: Any) -> Any:
    arguments = {
        "ocid_prefix": "ocds-a1b2c3", "uri": "https://example.org/ocds/14.json", "publisher": "Stadt Krefeld",
        "planned": MADE, "published": LATER, "documents": (FILE,), **told,
    }  # fmt: skip
    return json.loads(json.dumps(release_package(package, **arguments)))


def test_a_plan_and_a_tender_of_one_process() -> None:
    package = published()
    plan, tender = package["releases"]
    assert (plan["tag"], tender["tag"]) == (["planning"], ["tender"])
    assert plan["ocid"] == tender["ocid"] == "ocds-a1b2c3-2027-014"
    assert plan["id"] != tender["id"]
    assert plan["planning"]["budget"]["amount"] == {"amount": 160_000, "currency": "EUR"}
    assert [(party["id"], party["roles"]) for party in tender["parties"]] == [
        ("DE-AGS-05114000", ["buyer", "procuringEntity"]),
        ("buyer-2", ["buyer"]),
    ]
    assert tender["buyer"] == tender["tender"]["procuringEntity"] == {"id": "DE-AGS-05114000", "name": "Stadt Krefeld"}
    assert "relatedProcesses" not in tender
    assert validate(package) == []


def test_what_the_tender_says() -> None:
    tender = published()["releases"][1]["tender"]
    assert tender["items"][1] == {
        "id": "2", "description": "Operation", "quantity": 48.5, "unit": {"name": "month"},
        "classification": {"scheme": "CPV", "id": "38421110"}, "relatedLot": "L2",
        "additionalClassifications": [{"scheme": "CPV", "id": "72250000"}],
    }  # fmt: skip
    assert tender["awardCriteria"] == "ratedCriteria"
    assert tender["awardCriteriaDetails"] == "Price: 50.0 %; Accuracy: 33.3 %; Cost of a life: 16.7 %"
    assert tender["tenderPeriod"] == {"startDate": "2027-01-11T00:00:00+00:00", "endDate": "2027-02-15T12:00:00+01:00"}
    assert [row["id"] for row in tender["milestones"]] == ["opening", "decision", "start", "end"]
    assert tender["documents"][0]["url"] == FILE.url
    assert (tender["procurementMethod"], tender["mainProcurementCategory"]) == ("open", "goods")


def test_what_the_plan_says_of_each_buyer() -> None:
    package = published()
    assert package["releases"][0]["planning"]["budget"]["budgetBreakdown"] == [
        {
            "id": "1",
            "amount": {"amount": 120_000, "currency": "EUR"},
            "sourceParty": {"id": "DE-AGS-05114000", "name": "Stadt Krefeld"},
        },
        {
            "id": "2",
            "amount": {"amount": 40_000, "currency": "EUR"},
            "sourceParty": {"id": "buyer-2", "name": "Gemeente Venlo"},
        },
    ]
    assert [address.split("/")[4] for address in package["extensions"]] == [
        "ocds_lots_extension",
        "ocds_budget_breakdown_extension",
    ]
    alone = published(replace(PACKAGE, buyers=(KREFELD,), lots=(), prices=()))
    assert "extensions" not in alone
    assert "budgetBreakdown" not in alone["releases"][0]["planning"]["budget"]


def test_a_tender_that_nobody_can_bid_for_yet_is_planned() -> None:
    package = published(status="planned")
    tender = package["releases"][1]["tender"]
    assert {tender["status"], *(lot["status"] for lot in tender["lots"])} == {"planned"}
    assert validate(package) == []


def test_the_lead_is_who_leads() -> None:
    plan = published(replace(PACKAGE, lead=1), published=None)["releases"][0]
    assert [party["roles"] for party in plan["parties"]] == [["buyer"], ["buyer", "procuringEntity"]]
    assert plan["buyer"]["id"] == "buyer-2"


def test_a_plan_alone() -> None:
    package = published(published=None, documents=())
    assert [release["tag"] for release in package["releases"]] == [["planning"]]
    assert package["publishedDate"] == "2026-11-22T12:00:00+00:00"
    assert validate(package) == []


@given(package=packages())
@settings(max_examples=60, deadline=None)
def test_every_package_is_valid(package: TenderPackage) -> None:
    assert validate(published(package)) == []


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"ocid_prefix": "ocds-krefeld"}, "ocds.prefix"), ({"ocid_prefix": ""}, "ocds.prefix"),
        ({"uri": "ocds.json"}, "ocds.uri"), ({"published": MADE}, "ocds.order"),
        ({"planned": datetime(2026, 1, 1)}, "ocds.zone"),  # noqa: DTZ001
        ({"documents": (replace(FILE, url="file:///etc/passwd"),)}, "ocds.document"),
    ],
)  # fmt: skip
def test_what_cannot_be_published(told: dict[str, Any], code: str) -> None:
    with pytest.raises(BadTender) as refused:
        published(**told)
    assert refused.value.code == code


def test_a_package_with_faults_is_not_published() -> None:
    with pytest.raises(BadTender) as refused:
        published(replace(PACKAGE, buyers=(replace(KREFELD, country="XX"),)))
    assert refused.value.code == "buyer.country"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("version", "1.0"), ("uri", "not a uri"), ("publishedDate", "2026-11-22"), ("publisher", {}), ("mood", "good"),
        ("releases", []), ("releases/0/tag", ["tender"]), ("releases/1/tag", ["award"]), ("releases/1/ocid", "14"),
        ("releases/1/initiationType", "auction"), ("releases/1/language", "xx"), ("releases/1/parties", []),
        ("releases/1/parties/0/roles", ["supplier"]), ("releases/1/parties/0/address/countryName", ""),
        ("releases/1/parties/0/contactPoint/email", "nobody"), ("releases/1/buyer/id", None),
        ("releases/1/tender/status", "open"), ("releases/1/tender/procurementMethod", "direct"),
        ("releases/1/tender/mainProcurementCategory", "supplies"), ("releases/1/tender/awardCriteria", "best"),
        ("releases/1/tender/items/0/quantity", -1), ("releases/1/tender/items/0/classification/id", "3842"),
        ("releases/1/tender/value/amount", "160000"), ("releases/1/tender/value/currency", "EURO"),
        ("releases/1/tender/tenderPeriod/endDate", "2027-02-15T12:00:00"), ("releases/1/tender/title", " "),
        ("releases/1/tender/milestones/0/type", "party"), ("releases/1/tender/documents/0/documentType", "notes"),
        ("releases/1/tender/lots/0/status", "x"), ("releases/1/relatedProcesses", []), ("releases/2", {}),
    ],
)  # fmt: skip
def test_the_schema_sees_what_is_wrong(path: str, value: Any) -> None:
    package = copy.deepcopy(published())
    *way, last = path.split("/")
    place: Any = package
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place[step]
    if isinstance(place, list):
        place.append(value)
    else:
        place[last] = value
    found = validate(package)
    assert found
    assert found[0].startswith(("/".join(way), "releases", ":"))


@pytest.mark.parametrize(
    "path",
    ["uri", "version", "releases/0/planning", "releases/1/ocid", "releases/1/tender/awardCriteria", "releases/1/buyer"],
)
def test_the_schema_misses_what_is_not_there(path: str) -> None:
    package = copy.deepcopy(published())
    *way, last = path.split("/")
    place: Any = package
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place[step]
    del place[last]
    assert any(f"'{last}' is a required property" in told for told in validate(package))

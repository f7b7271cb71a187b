"""The fields of official notices, and what a person still has to fill in."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from citytandem.challenges.tenders.eforms import SDK, Notice, contract_notice, prior_information_notice
from citytandem.challenges.tenders.kinds import BadTender
from citytandem.challenges.tenders.package import TenderPackage, Timetable
from tests.unit.challenges.tenders import KREFELD, PACKAGE, packages


def test_a_contract_notice() -> None:
    notice = contract_notice(PACKAGE)
    assert notice.notice == {
        "OPT-001-notice": "2.3", "OPT-002-notice": SDK, "OPP-070-notice": "16", "BT-01-notice": "32014L0024",
        "BT-02-notice": "cn-standard", "BT-03-notice": "competition", "BT-702(a)-notice": "ENG", "BT-757-notice": "01",
    }  # fmt: skip
    assert notice.procedure["BT-21-Procedure"] == {"ENG": "Fill-level sensors for bins"}
    assert notice.procedure["BT-105-Procedure"] == "open"
    assert notice.procedure["BT-27-Procedure"] == {"amount": "160000.00", "currency": "EUR"}
    assert (notice.procedure["BT-262-Procedure"], notice.procedure["BT-263-Procedure"]) == ("38421110", ["72250000"])
    first, second = notice.lots
    assert (first["BT-137-Lot"], first["BT-22-Lot"], second["BT-137-Lot"]) == ("LOT-0001", "L1", "LOT-0002")
    assert (first["BT-131(d)-Lot"], first["BT-131(t)-Lot"]) == ("2027-02-15+01:00", "12:00:00+01:00")
    assert [row["BT-541-Lot-WeightNumber"] for row in first["criteria"]] == ["50.0", "33.3", "16.7"]
    krefeld, venlo = notice.organisations
    assert (krefeld["BT-514-Organization-Company"], venlo["BT-514-Organization-Company"]) == ("DEU", "NLD")
    assert (krefeld["OPP-050-Organization"], venlo["OPP-050-Organization"]) == ("true", "false")


def test_what_is_missing_is_told() -> None:
    missing = contract_notice(PACKAGE).missing
    assert {"notice.BT-701-notice", "organisations.2.BT-501-Organization-Company", "lots.1.BT-17-Lot"} <= set(missing)
    assert {"lots.2.BT-98-Lot", "lots.2.OPT-301-Lot-ReviewOrg", "procedure.BT-806-Procedure"} <= set(missing)
    assert not [name for name in missing if name.startswith("organisations.1")]
    poor = replace(PACKAGE, cpv="", more_cpv=(), procedure=None, documents_url="", dates=Timetable())
    added = set(contract_notice(poor).missing) - set(missing)
    assert {"procedure.BT-262-Procedure", "procedure.BT-105-Procedure", "lots.1.BT-15-Lot"} <= added


def test_a_procedure_of_two_stages_begins_with_requests() -> None:
    (lot,) = contract_notice(replace(PACKAGE, procedure="restricted", lots=(), prices=())).lots
    assert lot["BT-1311(d)-Lot"] == "2027-02-15+01:00"
    assert {"BT-131(d)-Lot", "BT-132(d)-Lot", "BT-98-Lot"}.isdisjoint(lot)


def test_a_tender_without_lots_has_one() -> None:
    (lot,) = contract_notice(replace(PACKAGE, lots=(), prices=())).lots
    assert lot["BT-21-Lot"] == {"ENG": PACKAGE.title}
    assert lot["BT-22-Lot"] == PACKAGE.reference


def test_a_prior_information_notice() -> None:
    notice = prior_information_notice(replace(PACKAGE, language="el"))
    assert (notice.notice["OPP-070-notice"], notice.notice["BT-02-notice"]) == ("4", "pin-only")
    assert (notice.notice["BT-03-notice"], notice.notice["BT-127-notice"]) == ("planning", "2027-01-11")
    assert [part["BT-137-Part"] for part in notice.lots] == ["PAR-0001", "PAR-0002"]
    assert notice.procedure["BT-24-Procedure"] == {"ELL": PACKAGE.need}
    assert "BT-105-Procedure" not in notice.procedure
    assert not [name for part in notice.lots for name in part if name.endswith("-Lot")]
    late = prior_information_notice(replace(PACKAGE, dates=replace(PACKAGE.dates, notice=None)))
    assert "notice.BT-127-notice" in late.missing


@given(package=packages())
@settings(max_examples=60, deadline=None)
def test_every_field_is_told_or_missing_never_both(package: TenderPackage) -> None:
    for make in (contract_notice, prior_information_notice):
        try:
            notice = make(package)
        except BadTender as refused:
            assert refused.code in {"eforms.contract", "eforms.procedure"}
            continue
        told = json.loads(json.dumps(notice.as_data()))
        assert set(told["missing"]).isdisjoint(_places(notice))
        assert len(set(notice.missing)) == len(notice.missing)


def _places(notice: Notice) -> set[str]:
    return {
        *(f"notice.{name}" for name in notice.notice),
        *(f"procedure.{name}" for name in notice.procedure),
        *(f"organisations.{n}.{name}" for n, one in enumerate(notice.organisations, 1) for name in one),
        *(f"lots.{n}.{name}" for n, one in enumerate(notice.lots, 1) for name in one),
    }


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"contract": "social_services"}, "eforms.contract"), ({"contract": "concession"}, "eforms.contract"),
        ({"contract": "design_contest"}, "eforms.contract"), ({"procedure": "neg-wo-call"}, "eforms.procedure"),
        ({"buyers": (replace(KREFELD, kind="utility"),)}, "eforms.buyer"), ({"title": ""}, "tender.title"),
    ],
)  # fmt: skip
def test_another_form_is_the_right_one(told: dict[str, Any], code: str) -> None:
    with pytest.raises(BadTender) as refused:
        contract_notice(replace(PACKAGE, **told))
    assert refused.value.code == code

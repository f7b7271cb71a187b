"""What a kept publiccode.yml says to a city that may take the software over."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from citytandem.streams.publiccode.parse import parse
from citytandem.streams.publiccode.told import software_told

TODAY = date(2026, 11, 1)


def told(**fields: Any) -> Any:
    found = software_told({"publiccodeYmlVersion": "0.4", **fields}, today=TODAY)
    assert found is not None
    return found


@pytest.mark.parametrize("kept", [None, {}, {"name": "x"}])
def test_without_such_a_file_there_is_nothing_to_tell(kept: Any) -> None:
    assert software_told(kept, today=TODAY) is None


def test_a_contract_that_has_ended_is_told_and_one_that_goes_on_is_not() -> None:
    ended = told(maintenance={"type": "contract", "contractors": [{"name": "A", "until": "2022-08-01"}]})
    assert (list(ended.warnings), ended.contract_until) == (["contract_ended"], date(2022, 8, 1))
    goes_on = told(maintenance={"contractors": [{"until": "2022-08-01"}, {"until": "2027-01-01"}]})
    assert list(goes_on.warnings) == []


def test_an_old_release_and_software_that_nobody_looks_after_are_told() -> None:
    found = told(releaseDate="2023-05-01", developmentStatus="obsolete", maintenance={"type": "none"})
    assert list(found.warnings) == ["unmaintained", "obsolete", "release_old"]
    assert list(told(releaseDate="2025-05-01").warnings) == []


def test_odd_values_count_as_not_said() -> None:
    found = told(releaseDate="soon", maintenance="contract (until 2022-08-01)", usedBy="Utrecht", localisation=[1])
    assert (found.released_on, found.contract_until, list(found.used_by), list(found.languages)) == (None, None, [], [])


@pytest.mark.parametrize("version", ["0.2", "0.3", "0.4.0", "0.5", "0.6", "0.7"])
def test_every_version_from_0_2_to_0_7_tells_the_same(version: str) -> None:
    text = f"""
publiccodeYmlVersion: "{version}"
name: GeoCity
url: https://example.org/geocity.git
releaseDate: 2020-01-01
platforms: [web]
developmentStatus: stable
softwareType: standalone/web
intendedAudience: {{countries: [it], unsupportedCountries: [de]}}
usedBy: ["Comune di Capaccio"]
description: {{it: {{genericName: GIS, shortDescription: Mappa}}}}
legal: {{license: EUPL-1.2}}
maintenance: {{type: contract, contractors: [{{name: CST, until: 2022-08-01}}]}}
localisation: {{localisationReady: true, availableLanguages: [it]}}
"""
    found = software_told(parse(text, today=TODAY).kept, today=TODAY)
    assert found is not None
    assert (list(found.warnings), list(found.languages)) == (["contract_ended", "release_old"], ["it"])
    assert (list(found.countries), list(found.countries_left_out)) == (["IT"], ["DE"])

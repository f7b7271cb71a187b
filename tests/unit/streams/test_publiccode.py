"""Reading publiccode.yml: what is taken over, what is noticed, and that nothing breaks it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.utils import translation
from hypothesis import example, given, settings
from hypothesis import strategies as st

from citytandem.core.errors import Invalid
from citytandem.core.themes import leaf_themes
from citytandem.streams.publiccode import PublicCode, parse, suggested
from citytandem.streams.publiccode.vocabulary import CATEGORIES, SCOPES, STAGES

TODAY = date(2026, 3, 1)
FULL = """
publiccodeYmlVersion: 0.5
name: Binwatch
url: https://example.org/binwatch.git
softwareVersion: 1.10
platforms: [web, linux]
categories: [geographic-information-systems, backup, procurement]
usedBy: ["Gemeente Utrecht", Somewhere]
developmentStatus: stable
softwareType: standalone/web
intendedAudience:
  countries: [no, NL]
  unsupportedCountries: [us]
  scope: [environment]
description:
  nl-NL:
    localisedName: Bakwacht
    genericName: Afvalmelder
    shortDescription: Houdt afvalbakken in de gaten.
    longDescription: Het laat zien welke bakken vol zijn.
    features: [Kaart, Rondes]
  en:
    shortDescription: Watches bins.
  es:
    shortDescription: Vigila los contenedores.
legal: {license: EUPL-1.2, mainCopyrightOwner: Gemeente Utrecht}
maintenance:
  type: contract
  contractors: [{name: A Firm, until: 2022-08-01, email: firm@example.org, website: "https://example.org"}]
  contacts: [{name: A Person, email: person@example.org, phone: "1"}]
localisation: {localisationReady: yes, availableLanguages: [nl, en]}
dependsOn:
  open: [{name: PostgreSQL}, {name: Redis, optional: yes}]
  hardware: [{name: Sensor}]
supports: [{id: "alias:gdpr"}]
somethingNew: {depth: [1, {more: true}]}
"""


def codes(found: PublicCode) -> dict[str, str]:
    """Notices by code, with the field that they name."""
    return {notice.code.removeprefix("publiccode."): notice.field for notice in found.notices}


def test_a_full_file_is_taken_over() -> None:
    found = parse(FULL, today=TODAY)
    assert (found.version, found.language, found.licence) == ("0.5", "nl", "EUPL-1.2")
    assert found.titles == {"nl": "Bakwacht – Afvalmelder", "en": "Binwatch – Watches bins."}
    assert found.texts["nl"].endswith("- Kaart\n- Rondes")
    assert (found.stage, found.provider) == ("in_use", "Gemeente Utrecht")
    assert found.themes == ("geodata", "procurement", "climate-adaptation")
    assert (found.countries, found.unsupported_countries) == (("NO", "NL"), ("US",))
    assert (found.needs, found.standards) == (("PostgreSQL", "Sensor"), ("gdpr",))
    assert found.kept["somethingNew"] == {"depth": ["1", {"more": True}]}
    assert found.kept["softwareVersion"] == "1.10"


def test_nobodys_name_is_kept() -> None:
    found = parse(FULL, today=TODAY)
    assert codes(found)["contacts"] == "maintenance.contacts"
    kept = json.dumps(found.kept)
    assert "A Person" not in kept
    assert "@example.org" not in kept
    assert found.kept["maintenance"]["contractors"][0]["name"] == "A Firm"


def test_other_languages_are_noticed_and_kept() -> None:
    found = parse(FULL, today=TODAY)
    assert codes(found)["language"] == "description.es"
    assert "es" in found.kept["description"]


@pytest.mark.parametrize(("today", "is_stale"), [(date(2022, 8, 1), False), (date(2022, 8, 2), True)])
def test_an_ended_contract_is_noticed(today: date, *, is_stale: bool) -> None:
    notices = parse(FULL, today=today).notices
    stale = [notice for notice in notices if notice.code == "publiccode.stale"]
    assert bool(stale) == is_stale
    assert all(notice.line == FULL[: FULL.index("until:")].count("\n") + 1 for notice in stale)


@pytest.mark.parametrize(
    ("status", "used_by", "stage"),
    [
        ("concept", "[]", "concept"),
        ("development", "[]", "planned"),
        ("beta", "[A]", "tried"),
        ("stable", "[]", ""),
        ("stable", "[A]", "in_use"),
        ("obsolete", "[A]", ""),
        ("great", "[]", ""),
    ],
)
def test_a_status_becomes_a_stage(status: str, used_by: str, stage: str) -> None:
    assert parse(_small(developmentStatus=status, usedBy=used_by)).stage == stage


def test_unmaintained_software_is_noticed() -> None:
    assert "obsolete" in codes(parse(_small(developmentStatus="obsolete")))
    assert "unmaintained" in codes(parse(_small(maintenance="{type: none}")))


@pytest.mark.parametrize("version", ["0", "0.2", '"0.4"', "0.7", "0.7.1"])
def test_versions_that_we_know(version: str) -> None:
    assert "version" not in codes(parse(f"publiccodeYmlVersion: {version}\nname: A"))


@pytest.mark.parametrize("version", ["0.1", "0.9"])
def test_versions_that_may_say_something_else(version: str) -> None:
    assert codes(parse(f"publiccodeYmlVersion: {version}\nname: A"))["version"] == "publiccodeYmlVersion"


def test_what_is_missing_is_noticed() -> None:
    found = parse("publiccodeYmlVersion: 0.4\nname: A")
    assert [notice.field for notice in found.notices if notice.code == "publiccode.missing"] == [
        "url",
        "platforms",
        "developmentStatus",
        "softwareType",
        "legal.license",
        "maintenance.type",
    ]
    assert found.titles == {"en": "A"}


@pytest.mark.parametrize(
    ("text", "code", "field", "line"),
    [
        ("", "not_a_file", "yaml", None),
        ("just words", "not_a_file", "yaml", None),
        ("- a\n- b", "not_a_file", "yaml", None),
        ("name: A", "version_missing", "publiccodeYmlVersion", None),
        ("publiccodeYmlVersion: 0.4", "name_missing", "name", None),
        ("\npubliccodeYmlVersion: one\nname: A", "version_unknown", "publiccodeYmlVersion", 2),
        ("name: [a\nb: c", "syntax", "yaml", 2),
        ("name: A\n\x00", "syntax", "yaml", 2),
        ('name: "\\UFFFFFFFF"', "syntax", "yaml", None),
        ("name: A\n---\nname: B", "syntax", "yaml", 2),
        ("legal:\n  license: A\n  license: B", "duplicate_key", "legal.license", 3),
        ("? [a]\n: b", "key", "yaml", 1),
        ("a: " + "[" * 50, "too_deep", "yaml", 1),
        ("a: &a [*a]", "too_deep", "yaml", 1),
        ("name: " + "a" * 200_001, "too_large", "yaml", None),
    ],
)
def test_broken_files_are_told_with_field_and_line(text: str, code: str, field: str, line: int | None) -> None:
    with pytest.raises(Invalid) as refused:
        parse(text)
    error = refused.value
    assert (error.code, error.field, error.details.get("line")) == (f"publiccode.{code}", field, line)


def test_many_laughs_are_stopped() -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    with pytest.raises(Invalid) as refused:
        parse("\n".join(levels))
    assert refused.value.code == "publiccode.too_large"


def test_long_texts_by_alias_are_stopped() -> None:
    with pytest.raises(Invalid) as refused:
        parse(f"a: &a {'x' * 100_000}\nb: [{', '.join(['*a'] * 1_000)}]")
    assert refused.value.code == "publiccode.too_large"


def test_the_message_names_the_line_in_the_readers_language() -> None:
    with translation.override("en"), pytest.raises(Invalid) as refused:
        parse("name: [a\nb: c")
    assert str(refused.value) == "Line 2: This is not valid YAML."


def test_users_that_name_a_city_exactly_are_suggested() -> None:
    cities = {"Utrecht": "utrecht", "Krefeld": "krefeld", "Арбанаси": "arbanasi"}
    used_by = ["Gemeente Utrecht", "Stadt Krefeld", "Krefelder Verein", "Gemeente Utrecht-Oost", "община Арбанаси"]
    assert suggested(used_by, cities) == [
        ("Gemeente Utrecht", "utrecht"),
        ("Stadt Krefeld", "krefeld"),
        ("община Арбанаси", "arbanasi"),
    ]


def test_the_vocabulary_names_themes_and_stages_that_exist() -> None:
    known = {theme.id for theme in leaf_themes()}
    assert {theme for table in (CATEGORIES, SCOPES) for named in table.values() for theme in named} <= known
    assert set(STAGES) == {"concept", "development", "beta", "stable", "obsolete"}


def test_real_files_can_be_read(real_data: Path) -> None:
    samples = yaml.safe_load((real_data / "tandem" / "publiccode_samples.yaml").read_text(encoding="utf-8"))
    for sample in samples:
        written = {key: value for key, value in sample.items() if key not in {"source", "topic_note"}}
        found = parse(yaml.safe_dump(written, allow_unicode=True), today=TODAY)
        assert found.titles
        assert found.name == sample["name"]


_words = st.sampled_from([
    "name", "publiccodeYmlVersion", "description", "en", "shortDescription", "maintenance", "contractors", "until",
    "usedBy", "categories", "legal", "license", "url", "dependsOn", "open", "supports", "intendedAudience", "countries",
])  # fmt: skip
_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.dates() | st.text() | st.binary(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_words | st.text(max_size=5), inner, max_size=5),
    max_leaves=12,
)


def _is_read_or_refused(text: str) -> None:
    try:
        found = parse(text, today=TODAY)
    except Invalid:
        return
    assert isinstance(found, PublicCode)
    written = json.dumps(found.kept, ensure_ascii=False)
    assert "\\u0000" not in written
    written.encode()
    assert found.language in found.titles


@given(st.text(max_size=400))
@example('name: "\\ud800"')
@example("%YAML 99999999999999999999.1\n---\na: b")
@example("a: !!python/object:os.system b")
@example("name: 0x\npubliccodeYmlVersion: 2022-13-45")
def test_any_text_is_read_or_refused(text: str) -> None:
    _is_read_or_refused(text)


@given(st.text(alphabet="abc:-[]{}&*!|>'\"\n #%@`,?~\\ux0 ", max_size=200))
@settings(max_examples=300)
def test_any_yaml_like_text_is_read_or_refused(text: str) -> None:
    _is_read_or_refused(f"publiccodeYmlVersion: 0.4\nname: A\n{text}")


@given(st.dictionaries(_words, _values, max_size=8))
def test_any_values_are_read_or_refused(values: dict[str, Any]) -> None:
    known = {"publiccodeYmlVersion": "0.4", "name": "A"}
    _is_read_or_refused(yaml.safe_dump({**values, **known}, allow_unicode=True))


def _small(**fields: str) -> str:
    return "\n".join(["publiccodeYmlVersion: 0.4", "name: A", *(f"{key}: {value}" for key, value in fields.items())])

"""The taxonomy: complete in nine languages, and a scheme that other systems can read."""

from __future__ import annotations

import re

import pytest

from citytandem.core.languages import LANGUAGES
from citytandem.core.themes import (
    EUROVOC,
    EUROVOC_DOMAINS,
    SCHEME,
    children_of,
    leaf_themes,
    skos,
    theme_label,
    themes,
    top_themes,
)

# The EU's authority table `data-theme`, all thirteen codes that name a theme.
DATA_THEMES = {
    "AGRI", "ECON", "EDUC", "ENER", "ENVI", "GOVE", "HEAL", "INTR", "JUST", "REGI", "SOCI", "TECH", "TRAN",
}  # fmt: skip
# A few domains of EuroVoc by hand: notation and number.
KNOWN_DOMAINS = {"04": 100142, "20": 100147, "32": 100150, "48": 100154, "52": 100155, "66": 100159, "76": 100162}


def test_there_are_two_levels_and_nothing_hangs_in_the_air() -> None:
    top = {theme.id for theme in top_themes()}
    assert len(top) >= 8
    for theme in leaf_themes():
        assert theme.broader in top
        assert not children_of(theme.id)
    assert all(children_of(theme) for theme in top)
    assert len(leaf_themes()) + len(top) == len(themes())


def test_a_parent_comes_before_its_children() -> None:
    order = list(themes())
    assert all(order.index(theme.broader) < order.index(theme.id) for theme in leaf_themes())


@pytest.mark.parametrize("theme", list(themes()))
def test_every_theme_has_a_label_in_nine_languages(theme: str) -> None:
    labels = themes()[theme].labels
    assert set(labels) == set(LANGUAGES)
    assert all(label.strip() == label and label for label in labels.values())
    assert re.search("[\u0370-\u03ff]", labels["el"])
    assert re.search("[\u0400-\u04ff]", labels["bg"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_themes_of_a_level_have_the_same_label(language: str) -> None:
    for level in (top_themes(), leaf_themes()):
        labels = [theme.label(language).casefold() for theme in level]
        assert len(labels) == len(set(labels))


def test_ids_are_short_and_plain() -> None:
    assert all(re.fullmatch(r"[a-z0-9-]{2,40}", theme) for theme in themes())


def test_every_theme_is_mapped_to_both_european_schemes() -> None:
    for theme in themes().values():
        assert theme.data_themes
        assert set(theme.data_themes) <= DATA_THEMES
        assert theme.eurovoc
        assert set(theme.eurovoc) <= set(EUROVOC_DOMAINS)


def test_an_unknown_theme_shows_as_itself() -> None:
    assert theme_label("moon-landing", "de") == "moon-landing"
    assert theme_label("waste", "de") == "Abfall"
    assert theme_label("waste", "xx") == "Waste"


def test_every_concept_of_the_scheme_is_reachable_from_its_top() -> None:
    graph = {node["@id"]: node for node in skos()["@graph"]}
    assert graph[SCHEME]["@type"] == "skos:ConceptScheme"
    concepts = {name: node for name, node in graph.items() if name != SCHEME}
    assert len(concepts) == len(themes())
    for node in concepts.values():
        assert node["skos:inScheme"] == {"@id": SCHEME}
        while "skos:topConceptOf" not in node:
            node = concepts[node["skos:broader"]["@id"]]
        assert node["skos:topConceptOf"] == {"@id": SCHEME}


def test_every_concept_has_one_preferred_label_per_language() -> None:
    for node in skos()["@graph"][1:]:
        languages = [label["@language"] for label in node["skos:prefLabel"]]
        assert sorted(languages) == sorted(LANGUAGES)


def test_the_numbers_of_eurovoc_are_right() -> None:
    assert len(EUROVOC_DOMAINS) == 21
    matches = {
        theme.id: [match["@id"] for match in node["skos:broadMatch"]]
        for theme, node in zip(themes().values(), skos()["@graph"][1:], strict=True)
    }
    for theme in themes().values():
        for code, address in zip(theme.eurovoc, matches[theme.id], strict=True):
            assert address == f"{EUROVOC}{KNOWN_DOMAINS.get(code, 100142 + EUROVOC_DOMAINS.index(code))}"
            assert 100142 <= int(address.removeprefix(EUROVOC)) <= 100162


def test_every_name_in_the_graph_is_declared_or_absolute() -> None:
    def walk(value: object) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                assert key.startswith(("@", "skos:")), key
                if key == "@id":
                    assert re.match(r"(urn|https?):", inner)
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    document = skos()
    assert document["@context"] == {"skos": "http://www.w3.org/2004/02/skos/core#"}
    walk(document["@graph"])

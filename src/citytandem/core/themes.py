"""The themes: one multilingual taxonomy (SKOS) that problems, solutions and cities share. Pure.

Two levels. Each theme is mapped to EuroVoc domains and to the EU's data themes (authority table `data-theme`), so that
catalogues and other systems understand it. The table is `themes.yaml` beside this file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

SCHEME = "urn:citytandem:themes"
DATA_THEME = "http://publications.europa.eu/resource/authority/data-theme/"
EUROVOC = "http://eurovoc.europa.eu/"
# EuroVoc's 21 domains carry the concept numbers 100142 (04, Politics) to 100162 (76, International organisations).
EUROVOC_DOMAINS = tuple("04 08 10 12 16 20 24 28 32 36 40 44 48 52 56 60 64 66 68 72 76".split())  # noqa: SIM905


@dataclass(frozen=True, slots=True)
class Theme:
    """A concept of the scheme. `broader` is the id of the theme above, or empty at the top."""

    id: str
    labels: dict[str, str]
    broader: str
    data_themes: tuple[str, ...]
    eurovoc: tuple[str, ...]

    def label(self, language: str) -> str:
        """Preferred label in `language`, else in English."""
        return self.labels.get(language) or self.labels["en"]


@cache
def themes() -> dict[str, Theme]:
    """All themes by id, in the order of the table: each top theme before its children."""
    table = yaml.safe_load(resources.files("citytandem.core").joinpath("themes.yaml").read_text(encoding="utf-8"))
    return {theme.id: theme for theme in _read(table, "", (), ())}


def _read(rows: list[dict[str, Any]], broader: str, data: tuple[str, ...], eurovoc: tuple[str, ...]) -> Iterator[Theme]:
    for row in rows:
        own_data = tuple(row.get("data_themes", data))
        own_eurovoc = tuple(str(code) for code in row.get("eurovoc", eurovoc))
        yield Theme(row["id"], row["labels"], broader, own_data, own_eurovoc)
        yield from _read(row.get("children", []), row["id"], own_data, own_eurovoc)


def top_themes() -> list[Theme]:
    """The themes without a broader one."""
    return [theme for theme in themes().values() if not theme.broader]


def leaf_themes() -> list[Theme]:
    """The themes that records carry."""
    return [theme for theme in themes().values() if theme.broader]


def children_of(theme_id: str) -> list[Theme]:
    """The narrower themes of a top theme."""
    return [theme for theme in themes().values() if theme.broader == theme_id]


def theme_label(theme_id: str, language: str) -> str:
    """Label of a theme; an unknown id (from a newer partner node) shows as itself."""
    theme = themes().get(theme_id)
    return theme.label(language) if theme else theme_id


def skos() -> dict[str, Any]:
    """The scheme as SKOS in JSON-LD (W3C SKOS Reference, 2009)."""
    concepts = []
    for theme in themes().values():
        concept: dict[str, Any] = {
            "@id": f"{SCHEME}:{theme.id}",
            "@type": "skos:Concept",
            "skos:inScheme": {"@id": SCHEME},
            "skos:prefLabel": [{"@language": k, "@value": v} for k, v in theme.labels.items()],
            "skos:broadMatch": [{"@id": f"{EUROVOC}{100142 + EUROVOC_DOMAINS.index(code)}"} for code in theme.eurovoc],
            "skos:relatedMatch": [{"@id": DATA_THEME + code} for code in theme.data_themes],
        }
        relation = ("skos:broader", f"{SCHEME}:{theme.broader}") if theme.broader else ("skos:topConceptOf", SCHEME)
        concept[relation[0]] = {"@id": relation[1]}
        concepts.append(concept)
    return {
        "@context": {"skos": "http://www.w3.org/2004/02/skos/core#"},
        "@graph": [{"@id": SCHEME, "@type": "skos:ConceptScheme"}, *concepts],
    }

"""Every code of the hand-over has words, and every word of a document can be translated."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import get_args

import pytest

import citytandem.challenges.tenders as core
from citytandem.challenges import tender_words
from citytandem.challenges.tenders.document import WORDS
from citytandem.challenges.tenders.kinds import (
    BUYER_KINDS,
    CONTRACT_KINDS,
    CRITERION_KINDS,
    PROCEDURES,
    STRENGTHS,
    Fault,
)
from citytandem.challenges.tenders.package import Note
from citytandem.challenges.tenders.reuse import WEIGHTS
from citytandem.challenges.tenders.thresholds import Fit, thresholds
from citytandem.core.catalogues import extract

SOURCES = [path.read_text(encoding="utf-8") for path in sorted(Path(core.__file__).parent.glob("*.py"))]
# Of tables that come with the program; nobody who writes a tender meets them.
OF_DEVELOPERS = {"thresholds.table", "thresholds.row"}


def codes_of(called: str) -> set[str]:
    """First arguments of calls in the pure core: literals, and what an f-string can become by its loop."""
    found = set()
    for source in SOURCES:
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == called and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    found.add(first.value)
    return found


def test_every_fault_has_words() -> None:
    codes = codes_of("Fault") - OF_DEVELOPERS
    assert {"criteria.none", "ocds.prefix", "eforms.procedure"} <= codes, "the search itself is broken"
    codes |= {f"tender.{name}" for name in ("title", "need")}
    codes |= {f"buyer.{name}" for name in ("name", "city", "nuts", "scheme", "email", "website")}
    codes |= {f"price.{name}" for name in ("item", "unit")}
    # Given to a function that makes the fault.
    codes |= set(re.findall(r'"((?:buyers|requirements|criteria|lots)\.twice)"', "".join(SOURCES)))
    own = {"criteria.price_unconfirmed", "ocds.schema"}
    assert codes | own == set(tender_words.FAULTS)


def test_every_note_has_words() -> None:
    assert codes_of("Note") == set(tender_words.NOTES)


def test_every_warning_has_words() -> None:
    source = next(one for one in SOURCES if "def fitting" in one)
    told = set(re.findall(r'"([a-z]+_[a-z_]+|splitting|outdated)"', source))
    assert set(tender_words.WARNINGS) <= told
    documented = re.search(r"`warnings` always hold (.+?)\.\n", source, re.DOTALL)
    assert documented is not None
    assert set(re.findall(r"[a-z]+_[a-z_]+|splitting|outdated", re.sub(r"\([^)]*\)", "", documented[1]))) == set(
        tender_words.WARNINGS
    )


def test_every_kind_and_procedure_has_words() -> None:
    assert set(tender_words.BUYERS) == set(BUYER_KINDS)
    assert set(tender_words.CONTRACTS) == set(CONTRACT_KINDS)
    assert set(tender_words.PROCEDURES) == set(PROCEDURES)
    assert set(tender_words.STRENGTHS) == set(STRENGTHS)
    assert set(tender_words.CRITERION_KINDS) == set(CRITERION_KINDS)
    assert set(tender_words.FITS) == set(get_args(Fit))
    assert set(tender_words.REUSE) == set(WEIGHTS)
    assert set(tender_words.REGIONS) == {fact.region for fact in thresholds() if fact.region}


def test_every_word_of_a_document_can_be_translated() -> None:
    assert tender_words.DOCUMENT_WORDS == WORDS
    known = {str(message.id) for message in extract() if isinstance(message.id, str)}
    assert set(tender_words.DOCUMENT_WORDS.values()) <= known


@pytest.mark.parametrize("language", ["de", "el", "bg"])
def test_a_document_has_all_words_in_its_language(language: str) -> None:
    words = tender_words.document_words(language)
    assert words.keys() == WORDS.keys()
    assert all(words.values())
    for placeholder, key in (("{name}", "joint"), ("{total}", "weights_normalised")):
        assert placeholder in words[key]


def test_what_is_told_stands_in_the_words() -> None:
    assert "200" in tender_words.fault_words(Fault("text.long", "title", "200"))
    assert tender_words.note_words(Note("weights_normalised", "7")) == (
        "The weights sum to 7. In the documents they are shares of 100 %."
    )
    assert tender_words.fault_words(Fault("no.such")) == "Something is wrong here."
    assert list(tender_words.warning_words(("ask_procurement_office", "splitting")))[-1].startswith("Check with your")


@pytest.mark.parametrize("told", ["100 %", "%s", "%(x)s"])
def test_a_percent_sign_in_what_is_told_breaks_nothing(told: str) -> None:
    for code in tender_words.FAULTS:
        assert tender_words.fault_words(Fault(code, "", told))

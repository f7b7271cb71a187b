"""docs/protocol tells all codes and limits there are, and names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from citytandem.federation.protocol import did, objects, pages, personal, proofs, reading, signatures

ROOT = Path(__file__).parents[3]
FEDERATION = ROOT / "src/citytandem/federation"
# The shell adds codes of its own to those of the core.
SHELL = [FEDERATION / "services" / name for name in ("agreeing.py", "storing.py")]
SOURCES = [*sorted((FEDERATION / "protocol").glob("*.py")), *SHELL]
SOURCE = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
INDEX, OBJECTS, TRANSPORT, SECURITY = (
    (ROOT / "docs" / "protocol" / name).read_text(encoding="utf-8")
    for name in ("index.md", "objects.md", "transport.md", "security.md")
)


def test_every_code_is_told_and_no_other() -> None:
    raised = set(re.findall(r'"((?:json|key|did|proof|object|log|signature|agreement)\.[a-z_]+)"', SOURCE))
    told = re.findall(r"^\| `([a-z]+\.[a-z_]+)` \|", INDEX, re.MULTILINE)
    assert sorted(told) == sorted(raised)


def test_the_limits_are_told_as_they_are() -> None:
    limits = INDEX.partition("## Limits")[2].partition("## ")[0]
    rows = dict(re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", limits, re.MULTILINE))
    assert rows["object, canonical, without proof"] == f"{reading.OBJECT_BYTES // 1024} KiB"
    assert rows["nesting of an object"] == str(reading.DEPTH)
    assert rows["members and items of an object, all together"] == f"{objects.MOST_PARTS:,}"
    assert rows["one text of an object, canonical"] == f"{objects.STRING_BYTES // 1024} KiB"
    assert rows["page of a log"] == f"{reading.PAGE_BYTES // 1024**2} MiB and {pages.MOST_ENTRIES:,} entries"
    assert rows["proofs of an object"] == str(proofs.MOST_PROOFS)
    assert rows["DID"] == f"{did.LONGEST} letters"
    assert (
        rows["life of a signed message"] == f"{signatures._LONGEST_LIFE} s, clocks apart by {signatures.SKEW_SECONDS} s"
    )
    assert f"at most {did.DOCUMENT_BYTES // 1024} KiB and {did.MOST_KEYS} keys" in INDEX


def test_types_and_covered_components_are_told() -> None:
    assert all(f"`{kind}`" in OBJECTS for kind in objects.KINDS)
    assert all(f"`{state}`" in OBJECTS for state in objects.REUSE_STATES)
    assert all(f"`{component}`" in TRANSPORT for component in (*signatures.REQUEST, *signatures.RESPONSE))
    assert f'`tag="{signatures.TAG}"`' in TRANSPORT
    assert "email" in personal.PERSONAL


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(test_[a-z0-9_]+)`", SECURITY))))
def test_each_test_that_shows_something_is_there(name: str) -> None:
    assert any(f"def {name}(" in path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))


@pytest.mark.parametrize(("file", "name"), sorted(set(re.findall(r"`([a-z_/]+\.py)::(test_[a-z0-9_]+)`", SECURITY))))
def test_each_test_of_a_node_that_shows_something_is_there(file: str, name: str) -> None:
    assert f"def {name}(" in (ROOT / "tests" / file).read_text(encoding="utf-8")

"""Each kind of decision has its words on the public page."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import citytandem.challenges
from citytandem.challenges import decision_page

SOURCE = Path(citytandem.challenges.__file__).parent
CODE = re.compile(r"[a-z]+\.[a-z_]+")


def written() -> set[str]:
    """The codes that go into a log, wherever an entry is made."""
    found = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"log_append", "log_append_all"}:
                texts = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant)]
                found |= {text for text in texts if isinstance(text, str) and CODE.fullmatch(text)}
    return found


def test_each_entry_of_the_log_is_told_in_words() -> None:
    codes = written()
    assert {"challenge.published", "proposal.step", "assessment.closed", "pilot.gate", "tender.handed_over"} <= codes
    assert codes - set(decision_page._WORDINGS) == set()

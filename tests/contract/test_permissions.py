"""Who may do what: the table in the documentation is what every address and operation really does for every role.

To write it anew: `CITYTANDEM_WRITE_PERMISSIONS=1 python3 city.py test tests/contract/test_permissions.py`, then read the
difference as the strictest administrator would.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.contract.permission_table import FAILS, HIDDEN, NO, SIGN_IN, YES, Route, markdown, routes, table
from tests.contract.permission_world import ROLES, Scene, scene

DOCUMENT = Path(__file__).parents[2] / "docs" / "develop" / "permissions.md"
_ROW = re.compile(r"^\| `(?:GET|POST|PUT|PATCH|DELETE)` \| ")
NOT_ALLOWED = {NO, HIDDEN, SIGN_IN}

# What is sent where an empty form would be refused before anybody asks who sends it; `?` in front: in the address.
RECORD = {
    "title": "Bins overflow", "place_kind": "city", "visibility": "public", "sender": "resident", "kind": "idea",
    "seen": "1",
}  # fmt: skip
PROPOSAL = {"title": "Sensors", "text": "In every bin that overflows at weekends.", "language": "en"}
BODIES: dict[str, Any] = {
    "POST /problems/new": RECORD,
    "POST /solutions/new": RECORD,
    "POST /solutions/<key>/in-use": {"status": "running", "condition_law": "Ours", "version": "0"},
    "POST /problems/<key>/status": {"status": "solved", "reason": "Done."},
    "POST /desk/links/<link_id>": {"decision": "confirm"},
    "POST /conversation/<kind>/<object_id>": {"text": "So it is here as well."},
    "POST /files/of/<kind>/<object_id>": lambda _scene: {"add": "1", "files": SimpleUploadedFile("a.txt", b"told")},
    "POST /moderation/<case_id>/merge": lambda scene: {"into": scene.value("conversation", "object_id")},
    "GET /challenges/<key>/pilots/new": lambda scene: {"proposal": scene.value("challenges", "shortlisted")},
    "POST /challenges/<key>/pilots/new": lambda scene: {"?proposal": scene.value("challenges", "shortlisted")},
    "POST /challenges/<key>/proposals/new": {**PROPOSAL, "seen": "1"},
    "POST /challenges/<key>/questions": {"text": "Until when?"},
    "POST /challenges/partners/<code>/answers/new": PROPOSAL,
    "POST /challenges/partners/<code>/answers/<answer>/edit": {**PROPOSAL, "version": "1"},
    "POST /proposals/<code>/edit": {**PROPOSAL, "version": "1"},
    "POST /api/v1/problems": {"title": "Bins overflow"},
    "POST /api/v1/solutions": {"title": "Sensors", "kind": "idea"},
    "POST /api/v1/problems/{key}/status": {"status": "solved", "reason": "Done."},
    "POST /api/v1/conversation/{kind}/{object_id}/comments": {"text": "So it is here as well."},
    "PATCH /api/v1/comments/{comment_id}": {"text": "So it was."},
    "PUT /api/v1/conversation/{kind}/{object_id}/following": {"is_muted": False},
    "POST /api/v1/files/of/{kind}/{object_id}": lambda _scene: {"files": SimpleUploadedFile("a.txt", b"told")},
    "PATCH /api/v1/files/{file_id}": {"caption": "The list"},
}

# What somebody without a sign-in may do by POST: getting in, reporting, answering to a match, stopping e-mails, having
# the conditions of two cities compared, of which nothing is kept; answering a survey with an invitation, and registering
# for an event.
VISITORS_WRITE = re.compile(
    r"^/(sign-in|sign-up|sign-out|password|confirm|report|match/feedback|api/v1/match|api/v1/feedback|"
    r"notifications/unsubscribe|invitation|translations|surveys/(answer|open)/|events/[^/]+/register$|registrations/|solutions/[^/]+/reuse$)"
)


@pytest.fixture(autouse=True)
def _refusals_are_no_news() -> Iterator[None]:
    logging.getLogger("django.request").setLevel(logging.CRITICAL)
    yield
    logging.getLogger("django.request").setLevel(logging.NOTSET)


@pytest.fixture
def built(db: None, quick_embedder: object) -> Scene:
    """One of each thing."""
    return scene()


def test_the_table_is_what_really_happens(built: Scene) -> None:
    found = table(built, BODIES)
    if os.environ.get("CITYTANDEM_WRITE_PERMISSIONS"):
        kept = [line for line in DOCUMENT.read_text(encoding="utf-8").splitlines() if not _ROW.match(line)]
        DOCUMENT.write_text("\n".join([*kept, *markdown(found)]) + "\n", encoding="utf-8")
    told = [line for line in DOCUMENT.read_text(encoding="utf-8").splitlines() if _ROW.match(line)]
    assert sorted(markdown(found)) == sorted(told)
    assert _broken(found) == []


def _broken(found: dict[Route, dict[str, str]]) -> list[str]:
    """What no table may ever say, whoever wrote it."""
    wrong = []
    for route, row in found.items():
        may = {role for role in ROLES if row[role] == YES}
        name = f"{route.method} {route.path}"
        if FAILS in row.values():
            wrong.append(f"{name} fails")
        if route.path.startswith("/administration") and may - {"administrator"}:
            wrong.append(f"{name} is open to {sorted(may)}")
        if route.path.startswith("/moderation") and may - {"moderator", "author"} and "statement" not in route.path:
            wrong.append(f"{name} is open to {sorted(may)}")
        if (
            route.path.startswith("/desk")
            and "/views/" not in route.path
            and may & {"visitor", "resident", "author", "organisation_member"}
        ):
            wrong.append(f"{name} is open to {sorted(may)}")
        if route.method != "GET" and "visitor" in may and not VISITORS_WRITE.match(route.path):
            wrong.append(f"{name} can be written by visitors")
    return wrong


def test_every_address_has_a_sample(built: Scene) -> None:
    """Else the table would leave something out in silence."""
    assert len(routes()) > 250
    assert all("<" not in route.fill(built) and "{" not in route.fill(built) for route in routes())

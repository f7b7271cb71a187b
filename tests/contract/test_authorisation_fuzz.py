"""The API as each role, with what schemathesis thinks of: nobody does what the table of permissions does not give them.

Every operation is asked for the things of the scene and for made-up ones, with bodies that fit and bodies that do not.
Besides what `test_openapi` checks: where the table says "no", nothing that is sent gets through, and no answer tells more
of a hidden thing than of one that is not there.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import schemathesis
from django.contrib.sessions.models import Session
from django.core.wsgi import get_wsgi_application
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citytandem.api import api
from tests.contract.permission_table import HIDDEN, NO, SIGN_IN
from tests.contract.permission_world import ROLES, Scene, scene
from tests.contract.test_openapi import TOKEN, _one_connection, schema_config, validated  # noqa: F401 - a fixture
from tests.contract.test_permissions import DOCUMENT

EXAMPLES = 3
MEANT = {SIGN_IN: {401}, NO: {403}, HIDDEN: {404}}
# What is wrong in itself may be said before anybody asks who sends it.
UNFIT = {400, 405, 412, 413, 415, 422, 428}
SESSION = "z" * 32
_ROW = re.compile(r"^\| `(GET|POST|PUT|PATCH|DELETE)` \| `(/api/v1/[^`]*)` \| (.*) \|$")


def permissions() -> dict[tuple[str, str], dict[str, str]]:
    """The table of the documentation: (method, path) -> role -> what they get."""
    rows = (_ROW.match(line) for line in DOCUMENT.read_text(encoding="utf-8").splitlines())
    return {
        (row[1], row[2]): dict(zip(ROLES, (cell.strip() for cell in row[3].split("|")), strict=True))
        for row in rows
        if row
    }


@pytest.fixture
def built(db: None, quick_embedder: object) -> Scene:
    """One of each thing, and somebody of each role."""
    return scene()


def operations() -> list[Any]:
    """All operations of the API, from its document."""
    described = schemathesis.openapi.from_dict(json.loads(api.document()), config=schema_config(EXAMPLES))
    described.app = get_wsgi_application()
    return [found.ok() for found in described.get_all_operations()]


@pytest.mark.parametrize("role", ROLES)
def test_nobody_does_what_they_may_not(role: str, built: Scene) -> None:
    table, person = permissions(), built.people[role]
    if person is not None:
        client = Client()
        client.force_login(person)
        Session.objects.update(session_key=SESSION)
    seen = [
        status
        for operation in operations()
        for status in _answers(operation, built, told=table[operation.method.upper(), operation.path][role], who=role)
    ]
    assert len(seen) >= len(table)
    assert any(status in (401, 403, 404) for status in seen)
    assert any(status < 300 for status in seen)


def _answers(operation: Any, built: Scene, *, told: str, who: str) -> list[int]:
    """The status of each case tried, every one of which is as the table says."""
    seen: list[int] = []

    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(case=operation.as_strategy(), of_the_scene=st.booleans())
    def ask(case: Any, of_the_scene: bool) -> None:
        if of_the_scene:
            area = operation.path.removeprefix("/api/v1").split("/")[1]
            case.path_parameters = {name: built.value(area, name) for name in case.path_parameters or {}}
        if built.people[who] is not None:
            case.cookies = {**(case.cookies or {}), "sessionid": SESSION, "csrftoken": TOKEN}
            case.headers["X-CSRFToken"] = TOKEN
        with transaction.atomic():
            status = validated(case).status_code
            transaction.set_rollback(True)
        seen.append(status)
        if told in MEANT:
            assert status >= 400, f"{who} got {status}, the table says {told}"
        if told in MEANT and of_the_scene:
            assert status in MEANT[told] | UNFIT | {401, 404}, f"{who} got {status}, the table says {told}"

    ask()
    return seen

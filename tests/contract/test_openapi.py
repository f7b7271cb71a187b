"""The whole API against its own OpenAPI document, by schemathesis: as a visitor, and as the innovation unit.

All of its checks run. Two of them are told what is right here: a change without `If-Match` is answered with 428, and a
body that fits its shape may still be refused by a rule of the domain (a rule has its own code, an unfit shape has
`request.invalid`).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.contrib.sessions.models import Session
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, settings
from schemathesis.checks import load_all_checks
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import positive_data_acceptance

from citytandem.accounts.contract import Actor
from citytandem.accounts.models import Person
from citytandem.api import api
from tests.conftest import QuickEmbedder
from tests.small_world import World, small_world

EXAMPLES = 6
REFUSED_BY_A_RULE = {400, 412, 422}
CHECKS = {
    "checks": {
        "missing_required_header": {"expected-statuses": [400, 401, 403, 404, 415, 422, 428]},
        "negative_data_rejection": {"expected-statuses": [400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 428]},
    },
}
TOKEN = "t" * 32
SESSION = "s" * 32
load_all_checks()


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """A server closes connections between requests; here they belong to the test. Refusals are no news either."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    get_wsgi_application()  # before the logger is told to be quiet: the first one sets all loggers up
    logging.getLogger("django.request").setLevel(logging.CRITICAL)
    yield
    logging.getLogger("django.request").setLevel(logging.NOTSET)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def world(db: None, quick_embedder: QuickEmbedder) -> World:
    """A few records behind the API."""
    return small_world()


@pytest.fixture
def session(innovation_unit: Actor) -> None:
    """The innovation unit is signed in under SESSION, which the cases knew before there was a database."""
    client = Client()
    client.force_login(Person.objects.get(id=innovation_unit.id))
    Session.objects.update(session_key=SESSION)


class SignedIn:
    """The sign-in of the innovation unit, for schemathesis."""

    def get(self, _case: Any, _context: Any) -> str:
        return SESSION

    def set(self, case: Any, session_key: str, _context: Any) -> None:
        case.cookies = {**(case.cookies or {}), "sessionid": session_key, "csrftoken": TOKEN}
        case.headers["X-CSRFToken"] = TOKEN


def schema_config(examples: int) -> SchemathesisConfig:
    """How schemathesis works here; the same examples each time."""
    generation = {"max-examples": examples, "deterministic": True, "no-shrink": True}
    return SchemathesisConfig.from_dict({"generation": generation, **CHECKS})


def _described() -> Any:
    """The API as its document tells it, reached in this process."""
    described = schemathesis.openapi.from_dict(json.loads(api.document()), config=schema_config(EXAMPLES))
    described.app = get_wsgi_application()
    return described


# A document of its own for each: schemathesis remembers what an API has accepted before.
as_visitor, as_innovation_unit = _described(), _described()
as_innovation_unit.auth(refresh_interval=None)(SignedIn)
moderately = settings(
    max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck), derandomize=True
)


@as_visitor.parametrize()
@moderately
def test_a_visitor_gets_what_the_document_says(case: Any, world: World) -> None:
    validated(case)


@as_innovation_unit.parametrize()
@moderately
def test_the_innovation_unit_gets_what_the_document_says(case: Any, world: World, session: None) -> None:
    validated(case)


def validated(case: Any) -> Any:
    """The answer to a case, which is what the document says."""
    response = case.call()
    by_a_rule = response.status_code in REFUSED_BY_A_RULE and response.json()["code"] != "request.invalid"
    case.validate_response(response, excluded_checks=[positive_data_acceptance] if by_a_rule else [])
    return response

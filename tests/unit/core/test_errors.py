"""Refusals as RFC 9457 problem details, in the reader's language."""

from __future__ import annotations

import json

import pytest
from django.utils.translation import gettext_lazy, override
from hypothesis import given
from hypothesis import strategies as st

from citytandem.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, Unavailable, problem_details

KINDS = [(DomainError, 400), (NotFound, 404), (Forbidden, 403), (Invalid, 422), (Conflict, 409), (Unavailable, 503)]


@pytest.mark.parametrize(("kind", "status"), KINDS)
def test_each_refusal_has_its_status(kind: type[DomainError], status: int) -> None:
    body = problem_details(kind("thing.wrong", "It is wrong."), instance="/api/v1/things")
    assert body["status"] == status
    assert body["type"] == "urn:citytandem:error:thing.wrong"
    assert (body["title"], body["code"], body["instance"]) == ("It is wrong.", "thing.wrong", "/api/v1/things")


@given(st.text(max_size=30), st.one_of(st.none(), st.text(max_size=10)), st.text(max_size=10))
def test_members_have_the_types_of_rfc_9457(message: str, field: str | None, instance: str) -> None:
    body = json.loads(json.dumps(problem_details(Invalid("a.b", message, field=field), instance=instance)))
    assert isinstance(body["type"], str)
    assert body["title"] == message
    assert isinstance(body["status"], int)
    assert ("errors" in body) == bool(field)
    assert ("instance" in body) == bool(instance)
    if field:
        assert body["errors"] == [{"field": field, "code": "a.b", "message": message}]


def test_details_stay_with_the_error_and_out_of_the_answer() -> None:
    error = Conflict("a.b", "Changed.", current_version=3)
    assert error.details == {"current_version": 3}
    assert "current_version" not in problem_details(error)


def test_a_message_is_translated_when_it_is_shown() -> None:
    error = Invalid("date.invalid", gettext_lazy("Enter a valid date."))
    with override("de"):
        assert problem_details(error)["title"] == str(error) != "Enter a valid date."
    with override("en"):
        assert str(error) == "Enter a valid date."

"""Whoever reloads the address that a form was sent to reads on a page why that does not work."""

from __future__ import annotations

import pytest
from django.test import Client


@pytest.mark.django_db
def test_an_address_asked_in_the_wrong_way_answers_with_a_page() -> None:
    answer = Client(headers={"accept-language": "en"}).delete("/problems")
    assert answer.status_code == 405
    assert "GET" in answer["Allow"]
    assert "This address cannot be asked in this way." in answer.content.decode()
    assert "<h1>" in answer.content.decode()

"""Who wishes for none of the nine languages is answered in the city's."""

from __future__ import annotations

import pytest
from django.test import Client

from citytandem.core.node import node_set

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("header", ["", "*", "ja, zh;q=0.5"])
def test_without_a_wish_the_city_s_language_is_spoken(header: str) -> None:
    node_set(name="София", home_city=None, home_slug="sofia", language="bg")
    assert Client().get("/about", headers={"Accept-Language": header})["Content-Language"] == "bg"
    assert Client().get("/about", headers={"Accept-Language": "ja, el;q=0.1"})["Content-Language"] == "el"

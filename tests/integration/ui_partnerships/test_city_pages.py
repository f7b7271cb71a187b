"""Cities, partnerships, the programme, the map and the pages about the software."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from citytandem.core.errors import Unavailable
from citytandem.partnerships.models import City
from citytandem.search import vectors

PAGES = (
    "/cities",
    "/cities?all=1",
    "/cities/krefeld",
    "/cities/sofia",
    "/partnerships",
    "/partnerships/krefeld-sofia",
    "/programme",
    "/map",
    "/about",
    "/about/match",
    "/about/accessibility",
)
MOST_QUERIES = 12


@pytest.mark.parametrize("language", ["de", "el"])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_there_with_few_queries_and_no_cookie(world: SimpleNamespace, page: str, language: str) -> None:
    client = Client(headers={"accept-language": language})
    cache.clear()
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(page)
    body = answer.content.decode()
    assert answer.status_code == 200
    assert f'<html lang="{language}"' in body
    assert len(queries) <= MOST_QUERIES
    assert not answer.cookies
    assert "csrfmiddlewaretoken" not in body


@pytest.mark.parametrize("page", PAGES)
def test_nothing_stands_inline(world: SimpleNamespace, page: str) -> None:
    body = Client().get(page).content.decode()
    assert " style=" not in body
    assert "<style" not in body
    assert "onclick" not in body
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", body))


@pytest.mark.parametrize("page", ["/cities/atlantis", "/partnerships/none", "/cities/%00", "/cities/" + "x" * 300])
def test_what_is_unknown_says_so(world: SimpleNamespace, page: str) -> None:
    assert Client().get(page).status_code == 404


@pytest.mark.parametrize("page", ["/cities/sofia", "/partnerships/krefeld-sofia"])
def test_a_page_has_a_code_for_paper(world: SimpleNamespace, page: str) -> None:
    client = Client()
    assert f'src="{page}/qr.svg"' in client.get(page).content.decode()
    image = client.get(f"{page}/qr.svg")
    assert image["Content-Type"] == "image/svg+xml"
    assert b" style=" not in image.content
    assert client.get("/cities/atlantis/qr.svg").status_code == 404


def test_a_city_page_gives_grounds_and_marks_what_is_derived(world: SimpleNamespace) -> None:
    body = Client(headers={"accept-language": "en"}).get("/cities/sofia").content.decode()
    assert "Why this would be a good partner for Krefeld" in body
    assert "Sofia can teach one thing that Krefeld wants to learn." in body
    assert "Krefeld and Sofia have been twin towns since 1999." in body
    assert 'class="ct-derived"' in body
    assert '<span lang="bg">София</span>' in body


def test_our_own_city_is_no_partner_for_itself(world: SimpleNamespace) -> None:
    body = Client(headers={"accept-language": "en"}).get("/cities/krefeld").content.decode()
    assert "This is us" in body
    assert "good partner for" not in body


def test_a_city_page_does_without_the_language_model(world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(texts: object) -> None:
        raise Unavailable("embedder.unavailable", "no")

    monkeypatch.setattr(vectors, "raw_vectors", fail)
    answer = Client(headers={"accept-language": "en"}).get("/cities/sofia")
    assert answer.status_code == 200
    assert "twin towns since 1999" in answer.content.decode()


def test_contents_from_elsewhere_are_escaped(world: SimpleNamespace) -> None:
    body = Client().get("/partnerships/krefeld-sofia").content.decode()
    assert "<script>alert" not in body
    assert "&lt;script&gt;alert" in body


def test_an_address_that_is_no_web_page_is_no_link(world: SimpleNamespace) -> None:
    source = {"works": [{"key": "x", "title": "Trick", "url": "javascript:alert(1)"}]}
    City.objects.filter(id=world.utrecht).update(source=source)
    body = Client().get("/cities/utrecht").content.decode()
    assert "Trick" in body
    assert "javascript:" not in body


def test_the_programme_is_in_order_and_says_which_dates_are_uncertain(world: SimpleNamespace) -> None:
    body = Client(headers={"accept-language": "en"}).get("/programme").content.decode()
    order = [body.index(title) for title in ("Kick-off", "Workshop", "Study trip")]
    assert order == sorted(order)
    assert body.count("date uncertain") == 1
    assert "possibly 2022" in body
    assert "no date in the source" in body


def test_places_can_be_searched_and_paged(world: SimpleNamespace) -> None:
    City.objects.bulk_create(
        City(slug=f"dorf-{n:03}", name=f"Dörf {n:03}", country="AT", sort_key=f"dorf {n:03}") for n in range(60)
    )
    client = Client(headers={"accept-language": "en"})
    first = client.get("/cities?all=1&q=dorf&country=AT").content.decode()
    assert "Dörf 000" in first
    assert "Krefeld – " not in first
    found = re.search(r'rel="next" href="([^"]+)"', first)
    assert found
    second = client.get("/cities" + found[1].replace("&amp;", "&")).content.decode()
    assert "Dörf 059" in second
    assert "Dörf 000" not in second


@pytest.mark.parametrize("query", ["'; DROP TABLE partnerships_city; --", "%", "\x00", "\u202eabc", "x" * 5_000])
def test_odd_searches_find_nothing_or_something_but_never_fail(world: SimpleNamespace, query: str) -> None:
    assert Client().get("/cities", {"all": "1", "q": query}).status_code == 200


def test_a_forged_cursor_is_told(world: SimpleNamespace) -> None:
    assert Client().get("/cities?all=1&after=forged").status_code == 422


def test_a_place_without_a_profile_has_a_page(world: SimpleNamespace) -> None:
    City.objects.create(slug="dorf-at-1", name="Dorf", country="AT", population=700, sort_key="dorf")
    answer = Client(headers={"accept-language": "en"}).get("/cities/dorf-at-1")
    assert answer.status_code == 200
    assert "We know too little of this city to say." in answer.content.decode()


def test_pages_of_an_empty_node_are_designed(db: None) -> None:
    client = Client(headers={"accept-language": "en"})
    for page, told in (
        ("/cities", "No city has a profile yet"),
        ("/partnerships", "No partnership yet"),
        ("/programme", "No programme here yet"),
    ):
        answer = client.get(page)
        assert answer.status_code == 200
        assert told in answer.content.decode()
    assert client.get("/map").status_code == 200

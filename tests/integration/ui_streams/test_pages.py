"""Every page of the two streams, as visitors get it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.small_world import World

PAGES = [
    "/",
    "/problems",
    "/problems?theme=environment&city=krefeld&status=open&language=de",
    "/solutions",
    "/solutions?kind=idea&stage=in_use&theme=waste",
    "/problems/problem-0",
    "/problems/problem-2",
    "/solutions/solution-0",
    "/themes",
    "/match",
]
MOST_QUERIES = 12


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["de", "el"])
def test_a_page_answers_in_the_reader_s_language(world: World, visitor: Client, path: str, language: str) -> None:
    response = visitor.get(path, headers={"Accept-Language": language})

    assert response.status_code == 200
    assert response["Content-Language"] == language
    assert f'<html lang="{language}"' in response.content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_a_visitor_s_page_sets_no_cookie_and_carries_no_token(world: World, visitor: Client, path: str) -> None:
    response = visitor.get(path)

    assert not response.cookies
    assert b"csrfmiddlewaretoken" not in response.content
    assert "no-store" not in response.headers.get("Cache-Control", "")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_needs_few_queries(world: World, visitor: Client, path: str) -> None:
    with CaptureQueriesContext(connection) as queries:
        visitor.get(path)

    assert len(queries) <= MOST_QUERIES, "\n".join(query["sql"][:120] for query in queries.captured_queries)


@pytest.mark.parametrize("path", PAGES)
def test_no_page_has_inline_scripts_or_styles(world: World, visitor: Client, path: str) -> None:
    html = visitor.get(path).content.decode()

    assert ' style="' not in html
    assert "<style" not in html
    assert "<script>" not in html
    assert " onclick=" not in html


def test_content_in_another_language_says_so(world: World, visitor: Client) -> None:
    html = visitor.get("/problems/problem-0", headers={"Accept-Language": "el"}).content.decode()

    assert '<span lang="en">Bins overflow at the market 0</span>' in html
    assert "πρωτότυπο" in html.casefold()
    assert "Deutsch" in html


def test_the_page_of_a_record_shows_its_links_source_and_history(world: World, visitor: Client) -> None:
    html = visitor.get("/problems/problem-0", headers={"Accept-Language": "en"}).content.decode()

    assert "Fill-level sensors for bins at the market 0" in html
    assert "It measures." in html
    assert "A report" in html
    assert "Taken from the source" in html
    assert f"/p/{world.problems[0].code}" in html


def test_drafts_stay_with_their_writers(world: World, visitor: Client, unit: Client) -> None:
    address = f"/problems/{world.draft.code}"

    assert visitor.get(address).status_code == 404
    assert visitor.get(f"{address}/matches").status_code == 404
    assert visitor.get(f"/p/{world.draft.code}").status_code == 404
    assert visitor.get(f"/match?problem={world.draft.code}").status_code == 404
    assert unit.get(address).status_code == 200


def test_a_short_address_leads_to_the_page(world: World, visitor: Client) -> None:
    code = world.solutions[0].code

    assert visitor.get(f"/s/{code}")["Location"] == f"/solutions/{code}"
    assert visitor.get(f"/s/{code}/qr.svg").content.startswith(b"<svg")


def test_a_list_tells_what_is_filtered_and_how_to_undo_it(world: World, visitor: Client) -> None:
    html = visitor.get("/problems?theme=waste&city=krefeld", headers={"Accept-Language": "en"}).content.decode()

    assert "Theme: Waste" in html
    assert 'href="/problems?city=krefeld"' in html
    assert 'href="/api/v1/problems?theme=waste&amp;city=krefeld"' in html


@pytest.mark.parametrize(
    "query",
    ["theme=nonsense", "city=atlantis", "status=%27%3B+DROP+TABLE+streams_problem%3B--", "language=xx", "kind=%00"],
)
def test_a_filter_that_nothing_fits_gives_a_useful_page(world: World, visitor: Client, query: str) -> None:
    response = visitor.get(f"/solutions?{query}" if query.startswith("kind") else f"/problems?{query}")

    assert response.status_code == 200
    assert b"/match" in response.content


def test_a_forged_page_address_is_refused_in_words(world: World, visitor: Client) -> None:
    response = visitor.get("/problems?after=nonsense", headers={"Accept-Language": "en"})

    assert response.status_code == 422
    assert "Start again from the first page" in response.content.decode()


@pytest.mark.parametrize("key", ["nope", "%00", "a" * 500, "00000000-0000-0000-0000-000000000000", "..%2f"])
def test_an_unknown_record_is_a_page_with_a_way_on(world: World, visitor: Client, key: str) -> None:
    response = visitor.get(f"/problems/{key}")

    assert response.status_code == 404
    assert 'href="/match"' in response.content.decode()


def test_what_records_say_is_escaped(world: World, visitor: Client) -> None:
    world.problems[0].title = {"de": {"text": "<script>alert(1)</script>", "by": "human"}}
    world.problems[0].save()

    for path in ("/", "/problems", "/problems/problem-0", f"/match?problem={world.problems[0].code}"):
        assert b"<script>alert" not in visitor.get(path).content


def test_names_of_people_are_for_the_city_s_staff(
    world: World, visitor: Client, neighbour: Client, unit: Client
) -> None:
    sent = neighbour.post(
        "/problems/new", {"title": "Zu laut", "place_kind": "city", "visibility": "public", "sender": "resident"}
    )
    address = sent["Location"]

    assert b"\xc2\xb7 resident" not in visitor.get(address).content
    assert b"\xc2\xb7 resident" in unit.get(address).content

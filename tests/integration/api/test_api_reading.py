"""Reading over HTTP: lists, single records, languages, caches, and what it costs."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from citytandem.accounts.contract import Actor
from citytandem.core.api import Language
from citytandem.core.languages import LANGUAGES
from citytandem.search.services import index_things
from tests.integration.api.conftest import JsonClient
from tests.small_world import World

MOST_QUERIES = 12


def test_it_knows_the_nine_languages() -> None:
    assert set(Language.__args__) == set(LANGUAGES)


@pytest.mark.parametrize("stream", ["problems", "solutions", "cities"])
def test_paging_is_complete_and_without_doubles(world: World, visitor: JsonClient, stream: str) -> None:
    seen: list[str] = []
    address: str | None = f"/api/v1/{stream}?limit=2"
    while address:
        page = visitor.get(address).json()
        seen += [item["id"] for item in page["items"]]
        address = page["next"]
    assert len(seen) == len(set(seen)) == 3


def test_the_next_page_keeps_the_filters(world: World, visitor: JsonClient) -> None:
    page = visitor.send("GET", "/problems?limit=1&theme=environment&in=fr").json()
    assert "theme=environment" in page["next"]
    assert "in=fr" in page["next"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("theme=waste", 3),
        ("theme=environment", 3),
        ("theme=energy", 0),
        ("city=krefeld", 3),
        ("city=nowhere", 0),
        ("status=open", 2),
        ("status=solved", 0),
        ("language=de", 3),
        ("language=fr", 0),
        ("partnership=krefeld-sofia", 3),
    ],
)
def test_lists_can_be_narrowed(world: World, visitor: JsonClient, query: str, found: int) -> None:
    assert len(visitor.send("GET", f"/problems?{query}").json()["items"]) == found


@pytest.mark.parametrize(("query", "found"), [("kind=idea", 3), ("kind=policy", 0), ("stage=in_use", 3)])
def test_solutions_have_filters_of_their_own(world: World, visitor: JsonClient, query: str, found: int) -> None:
    assert len(visitor.send("GET", f"/solutions?{query}").json()["items"]) == found


def test_a_record_is_found_by_id_code_and_slug(world: World, visitor: JsonClient) -> None:
    record = world.solutions[0]
    bodies = [visitor.send("GET", f"/solutions/{key}").json() for key in (record.id, record.code, record.slug)]
    assert bodies[0] == bodies[1] == bodies[2]
    assert bodies[0]["original"] == "de"
    assert bodies[0]["title"]["en"]["text"] == "Fill-level sensors for bins at the market 0"
    assert [city["slug"] for city in bodies[0]["used_in"]] == ["utrecht"]
    assert [link["problem"]["code"] for link in bodies[0]["links"]] == [world.problems[0].code]


def test_history_names_nobody_to_visitors(world: World, visitor: JsonClient, unit: JsonClient) -> None:
    path = f"/problems/{world.problems[0].code}"
    assert visitor.send("GET", path).json()["history"][0]["by"] is None
    assert unit.send("GET", path).json()["history"][0]["by"] is not None


def test_history_names_the_staff_to_no_resident(
    world: World, resident: Actor, neighbour: JsonClient, unit: JsonClient
) -> None:
    problem = world.problems[0]
    type(problem).objects.filter(id=problem.id).update(created_by=resident.id)
    path = f"/problems/{problem.code}"
    unit.send("POST", f"{path}/status", {"status": "pilot", "reason": "We measure."})
    change = neighbour.send("GET", path).json()["history"][0]
    assert (change["what"], change["by"]) == ("status", None)
    assert change["values"] is not None


def test_drafts_are_for_staff(world: World, visitor: JsonClient, unit: JsonClient) -> None:
    path = f"/problems/{world.draft.code}"
    assert visitor.send("GET", path).status_code == 404
    assert unit.send("GET", path).status_code == 200
    assert len(visitor.send("GET", "/problems").json()["items"]) == 3
    assert len(unit.send("GET", "/problems").json()["items"]) == 4


def test_an_answer_that_is_known_is_not_sent_again(world: World, visitor: JsonClient) -> None:
    for path in ("/problems", f"/problems/{world.problems[0].code}", "/themes", "/map.geojson?layer=cities"):
        first = visitor.send("GET", path)
        again = visitor.send("GET", path, If_None_Match=first["ETag"])
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"]), path
        assert visitor.send("GET", path, If_None_Match='"other"').status_code == 200
        assert first["Cache-Control"] == "public, max-age=10"


def test_answers_to_people_with_a_sign_in_stay_private(world: World, neighbour: JsonClient) -> None:
    assert neighbour.send("GET", "/problems")["Cache-Control"] == "private, no-cache"


def test_head_is_get_without_the_body(world: World, visitor: JsonClient) -> None:
    full, head = visitor.send("GET", "/themes"), visitor.send("HEAD", "/themes")
    assert head.content == b""
    assert head["Content-Length"] == str(len(full.content))
    assert head["ETag"] == full["ETag"]


def test_a_match_speaks_the_readers_language(world: World, visitor: JsonClient) -> None:
    asked = {"text": "Bins overflow at the market", "top": 2}
    german = visitor.send("POST", "/match?in=de", asked)
    english = visitor.send("POST", "/match", asked, Accept_Language="en")
    assert german["Content-Language"] == "de"
    assert german.json()["language"] == english.json()["language"] == "en"
    assert 0 < len(german.json()["solutions"]) <= 2
    assert german.json()["solutions"][0]["title"].startswith("Füllstandssensoren")
    assert english.json()["solutions"][0]["title"].startswith("Fill-level")


def test_get_and_post_find_the_same(world: World, visitor: JsonClient) -> None:
    by_get = visitor.send("GET", "/match?q=Bins+overflow&kind=problem").json()
    assert by_get == visitor.send("POST", "/match", {"text": "Bins overflow"}).json()


def test_records_have_matches(world: World, visitor: JsonClient) -> None:
    code = world.problems[0].code
    found = visitor.send("GET", f"/problems/{code}/matches?top=1").json()
    assert len(found["solutions"]) == 1
    assert str(world.problems[0].id) not in {hit["id"] for hit in found["problems"]}
    assert visitor.send("GET", f"/solutions/{world.solutions[0].code}/matches").status_code == 200


def test_internal_hits_are_for_staff(world: World, visitor: JsonClient, unit: JsonClient) -> None:
    world.solutions[2].visibility = "internal"
    world.solutions[2].save()
    index_things("solution", [world.solutions[2].id])
    path = "/match?q=Fill-level+sensors+for+bins+at+the+market+2&top=20&kind=solution"
    public, internal = (_ids(client.send("GET", path).json()) for client in (visitor, unit))
    assert str(world.solutions[2].id) not in public
    assert public <= internal


def _ids(found: dict[str, Any]) -> set[str]:
    return {hit["id"] for group in ("solutions", "problems") for hit in found[group]}


def test_cities_and_partnerships(world: World, visitor: JsonClient) -> None:
    city = visitor.send("GET", "/cities/krefeld").json()
    assert [partnership["slug"] for partnership in city["partnerships"]] == ["krefeld-sofia"]
    assert [item["name"] for item in visitor.send("GET", "/cities?country=bg").json()["items"]] == ["София"]
    assert len(visitor.send("GET", "/cities?q=UTR").json()["items"]) == 1
    partnership = visitor.send("GET", "/partnerships/krefeld-sofia").json()
    assert [member["slug"] for member in partnership["members"]] == ["krefeld", "sofia"]
    assert visitor.send("GET", "/partnerships").json()["items"] == [partnership]
    assert visitor.send("GET", "/events").json()["items"][0]["dates"] == ["2022-05"]


def test_themes_come_flat_and_as_skos(world: World, visitor: JsonClient) -> None:
    flat = visitor.send("GET", "/themes").json()["items"]
    scheme = visitor.send("GET", "/themes.jsonld")
    assert scheme["Content-Type"] == "application/ld+json"
    assert len(scheme.json()["@graph"]) == len(flat) + 1
    assert set(flat[0]["labels"]) == set(LANGUAGES)


@pytest.mark.parametrize(
    ("layer", "shape", "number"),
    [
        ("problems", "Point", 3),
        ("solutions", "Point", 3),
        ("cities", "Point", 3),
        ("partnerships", "MultiLineString", 1),
    ],
)
def test_the_map_has_layers(world: World, visitor: JsonClient, layer: str, shape: str, number: int) -> None:
    answer = visitor.send("GET", f"/map.geojson?layer={layer}&in=en")
    features = answer.json()["features"]
    assert answer["Content-Type"] == "application/geo+json"
    assert [feature["geometry"]["type"] for feature in features] == [shape] * number
    assert all(feature["properties"]["path"].startswith("/") for feature in features)


@pytest.mark.parametrize(
    "path",
    [
        "/problems",
        "/solutions",
        "/problems/problem-0",
        "/solutions/solution-0",
        "/cities",
        "/cities/krefeld",
        "/partnerships",
        "/partnerships/krefeld-sofia",
        "/events",
        "/themes",
        "/themes.jsonld",
        "/map.geojson?layer=problems",
        "/map.geojson",
        "/match?q=Bins+overflow",
        "/problems/problem-0/matches",
        "/solutions/solution-0/matches",
        "/weightings",
        "/openapi.json",
    ],
)
def test_reading_costs_few_queries(world: World, unit: JsonClient, path: str) -> None:
    unit.send("GET", path)  # what every process reads once and keeps
    with CaptureQueriesContext(connection) as queries:
        assert unit.send("GET", path).status_code == 200
    assert len(queries) <= MOST_QUERIES, [query["sql"] for query in queries]


def test_more_hits_cost_no_more_queries(world: World, visitor: JsonClient) -> None:
    path = "/match?q=Bins+overflow+at+the+market+sensors&top="
    visitor.send("GET", f"{path}20")  # sentences are embedded once
    numbers = []
    for top in (3, 20):
        with CaptureQueriesContext(connection) as queries:
            assert visitor.send("GET", f"{path}{top}").status_code == 200
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]


def test_the_whole_map_has_all_layers(world: World, visitor: JsonClient) -> None:
    features = visitor.send("GET", "/map.geojson?layer=all").json()["features"]
    assert {feature["properties"]["layer"] for feature in features} == {
        "problems",
        "solutions",
        "cities",
        "partnerships",
    }
    assert features == visitor.send("GET", "/map.geojson").json()["features"]

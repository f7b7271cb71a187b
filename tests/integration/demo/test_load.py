"""The demo in the database: the real programme, whole, once, from any of its cities."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.test import Client

from citytandem.accounts.contract import Actor
from citytandem.accounts.models import Person
from citytandem.accounts.selectors import actor_by_id
from citytandem.core.errors import Invalid
from citytandem.core.node import this_node
from citytandem.demo.load import DemoReport, demo_load
from citytandem.demo.names import demo_names
from citytandem.demo.sign_ins import SIGN_INS
from citytandem.partnerships.models import City, Partnership, ProgrammeEvent
from citytandem.progress import quiet
from citytandem.search.models import Entry
from citytandem.streams.models import Change, Link, Problem, Solution, SolutionUse

pytestmark = pytest.mark.django_db
TABLES = (City, Partnership, ProgrammeEvent, Problem, Solution, SolutionUse, Link, Change, Entry)


def load(name: str = "programme") -> DemoReport:
    return demo_load(name=name, say=quiet(), vectors=False, examples=False)


def records() -> list[Any]:
    return [*Problem.objects.all(), *Solution.objects.all()]


def test_it_loads_the_whole_programme() -> None:
    report = load()
    assert City.objects.filter(is_profiled=True).count() == report.cities == 15
    assert Partnership.objects.count() == report.partnerships == 7
    assert ProgrammeEvent.objects.count() == report.events == 13
    assert Problem.objects.count() == report.problems == 88
    assert Solution.objects.count() == report.solutions == 131
    assert Link.objects.filter(maker="source", state="confirmed").count() == report.links == 129


def test_every_record_has_two_languages_a_basis_and_a_source() -> None:
    load()
    own = {city.id: city.languages[0] for city in City.objects.all()}
    for record in records():
        assert set(record.title) == set(record.text) == {own[record.city], "en"}
        assert record.language == own[record.city]
        assert record.basis in {"stated", "derived"}
        assert record.source["title"]
        assert record.source["path"]
        assert record.visibility == "public"


def test_everything_is_in_the_index_and_nothing_else() -> None:
    report = load()
    versions = sum(len(record.title) for record in records())
    assert Entry.objects.count() == report.indexed == versions + 15
    assert set(Entry.objects.values_list("kind", flat=True)) == {"city", "problem", "solution"}


def test_loading_twice_changes_nothing() -> None:
    def everything() -> list[list[dict[str, Any]]]:
        return [list(table.objects.order_by("pk").values()) for table in TABLES]

    load()
    before = everything()
    assert load().indexed == 0
    assert everything() == before


@pytest.mark.parametrize(
    ("name", "home", "language"),
    [("programme", "Krefeld", "de"), ("krefeld", "Krefeld", "de"), ("sofia", "София", "bg")],
)
def test_the_node_belongs_to_the_city_of_the_demo(name: str, home: str, language: str) -> None:
    load(name)
    node = this_node()
    assert (node.name, node.language, node.demo) == (home, language, name)
    assert City.objects.get(id=node.home_city).slug == node.home_slug


def test_an_unknown_demo_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(Invalid) as caught:
        load("atlantis")
    assert all(name in str(caught.value) for name in demo_names())
    assert not City.objects.exists()


def test_the_demo_sign_ins_work() -> None:
    load()
    for sign_in in SIGN_INS:
        person = authenticate(username=sign_in.email, password=sign_in.password)
        assert isinstance(person, Person)
        assert sign_in.role in actor_by_id(person.id).roles
        assert person.is_demo


def test_solutions_know_where_they_are_in_use() -> None:
    load()
    used = Solution.objects.get(slug="pirna-car-sharing").uses.all()
    assert [City.objects.get(id=use.city).slug for use in used] == ["pirna"]
    assert not SolutionUse.objects.exclude(solution__stage="in_use").exists()


def test_a_pair_of_texts_from_one_source_is_joined_with_a_reason() -> None:
    load()
    link = Link.objects.select_related("problem", "solution").get(
        problem__slug="hamm-learn-eu-networks-calls", solution__slug="arezzo-peer-tips-on-eu"
    )
    assert set(link.why) == {"de", "en"}
    assert link.basis == "stated"


def test_coordinates_name_their_source() -> None:
    load()
    for city in City.objects.all():
        assert city.latitude is not None
        assert city.source["coordinates"]["title"] == "GeoNames"
    assert City.objects.get(slug="geestland").source["coordinates"]["point_of"] == "Langen"


def test_it_needs_about_ten_queries_a_record(django_assert_max_num_queries: Callable[..., Any]) -> None:
    with django_assert_max_num_queries(2_700):
        load()


def test_vectors_follow_with_the_rest(quick_embedder: Any) -> None:
    demo_load(name="programme", say=quiet(), examples=False)
    assert not Entry.objects.filter(embedding=None).exists()


@pytest.mark.parametrize("stream", ["problems", "solutions"])
def test_every_record_is_told_by_the_api_and_can_be_changed(stream: str, innovation_unit: Actor) -> None:
    """The sources leave much unsaid; that must not stop anybody from reading or completing it."""
    load()
    client = Client()
    client.force_login(Person.objects.get(id=innovation_unit.id))
    told, path = [], f"/api/v1/{stream}?limit=100"
    while path:
        answer = client.get(path)
        assert answer.status_code == 200, answer.content
        told += answer.json()["items"]
        path = answer.json()["next"]
    assert {item["id"] for item in told} == {str(row.id) for row in records() if f"{row._meta.model_name}s" == stream}
    for item in told[::10]:
        assert client.get(f"/api/v1/{stream}/{item['code']}").status_code == 200
        page = client.get(f"/{stream}/{item['code']}/edit")
        unchanged = {name: value for name, value in page.context["form"].initial.items() if value is not None}
        saved = client.post(f"/{stream}/{item['code']}/edit", unchanged)
        assert saved.status_code == 302, saved.context["form"].errors
        assert client.get(f"/api/v1/{stream}/{item['code']}").json()["version"] == item["version"]

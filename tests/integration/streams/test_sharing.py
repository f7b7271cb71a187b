"""Problems and solutions of partner nodes: what goes out, what comes in, and that both find each other in any order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from citytandem.accounts.contract import SYSTEM, Actor
from citytandem.core import clock
from citytandem.core.errors import Forbidden, Invalid
from citytandem.core.ids import stable_id
from citytandem.core.node import node_set
from citytandem.core.permissions import allowed
from citytandem.core.versions import translations
from citytandem.partnerships.services import city_import
from citytandem.search.models import Entry
from citytandem.search.services import index_things
from citytandem.streams.models import Change, Evidence, Gone, Link, LinkState, Problem, Solution, SolutionUse
from citytandem.streams.rules import is_readable
from citytandem.streams.selectors import is_ours, visible_to
from citytandem.streams.services.links import link_decide, link_make
from citytandem.streams.services.moderating import record_moderate
from citytandem.streams.services.records import Wording, record_edit, record_submit
from tests.integration.streams.partner_nodes import AT, SOFIA, drop, profile, published, take, uri

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_embedder")]
KREFELD = stable_id("city", "krefeld")


@pytest.fixture(autouse=True)
def krefeld(db: None, settings: Any) -> None:
    """This is Krefeld's node."""
    settings.ADDRESS = "https://krefeld.example"
    city_import(slug="krefeld", name="Krefeld", country="DE", fields={"languages": ["de"]}, by=SYSTEM)
    node_set(name="Krefeld", home_city=KREFELD, home_slug="krefeld", language="de")


def write(kind: str, title: str, **details: Any) -> Any:
    return record_submit(kind=kind, wording=Wording(title, "", "de"), details=details, by=SYSTEM)


def test_our_public_records_go_out_and_others_do_not() -> None:
    ours = write("problem", "Volle Eimer", city=KREFELD, themes=["waste"])
    for_partners = write("problem", "Hitze", visibility="partners")
    hidden = [write("problem", "Entwurf", visibility="draft"), write("problem", "Intern", visibility="internal")]
    elsewhere = write("problem", "In Sofia", city=stable_id("city", "sofia"))
    take("Problem", 1)
    assert published("problem", ours.id).visibility == "public"
    assert published("problem", ours.id).details["themes"] == ["waste"]
    assert published("problem", for_partners.id).visibility == "partners"
    for one in (*hidden, elsewhere, Problem.objects.get(origin=SOFIA)):
        assert published("problem", one.id) is None


def test_what_is_held_by_moderation_is_not_published() -> None:
    ours = write("problem", "Volle Eimer")
    Problem.objects.filter(id=ours.id).update(moderation="held")
    assert published("problem", ours.id) is None


def test_a_solution_arrives_as_it_was_published() -> None:
    conditions = {"law": translations(de="Vergaberecht", en="Procurement law")}
    ours = write(
        "solution", "Sensoren", themes=["waste"], trl=7, stage="in_use", cost_low="100.50", frame_conditions=conditions,
        provider="Stadtbetriebe", standards=["LoRaWAN"], url="https://krefeld.example/sensors",
    )  # fmt: skip
    out = published("solution", ours.id)
    take("Solution", 1, details=dict(out.details), texts=out.texts)
    came = Solution.objects.get(origin=SOFIA)
    same = ["themes", "trl", "stage", "provider", "standards", "url", "title", "text", "language", "kind"]
    ours.refresh_from_db()
    assert {name: getattr(came, name) for name in same} == {name: getattr(ours, name) for name in same}
    assert came.cost_low == ours.cost_low
    assert came.frame_conditions == conditions


def test_it_is_nobodys_to_change_here(innovation_unit: Actor) -> None:
    take("Problem", 1)
    record = Problem.objects.get()
    for permission in ("edit", "set_status", "route", "take_over"):
        assert not allowed(f"streams.{permission}", innovation_unit, record)
    with pytest.raises(Forbidden):
        record_edit(
            kind="problem", key=record.id, version=1, by=innovation_unit, wording=Wording("Mine", ""), details={}
        )
    assert record.department is None
    assert not Problem.objects.filter(is_ours()).exists()


def test_the_same_again_changes_nothing_and_a_newer_version_is_shown() -> None:
    take("Problem", 1)
    before = Problem.objects.values().get()
    take("Problem", 1)
    assert Problem.objects.values().get() == before
    later = AT + timedelta(days=1)
    take("Problem", 1, version=2, texts={"name": translations(en="Other words")}, updated=later)
    record = Problem.objects.get()
    assert record.title == translations(en="Other words")
    assert (record.id, record.code, record.version) == (before["id"], before["code"], 2)
    assert record.changed_at == later


def test_a_clock_that_is_ahead_does_not_come_first() -> None:
    ahead = clock.now() + timedelta(days=300)
    take("Problem", 1, published=ahead, updated=ahead)
    assert Problem.objects.get().created_at <= clock.now()


def test_words_of_a_machine_stay_marked_and_ours_are_kept() -> None:
    name = {**translations(bg="Кофи"), **translations(by="machine", en="Bins")}
    take("Problem", 1, texts={"name": name})
    record = Problem.objects.get()
    assert record.title["en"]["by"] == "machine"
    assert record.language == "bg"
    record.title = {**record.title, "de": {"text": "Eimer", "by": "machine", "of": record.title["en"]["of"]}}
    record.save()
    take("Problem", 1, texts={"name": name}, version=2, details={"status": "solved"})
    record.refresh_from_db()
    assert record.status == "solved"
    assert record.title["de"]["text"] == "Eimer"


@pytest.mark.parametrize(
    "details",
    [
        {"status": 7, "sender": ["x"], "affected": "all", "themes": {"waste": 1}, "place": [1], "source": "x"},
        {"place": {"latitude": 91, "longitude": 0, "name": 3}, "evidence": {}, "language": "xx", "basis": "guess"},
        {"place": {"latitude": True, "longitude": 1e300}, "partnership": {"a": 1}, "affected": [None, {}]},
    ],
)
def test_odd_details_of_a_problem_are_left_out(details: dict[str, Any]) -> None:
    take("Problem", 1, details=details)
    record = Problem.objects.get()
    assert (record.status, record.sender, record.affected, record.themes) == ("", "", [], [])
    assert (record.latitude, record.place_kind) == (None, "city")


@pytest.mark.parametrize(
    "details",
    [
        {"trl": 12, "costLow": "x", "costHigh": -3, "standards": "a", "frame": [1], "url": "javascript:alert(1)"},
        {"trl": "7", "costLow": "9", "costHigh": "3", "standards": [1, {}], "frame": {"law": "x"}, "answers": 3},
        {"costLow": "1e40", "usedIn": [{"slug": 3}, "x", {"geonameid": -1}], "answers": ["x", 3, "y" * 900], "kind": 1},
    ],
)
def test_odd_details_of_a_solution_are_left_out(details: dict[str, Any]) -> None:
    take("Solution", 1, details=details)
    record = Solution.objects.get()
    assert (record.trl, record.cost_low, record.cost_high, record.url) == (None, None, None, "")
    assert (record.frame_conditions, record.standards, record.kind) == ({}, [], "idea")


def test_without_a_title_it_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        take("Problem", 1, texts={"name": translations(xx="?")})
    assert refused.value.code == "partner.no_title"


def test_who_reads_what_is_for_partners(resident: Actor, innovation_unit: Actor, make_actor: Any) -> None:
    take("Problem", 1, visibility="partners")
    record = Problem.objects.get()
    readers = [innovation_unit, make_actor("council_viewer"), make_actor("programme_coordinator")]
    assert not is_readable(resident, record)
    assert all(is_readable(reader, record) for reader in readers)
    assert not visible_to(resident, Problem).exists()


def test_a_link_is_made_when_both_are_here_in_either_order() -> None:
    take("Solution", 2, details={"answers": [uri(1)]})
    assert not Link.objects.exists()
    take("Problem", 1)
    link = Link.objects.get()
    assert (link.problem.origin_uri, link.solution.origin_uri, link.state) == (uri(1), uri(2), "confirmed")
    take("Solution", 3, details={"answers": [uri(1)]})
    assert Link.objects.count() == 2
    take("Solution", 3, details={"answers": []}, version=2)
    assert Link.objects.get() == link


def test_a_partner_suggests_its_solution_for_our_problem(innovation_unit: Actor) -> None:
    ours = write("problem", "Volle Eimer")
    answers = [f"https://krefeld.example/federation/objects/{ours.id}"]
    take("Solution", 2, details={"answers": answers})
    link = Link.objects.get()
    assert (link.problem_id, link.state) == (ours.id, LinkState.SUGGESTED)
    link_decide(link_id=link.id, accept=True, by=innovation_unit)
    take("Solution", 2, version=2, details={"answers": []})
    assert Link.objects.get().state == LinkState.CONFIRMED


def test_the_matchs_suggestion_for_our_problem_stays_one() -> None:
    ours = write("problem", "Volle Eimer")
    take("Solution", 2)
    Link.objects.create(problem=ours, solution=Solution.objects.get(), maker="matcher", created_at=AT)
    take("Solution", 2, version=2, details={"answers": [f"https://krefeld.example/federation/objects/{ours.id}"]})
    assert Link.objects.get().state == LinkState.SUGGESTED


def test_our_confirmed_links_travel_with_the_solution(innovation_unit: Actor) -> None:
    solution, problem = write("solution", "Sensoren"), write("problem", "Volle Eimer")
    hidden = write("problem", "Intern", visibility="internal")
    take("Problem", 1)
    link = link_make(problem=problem.id, solution=solution.id, why="", by=innovation_unit)
    link_make(problem=hidden.id, solution=solution.id, why="", by=innovation_unit)
    link_make(problem=Problem.objects.get(origin=SOFIA).id, solution=solution.id, why="", by=innovation_unit)
    answers = [f"https://krefeld.example/federation/objects/{problem.id}", uri(1)]
    assert published("solution", solution.id).details["answers"] == answers
    link_decide(link_id=link.id, accept=False, by=innovation_unit)
    assert published("solution", solution.id).details["answers"] == [uri(1)]


def test_what_people_here_have_turned_down_a_partner_does_not_confirm(innovation_unit: Actor) -> None:
    take("Problem", 1)
    take("Solution", 2)
    link = link_make(problem=Problem.objects.get().id, solution=Solution.objects.get().id, why="", by=innovation_unit)
    link_decide(link_id=link.id, accept=False, by=innovation_unit)
    take("Solution", 2, details={"answers": [uri(1)]}, version=2)
    assert Link.objects.get().state == LinkState.REJECTED


def both_here(**more: Any) -> Link:
    """A problem and a solution of Sofia, joined in the way told."""
    take("Problem", 1)
    take("Solution", 2)
    pair = {"problem": Problem.objects.get(), "solution": Solution.objects.get()}
    return Link.objects.create(**pair, created_at=AT, **{"maker": "matcher", "state": "suggested"} | more)


@pytest.mark.parametrize("maker", ["matcher", "source"])
@pytest.mark.parametrize("accept", [True, False])
def test_what_people_here_have_decided_no_partner_changes(innovation_unit: Actor, maker: str, accept: bool) -> None:
    link = both_here(maker=maker)
    link_decide(link_id=link.id, accept=accept, by=innovation_unit)
    before = Link.objects.values().get()
    for version, answers in ((2, [uri(1)]), (3, []), (4, [uri(1)])):
        take("Solution", 2, version=version, details={"answers": answers})
        assert Link.objects.values().get() == before


def test_a_link_that_the_match_suggested_and_a_person_confirmed_before_stays() -> None:
    both_here(state="confirmed")
    for version, answers in ((2, [uri(1)]), (3, [])):
        take("Solution", 2, version=version, details={"answers": answers})
        assert Link.objects.get().maker == "matcher"


def test_a_link_of_a_partner_that_people_turned_down_is_not_confirmed_by_leaving_it_out_once() -> None:
    take("Problem", 1)
    take("Solution", 2, details={"answers": [uri(1)]})
    Link.objects.update(state="rejected")
    take("Solution", 2, version=2, details={"answers": []})
    take("Solution", 2, version=3, details={"answers": [uri(1)]})
    assert Link.objects.get().state == LinkState.REJECTED


def test_what_moderation_has_decided_outlives_a_withdrawal(make_actor: Any) -> None:
    take("Problem", 1)
    key, moderator = Problem.objects.get().id, make_actor("moderator")
    for before, after in (("removed", "removed"), ("held", "held"), ("", "")):
        record_moderate(kind="problem", record_id=key, state=before, by=moderator)
        drop("Problem", 1)
        take("Problem", 1, version=3)
        assert Problem.objects.get().moderation == after
    drop("Problem", 1)
    record_moderate(kind="problem", record_id=key, state="removed", by=moderator)
    take("Problem", 1, version=5)
    assert Problem.objects.get().moderation == "removed"


def test_withdrawn_it_is_gone_with_its_history_and_can_come_back() -> None:
    take("Problem", 1)
    record = Problem.objects.get()
    index_things("problem", [record.id])
    assert Entry.objects.filter(object_id=record.id).exists()
    drop("Problem", 1, 99)
    index_things("problem", [record.id])
    assert not Entry.objects.filter(object_id=record.id).exists()
    assert not Problem.objects.exists()
    assert not Change.objects.filter(object_id=record.id).exists()
    assert Gone.objects.get().code == record.code
    take("Problem", 1, version=3)
    assert Problem.objects.get().code == record.code
    assert not Gone.objects.exists()


# --- cities ---------------------------------------------------------------------------------------------------------


def test_cities_that_use_a_solution_are_told_by_name() -> None:
    city_import(slug="riga", name="Rīga", country="LV", fields={"geonameid": 456172}, by=SYSTEM)
    ours = write("solution", "Sensoren")
    for city in (KREFELD, stable_id("city", "riga")):
        SolutionUse.objects.create(solution=ours, city=city)
    details = published("solution", ours.id).details
    assert (details["usedHere"], details["usedIn"]) == (True, [{"slug": "riga", "country": "LV", "geonameid": 456172}])
    profile(1)
    take("Solution", 2, details=details)
    came = Solution.objects.get(origin=SOFIA)
    assert set(came.uses.values_list("city", flat=True)) == {stable_id("city", "riga"), stable_id("city", "sofia")}


def test_what_is_not_a_text_is_screened_too() -> None:
    address = "https://krefeld.example/?to=anna%40firma.example"
    solution = write("solution", "Sensoren", licence="bei anna@firma.example", url=address)
    watched = published("solution", solution.id).watched
    assert [one for one in watched if "anna@firma.example" in one] == [
        "bei anna@firma.example",
        "https://krefeld.example/?to=anna@firma.example",
    ]
    problem = write("problem", "Volle Eimer")
    Problem.objects.update(source={"title": "x", "url": address})
    assert "https://krefeld.example/?to=anna@firma.example" in published("problem", problem.id).watched


def test_evidence_belongs_to_the_solution_of_its_own_node_alone() -> None:
    row = {
        "name": "Full bins",
        "unit": "a day",
        "baseline": 40,
        "after": 22.5,
        "interval": [-20, -15],
        "n": {"before": 3},
    }
    take("Evidence", 3, details={"solution": uri(2), "verdict": "adopt", "indicators": [row, 7]})
    take("Solution", 2)
    found = Evidence.objects.get()
    assert found.solution == Solution.objects.get()
    assert found.indicators[0]["after"] == 22.5
    ours = write("solution", "Sensoren")
    mine = f"https://krefeld.example/federation/objects/{ours.id}"
    take("Evidence", 4, details={"solution": mine})
    assert Evidence.objects.get(solution_uri=mine).solution is None


@pytest.mark.parametrize(
    "told", [None, 7, "", "\U00012000" * 700, "https://sofia.example/" + "\U00012000" * 600, "javascript:a()"]
)
def test_evidence_names_its_solution_by_an_address(told: Any) -> None:
    with pytest.raises(Invalid) as refused:
        take("Evidence", 3, details={"solution": told, "verdict": "adopt"})
    assert refused.value.code == "partner.evidence_unreadable"

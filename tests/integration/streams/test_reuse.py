"""Taking a partner's solution over: what we say, what the origin shows, and what a reader of either page sees."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from citytandem.accounts.contract import SYSTEM, Actor
from citytandem.core.errors import Conflict, Forbidden, Invalid, NotFound
from citytandem.core.ids import stable_id
from citytandem.core.node import node_set
from citytandem.core.versions import translations
from citytandem.federation.contract import copy_id
from citytandem.partnerships.services import city_import
from citytandem.streams.models import Problem, Solution, SolutionUse
from citytandem.streams.models_shared import Reuse
from citytandem.streams.selectors import MOST_ANSWERS
from citytandem.streams.services.records import Wording, record_submit
from citytandem.streams.services.reusing import ReuseTold, reuse_save, reuse_withdraw
from tests.integration.streams.partner_nodes import drop, profile, published, take, uri

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_embedder")]
KREFELD, SOFIA = stable_id("city", "krefeld"), stable_id("city", "sofia")
OURS = "https://krefeld.example/federation/objects/"


@pytest.fixture(autouse=True)
def krefeld(db: None, settings: Any) -> None:
    settings.ADDRESS = "https://krefeld.example"
    city_import(slug="krefeld", name="Krefeld", country="DE", fields={"languages": ["de"]}, by=SYSTEM)
    node_set(name="Krefeld", home_city=KREFELD, home_slug="krefeld", language="de")


@pytest.fixture
def theirs(krefeld: None) -> Solution:
    """A solution of Sofia."""
    profile()
    frame = {"law": translations(bg="Закон за обществените поръчки", en="Procurement act")}
    take("Solution", 2, details={"frame": frame, "stage": "in_use"})
    return Solution.objects.get()


@pytest.fixture
def signed_in(client: Client, innovation_unit: Actor) -> Client:
    from django.contrib.auth import get_user_model

    client.force_login(get_user_model().objects.get(id=innovation_unit.id))
    return client


def told(**more: Any) -> ReuseTold:
    values: dict[str, Any] = {"status": "running", "conditions": {"law": "Wir vergeben nach der UVgO."}}
    return ReuseTold(**values | more)


def test_we_take_over_and_partners_get_our_answer(theirs: Solution, innovation_unit: Actor) -> None:
    row = reuse_save(told(results="Halb so viele volle Eimer."), solution=theirs.code, by=innovation_unit)
    out = published("reuse", row.id)
    assert (out.kind, out.in_reply_to, out.visibility) == ("Reuse", uri(2), "public")
    assert out.details["status"] == "running"
    assert out.details["frame"] == {"law": translations(de="Wir vergeben nach der UVgO.")}
    assert out.texts["content"] == translations(de="Halb so viele volle Eimer.")
    assert SolutionUse.objects.get().city == KREFELD
    assert "Krefeld" not in str(out.details)


def test_a_plan_does_not_count_as_use(theirs: Solution, innovation_unit: Actor) -> None:
    reuse_save(told(status="planned"), solution=theirs.code, by=innovation_unit)
    assert not SolutionUse.objects.exists()
    reuse_save(told(status="done", version=1), solution=theirs.code, by=innovation_unit)
    assert SolutionUse.objects.get().city == KREFELD
    reuse_save(told(status="stopped", version=2), solution=theirs.code, by=innovation_unit)
    assert not SolutionUse.objects.exists()


def test_who_was_slower_is_told(theirs: Solution, innovation_unit: Actor) -> None:
    reuse_save(told(), solution=theirs.code, by=innovation_unit)
    with pytest.raises(Conflict):
        reuse_save(told(status="stopped"), solution=theirs.code, by=innovation_unit)
    assert Reuse.objects.get().status == "running"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"conditions": {}}, "reuse.conditions_missing"),
        ({"status": "great"}, "status.unknown"),
        ({"evidence_url": "javascript:alert(1)"}, "url.scheme"),
        ({"results": "x" * 5_001}, "text.too_long"),
    ],
)
def test_what_cannot_be_said(theirs: Solution, innovation_unit: Actor, wrong: dict[str, Any], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        reuse_save(told(**wrong), solution=theirs.code, by=innovation_unit)
    assert refused.value.code == code


def test_only_the_innovation_unit_speaks_for_the_city(theirs: Solution, resident: Actor) -> None:
    with pytest.raises(Forbidden):
        reuse_save(told(), solution=theirs.code, by=resident)
    with pytest.raises(Forbidden):
        reuse_withdraw(solution=theirs.code, by=resident)


def test_our_own_solution_is_not_taken_over(innovation_unit: Actor) -> None:
    ours = record_submit(kind="solution", wording=Wording("Sensoren", "", "de"), by=innovation_unit)
    with pytest.raises(Invalid) as refused:
        reuse_save(told(), solution=ours.code, by=innovation_unit)
    assert refused.value.code == "reuse.own"


def test_what_is_taken_back_is_withdrawn(theirs: Solution, innovation_unit: Actor) -> None:
    row = reuse_save(told(), solution=theirs.code, by=innovation_unit)
    reuse_withdraw(solution=theirs.code, by=innovation_unit)
    assert published("reuse", row.id) is None
    assert not SolutionUse.objects.exists()


def test_our_word_rests_while_the_solution_is_away(theirs: Solution, innovation_unit: Actor) -> None:
    row = reuse_save(told(), solution=theirs.code, by=innovation_unit)
    drop("Solution", 2)
    assert published("reuse", row.id) is None
    take("Solution", 2, version=3)
    assert published("reuse", row.id) is not None
    assert SolutionUse.objects.get().city == KREFELD


def arrives(solution: Any, number: int = 7, **more: Any) -> None:
    """Sofia says that it takes our solution over."""
    details = {"status": "running", "frame": {"law": translations(en="Sofia's law")}, "since": "2026-03-01"} | more
    texts = {"content": translations(bg="Работи", en="It works")}
    take("Reuse", number, in_reply_to=f"{OURS}{solution.id}", details=details, texts=texts, page="")


def test_a_partners_reuse_stands_at_the_origin_and_counts(client: Client, innovation_unit: Actor) -> None:
    ours = record_submit(kind="solution", wording=Wording("Sensoren", "", "de"), by=innovation_unit)
    arrives(ours, evidence="https://sofia.example/report")
    profile()
    assert SolutionUse.objects.get(solution=ours).city == SOFIA
    page = client.get(f"/solutions/{ours.code}?lang=en").content.decode()
    for words in ("reused in 1 city", "It works", "Sofia&#x27;s law", "https://sofia.example/report"):
        assert words in page
    arrives(ours, status="stopped")
    assert not SolutionUse.objects.exists()
    drop("Reuse", 7)
    assert "It works" not in client.get(f"/solutions/{ours.code}?lang=en").content.decode()


def test_our_own_word_on_use_outlives_a_partners(innovation_unit: Actor) -> None:
    ours = record_submit(kind="solution", wording=Wording("Sensoren", "", "de"), by=innovation_unit)
    profile()
    SolutionUse.objects.create(solution=ours, city=SOFIA)
    arrives(ours)
    drop("Reuse", 7)
    assert SolutionUse.objects.get().city == SOFIA


def test_for_our_city_no_partner_speaks(theirs: Solution, innovation_unit: Actor) -> None:
    reuse_save(told(), solution=theirs.code, by=innovation_unit)
    for version, used in ((2, [{"slug": "krefeld", "country": "DE"}]), (3, [])):
        take("Solution", 2, version=version, details={"usedIn": used})
        assert SolutionUse.objects.get().city == KREFELD
    reuse_withdraw(solution=theirs.code, by=innovation_unit)
    take("Solution", 2, version=4, details={"usedIn": [{"slug": "krefeld", "country": "DE"}]})
    assert not SolutionUse.objects.exists()


def test_what_a_city_says_itself_goes_and_what_the_origin_says_of_it_stays(theirs: Solution) -> None:
    take("Reuse", 8, in_reply_to=uri(2), details={"status": "running"})
    for version, used in ((2, True), (3, False)):
        take("Solution", 2, version=version, details={"usedHere": used})
        assert SolutionUse.objects.get().city == SOFIA
    take("Solution", 2, version=4, details={"usedHere": True})
    drop("Reuse", 8)
    assert SolutionUse.objects.get().city == SOFIA


def test_a_node_says_once_how_far_it_is_with_a_solution(innovation_unit: Actor) -> None:
    ours = record_submit(kind="solution", wording=Wording("Sensoren", "", "de"), by=innovation_unit)
    for number in (7, 8, 9):
        arrives(ours, number)
    assert Reuse.objects.get().origin_uri == uri(9)
    arrives(ours, 7, status="stopped")
    assert (Reuse.objects.get().status, SolutionUse.objects.count()) == ("stopped", 0)


def test_a_crowd_of_nodes_does_not_take_a_partners_place(client: Client, innovation_unit: Actor) -> None:
    ours = record_submit(kind="solution", wording=Wording("Sensoren", "", "de"), by=innovation_unit)
    profile()
    for number in range(MOST_ANSWERS + 1):
        more = {"origin": f"did:web:aaa.example:{number}", "uri": f"https://aaa.example/{number}/1", "page": ""}
        take("Reuse", 1, in_reply_to=f"{OURS}{ours.id}", details={"status": "running"}, peer_name="Crowd", **more)
    arrives(ours)
    assert "It works" in client.get(f"/solutions/{ours.code}?lang=en").content.decode()


def test_a_reuse_can_come_before_its_solution() -> None:
    profile()
    take("Reuse", 8, in_reply_to=uri(2), details={"status": "done", "frame": {"law": translations(en="x")}})
    take("Solution", 2)
    assert Reuse.objects.get().solution_id == copy_id(uri(2))
    assert SolutionUse.objects.get().city == SOFIA


@pytest.mark.parametrize("details", [{}, {"status": "great", "frame": {"law": 1}}, {"status": 3}])
def test_a_reuse_without_a_status_is_refused(details: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        take("Reuse", 8, in_reply_to=uri(2), details=details)
    assert refused.value.code == "partner.reuse_unreadable"


# --- pages ----------------------------------------------------------------------------------------------------------


def test_the_page_says_whose_it_is(client: Client, theirs: Solution, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(12):
        page = client.get(f"/solutions/{theirs.code}?lang=en").content.decode()
    assert "This entry comes from the node of Sofia." in page
    assert 'href="https://sofia.example/solutions/abc"' in page
    assert "/edit" not in page
    listed = client.get("/solutions?lang=en").content.decode()
    assert "from the node of Sofia" in listed


def test_evidence_stands_with_its_figures(client: Client, theirs: Solution) -> None:
    row = {
        "name": "Full bins", "unit": "a day", "baseline": 40, "after": 22.5, "difference": -17.5,
        "interval": [-20, -15], "n": {"before": 30, "after": 31}, "verdict": "better",
    }  # fmt: skip
    costs = {"currency": "EUR", "total": "12000.00"}
    details = {"solution": uri(2), "verdict": "scale", "indicators": [row], "costs": costs}
    take("Evidence", 3, details=details, texts={"name": translations(en="Pilot in Lozenets")})
    page = client.get(f"/solutions/{theirs.code}?lang=en").content.decode()
    for words in (
        "Pilot in Lozenets",
        "Full bins (a day)",
        "22.5",
        "\N{MINUS SIGN}17.5",
        "30 + 31",
        "better",
        "12,000 EUR",
    ):
        assert words in page
    drop("Evidence", 3)
    assert "Pilot in Lozenets" not in client.get(f"/solutions/{theirs.code}?lang=en").content.decode()


def test_what_is_for_partners_only_is_not_told_to_everybody(client: Client, innovation_unit: Actor) -> None:
    ours = record_submit(kind="solution", wording=Wording("Sensoren", "", "de"), by=innovation_unit)
    details = {"status": "running", "frame": {"law": translations(en="Quiet law")}}
    take("Reuse", 7, in_reply_to=f"{OURS}{ours.id}", details=details, visibility="partners")
    assert "Quiet law" not in client.get(f"/solutions/{ours.code}?lang=en").content.decode()


def test_what_was_withdrawn_says_so(client: Client, theirs: Solution) -> None:
    drop("Solution", 2)
    for address in (f"/solutions/{theirs.code}", f"/s/{theirs.code}", f"/solutions/{theirs.id}"):
        answer = client.get(f"{address}?lang=en")
        assert answer.status_code == 410
        assert "came from the node of Sofia" in answer.content.decode()
    assert client.get(f"/problems/{theirs.code}").status_code == 404
    assert client.get(f"/api/v1/solutions/{theirs.code}").status_code == 410


def test_the_form_shows_both_sides_and_loses_nothing(signed_in: Client, theirs: Solution) -> None:
    address = f"/solutions/{theirs.code}/in-use"
    page = signed_in.get(f"{address}?lang=en").content.decode()
    assert "Procurement act" in page
    sent = {"status": "running", "results": "Half as many", "since": "2026-01-31", "version": "0"}
    refused = signed_in.post(f"{address}?lang=en", sent)
    assert refused.status_code == 422
    assert "Half as many" in refused.content.decode()
    done = signed_in.post(address, sent | {"condition_staff": "One person, half a day a week"})
    assert (done.status_code, done["Location"]) == (302, f"/solutions/{theirs.code}")
    row = Reuse.objects.get()
    assert (row.status, str(row.since), row.language) == ("running", "2026-01-31", "en")
    assert "One person" in signed_in.get(f"{address}?lang=en").content.decode()
    assert signed_in.post(address, {"withdraw": "1"}).status_code == 302
    assert not Reuse.objects.exists()


def test_a_colleague_was_quicker_and_saving_again_works(
    signed_in: Client, theirs: Solution, innovation_unit: Actor
) -> None:
    address = f"/solutions/{theirs.code}/in-use"
    reuse_save(told(), solution=theirs.code, by=innovation_unit)
    sent = {"status": "done", "condition_law": "Ours", "version": "0"}
    refused = signed_in.post(address, sent)
    assert refused.status_code == 409
    assert 'name="version" value="1"' in refused.content.decode()
    assert signed_in.post(address, sent | {"version": "1"}).status_code == 302
    assert Reuse.objects.get().status == "done"


def test_the_form_is_for_partners_solutions_and_the_unit(client: Client, signed_in: Client, theirs: Solution) -> None:
    ours = record_submit(kind="solution", wording=Wording("Sensoren", "", "de"), by=SYSTEM)
    assert signed_in.get(f"/solutions/{ours.code}/in-use").status_code == 404
    client.logout()
    assert client.get(f"/solutions/{theirs.code}/in-use").status_code == 302


def test_a_mirror_is_not_merged(innovation_unit: Actor) -> None:
    from citytandem.streams.services.moderating import problem_merge

    take("Problem", 1)
    ours = record_submit(kind="problem", wording=Wording("Eimer", "", "de"), by=innovation_unit)
    with pytest.raises(Invalid) as refused:
        problem_merge(problem_id=ours.id, into=Problem.objects.exclude(id=ours.id).get().id, by=innovation_unit)
    assert refused.value.code == "merge.partner"


def test_a_solution_nobody_has_is_not_found(innovation_unit: Actor) -> None:
    with pytest.raises(NotFound):
        reuse_save(told(), solution="nothing", by=innovation_unit)


def test_the_api_names_the_node(client: Client, theirs: Solution, innovation_unit: Actor) -> None:
    ours = record_submit(kind="solution", wording=Wording("Sensoren", "", "de"), by=innovation_unit)
    told_of_theirs = client.get(f"/api/v1/solutions/{theirs.code}").json()
    assert told_of_theirs["node"] == {"name": "Sofia", "page": "https://sofia.example/solutions/abc"}
    assert client.get(f"/api/v1/solutions/{ours.code}").json()["node"] is None


def test_a_match_tells_the_node_and_what_has_to_be_looked_at(theirs: Solution) -> None:
    from citytandem.search.services import embed_waiting, index_things
    from citytandem.streams.match import match, question_of_text

    index_things("solution", [theirs.id])
    embed_waiting()
    found = match(question_of_text("Sensors tell when bins in the park are full"), reader="en")
    hit = found.solutions[0]
    assert hit.from_node is not None
    assert (hit.id, hit.from_node.name, hit.country) == (theirs.id, "Sofia", "BG")
    assert "law" in " ".join(hit.differs).lower()
    assert hit.as_json()["node"]["name"] == "Sofia"

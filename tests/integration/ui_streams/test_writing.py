"""Forms: what they write, and that nothing typed gets lost when something is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from citytandem.streams.models import Problem, Solution
from tests.small_world import World

PROBLEM = {
    "title": "Zu laut nachts",
    "text": "Am Markt ist es nachts zu laut.",
    "city": "krefeld",
    "place_kind": "city",
    "visibility": "public",
    "sender": "resident",
}
SOLUTION = {
    "title": "Leise Kehrmaschine",
    "city": "krefeld",
    "place_kind": "city",
    "visibility": "public",
    "kind": "product",
}


def typed(response: Any) -> dict[str, Any]:
    return {name: response.context["form"][name].value() for name in ("title", "text")}


def test_a_resident_writes_a_problem(world: World, neighbour: Client) -> None:
    response = neighbour.post("/problems/new", {**PROBLEM, "themes": ["noise", "waste"], "affected": ["residents"]})

    problem = Problem.objects.get(language="de", slug=None)
    assert response["Location"] == f"/problems/{problem.code}"
    assert problem.title == {"de": {"text": "Zu laut nachts", "by": "human"}}
    assert problem.themes == ["noise", "waste"]
    assert problem.city == world.cities["krefeld"].id
    assert b"Zu laut nachts" in neighbour.get(response["Location"]).content


def test_only_the_title_is_needed(world: World, neighbour: Client) -> None:
    response = neighbour.post("/problems/new", {**PROBLEM, "text": "", "city": ""})

    assert response.status_code == 302


def test_the_unit_writes_a_solution_with_its_conditions(world: World, unit: Client) -> None:
    values = {**SOLUTION, "cost_low": "1.000,50", "cost_high": "2.000", "trl": "7", "stage": "tried",
              "standards": "LoRaWAN, CityGML", "condition_law": "Eine Genehmigung."}  # fmt: skip

    response = unit.post("/solutions/new", {**values, "language": "de"})

    solution = Solution.objects.get(code=response["Location"].rsplit("/", 1)[1])
    assert (solution.cost_low, solution.cost_high, solution.trl) == (1000.5, 2000, 7)
    assert solution.standards == ["LoRaWAN", "CityGML"]
    assert solution.frame_conditions == {"law": {"de": {"text": "Eine Genehmigung.", "by": "human"}}}


def test_who_is_not_signed_in_is_asked_to_and_comes_back(world: World, visitor: Client) -> None:
    response = visitor.get("/problems/new?text=Zu+laut")

    assert response["Location"] == "/sign-in?next=%2Fproblems%2Fnew%3Ftext%3DZu%2Blaut"


def test_a_sign_in_that_ran_out_loses_nothing(world: World, visitor: Client) -> None:
    response = visitor.post("/problems/new", PROBLEM, headers={"Accept-Language": "en"})

    assert response.status_code == 403
    assert typed(response) == {"title": PROBLEM["title"], "text": PROBLEM["text"]}
    assert "Sign in in a new window" in response.content.decode()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"title": ""}, "Say in a few words"),
        ({"title": "a" * 201}, "at most 200 characters"),
        ({"text": "a" * 100_000}, "at most 20,000 characters"),
        ({"text": "NUL\x00byte"}, "Null characters are not allowed"),
        ({"language": "tlh"}, "Select a valid choice"),
        ({"themes": ["no-such-theme"]}, "Select a valid choice"),
        ({"themes": ["waste", "noise", "water", "housing", "youth", "schools", "tourism"]}, "at most six"),
        ({"sender": "pope"}, "Select a valid choice"),
        ({"place_kind": "point"}, "latitude and longitude"),
        ({"place_kind": "point", "latitude": "951", "longitude": "6,5"}, "not on earth"),
        ({"place_kind": "point", "latitude": "north", "longitude": "6,5"}, "Enter a number"),
        ({"city": "atlantis"}, "Select a valid choice"),
        ({"place_kind": "area"}, "Give the corners of the area"),
        ({"place_kind": "area", "area": "51.3, 6.5\n51.4, 6.6"}, "at least three corners"),
        ({"place_kind": "area", "area": "51.3, 6.5\nhere\n51.4, 6.6"}, "Line 2 is not"),
        ({"place_kind": "area", "area": "0, 0\n2, 2\n0, 1\n1, 0"}, "crosses itself"),
    ],
)
def test_what_is_wrong_is_said_and_everything_typed_is_still_there(
    world: World, neighbour: Client, values: dict[str, Any], message: str
) -> None:
    sent = {**PROBLEM, **values}

    response = neighbour.post("/problems/new", sent, headers={"Accept-Language": "en"})

    html = response.content.decode()
    assert response.status_code == 422
    assert message in html
    assert 'role="alert"' in html
    assert typed(response) == {"title": sent["title"], "text": sent["text"]}
    assert Problem.objects.filter(slug=None).count() == 0


def test_the_message_is_in_the_reader_s_language(world: World, neighbour: Client) -> None:
    html = neighbour.post(
        "/problems/new", {**PROBLEM, "sender": "pope"}, headers={"Accept-Language": "el"}
    ).content.decode()

    assert '<html lang="el"' in html
    assert "επιλογή" in html


@pytest.mark.parametrize(
    "text",
    [
        "mixed Кирилица ελληνικά",
        "\u200fright to left\u200f",
        "'; DROP TABLE streams_problem; --",
        "<b>&amp;",
    ],
)
def test_unusual_texts_are_kept_as_they_are(world: World, neighbour: Client, text: str) -> None:
    response = neighbour.post("/problems/new", {**PROBLEM, "title": text, "text": text})

    problem = Problem.objects.get(code=response["Location"].rsplit("/", 1)[1])
    assert next(iter(problem.text.values()))["text"] == text


def test_editing_changes_one_language_and_counts_versions(world: World, unit: Client) -> None:
    address = f"/problems/{world.problems[0].code}/edit"
    form = unit.get(address, headers={"Accept-Language": "de"}).context["form"]
    values = {name: value for name, value in form.initial.items() if value is not None}

    response = unit.post(address, {**values, "title": "Neu"})

    world.problems[0].refresh_from_db()
    assert response.status_code == 302
    assert world.problems[0].title["de"]["text"] == "Neu"
    assert world.problems[0].title["en"]["text"] == "Bins overflow at the market 0"
    assert world.problems[0].version == 2
    assert world.problems[0].latitude == 51.3


@pytest.mark.parametrize("version", ["0", "999", "abc", "", "9" * 40])
def test_a_stale_version_is_told_and_saving_again_works(world: World, unit: Client, version: str) -> None:
    address = f"/problems/{world.problems[0].code}/edit"
    sent = {**PROBLEM, "version": version, "language": "de"}

    refused = unit.post(address, sent, headers={"Accept-Language": "en"})
    again = unit.post(address, {**sent, "version": refused.context["form"]["version"].value()})

    assert refused.status_code == 409
    assert "Somebody else has changed this entry" in refused.content.decode()
    assert "What is saved now" in refused.content.decode()
    assert typed(refused) == {"title": PROBLEM["title"], "text": PROBLEM["text"]}
    assert again.status_code == 302


def test_a_forged_id_is_told_and_loses_nothing(world: World, neighbour: Client) -> None:
    unknown = neighbour.post("/problems/nonsense/edit", PROBLEM)
    of_others = neighbour.post(f"/problems/{world.problems[0].code}/edit", PROBLEM)

    assert (unknown.status_code, of_others.status_code) == (404, 403)
    assert typed(unknown) == typed(of_others) == {"title": PROBLEM["title"], "text": PROBLEM["text"]}


def test_only_the_unit_moves_a_problem_on_and_says_why(world: World, unit: Client, neighbour: Client) -> None:
    address = f"/problems/{world.problems[0].code}/status"

    without_reason = unit.post(address, {"status": "pilot", "reason": " "})
    moved = unit.post(address, {"status": "pilot", "reason": "Start im Mai"})

    world.problems[0].refresh_from_db()
    assert (without_reason.status_code, moved.status_code) == (422, 302)
    assert world.problems[0].status == "pilot"
    assert "Start im Mai" in unit.get(moved["Location"]).content.decode()
    assert neighbour.get(address).status_code == 403
    assert neighbour.post(address, {"status": "open", "reason": "x"}).status_code == 403


def test_a_broken_publiccode_comes_back_with_its_text(world: World, unit: Client) -> None:
    broken = "publiccodeYmlVersion: [unclosed\nname: x"

    response = unit.post("/solutions/import", {"yaml": broken})

    assert response.status_code == 422
    assert response.context["form"]["yaml"].value() == broken


def test_a_form_whose_token_ran_out_can_be_sent_again(world: World, neighbour: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = neighbour.cookies

    own = strict.post("/problems/new", PROBLEM, headers={"Origin": "http://testserver"})
    foreign = strict.post("/problems/new", PROBLEM, headers={"Origin": "https://evil.example"})

    assert (own.status_code, foreign.status_code) == (403, 403)
    assert PROBLEM["text"] in own.content.decode()
    assert PROBLEM["text"] not in foreign.content.decode()


def test_an_area_is_typed_shown_again_and_can_be_given_up(world: World, neighbour: Client) -> None:
    corners = "51.3, 6.5\r\n51.3, 6.6\r\n51.4, 6.6"
    sent = {**PROBLEM, "place_kind": "area", "area": corners, "latitude": "1", "longitude": "2"}
    page = neighbour.post("/problems/new", sent)["Location"]
    problem = Problem.objects.get(code=page.rsplit("/", 1)[1])
    assert problem.area == {"type": "Polygon", "coordinates": [[[6.5, 51.3], [6.6, 51.3], [6.6, 51.4], [6.5, 51.3]]]}
    assert (problem.latitude, problem.longitude) == (51.333333, 6.566667)

    html = neighbour.get(f"{page}/edit").content.decode()
    assert "51.3, 6.5\n51.3, 6.6\n51.4, 6.6</textarea>" in html

    neighbour.post(f"{page}/edit", {**sent, "place_kind": "city", "version": "1"})
    problem.refresh_from_db()
    assert (problem.place_kind, problem.area, problem.latitude) == ("city", None, None)


def test_what_a_form_cannot_show_of_an_area_stays(world: World, neighbour: Client) -> None:
    page = neighbour.post("/problems/new", PROBLEM)["Location"]
    problem = Problem.objects.get(code=page.rsplit("/", 1)[1])
    clockwise = [[6.5, 51.3], [6.5, 51.4], [6.6, 51.4], [6.6, 51.3], [6.5, 51.3]]
    hole = [[6.54, 51.34], [6.56, 51.34], [6.56, 51.36], [6.54, 51.34]]
    problem.place_kind, problem.area = "area", {"type": "Polygon", "coordinates": [clockwise, hole]}
    problem.longitude, problem.latitude = 6.55, 51.35
    problem.save()
    typed_in = {**PROBLEM, "title": "Corrected", "place_kind": "area", "version": "1"}
    typed_in["area"] = "51.3, 6.5\r\n51.4, 6.5\r\n51.4, 6.6\r\n51.3, 6.6"
    assert neighbour.post(f"{page}/edit", typed_in).status_code == 302
    problem.refresh_from_db()
    assert problem.area == {"type": "Polygon", "coordinates": [clockwise, hole]}


def test_a_corrected_language_is_that_of_the_conditions_too(world: World, neighbour: Client) -> None:
    sent = {**SOLUTION, "language": "ro", "condition_law": "Eine Genehmigung."}
    page = neighbour.post("/solutions/new", sent)["Location"]
    edited = neighbour.post(f"{page}/edit", {**sent, "language": "de", "version": "1"})
    assert edited.status_code == 302
    solution = Solution.objects.get(code=page.rsplit("/", 1)[1])
    assert (set(solution.title), solution.language) == ({"de"}, "de")
    assert solution.frame_conditions == {"law": {"de": {"text": "Eine Genehmigung.", "by": "human"}}}


def test_who_told_a_problem_of_a_source_stays_unsaid(world: World, unit: Client) -> None:
    problem = Problem.objects.get(slug="problem-2")
    page = f"/problems/{problem.code}/edit"
    assert "not said" in unit.get(page, headers={"Accept-Language": "en"}).content.decode()
    sent = {**PROBLEM, "sender": "", "language": "de", "version": str(problem.version), "evidence": "34 °C"}
    assert unit.post(page, sent).status_code == 302
    problem.refresh_from_db()
    assert (problem.sender, problem.evidence) == ("", "34 °C")
    assert unit.post(page, {**sent, "sender": "pope", "version": "2"}).status_code == 422


def test_a_file_in_another_encoding_is_refused_instead_of_garbled(world: World, neighbour: Client) -> None:
    text = "publiccodeYmlVersion: '0.4'\nname: Mängelmelder\nurl: https://example.eu/a.git\n"
    file = SimpleUploadedFile("publiccode.yml", text.encode("latin-1"))
    response = neighbour.post("/solutions/import", {"yaml": "", "file": file}, headers={"Accept-Language": "en"})
    assert response.status_code == 422
    assert "not in UTF-8" in response.content.decode()


def test_what_people_should_look_at_names_its_field(world: World, neighbour: Client) -> None:
    text = "publiccodeYmlVersion: '0.4'\nname: Mängelmelder\nurl: https://example.eu/a.git\n"
    response = neighbour.post("/solutions/import", {"yaml": text}, follow=True, headers={"Accept-Language": "en"})
    assert "legal.license: This field is mandatory" in response.content.decode()


def test_conditions_rewritten_with_a_corrected_language_leave_nothing_behind(world: World, neighbour: Client) -> None:
    sent = {**SOLUTION, "language": "ro", "condition_law": "Alt.", "condition_staff": "Weg."}
    page = neighbour.post("/solutions/new", sent)["Location"]
    edited = {**sent, "language": "de", "condition_law": "Neu.", "condition_staff": "", "version": "1"}
    assert neighbour.post(f"{page}/edit", edited).status_code == 302
    solution = Solution.objects.get(code=page.rsplit("/", 1)[1])
    assert solution.frame_conditions == {"law": {"de": {"text": "Neu.", "by": "human"}}}

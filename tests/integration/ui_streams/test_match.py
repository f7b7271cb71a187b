"""The match page, hits while typing, and feedback."""

from __future__ import annotations

import pytest
from django.test import Client

from citytandem.streams.models import Feedback
from tests.small_world import World

QUESTION = "Füllstandssensoren für Mülleimer am Markt"


def test_a_text_finds_what_may_help_with_reasons(world: World, visitor: Client) -> None:
    html = visitor.get("/match", {"q": QUESTION}, headers={"Accept-Language": "en"}).content.decode()

    assert "Fill-level sensors for bins at the market" in html
    assert "your text was read as Deutsch" in html
    assert "same theme" in html or "both speak of" in html or "close in meaning" in html


def test_a_record_finds_what_may_help(world: World, visitor: Client) -> None:
    html = visitor.get(f"/match?problem={world.problems[0].code}").content.decode()

    assert world.problems[0].code in html
    assert visitor.get("/problems/problem-0/matches").status_code == 200


def test_the_page_of_a_record_has_its_matches_in_it_once_they_are_known(world: World, visitor: Client) -> None:
    visitor.get("/problems/problem-0/matches")

    html = visitor.get("/problems/problem-0").content.decode()

    assert 'id="hit-' in html or "ct-empty" in html
    assert 'hx-trigger="load"' not in html


def test_typing_gives_a_few_lines_and_nothing_for_a_letter(world: World, visitor: Client) -> None:
    assert visitor.get("/match/hits?q=M").content == b""
    few = visitor.get("/match/hits", {"q": QUESTION}, headers={"Accept-Language": "en"}).content.decode()
    full = visitor.get("/match/hits", {"q": QUESTION, "view": "full"}).content.decode()

    assert "<html" not in few
    assert "See all with reasons" in few
    assert len(full) > len(few)


@pytest.mark.parametrize(
    "text",
    [
        "'; DROP TABLE streams_problem; --",
        "NUL\x00 byte",
        "mixed Кирилица and ελληνικά and deutsch",
        "\u202egnp.exe \u200fright to left\u200f",
        "a" * 100_000,
        '<b>bold</b> & "quoted"',
        "%s %(x)s {{ x }}",
        "🙂🙃",
    ],
)  # fmt: skip
def test_any_text_is_taken_and_stands_in_the_field_again(world: World, visitor: Client, text: str) -> None:
    response = visitor.get("/match", {"q": text})

    assert response.status_code == 200
    assert response.context["asked"].text == text


def test_a_long_text_is_used_in_part_and_that_is_said(world: World, visitor: Client) -> None:
    html = visitor.get("/match", {"q": "Müll " * 2_000}, headers={"Accept-Language": "en"}).content.decode()

    assert "its first 2,000 characters" in html


def test_an_unknown_language_is_said_and_found_out_instead(world: World, visitor: Client) -> None:
    html = visitor.get("/match", {"q": QUESTION, "language": "tlh"}, headers={"Accept-Language": "en"}).content.decode()

    assert "not one of the nine" in html
    assert "your text was read as Deutsch" in html


def test_nothing_fits_yet_offers_what_one_can_do(world: World, visitor: Client) -> None:
    html = visitor.get("/match", {"q": "xyzzy"}, headers={"Accept-Language": "en"}).content.decode()

    if "Nothing fits yet" in html:
        assert "/problems/new?text=xyzzy" in html
        assert "challenge" in html


def test_a_visitor_says_whether_it_helped_on_a_page_of_its_own(world: World, visitor: Client) -> None:
    sent = {"q": QUESTION, "language": "de", "side": "problem", "kind": "solution", "id": str(world.solutions[0].id)}

    asked = visitor.get("/match/feedback", sent)
    done = visitor.post("/match/feedback", {**sent, "useful": "1"})

    assert b"csrfmiddlewaretoken" in asked.content
    assert done.status_code == 200
    assert Feedback.objects.get().is_useful


def test_somebody_signed_in_says_it_without_leaving_the_page(world: World, neighbour: Client) -> None:
    sent = {"q": QUESTION, "language": "de", "side": "problem", "kind": "solution", "id": str(world.solutions[0].id)}

    page = neighbour.get("/match", {"q": QUESTION}).content.decode()
    part = neighbour.post("/match/feedback", {**sent, "useful": "0"}, headers={"HX-Request": "true"})

    assert 'hx-post="/match/feedback"' in page
    assert b"<html" not in part.content
    assert not Feedback.objects.get().is_useful


@pytest.mark.parametrize(
    "forged", [{"id": "nonsense"}, {"id": "00000000-0000-0000-0000-000000000000"}, {"useful": "7"}, {"kind": "x"}]
)
def test_a_forged_answer_is_refused_in_words(world: World, visitor: Client, forged: dict[str, str]) -> None:
    sent = {
        "q": QUESTION,
        "side": "problem",
        "kind": "solution",
        "id": str(world.solutions[0].id),
        "useful": "1",
        **forged,
    }

    response = visitor.post("/match/feedback", sent)

    assert response.status_code in {404, 422}
    assert not Feedback.objects.exists()

"""The whole match with the real model on a handful of records in four languages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils.translation import override

from citytandem.accounts.contract import SYSTEM
from citytandem.core.ids import stable_id
from citytandem.core.node import node_set
from citytandem.partnerships.models import City
from citytandem.search.models import Entry
from citytandem.search.services import embed_waiting, index_things, refresh_space
from citytandem.streams.contract import Match
from citytandem.streams.match import match, question_of_record, question_of_text, ranked
from citytandem.streams.matching import FLOOR
from citytandem.streams.models import Problem, Solution
from citytandem.streams.services.records import record_import

CITIES = {
    "krefeld": ("Krefeld", "DE", "de", 227_000),
    "boleslawiec": ("Bolesławiec", "PL", "pl", 37_000),
    "vari": ("Βάρη-Βούλα-Βουλιαγμένη", "GR", "el", 51_000),
    "mulhouse": ("Mulhouse", "FR", "fr", 109_000),
}
SOLUTIONS = {
    "bins": ("vari", "Αισθητήρες στάθμης στους κάδους", "Αισθητήρες μετρούν πόσο γεμάτοι είναι οι κάδοι απορριμμάτων και σχεδιάζουν τα δρομολόγια της αποκομιδής."),
    "heating": ("krefeld", "Heizung, die nach Belegung schaltet", "Fühler in Schulen und Turnhallen regeln die Heizung danach, ob jemand im Raum ist."),
    "potholes": ("boleslawiec", "Zgłaszanie dziur w jezdni telefonem", "Mieszkańcy robią zdjęcie dziury w drodze, a brygada drogowa dostaje zlecenie naprawy."),
    "shade": ("mulhouse", "Arbres et fontaines contre la chaleur", "La ville plante des arbres et installe des fontaines pour rafraîchir les places en été."),
}  # fmt: skip
PROBLEMS = {
    "full": ("mulhouse", "Les poubelles débordent", "Chaque week-end, les poubelles du marché débordent et les rats arrivent."),
    "cold": ("boleslawiec", "Puste sale są ogrzewane", "W weekendy ogrzewamy puste sale gimnastyczne i płacimy wysokie rachunki."),
}  # fmt: skip


BINS = "Кофите за боклук преливат"
EMPTY_SCHOOLS = "Școlile goale sunt încălzite noaptea"
HOT_SQUARE = "Op het plein is het in de zomer veel te heet"


def bring(kind: str, slug: str, city: str, title: str, text: str, **fields: Any) -> Any:
    language = CITIES[city][2]
    return record_import(
        kind=kind,
        identifier=stable_id(kind, slug),
        slug=slug,
        language=language,
        title={language: title},
        text={language: text},
        fields={"city": stable_id("city", city), "visibility": "public", **fields},
        used_in=[stable_id("city", city)] if kind == "solution" else [],
        by=SYSTEM,
    )


@pytest.fixture(scope="module")
def _world(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Made once: reading the texts is what takes time."""
    from django.core.cache import cache
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        for slug, (name, country, language, population) in CITIES.items():
            City.objects.create(id=stable_id("city", slug), slug=slug, name=name, country=country, languages=[language], population=population)  # fmt: skip
        node_set(name="Krefeld", home_city=stable_id("city", "krefeld"), home_slug="krefeld", language="de")
        rows = [
            bring("solution", slug, *words, stage="in_use", frame_conditions={"law": {}})
            for slug, words in SOLUTIONS.items()
        ]
        rows += [bring("problem", slug, *words) for slug, words in PROBLEMS.items()]
        for kind in ("solution", "problem"):
            index_things(kind, [row.id for row in rows])
        embed_waiting()
        refresh_space()
        cache.clear()
        yield
        transaction.set_rollback(True)


pytestmark = [pytest.mark.usefixtures("_world"), pytest.mark.django_db]


def ask(text: str, *, reader: str = "en", **more: Any) -> Match:
    return match(question_of_text(text, **more), reader=reader)


ASKED = [
    ("Die Mülleimer am Markt quellen am Wochenende über.", "bins"),
    ("Overflowing litter bins after every weekend market", "bins"),
    ("Contenitori dei rifiuti stracolmi in centro", "bins"),
    ("Кофите за боклук преливат", "bins"),
    ("We heat empty sports halls all weekend.", "heating"),
    ("Școlile goale sunt încălzite noaptea", "heating"),
    ("Op het plein is het in de zomer veel te heet", "shade"),
    ("Die Straße hat Schlaglöcher.", "potholes"),
]


def test_a_problem_in_any_language_finds_what_helps_in_another() -> None:
    first = [ranked(question_of_text(text), kind="solution")[0].found.id for text, _ in ASKED]
    right = [found == stable_id("solution", slug) for found, (_, slug) in zip(first, ASKED, strict=True)]
    assert sum(right) >= 7, list(zip(ASKED, right, strict=True))


@pytest.mark.parametrize(("text", "slug"), [(BINS, "bins"), (EMPTY_SCHOOLS, "heating"), (HOT_SQUARE, "shade")])
def test_what_fits_is_shown_with_its_reasons(text: str, slug: str) -> None:
    found = ask(text)
    assert found.fits
    assert found.solutions[0].id == stable_id("solution", slug)
    assert FLOOR <= found.solutions[0].score <= 1
    assert found.solutions[0].reasons


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Sensoren melden, wann ein Abfallbehälter voll ist.", "full"),
        ("Czujniki wyłączają ogrzewanie w pustych salach.", "cold"),
    ],
)
def test_a_solution_finds_the_problems_that_it_may_help(text: str, slug: str) -> None:
    assert ranked(question_of_text(text, kind="solution"), kind="problem")[0].found.id == stable_id("problem", slug)
    assert ask(text, kind="solution").kind == "solution"


def test_a_record_asks_with_its_own_words_and_never_finds_itself() -> None:
    problem = Problem.objects.get(slug="full")
    question = question_of_record(problem)
    assert (question.language, question.kind, question.themes) == ("fr", "problem", ())
    assert ranked(question, kind="solution")[0].found.id == stable_id("solution", "bins")
    assert problem.id not in {hit.found.id for hit in ranked(question, kind="problem")}
    answer = question_of_record(Solution.objects.get(slug="heating"))
    assert ranked(answer, kind="problem")[0].found.id == stable_id("problem", "cold")
    assert stable_id("solution", "heating") not in {hit.found.id for hit in ranked(answer, kind="solution")}


@pytest.mark.parametrize("text", ["", "   ", "\x00\u202e", "\n\n", "x", "? !"])
def test_nothing_asked_finds_nothing(text: str) -> None:
    found = ask(text)
    assert (found.fits, found.solutions, found.problems, found.cities) == (False, (), (), ())


@pytest.mark.parametrize(
    "text",
    ["xqzt brrk wlmpf gnarx", "12345 67890", "???!!!", "😀😀😀", "Quantum chromodynamics of heavy quark bound states"],
)
def test_what_is_not_about_a_town_fits_nothing(text: str) -> None:
    found = ask(text)
    assert not found.fits, [(hit.title, hit.score) for hit in found.solutions]
    assert list(found.solutions) == []


@pytest.mark.parametrize(
    "text",
    [
        "Müll " * 20_000,
        "Кофа Mülleimer κάδος poubelle",
        "'; DROP TABLE search_entry; --",
        "a" * 100_000,
        "\u200f\u200eMüll",
    ],
)
def test_hostile_texts_are_questions_like_any_other(text: str) -> None:
    found = ask(text)
    assert len(found.query) <= 2_000
    assert Entry.objects.count() == 6


def test_hits_are_worded_for_the_reader_and_say_what_differs() -> None:
    german, greek = (ask(BINS, reader=code).solutions[0] for code in ("de", "el"))
    assert german.id == greek.id
    assert german.score == greek.score
    assert german.language == "el"
    assert (german.city, german.country, german.used_in) == (
        "Βάρη-Βούλα-Βουλιαγμένη",
        "GR",
        ("Βάρη-Βούλα-Βουλιαγμένη",),
    )
    assert german.differs
    assert all(
        isinstance(line, str) and "%(" not in line for line in (*german.reasons, *german.differs, *greek.differs)
    )


def test_the_home_city_is_not_among_those_to_ask() -> None:
    found = ask(EMPTY_SCHOOLS)
    assert found.solutions[0].city == "Krefeld"
    assert "Krefeld" not in {city.name for city in found.cities}
    assert "Βάρη-Βούλα-Βουλιαγμένη" in {city.name for city in ask(BINS).cities}


def test_the_language_of_the_page_is_the_language_of_the_answer_unless_said() -> None:
    with override("de"):
        by_page = match(question_of_text(BINS))
    assert by_page.solutions[0].reasons == ask(BINS, reader="de").solutions[0].reasons


def test_pages_and_ranking_agree() -> None:
    question = question_of_text(BINS)
    bare = {hit.found.id: hit.score for hit in ranked(question, kind="solution")}
    shown = match(question)
    assert [hit.id for hit in shown.solutions] == [i for i in bare if bare[i] >= FLOOR][:5]
    assert all(hit.score == pytest.approx(bare[hit.id]) for hit in shown.solutions)


def test_what_is_withdrawn_is_not_found_even_before_the_index_knows() -> None:
    Solution.objects.filter(slug="bins").delete()
    assert stable_id("solution", "bins") not in {hit.id for hit in ask(BINS).solutions}


def test_a_match_takes_few_queries(django_assert_max_num_queries: Any) -> None:
    ask(BINS)
    with django_assert_max_num_queries(10):
        ask(BINS)

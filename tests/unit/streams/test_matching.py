"""The match: ranking, reasons and cities. Learning from feedback is in test_matching_refit.py."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citytandem.streams.matching import (
    FLOOR,
    STATED,
    Asked,
    CityFacts,
    Found,
    Reason,
    Scored,
    Terms,
    Weights,
    cities_worth_asking,
    differences,
    logit,
    probability,
    rank,
    reasons,
    terms_of,
    theme_agreement,
)
from citytandem.streams.weighting import shipped_weights

WEIGHTS = Weights(bias=-1.5, similarity=11.0, theme=1.8, words=0.5)
LANGUAGES = st.sampled_from(["de", "en", "pl", "el"])
SHARES = st.floats(0, 1)
PROFILES = st.dictionaries(st.sampled_from(["waste", "water", "noise", "energy"]), SHARES, max_size=4)
NAMED = st.lists(st.sampled_from(["waste", "water", "noise", "hydrogen"]), max_size=3, unique=True).map(tuple)
CITIES = st.builds(
    CityFacts,
    id=st.integers(1, 5).map(lambda n: UUID(int=n)),
    name=st.sampled_from(["Krefeld", "Sofia", "Utrecht"]),
    slug=st.just("slug"),
    country=st.sampled_from(["DE", "BG", "NL"]),
    languages=st.just(("de",)),
    population=st.one_of(st.none(), st.integers(1, 2_000_000)),
)
ASKED = st.builds(
    Asked,
    text=st.just("?"),
    language=LANGUAGES,
    kind=st.sampled_from(["problem", "solution"]),
    hubness=st.floats(-0.5, 0.9),
    themes=NAMED,
    theme_shares=PROFILES,
    city=st.one_of(st.none(), CITIES),
)
FOUND = st.builds(
    Found,
    kind=st.sampled_from(["problem", "solution", "city"]),
    id=st.integers(1, 6).map(lambda n: UUID(int=n)),
    title=st.just("t"),
    text=st.just(""),
    language=LANGUAGES,
    similarity=st.sampled_from([-0.2, 0.0, 0.3, 0.5, 0.9]),
    hubness=st.sampled_from([0.0, 0.2, 0.5]),
    coverage=SHARES,
    words=st.lists(st.sampled_from(["Müll", "Eimer"]), max_size=5).map(tuple),
    themes=NAMED,
    theme_shares=PROFILES,
    city=st.one_of(st.none(), CITIES),
    used_in=st.lists(CITIES, max_size=5).map(tuple),
    stage=st.sampled_from(["", "tried", "in_use", "concept"]),
    needs=st.lists(st.sampled_from(["law", "staff"]), unique=True, max_size=2).map(tuple),
    phrase=st.sampled_from(["", "Bins overflow."]),
)
TERMS = st.builds(Terms, similarity=st.floats(-1.5, 1.5), theme=SHARES, words=SHARES)


def scored(asked: Asked, found: Found) -> Scored:
    terms = terms_of(asked, found)
    return Scored(found, terms, probability(terms, WEIGHTS))


@settings(max_examples=40)
@given(ASKED, st.lists(FOUND, max_size=12), st.randoms())
def test_each_thing_stands_once_and_the_order_does_not_depend_on_the_search(
    asked: Asked, found: list[Found], shuffle: object
) -> None:
    ranked = rank(asked, found, weights=WEIGHTS)
    assert [hit.found.id for hit in ranked] == list(dict.fromkeys(hit.found.id for hit in ranked))
    assert {hit.found.id for hit in ranked} == {one.id for one in found}
    assert [hit.score for hit in ranked] == sorted((hit.score for hit in ranked), reverse=True)
    mixed = list(found)
    shuffle.shuffle(mixed)  # type: ignore[attr-defined]
    again = rank(asked, mixed, weights=WEIGHTS)
    assert [(hit.found.id, hit.found.language, hit.score) for hit in again] == [
        (hit.found.id, hit.found.language, hit.score) for hit in ranked
    ]


@settings(max_examples=40)
@given(ASKED, st.lists(FOUND, min_size=1, max_size=12))
def test_a_thing_stands_by_its_best_version(asked: Asked, found: list[Found]) -> None:
    for hit in rank(asked, found, weights=WEIGHTS):
        versions = [scored(asked, one).score for one in found if one.id == hit.found.id]
        assert hit.score == max(versions)


def test_of_equal_versions_the_readers_own_is_shown() -> None:
    asked = Asked("?", "pl", "problem")
    versions = [Found("solution", UUID(int=1), "t", "", code, 0.5) for code in ("de", "pl", "bg")]
    assert rank(asked, versions, weights=WEIGHTS)[0].found.language == "pl"


@given(TERMS, st.floats(0, 1), st.sampled_from(["similarity", "theme", "words"]))
def test_more_of_anything_never_makes_a_hit_less_likely(terms: Terms, more: float, name: str) -> None:
    better = replace(terms, **{name: getattr(terms, name) + more})
    for weights in (WEIGHTS, shipped_weights()):
        assert 0 < probability(terms, weights) < 1
        assert probability(better, weights) >= probability(terms, weights)
        assert logit(better, weights) >= logit(terms, weights)


@given(TERMS)
def test_a_probability_is_the_logistic_of_the_sum_of_its_terms(terms: Terms) -> None:
    total = -1.5 + 11 * terms.similarity + 1.8 * terms.theme + 0.5 * terms.words
    assert logit(terms, WEIGHTS) == pytest.approx(total)
    assert probability(terms, WEIGHTS) == pytest.approx(1 / (1 + math.exp(-total)), abs=1e-12)


@given(ASKED, FOUND)
def test_words_never_count_across_languages(asked: Asked, found: Found) -> None:
    terms = terms_of(asked, found)
    assert terms.words == (found.coverage if asked.language == found.language else 0)
    if asked.language != found.language:
        assert "words" not in {reason.code for reason in reasons(asked, scored(asked, found))}


@given(ASKED, FOUND, st.floats(0, 0.5))
def test_what_is_near_everything_counts_less(asked: Asked, found: Found, more: float) -> None:
    assert terms_of(asked, replace(found, hubness=found.hubness + more)).similarity <= terms_of(asked, found).similarity


def test_likeness_of_the_same_side_is_brought_onto_the_same_scale() -> None:
    asked = Asked("?", "de", "problem", same_side=(0.5, -0.1))
    solution, problem, city = (Found(kind, UUID(int=1), "", "", "de", 0.6) for kind in ("solution", "problem", "city"))
    assert terms_of(asked, solution).similarity == terms_of(asked, city).similarity == pytest.approx(0.6)
    assert terms_of(asked, problem).similarity == pytest.approx(0.2)
    assert terms_of(replace(asked, kind="solution"), solution).similarity == pytest.approx(0.2)
    assert terms_of(replace(asked, kind="solution"), problem).similarity == pytest.approx(0.6)


@given(ASKED, FOUND)
def test_theme_agreement_is_a_share_and_most_with_the_own_themes(asked: Asked, found: Found) -> None:
    agreement = theme_agreement(asked, found)
    same = theme_agreement(asked, replace(found, themes=asked.themes, theme_shares=asked.theme_shares))
    assert 0 <= agreement <= same + 1e-9 <= 1 + 2e-9
    assert not asked.themes or same == pytest.approx(1)


@given(ASKED, FOUND, st.floats(0.03, 1))
def test_the_less_clear_the_theme_of_a_question_the_less_it_counts(asked: Asked, found: Found, part: float) -> None:
    asked = replace(asked, themes=(), theme_shares=dict.fromkeys(list(asked.theme_shares)[:3] or ["waste"], 1.0))
    vague = replace(asked, theme_shares=dict.fromkeys(asked.theme_shares, part))
    clarity = min(1.0, part * math.sqrt(len(vague.theme_shares)) / STATED)
    assert theme_agreement(vague, found) == pytest.approx(clarity * theme_agreement(asked, found))


def test_strange_themes_do_not_agree_and_stated_ones_do() -> None:
    asked = Asked("?", "de", "problem", themes=("waste",))
    found = Found("solution", UUID(int=1), "", "", "de", 0.5)
    assert theme_agreement(asked, found) == 0
    assert theme_agreement(asked, replace(found, themes=("noise",))) == 0
    assert theme_agreement(asked, replace(found, themes=("waste",))) == pytest.approx(1)
    assert 0 < theme_agreement(asked, replace(found, theme_shares={"waste": 0.5, "noise": 0.5})) < 1


def told(given_reasons: Sequence[Reason]) -> dict[str, Reason]:
    assert len({(reason.code, str(reason.values)) for reason in given_reasons}) == len(given_reasons)
    return {reason.code: reason for reason in given_reasons}


@given(ASKED, FOUND)
def test_reasons_say_only_what_holds(asked: Asked, found: Found) -> None:
    given_reasons = told(reasons(asked, scored(asked, found)))
    assert given_reasons, "a hit without any reason cannot be explained"
    mine, theirs = {*asked.themes, *asked.theme_shares}, {*found.themes, *found.theme_shares}
    if "themes" in given_reasons:
        assert set(str(given_reasons["themes"].values["themes"]).split(",")) <= mine & theirs
    if "words" in given_reasons:
        assert asked.language == found.language
        assert set(str(given_reasons["words"].values["words"]).split(", ")) <= set(found.words)
    if "phrase" in given_reasons:
        assert given_reasons["phrase"].values["phrase"] == found.phrase != ""
    if "proven" in given_reasons:
        assert given_reasons["proven"].values["count"] == len(found.used_in) > 0
    if "tried" in given_reasons:
        assert found.stage == "tried"
        assert found.city is not None
        assert not found.used_in
    _check_place(asked, found, given_reasons)


def _check_place(asked: Asked, found: Found, given_reasons: dict[str, Reason]) -> None:
    for code in ("size", "country", "own_city"):
        if code in given_reasons:
            assert asked.city is not None
            assert found.city is not None
            assert (asked.city.id == found.city.id) == (code == "own_city")
    if "country" in given_reasons:
        assert asked.city.country == found.city.country  # type: ignore[union-attr]
    if "size" in given_reasons:
        assert 0.5 <= found.city.population / asked.city.population <= 2  # type: ignore[union-attr,operator]


@given(ASKED, FOUND)
def test_differences_say_only_and_all_that_holds(asked: Asked, found: Found) -> None:
    given_differences = told(differences(asked, scored(asked, found)))
    home, city = asked.city, found.city
    apart = home is not None and city is not None and home.id != city.id
    assert ("law" in given_differences) == (apart and home.country != city.country)
    assert ("language" in given_differences) == (asked.language != found.language)
    conditions = [r.values["condition"] for r in differences(asked, scored(asked, found)) if r.code == "needs"]
    assert conditions == list(found.needs)
    factor = city.population / home.population if apart and home.population and city.population else 1
    assert ("larger" in given_differences) == (factor > 2)
    assert ("smaller" in given_differences) == (factor < 0.5)
    for code, times in (("larger", factor), ("smaller", 1 / factor)):
        if code in given_differences:
            assert given_differences[code].values["factor"] == pytest.approx(times, abs=0.51)
    alike = {reason.code for reason in reasons(asked, scored(asked, found))}
    assert not ({"size", "country"} & alike and {"own_city"} & alike)
    assert not ("size" in alike and {"larger", "smaller"} & set(given_differences))
    assert not ("country" in alike and "law" in given_differences)


@settings(max_examples=40)
@given(ASKED, st.lists(FOUND, max_size=8), st.lists(FOUND, max_size=8), st.lists(FOUND, max_size=5), st.integers(1, 4))
def test_the_own_city_is_never_worth_asking(
    asked: Asked, solutions: list[Found], problems: list[Found], profiles: list[Found], most: int
) -> None:
    groups = {
        name: [scored(asked, one) for one in found]
        for name, found in (("solutions", solutions), ("problems", problems), ("profiles", profiles))
    }
    worth = cities_worth_asking(asked, most=most, **groups)
    assert asked.city is None or asked.city.id not in {city.city.id for city in worth}
    assert len(worth) <= most
    assert len({city.city.id for city in worth}) == len(worth)
    assert [city.score for city in worth] == sorted((city.score for city in worth), reverse=True)
    for city in worth:
        _check_grounds(city.city.id, city.score, groups)


def _check_grounds(city: UUID, score: float, groups: dict[str, list[Scored]]) -> None:
    """The score is that of the best single ground."""
    owned = [
        hit.score for hit in groups["solutions"] if city in {c.id for c in (*hit.found.used_in, hit.found.city) if c}
    ]
    like = [hit.score / 2 for hit in groups["problems"] if hit.found.city and hit.found.city.id == city]
    teach = [hit.score for hit in groups["profiles"] if hit.found.city and hit.found.city.id == city]
    assert score == max([*owned, *like, *teach])
    assert score >= FLOOR


def test_a_city_that_uses_a_solution_is_asked_like_the_one_that_made_it() -> None:
    maker, user = (CityFacts(UUID(int=n), name, name, "DE") for n, name in ((1, "A"), (2, "B")))
    hit = Scored(Found("solution", UUID(int=9), "", "", "de", 0.9, city=maker, used_in=(user,)), Terms(0.9, 0, 0), 0.8)
    worth = cities_worth_asking(
        Asked("?", "de", "problem", city=maker), solutions=[hit], problems=[], profiles=[], most=5
    )
    assert [(city.city.name, city.score) for city in worth] == [("B", 0.8)]

"""The score of two cities: terms that add up, are the same both ways, and say what they rest on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citytandem.partnerships.cohort.applicants import Applicant, BadCohort
from citytandem.partnerships.cohort.explained import group_reasons
from citytandem.partnerships.cohort.likeness import Likeness, has_free_text, phrase_key
from citytandem.partnerships.cohort.reasons import reasons
from citytandem.partnerships.cohort.rules import Rules
from citytandem.partnerships.cohort.scoring import is_border, score_cohort
from citytandem.partnerships.cohort.solving import solve
from citytandem.partnerships.cohort.weights import PRESETS, TERMS, Weights
from citytandem.partnerships.cohort.wording import SENTENCES, in_english
from tests.unit.partnerships.cohorts import applicants


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), preset=st.sampled_from(sorted(PRESETS)))
def test_the_terms_of_every_pair_add_up_to_its_score(seed: int, preset: str) -> None:
    scores = score_cohort(applicants(9, seed), weights=Weights.preset(preset))
    for first in range(9):
        for second in range(9):
            if first != second:
                told = reasons(scores, first, second)
                assert [one.term for one in told] == list(TERMS)
                assert sum(one.value for one in told) == pytest.approx(scores.score(first, second), abs=1e-9)
                assert 0 <= scores.score(first, second) <= 1 + len(TERMS) * 0.5e-4
                assert all(in_english(one) for one in told)
    assert (scores.total == scores.total.T).all()


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_reasons_of_all_groups_add_up_to_the_total_with_tridems_among_them(seed: int) -> None:
    solution = solve(score_cohort(applicants(9, seed, countries=7)), Rules(tridems_min=1))
    listed = sum(one["value"] for told in group_reasons(solution).values() for one in told)
    assert listed == pytest.approx(solution.total, abs=1e-9)


def pair(first: Applicant, second: Applicant) -> dict[str, float]:
    scores = score_cohort([first, second], weights=Weights.of(dict.fromkeys(TERMS, 1)))
    return {one.term: one.value * len(TERMS) for one in reasons(scores, 0, 1)}


A = Applicant("A", "DE", 100_000, ("de",), ("waste",), ("waste",), ("noise",), hours=10)
B = Applicant("B", "FR", 100_000, ("fr",), ("waste", "water"), ("noise",), ("waste",), hours=10)


def test_each_term_is_what_it_says() -> None:
    found = pair(A, B)
    assert found["exchange"] == pytest.approx(1)
    assert found["themes"] == pytest.approx(2 / 3, abs=1e-3)
    assert found["size"] == pytest.approx(1)
    assert found["hours"] == pytest.approx(1)
    assert (found["tie"], found["maturity"], found["language"], found["border"]) == (0, 0, 0, 0)


def test_who_only_takes_or_only_gives_has_no_exchange() -> None:
    assert pair(A, replace(B, learns=()))["exchange"] == 0
    assert pair(A, replace(B, learns=("water",)))["exchange"] == 0
    half = pair(A, replace(B, learns=("waste", "water")))["exchange"]
    assert half == pytest.approx(2 * 1 * 0.5 / 1.5, abs=1e-3)


def test_a_tie_that_one_side_names_is_a_tie_and_a_common_network_is_half_of_one() -> None:
    assert pair(replace(A, partners=(" b ",)), B)["tie"] == pytest.approx(1)
    assert pair(A, replace(B, partners=("A",)))["tie"] == pytest.approx(1)
    assert pair(replace(A, networks=("Eurocities",)), replace(B, networks=("EUROCITIES",)))["tie"] == pytest.approx(0.5)


def test_a_border_has_two_sides() -> None:
    near_a, near_b = replace(A, borders=("FR",)), replace(B, borders=("DE", "CH"))
    assert is_border(near_a, near_b)
    assert not is_border(A, near_b)
    assert not is_border(near_a, B)
    assert not is_border(near_a, replace(near_b, country="DE"))
    assert pair(near_a, near_b)["border"] == pytest.approx(1)


def test_what_is_not_known_counts_nothing_and_is_said() -> None:
    bare = Applicant("C")
    found = pair(A, bare)
    assert set(found.values()) == {0}
    told = {one.term: one.key for one in reasons(score_cohort([A, bare]), 0, 1)}
    assert told["size"] == "size.unknown"
    assert told["hours"] == "hours.unknown"
    assert told["language"] == "language.unknown"


def test_no_hours_on_one_side_are_none_together() -> None:
    assert pair(A, replace(B, hours=0))["hours"] == 0
    told = {one.term: one.key for one in reasons(score_cohort([A, replace(B, hours=0)]), 0, 1)}
    assert told["hours"] == "hours.none"


def test_ids_are_compared_by_equality_and_labels_name_their_theme() -> None:
    assert not has_free_text([replace(A, themes=("t1", "waste-water", "noise"))])
    assert has_free_text([replace(A, themes=("car sharing",))])
    assert phrase_key("Offene Daten") == phrase_key("open-data")


def test_free_text_counts_by_meaning_where_a_model_is_given() -> None:
    first = replace(A, teaches=("Müll trennen",), learns=("noise",))
    second = replace(B, learns=("sorting waste",))
    words = {"Müll trennen": [1.0, 0], "sorting waste": [0.8, 0.6]}

    def embed(texts: object) -> np.ndarray:
        return np.array([words.get(text, [0.0, 0]) for text in texts], dtype=np.float32)  # type: ignore[attr-defined]

    assert score_cohort([first, second]).taught[1, 0] == 0
    assert score_cohort([first, second], embed=embed).taught[1, 0] == pytest.approx(1.0)
    alike = Likeness.among([first, second], embed)
    ids = alike.numbers(("noise", "waste"))
    assert (alike.between(ids, ids) == np.eye(2)).all()


@pytest.mark.parametrize("given", [{}, {"themes": 0}, {"themes": -1}, {"themes": float("nan")}, {"beauty": 1}])
def test_weights_that_say_nothing_are_refused(given: dict[str, float]) -> None:
    with pytest.raises(BadCohort):
        Weights.of(given)


def test_every_reason_has_a_sentence_and_presets_name_all_terms() -> None:
    assert {key.split(".")[0] for key in SENTENCES} == set(TERMS)
    assert all(set(preset) == set(TERMS) for preset in PRESETS.values())

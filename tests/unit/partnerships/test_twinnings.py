"""The model of twinnings: its signals against counting by hand, its terms against its scores, and how good it is."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from citytandem.partnerships.continent import COUNTRIES
from citytandem.partnerships.twinnings.atlas import Atlas, atlas_of
from citytandem.partnerships.twinnings.evaluation import evaluate, explain, rivals, scores, trial_of
from citytandem.partnerships.twinnings.grounds import NAMES, signals
from citytandem.partnerships.twinnings.learning import Choices, fit
from citytandem.partnerships.twinnings.records import Link, Place, read_links, read_places
from citytandem.partnerships.twinnings.ties import Ties, numbered, ties_of


def made(count: int = 60, seed: int = 1) -> list[Place]:
    rng = np.random.default_rng(seed)
    return [
        Place(
            f"Q{number}", f"Place {number}", ("DE", "FR", "PL")[number % 3],
            float(rng.uniform(45, 54)), float(rng.uniform(0, 20)), int(rng.integers(500, 200_000)),
        )
        for number in range(count)
    ]  # fmt: skip


def linked(places: list[Place], count: int = 150, seed: int = 2) -> list[Link]:
    rng = np.random.default_rng(seed)
    pairs = {tuple(sorted(rng.choice(len(places) + 5, 2, replace=False).tolist())) for _ in range(count)}
    return [(f"Q{one}", f"Q{other}") for one, other in sorted(pairs)]


@pytest.fixture
def world() -> tuple[Atlas, Ties]:
    places = made()
    atlas = atlas_of(places)
    return atlas, ties_of(atlas, numbered(atlas, linked(places))[0])


def test_distances_are_great_circles() -> None:
    ulm, lyon = Place("Q1", "Ulm", "DE", 48.4, 10.0, 1), Place("Q2", "Lyon", "FR", 45.76, 4.84, 1)
    one, other = (np.radians([place.latitude, place.longitude]) for place in (ulm, lyon))
    by_haversine = (
        2
        * 6371
        * math.asin(
            math.sqrt(
                math.sin((one[0] - other[0]) / 2) ** 2
                + math.cos(one[0]) * math.cos(other[0]) * math.sin((one[1] - other[1]) / 2) ** 2
            )
        )
    )
    assert atlas_of([ulm, lyon]).kilometres[0, 1] == pytest.approx(by_haversine, rel=1e-4)


def test_the_standing_of_a_place_is_how_many_of_its_country_are_larger() -> None:
    sizes = {"DE": (500, 9_000, 500, 80_000), "FR": (7_000,), "PL": (300, 200, 100)}
    places = [
        Place(f"Q{country}{number}", "A", country, 50, 10, people)
        for country, all_people in sizes.items()
        for number, people in enumerate(all_people)
    ]
    by_hand = [
        math.log1p(sum(other.population > one.population for other in places if other.country == one.country))
        for one in places
    ]
    assert atlas_of(places).standing.tolist() == pytest.approx(by_hand)


def test_signals_of_the_graph_are_those_counted_by_hand(world: tuple[Atlas, Ties]) -> None:
    atlas, ties = world
    whole = ties.whole.toarray()
    degree = whole.sum(axis=1)
    found = signals(atlas, ties, np.arange(len(atlas)))
    for one, other in [(0, 1), (5, 7), (10, 30), (59, 4)]:
        shared = [c for c in range(len(whole)) if whole[one, c] and whole[c, other]]
        assert found["common"][one, other] == pytest.approx(sum(1 / math.log(max(degree[c], 2) + 1) for c in shared))
        paths = sum(
            1 / math.sqrt(degree[c] * degree[d])
            for c in range(len(whole))
            for d in range(len(whole))
            if whole[one, c] and whole[c, d] and whole[d, other]
        )
        assert found["chain_3"][one, other] == pytest.approx(math.log1p(10 * paths), rel=1e-4)
        reach = atlas.near[100].toarray()
        both = reach[one] @ ties.among.toarray() @ reach[:, other]
        scale = math.sqrt((1 + reach[one].sum()) * (1 + reach[other].sum()))
        assert found["neighbours_100"][one, other] == pytest.approx(math.log1p(20 * both / scale), rel=1e-4)


def test_terms_add_up_to_the_score(world: tuple[Atlas, Ties]) -> None:
    atlas, ties = world
    weights = np.random.default_rng(3).normal(size=len(NAMES))
    total = scores(atlas, ties, np.array([4]), weights)[0]
    for other in (0, 17, 41):
        assert sum(term.value for term in explain(atlas, ties, 4, other, weights)) == pytest.approx(
            total[other], abs=1e-3
        )


def test_rivals_are_the_denominator_of_the_others_choice(world: tuple[Atlas, Ties]) -> None:
    atlas, ties = world
    weights = np.random.default_rng(3).normal(size=len(NAMES)) / 10
    against = rivals(atlas, ties, weights)
    whole = scores(atlas, ties, np.arange(len(atlas)), weights).astype(float)
    by_hand = [
        math.log(
            sum(
                math.exp(whole[one, other]) for other in range(len(atlas)) if atlas.country[other] != atlas.country[one]
            )
        )
        for one in range(len(atlas))
    ]
    assert against == pytest.approx(0.2 * (np.array(by_hand) - np.mean(by_hand)), abs=1e-3)
    terms = explain(atlas, ties, 4, 17, weights, against)
    assert sum(term.value for term in terms) == pytest.approx(whole[4, 17] - against[17], abs=1e-3)


def test_learning_finds_the_weights_that_made_the_choices() -> None:
    rng = np.random.default_rng(4)
    true = np.array([1.5, -0.8, 0.0])
    x = rng.normal(size=(4_000, 21, 3)).astype(np.float32)
    picked = (x @ true + rng.gumbel(size=(4_000, 21))).argmax(axis=1)
    rows = np.arange(len(x))
    x[rows, 0], x[rows, picked] = x[rows, picked].copy(), x[rows, 0].copy()
    assert fit(Choices(x, abroad=20)) == pytest.approx(true, abs=0.1)


def test_places_without_known_twinnings_have_no_signal_of_their_own_graph(world: tuple[Atlas, Ties]) -> None:
    atlas, ties = world
    cold = 3
    without = ties_of(atlas, ties.edges[~(ties.edges == cold).any(axis=1)])
    found = signals(atlas, without, np.array([cold]))
    for name in ("common", "common_rare", "chain_3", "chain_5", "partner_near_30", "partners_near", "taken_here"):
        assert not found[name].any(), name


def test_the_same_files_give_the_same_figures_and_hidden_ones_teach_nothing() -> None:
    places = made(90)
    links = linked(places, 600)
    known, hidden = links[::2], links[1::2]
    one, again = (evaluate(trial_of(places, known, hidden)) for _ in range(2))
    assert {**one, "cpu_seconds": 0} == {**again, "cpu_seconds": 0}
    assert {"mrr", "hit@10", "hit@50", "hit@200"} <= set(one)
    fewer = evaluate(trial_of(places, known, [*hidden, known[0]]))
    assert fewer["mrr"] == one["mrr"]
    assert fewer["unasked"]["known_already"] == 1


@pytest.mark.parametrize(
    ("known", "hidden", "told"),
    [
        ([("Q0", "Q1")], [("Q0", "Q1")], "no twinning of the test file"),
        ([("Q0", "Q1")], [("X1", "X2")], "no twinning of the test file"),
        ([("Q0", "Q1")], [("Q0", "Q3")], "no twinning of the test file"),
        ([("Q0", "Q1")], [("Q0", "Q2")], "to learn"),
    ],
)
def test_too_little_to_learn_or_to_ask_is_told(known: list[Link], hidden: list[Link], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        evaluate(trial_of(made(), known, hidden))


@pytest.mark.slow
def test_hidden_twinnings_of_europe_are_found(real_data: Path) -> None:
    """Half of what is known here hides the other half, so both figures are below those of the whole."""
    folder = real_data / "tandem"
    places = read_places(folder / "twin_towns_2016_nodes.tsv", countries=COUNTRIES).kept
    links = read_links(folder / "twin_towns_train_edges.tsv")
    order = np.random.default_rng(2).permutation(len(links))
    half = len(links) // 2
    result = evaluate(trial_of(places, [links[i] for i in order[half:]], [links[i] for i in order[:half]]))
    assert result["mrr"] >= 0.08
    assert result["hit@10"] >= 0.14
    assert result["cold_start"]["hit@200"] >= 0.38

"""Reading the index: the nearest ones against numpy, shared words within a language, and what is not public."""

from __future__ import annotations

import numpy as np
import pytest
from django.core.cache import cache
from django.db import connection

from citytandem.core.languages import LANGUAGES
from citytandem.search import selectors, services, surroundings, vectors
from citytandem.search.models import Entry, Surroundings, TermCount
from citytandem.search.selectors import Hit, Query, is_small, nearest, prepare, sharing_words
from citytandem.search.space import NEIGHBOURS
from tests.integration.search.drafts import draft, identifier

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_embedder")]


def fill(count: int = 60) -> None:
    services.write_entries(
        [
            draft(n, kind=("problem", "solution")[n % 2], language=LANGUAGES[n % 9], is_public=n % 5 != 0)
            for n in range(count)
        ]
    )
    services.embed_waiting()


def brute_force(query: Query, *, kind: str, limit: int, public_only: bool = True) -> list[float]:
    """Similarities of the best, from the stored vectors."""
    rows = Entry.objects.filter(kind=kind, **({"is_public": True} if public_only else {}))
    similar = np.stack([entry.embedding for entry in rows]) @ query.vector
    return sorted((float(value) for value in similar), reverse=True)[:limit]


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("public_only", [True, False])
def test_the_nearest_are_those_that_numpy_finds(exact: bool, public_only: bool) -> None:
    fill()
    query = prepare("Eintrag über thema3 und wort5", language="de", kind="problem")
    for kind in ("problem", "solution"):
        hits = nearest(query, kinds=[kind], limit=10, public_only=public_only, exact=exact)
        wanted = brute_force(query, kind=kind, limit=10, public_only=public_only)
        assert [hit.similarity for hit in hits] == pytest.approx(wanted, abs=2e-3)
        assert {hit.kind for hit in hits} == {kind}


def test_the_graph_finds_nearly_all_of_the_nearest() -> None:
    """pgvector's HNSW, forced by taking every other plan away, against exact search."""
    services.write_entries([draft(n, kind="solution") for n in range(600)])
    services.embed_waiting()
    found = 0
    with connection.cursor() as cursor:
        for number in range(10):
            query = prepare(f"wort{number} thema{number % 7} nummer{number}", language="de", kind="problem")
            exact = {hit.object_id for hit in nearest(query, kinds=["solution"], limit=10, exact=True)}
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
            found += len(exact & {hit.object_id for hit in nearest(query, kinds=["solution"], limit=10, exact=False)})
            cursor.execute("SET LOCAL enable_seqscan = on")
            cursor.execute("SET LOCAL enable_sort = on")
    assert found / 100 >= 0.95


def test_a_small_index_is_read_whole_and_a_large_one_by_its_graphs(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: object
) -> None:
    fill()
    query = prepare("Eintrag", language="de", kind="problem")
    for most, part in ((1_000, "+ 0"), (3, "halfvec LIMIT")):
        cache.clear()
        monkeypatch.setattr(selectors, "SMALL", most)
        with django_assert_num_queries(2) as asked:  # type: ignore[operator]
            nearest(query, kinds=["problem"], limit=3)
        assert part in asked.captured_queries[-1]["sql"]


def test_several_kinds_are_one_query_with_the_limit_for_each(django_assert_num_queries: object) -> None:
    fill()
    query = prepare("Eintrag", language="de", kind="problem")
    assert is_small()
    with django_assert_num_queries(1):  # type: ignore[operator]
        hits = nearest(query, kinds=["problem", "solution", "city"], limit=7)
    assert [hit.kind for hit in hits] == ["problem"] * 7 + ["solution"] * 7


def test_a_kind_is_never_more_than_a_name() -> None:
    query = prepare("x y", language="de", kind="problem")
    with pytest.raises(ValueError, match="drop"):
        nearest(query, kinds=["problem' OR true; drop table search_entry --"], limit=1)


def test_entries_without_a_vector_are_not_found_yet() -> None:
    services.write_entries([draft(1, title="Mülleimer quellen über")])
    query = prepare("Mülleimer", language="de", kind="problem")
    assert nearest(query, kinds=["problem"], limit=5) == sharing_words(query, kinds=["problem"], limit=5) == []
    services.embed_waiting()
    assert len(nearest(query, kinds=["problem"], limit=5)) == len(sharing_words(query, kinds=["problem"], limit=5)) == 1


def words_of(text: str, *, language: str, public_only: bool = True) -> list[Hit]:
    query = prepare(text, language=language, kind="problem")
    return sharing_words(query, kinds=["solution"], limit=10, public_only=public_only)


def test_words_are_shared_within_a_language_only() -> None:
    services.write_entries([
        draft("de", kind="solution", language="de", title="Sensor im Container meldet den Füllstand"),
        draft("nl", kind="solution", language="nl", title="Sensor in de container meldt het niveau"),
        draft("en", kind="solution", language="en", title="A sensor in the container tells its level"),
    ])  # fmt: skip
    services.embed_waiting()
    for language in ("de", "nl", "en"):
        assert [hit.object_id for hit in words_of("Sensor Container", language=language)] == [identifier(language)]
    assert words_of("Sensor Container", language="pl") == []


def test_coverage_is_the_share_of_rare_words_and_names_them_as_written() -> None:
    services.write_entries([
        draft(1, kind="solution", title="Sensoren für Mülleimer"),
        draft(2, kind="solution", title="Mülleimer und Parkbänke mit Sensoren und Solarstrom"),
        draft(3, kind="solution", title="Radwege"),
    ])  # fmt: skip
    services.embed_waiting()
    services.refresh_space()
    hits = words_of("Sensor am MÜLLEIMER mit Solarstrom", language="de")
    assert [hit.object_id for hit in hits] == [identifier(2), identifier(1)]
    assert hits[0].coverage == pytest.approx(1)
    assert 0 < hits[1].coverage < 1
    assert set(hits[0].words) == {"Sensor", "MÜLLEIMER", "Solarstrom"}
    assert set(hits[1].words) == {"Sensor", "MÜLLEIMER"}
    assert hits[0].similarity == pytest.approx(brute_force(prepare("Sensor am MÜLLEIMER mit Solarstrom", language="de", kind="problem"), kind="solution", limit=3)[0], abs=0.5)  # fmt: skip


def test_what_is_not_public_is_found_by_staff_only() -> None:
    services.write_entries([draft(1, kind="solution", title="Geheime Mülleimer", is_public=False)])
    services.embed_waiting()
    assert words_of("Mülleimer", language="de") == []
    assert len(words_of("Mülleimer", language="de", public_only=False)) == 1


@pytest.mark.parametrize("text", ["", "und der die", "' OR 1=1 --", "😀", "\\ ' & | ! :*", "a" * 2_000])
def test_odd_questions_find_nothing_and_break_nothing(text: str) -> None:
    fill(6)
    assert words_of(text, language="de") == []
    assert len(nearest(prepare(text, language="de", kind="problem"), kinds=["solution"], limit=5)) <= 5


def test_common_words_are_not_read() -> None:
    services.write_entries([draft(n, kind="solution", title=f"Stadt nummer{n}") for n in range(40)])
    services.embed_waiting()
    services.refresh_space()
    assert words_of("Stadt", language="de") == []
    assert len(words_of("Stadt nummer7", language="de")) == 1


def test_terms_are_counted_in_entries() -> None:
    services.write_entries([
        draft(1, title="Müll Müll Müll", text="Müll"),
        draft(2, title="Müll und Lärm"),
        draft(3, title="Müll", language="nl"),
    ])  # fmt: skip
    services.refresh_term_counts()
    counts = dict(TermCount.objects.values_list("term", "entries"))
    assert (counts["de:mull"], counts["de:larm"], counts["nl:mull"]) == (2, 1, 1)
    Entry.objects.all().delete()
    services.refresh_term_counts()
    assert not TermCount.objects.exists()


def test_surroundings_are_the_nearest_of_the_other_side_of_this_index() -> None:
    fill()
    services.refresh_space()
    space = vectors.space()
    for kind, other in (("problem", "solution"), ("solution", "problem")):
        theirs = [entry.embedding[: space.dimensions] for entry in Entry.objects.filter(kind=other)]
        reference = np.concatenate([space.background[1 if kind == "problem" else 0], theirs])
        for entry in Entry.objects.filter(kind=kind)[:10]:
            near = np.sort(reference @ entry.embedding[: space.dimensions])[-NEIGHBOURS:]
            assert entry.hubness == pytest.approx(float(near.mean()), abs=3e-3)
    assert dict(Surroundings.objects.values_list("kind", "entries"))["problem"] == 30


def test_surroundings_are_measured_again_when_an_index_has_grown() -> None:
    fill(30)
    services.refresh_space()
    assert surroundings.measure() == 0
    services.write_entries([draft(n, kind="solution") for n in range(100, 103)])
    services.embed_waiting()
    assert surroundings.measure() == 0
    services.write_entries([draft(n, kind="solution") for n in range(200, 210)])
    services.embed_waiting()
    assert surroundings.measure() == 28

"""The vectors follow the index: means move as it grows, a new map corrects all again, and a kill between is made good."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from citytandem.search import services, vectors
from citytandem.search.models import DIMENSIONS, Entry, LanguageMean, RawVector, TermCount
from citytandem.search.selectors import nearest, prepare
from citytandem.search.space import correct, learned, mean_of
from citytandem.streams.evaluation import TABLES, throw_away_index
from tests.conftest import QuickEmbedder
from tests.integration.search.drafts import draft, identifier

pytestmark = pytest.mark.django_db


def write(count: int, *, first: int = 0, language: str = "de", kind: str = "problem") -> None:
    services.write_entries([draft(n, language=language, kind=kind) for n in range(first, first + count)])
    services.embed_waiting()


def assert_all_corrected(embedder: QuickEmbedder, *, kind: str = "problem", language: str = "de") -> None:
    """Every stored vector is the model's own, corrected by the mean that is in use, computed anew with numpy."""
    space = vectors.space()
    mean = LanguageMean.objects.get(kind=kind, language=language)
    seen = {(kind, language): (mean.mean, mean.texts)}
    for entry in Entry.objects.filter(kind=kind, language=language):
        moved = correct(space, embedder.embed([entry.title]), mean_of(space, kind=kind, language=language, seen=seen))[
            0
        ]
        assert np.allclose(entry.embedding, np.pad(moved, (0, DIMENSIONS - len(moved))), atol=3e-3)
        assert entry.embedded_with == space.name


def test_the_mean_of_a_group_is_the_mean_of_its_raw_vectors(quick_embedder: QuickEmbedder) -> None:
    write(12)
    write(3, language="pl")
    assert services.refresh_space() == 15
    mean = LanguageMean.objects.get(language="de")
    titles = list(Entry.objects.filter(language="de").values_list("title", flat=True))
    assert mean.texts == 12
    assert np.allclose(mean.mean, quick_embedder.embed(titles).mean(axis=0), atol=2e-3)
    assert_all_corrected(quick_embedder)
    assert_all_corrected(quick_embedder, language="pl")


def test_a_settled_index_is_left_in_peace(quick_embedder: QuickEmbedder) -> None:
    write(12)
    assert services.refresh_space() == 12
    assert services.refresh_space() == 0
    write(3, first=100)
    assert services.refresh_space() == 0
    write(6, first=200)
    assert services.refresh_space() == 21
    assert_all_corrected(quick_embedder)


def test_questions_and_texts_are_corrected_by_the_same_mean(quick_embedder: QuickEmbedder) -> None:
    write(12)
    services.refresh_space()
    entry = Entry.objects.first()
    assert entry is not None
    hit = nearest(prepare(entry.title, language="de", kind="problem"), kinds=["problem"], limit=1)[0]
    assert hit.object_id == entry.object_id
    assert hit.similarity == pytest.approx(1, abs=3e-3)


def test_a_new_map_corrects_everything_again_without_the_model(
    quick_embedder: QuickEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(10)
    services.refresh_space()
    newer = replace(learned(), version="next", projection=-learned().projection)
    monkeypatch.setattr(vectors, "space", lambda: newer)
    monkeypatch.setattr(vectors, "raw_vectors", lambda _: pytest.fail("the model was asked"))
    before = {entry.id: entry.embedding for entry in Entry.objects.all()}
    assert services.refresh_space() == 10
    for entry in Entry.objects.all():
        assert entry.embedded_with == newer.name
        assert np.allclose(entry.embedding, -before[entry.id], atol=3e-3)


def test_with_another_model_texts_wait_to_be_read_again(
    quick_embedder: QuickEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Other(QuickEmbedder):
        name = "other"

    write(10)
    services.refresh_space()
    monkeypatch.setattr(vectors, "embedder", lambda: Other())
    monkeypatch.setattr(vectors, "space", lambda: replace(learned(), embedder="other"))
    services.refresh_space()
    assert Entry.objects.filter(embedding=None).count() == 10
    assert services.embed_waiting() == 10
    assert set(Entry.objects.values_list("embedded_with", flat=True)) == {f"other#{learned().version}"}


def test_a_kill_between_the_mean_and_the_vectors_is_made_good(
    quick_embedder: QuickEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new mean is committed, then the process dies before the vectors have followed."""

    class Killed(BaseException):
        pass

    def die(*_: object, **__: object) -> None:
        raise Killed

    write(12)
    with monkeypatch.context() as dying:
        dying.setattr(services, "_recorrect_step", die)
        with pytest.raises(Killed):
            services.refresh_space()
    assert LanguageMean.objects.filter(language="de").exists()
    assert services.refresh_space() == 12
    assert_all_corrected(quick_embedder)
    assert services.refresh_space() == 0


def test_a_throw_away_index_leaves_the_real_one_untouched(quick_embedder: QuickEmbedder) -> None:
    def everything() -> list[object]:
        models = (Entry, RawVector, LanguageMean, TermCount)
        return [sorted(map(repr, model.objects.values_list())) for model in models]

    write(12)
    services.refresh_space()
    before = everything()
    with throw_away_index():
        assert not Entry.objects.exists()
        write(4, first=500)
        services.refresh_space()
        assert Entry.objects.count() == 4
        query = prepare(draft(500).title, language="de", kind="problem")
        assert nearest(query, kinds=["problem"], limit=9)[0].object_id == identifier(500)
        assert len(nearest(query, kinds=["problem"], limit=9)) == 4
    assert everything() == before
    query = prepare(draft(500).title, language="de", kind="problem")
    assert identifier(500) not in {hit.object_id for hit in nearest(query, kinds=["problem"], limit=20)}


def test_a_throw_away_index_is_gone_after_an_error(quick_embedder: QuickEmbedder) -> None:
    write(3)
    with pytest.raises(ZeroDivisionError), throw_away_index():
        write(2, first=500)
        raise ZeroDivisionError
    assert Entry.objects.count() == 3
    with throw_away_index():
        assert not Entry.objects.exists()


def test_every_table_of_the_index_is_thrown_away() -> None:
    from django.apps import apps

    assert set(TABLES) == {model._meta.db_table for model in apps.get_app_config("search").get_models()}

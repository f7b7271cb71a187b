"""Writing the index: every version once, only changed texts embedded again, a kill loses nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from procrastinate.contrib.django.models import ProcrastinateJob
from psycopg.conninfo import make_conninfo

from citytandem.core.events import RecordChanged, emit
from citytandem.core.languages import LANGUAGES
from citytandem.search import registry, services, vectors
from citytandem.search.embedder import Matrix
from citytandem.search.lexical import terms, tsvector_text
from citytandem.search.models import Entry, LanguageMean, RawVector
from citytandem.search.registry import Draft, Findable
from citytandem.search.selectors import index_state
from citytandem.search.tasks import index as index_task
from tests.conftest import QuickEmbedder
from tests.integration.search.drafts import MOMENT, draft, identifier

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[3]


class Counting(QuickEmbedder):
    """Notes what it was given."""

    def __init__(self) -> None:
        self.given: list[str] = []

    def embed(self, texts: Sequence[str]) -> Matrix:
        self.given += texts
        return super().embed(texts)


@pytest.fixture
def counting(quick_embedder: QuickEmbedder, monkeypatch: pytest.MonkeyPatch) -> Counting:
    embedder = Counting()
    monkeypatch.setattr(vectors, "embedder", lambda: embedder)
    return embedder


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=()), max_size=300), st.sampled_from(LANGUAGES))
def test_postgresql_understands_the_words_of_any_text(text: str, language: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tsvector_to_array(%s::tsvector)", [tsvector_text(text[:50], text, language)])
        assert set(cursor.fetchone()[0]) == set(terms(text[:50], language)) | set(terms(text, language))


@pytest.mark.parametrize(
    "nasty",
    ["O'Brien's \\ back\\slash '", "'':1A & | !", "½ ﷺ ŉ K ℌello", "a" * 5_000, "😀😀", "Ĳssel's-Hertogenbosch"],
)
def test_quotes_and_odd_letters_get_into_the_index(nasty: str, quick_embedder: QuickEmbedder) -> None:
    services.write_entries([draft("x", title=nasty, text=nasty, language=code) for code in LANGUAGES])
    assert Entry.objects.filter(words__isnull=False).count() == 9


def test_writing_twice_is_writing_once(counting: Counting) -> None:
    drafts = [draft(n) for n in range(5)]
    services.write_entries(drafts)
    services.embed_waiting()
    before = list(Entry.objects.order_by("id").values_list("id", "object_id", "embedded_with", "text_hash"))
    services.write_entries(drafts)
    assert list(Entry.objects.order_by("id").values_list("id", "object_id", "embedded_with", "text_hash")) == before
    assert services.embed_waiting() == 0
    assert len(counting.given) == 5


def test_only_changed_texts_wait_for_a_new_vector(counting: Counting) -> None:
    services.write_entries([draft(1), draft(2)])
    services.embed_waiting()
    services.write_entries(
        [draft(1, themes=["waste"], is_public=False, country="DE"), draft(2, title="Ein neuer Titel")]
    )
    assert list(Entry.objects.filter(embedding=None).values_list("object_id", flat=True)) == [identifier(2)]
    same = Entry.objects.get(object_id=identifier(1))
    assert (same.themes, same.is_public, same.country) == (["waste"], False, "DE")
    assert services.embed_waiting() == 1
    assert counting.given[2:] == ["Ein neuer Titel"]


def test_the_same_words_are_embedded_once(counting: Counting) -> None:
    services.write_entries(
        [draft(n, title="Gleicher Titel", kind=kind) for n in range(3) for kind in ("problem", "solution")]
    )
    assert services.embed_waiting() == 6
    assert counting.given == ["Gleicher Titel"]
    assert RawVector.objects.count() == 1


def test_a_step_has_its_limit_and_tells_its_progress(quick_embedder: QuickEmbedder) -> None:
    services.write_entries([draft(n) for n in range(40)])
    told: list[int] = []
    assert services.embed_waiting(limit=20, progress=told.append) == sum(told) == 20
    assert index_state()["waiting"] == 20
    assert services.embed_waiting() == 20
    assert index_state() | {"bytes": 0} == {
        "entries": 40,
        "waiting": 0,
        "by_kind": {"problem": 40},
        "bytes": 0,
        "space": vectors.space().name,
    }


def test_vectors_are_those_of_the_model_corrected(quick_embedder: QuickEmbedder) -> None:
    services.write_entries([draft(n, text="Der Text dazu") for n in range(3)])
    services.embed_waiting()
    for entry in Entry.objects.all():
        raw = quick_embedder.embed([f"{entry.title}. Der Text dazu"])
        wanted = vectors.corrected(raw, kind="problem", language="de", means={})[0]
        assert np.allclose(entry.embedding, wanted, atol=2e-3)
        assert entry.embedded_with == vectors.space().name


def test_an_unknown_language_stays_out_and_the_database_refuses_it() -> None:
    services.write_entries([draft(1, language="es")])
    assert not Entry.objects.exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        Entry.objects.create(
            kind="problem", object_id=identifier(1), language="es", title="x", text_hash=b"x", changed_at=MOMENT
        )


def test_the_database_keeps_each_version_vector_and_mean_once(quick_embedder: QuickEmbedder) -> None:
    services.write_entries([draft(1)])
    with pytest.raises(IntegrityError), transaction.atomic():
        Entry.objects.create(
            kind="problem", object_id=identifier(1), language="de", title="x", text_hash=b"x", changed_at=MOMENT
        )
    for model, values in (
        (RawVector, {"text_hash": b"1" * 16, "embedder": "x", "vector": np.zeros(384)}),
        (LanguageMean, {"embedder": "x", "kind": "problem", "language": "de", "texts": 1, "mean": np.zeros(384)}),
    ):
        model.objects.create(**values)
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.create(**values)


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> dict[UUID, list[Draft]]:
    """A kind of thing whose content is a dictionary."""
    things: dict[UUID, list[Draft]] = {}
    findable = Findable("book", lambda ids: [d for i in ids for d in things.get(i, [])], lambda: list(things))
    monkeypatch.setitem(registry._findables, "book", findable)
    return things


def test_the_index_follows_things_and_their_languages(
    shelf: dict[UUID, list[Draft]], quick_embedder: QuickEmbedder
) -> None:
    one, other = identifier("one"), identifier("other")
    shelf[one] = [draft("one", kind="book"), draft("one", kind="book", language="en")]
    shelf[other] = [draft("other", kind="book")]
    assert services.index_things("book", [one, other]) == 3
    shelf[one] = [draft("one", kind="book", language="en"), draft("one", kind="book", language="pl")]
    assert services.index_things("book", [one]) == 2
    assert set(Entry.objects.filter(object_id=one).values_list("language", flat=True)) == {"en", "pl"}
    del shelf[one]
    assert services.index_things("book", [one, other]) == 1
    assert list(Entry.objects.values_list("object_id", flat=True)) == [other]
    del shelf[other]
    assert services.index_things("book", [other]) == 0
    assert not Entry.objects.exists()


def test_things_of_other_kinds_with_the_same_id_are_left_alone(
    shelf: dict[UUID, list[Draft]], quick_embedder: QuickEmbedder
) -> None:
    services.write_entries([draft("one", kind="problem")])
    services.index_things("book", [identifier("one")])
    assert Entry.objects.get().kind == "problem"


def test_a_process_that_ends_after_the_commit_leaves_its_work_to_the_worker(
    shelf: dict[UUID, list[Draft]], quick_embedder: QuickEmbedder
) -> None:
    one = identifier("one")
    shelf[one] = [draft("one", kind="book")]
    # A test's transaction never commits, so whatever waits for the commit is lost here as it is after a kill.
    for _ in range(2):
        emit(RecordChanged(kind="book", object_id=one))
    assert not Entry.objects.exists()
    left = ProcrastinateJob.objects.filter(task_name="search.index", args__object_ids=[str(one)])
    assert len(left) == 2, "one may have begun before the other change was committed"
    for job in left:
        index_task(**job.args)
    assert Entry.objects.get().object_id == one


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("later", [["de", "en"], ["pl"], []])
def test_who_has_read_an_older_state_never_writes_last(
    later: list[str], monkeypatch: pytest.MonkeyPatch, quick_embedder: QuickEmbedder
) -> None:
    one = identifier("one")
    languages = ["de"]
    has_read, may_write = threading.Event(), threading.Event()

    def read(_ids: Sequence[UUID]) -> list[Draft]:
        found = [draft("one", kind="book", language=language) for language in languages]
        if not has_read.is_set():
            has_read.set()
            may_write.wait(10)
        return found

    monkeypatch.setitem(registry._findables, "book", Findable("book", read, list))

    def index() -> None:
        services.index_things("book", [one])
        connection.close()

    slow, quick = threading.Thread(target=index), threading.Thread(target=index)
    slow.start()
    has_read.wait(10)
    languages[:] = later
    quick.start()
    quick.join(0.3)
    may_write.set()
    slow.join(10)
    quick.join(10)
    assert sorted(Entry.objects.values_list("language", flat=True)) == later


@pytest.mark.django_db(transaction=True)
def test_a_kill_in_the_middle_loses_nothing_and_doubles_nothing(quick_embedder: QuickEmbedder) -> None:
    services.write_entries([draft(n) for n in range(160)])
    database = connection.settings_dict
    url = make_conninfo(
        dbname=database["NAME"],
        user=database["USER"],
        password=database["PASSWORD"],
        host=database["HOST"],
        port=database["PORT"],
    )
    worker = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("slow_embedding.py"))],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"DATABASE_URL": url, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])},
    )
    assert worker.stdout is not None
    for _ in range(3):
        assert worker.stdout.readline() == "16\n"
    worker.send_signal(signal.SIGKILL)
    worker.stdout.read()
    worker.stdout.close()
    assert worker.wait() == -signal.SIGKILL
    done = Entry.objects.exclude(embedding=None).count()
    assert 48 <= done < 160
    assert RawVector.objects.count() == done
    assert services.embed_waiting() == 160 - done
    assert Entry.objects.exclude(embedding=None).count() == Entry.objects.count() == RawVector.objects.count() == 160
    for entry in Entry.objects.order_by("id")[::40]:
        wanted = vectors.corrected(quick_embedder.embed([entry.title]), kind="problem", language="de", means={})[0]
        assert np.allclose(entry.embedding, wanted, atol=2e-3)

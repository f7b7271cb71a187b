"""Writing the index: what is to be found, and its vectors in the background."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection, transaction

from citytandem.core.languages import is_language
from citytandem.search import lexical, registry, surroundings, vectors
from citytandem.search.embedder import Matrix
from citytandem.search.fields import to_text
from citytandem.search.models import Entry
from citytandem.search.registry import Draft
from citytandem.search.space import hubness

BATCH = 16

_UPSERT = """
    INSERT INTO search_entry (kind, object_id, language, is_original, title, text, text_hash, themes, city, country,
                              is_public, words, embedding, embedded_with, hubness, changed_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::tsvector, NULL, '', 0, %s)
    ON CONFLICT (kind, object_id, language) DO UPDATE SET
        is_original = EXCLUDED.is_original, title = EXCLUDED.title, text = EXCLUDED.text, themes = EXCLUDED.themes,
        city = EXCLUDED.city, country = EXCLUDED.country, is_public = EXCLUDED.is_public, words = EXCLUDED.words,
        changed_at = EXCLUDED.changed_at, text_hash = EXCLUDED.text_hash,
        embedding = CASE WHEN search_entry.text_hash = EXCLUDED.text_hash THEN search_entry.embedding END,
        embedded_with =
            CASE WHEN search_entry.text_hash = EXCLUDED.text_hash THEN search_entry.embedded_with ELSE '' END
"""


@transaction.atomic
def index_things(kind: str, object_ids: Sequence[UUID]) -> int:
    """Bring the index up to date with some things of a kind; withdrawn ones disappear. Returns language versions.

    One at a time for each thing, from reading to writing: who has read an older state has written it, too, before
    anybody reads a newer one.
    """
    _take_turns(kind, object_ids)
    drafts = registry.findable(kind).read(object_ids)
    keep = {(draft.object_id, draft.language) for draft in drafts}
    for entry in Entry.objects.filter(kind=kind, object_id__in=object_ids).only("id", "object_id", "language"):
        if (entry.object_id, entry.language) not in keep:
            entry.delete()
    write_entries(drafts)
    return len(drafts)


def _take_turns(kind: str, object_ids: Sequence[UUID]) -> None:
    """Wait until nobody else indexes these things; until the end of the transaction. Sorted, so that no two block each other."""
    keys = {hashlib.blake2b(f"{kind}:{key}".encode(), digest_size=8).digest() for key in object_ids}
    numbers = sorted(int.from_bytes(key, signed=True) for key in keys)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(number) FROM unnest(%s::bigint[]) AS number", [numbers])


def write_entries(drafts: Iterable[Draft]) -> None:
    """Insert or update entries; vectors follow by `embed_waiting`."""
    rows = [_row(draft) for draft in drafts if is_language(draft.language)]
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.executemany(_UPSERT, rows)


def _row(draft: Draft) -> tuple[Any, ...]:
    return (
        draft.kind,
        draft.object_id,
        draft.language,
        draft.is_original,
        draft.title,
        draft.text,
        vectors.text_hash(draft.title, draft.text),
        list(draft.themes),
        draft.city,
        draft.country,
        draft.is_public,
        lexical.tsvector_text(draft.title, draft.text, draft.language),
        draft.changed_at,
    )


def embed_waiting(*, limit: int | None = None, progress: Callable[[int], None] | None = None) -> int:
    """Compute vectors of entries that lack them, in small committed steps: a kill loses at most one step."""
    done = 0
    while limit is None or done < limit:
        step = BATCH if limit is None else min(BATCH, limit - done)
        count = _embed_step(step)
        if count == 0:
            break
        done += count
        if progress is not None:
            progress(count)
    return done


@transaction.atomic
def _embed_step(size: int) -> int:
    waiting = list(
        Entry.objects.select_for_update(skip_locked=True)
        .filter(embedding=None)
        .only("id", "kind", "language", "title", "text", "text_hash")
        .order_by("id")[:size]
    )
    if not waiting:
        return 0
    known = vectors.cached_raw(bytes(entry.text_hash) for entry in waiting)
    missing = {bytes(entry.text_hash): entry for entry in waiting if bytes(entry.text_hash) not in known}
    if missing:
        texts = [vectors.embeddable(entry.title, entry.text) for entry in missing.values()]
        fresh = dict(zip(missing, vectors.raw_vectors(texts), strict=True))
        vectors.keep_raw(fresh)
        known |= fresh
    _store(waiting, known)
    return len(waiting)


def _store(entries: Sequence[Entry], raw: dict[bytes, Matrix]) -> None:
    means = vectors.means_in_use()
    space = vectors.space()
    rows: list[tuple[str, float, str, int]] = []
    ordered = sorted(entries, key=lambda entry: (entry.kind, entry.language))
    for (kind, language), group in groupby(ordered, key=lambda entry: (entry.kind, entry.language)):
        members = list(group)
        matrix = np.stack([raw[bytes(entry.text_hash)] for entry in members])
        moved = vectors.corrected(matrix, kind=kind, language=language, means=means)
        near = hubness(space, moved[:, : space.dimensions], kind=kind)
        rows += [
            (to_text(vector), float(value), space.name, entry.id)
            for entry, vector, value in zip(members, moved, near, strict=True)
        ]
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE search_entry SET embedding = %s::halfvec, hubness = %s, embedded_with = %s WHERE id = %s", rows
        )


def refresh_space() -> int:
    """Follow the growth of the index: new means, and the vectors of those groups corrected again. Returns how many."""
    changed = dict.fromkeys([*vectors.refresh_means(), *_groups_of_another_space()])
    corrected = 0
    for kind, language in changed:
        last = 0
        while True:
            step = _recorrect_step(kind, language, after=last)
            if not step:
                break
            last = step[-1].id
            corrected += len(step)
        vectors.mean_followed(kind=kind, language=language)
    surroundings.measure(moved={kind for kind, _language in changed})
    refresh_term_counts()
    return corrected


def _groups_of_another_space() -> list[tuple[str, str]]:
    """Kinds and languages with vectors that an earlier model or map made."""
    rows = Entry.objects.filter(embedding__isnull=False).exclude(embedded_with=vectors.space().name)
    return list(rows.values_list("kind", "language").distinct())


@transaction.atomic
def _recorrect_step(kind: str, language: str, *, after: int) -> list[Entry]:
    step = list(
        Entry.objects.select_for_update()
        .filter(kind=kind, language=language, id__gt=after, embedding__isnull=False)
        .only("id", "kind", "language", "text_hash")
        .order_by("id")[:500]
    )
    known = vectors.cached_raw(bytes(entry.text_hash) for entry in step)
    _store([entry for entry in step if bytes(entry.text_hash) in known], known)
    # Without a raw vector by the present model the text has to be read again.
    Entry.objects.filter(id__in=[e.id for e in step if bytes(e.text_hash) not in known]).update(embedding=None)
    return step


@transaction.atomic
def refresh_term_counts(*, sample_rows: int = 20_000) -> None:
    """Count in how many entries each term occurs (from a sample in large indexes), so that rare words weigh more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT 1 FROM search_entry LIMIT %s) AS first_rows", [sample_rows * 5 + 1]
        )
        counted = cursor.fetchone()[0]
        if counted <= sample_rows * 5:
            source, scale = "SELECT words FROM search_entry", 1.0
        else:
            cursor.execute("SELECT greatest(reltuples, 1) FROM pg_class WHERE oid = 'search_entry'::regclass")
            total = cursor.fetchone()[0]
            share = min(100.0, 100.0 * sample_rows / total)
            source = f"SELECT words FROM search_entry TABLESAMPLE SYSTEM ({share:.6f})"  # noqa: S608 - a number
            scale = 100.0 / share
        # One at a time, and never empty for a reader in between.
        cursor.execute("LOCK TABLE search_termcount IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute("DELETE FROM search_termcount")
        cursor.execute(
            "INSERT INTO search_termcount (term, entries) SELECT word, ceil(ndoc * %s)::int FROM ts_stat(%s)",
            [scale, source],
        )

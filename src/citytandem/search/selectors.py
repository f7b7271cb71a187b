"""Reading the index: nearest in meaning, and sharing rare words of the same language."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db import connection
from django.db.models.expressions import RawSQL

from citytandem.core.languages import LANGUAGES
from citytandem.search import lexical, vectors
from citytandem.search.embedder import Matrix
from citytandem.search.fields import from_text, to_text
from citytandem.search.models import TermCount
from citytandem.search.space import hubness

# Terms in more than this share of all entries find too much to be worth reading.
COMMON = 0.05
MOST_TERMS = 8
# About so many entries are read at most: the rarest words bring the best ones anyway.
MOST_READ = 4_000


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that was found. `similarity` in [-1, 1]; `coverage` in [0, 1] is the share of rare words found."""

    kind: str
    object_id: UUID
    language: str
    is_original: bool
    title: str
    text: str
    themes: tuple[str, ...]
    city: UUID | None
    country: str
    hubness: float
    vector: Matrix | None
    similarity: float
    coverage: float = 0.0
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """A text somebody asks with, made ready. `vector` is corrected, (256,) padded with zeros."""

    text: str
    language: str
    kind: str
    vector: Matrix
    hubness: float


def prepare(text: str, *, language: str, kind: str, is_record: bool = False) -> Query:
    """Embed and correct a text of a kind (`problem` tells what hurts, anything else what is offered).

    The vector of a record's text (`is_record`) is stored already; what somebody types is not looked for.
    """
    raw = vectors.kept_raw([text])[text] if is_record else vectors.query_raw(text)
    vector = vectors.corrected(raw[None], kind=kind, language=language, means=vectors.means_in_use())
    space = vectors.space()
    near = float(hubness(space, vector[:, : space.dimensions], kind=kind)[0])
    return Query(text=text, language=language, kind=kind, vector=vector[0], hubness=near)


# Reading this many vectors takes some milliseconds.
SMALL = 10_000
_SMALL = "search.is_small"
_COLUMNS = "kind, object_id, language, is_original, title, left(text, 2000), themes, city, country, hubness, embedding"


def nearest(
    query: Query, *, kinds: Sequence[str], limit: int, public_only: bool = True, exact: bool | None = None
) -> list[Hit]:
    """Entries nearest in meaning, `limit` of each kind, best first within a kind; one query.

    `exact` reads all entries instead of walking the graphs; None: does so in a small index, where that is as quick,
    misses nothing, and does not depend on when the graphs were last cleared of rows that are gone. How widely a graph
    is searched (ef_search) is part of the connection's settings.
    """
    exact = is_small() if exact is None else exact
    vector = to_text(query.vector)
    # The kind stands in the text of the query because the planner has to see it to choose the partial index.
    readable = " AND is_public" if public_only else ""
    # Adding nothing keeps the planner from the graph.
    order = "(embedding <#> %s::halfvec) + 0" if exact else "embedding <#> %s::halfvec"
    part = (
        f"(SELECT {_COLUMNS}, -(embedding <#> %s::halfvec) FROM search_entry "  # noqa: S608 - kinds are checked
        f"WHERE kind = '{{kind}}' AND embedding IS NOT NULL AND embedded_with = %s{readable} ORDER BY {order} LIMIT %s)"
    )
    statement = " UNION ALL ".join(part.format(kind=_checked(kind)) for kind in kinds)
    with connection.cursor() as cursor:
        cursor.execute(statement, [vector, vectors.space().name, vector, limit] * len(kinds))
        hits = [_hit(row[:-1], similarity=float(row[-1])) for row in cursor.fetchall()]
    # The graph is walked in relaxed order: what comes out is nearly sorted.
    place = {kind: number for number, kind in enumerate(kinds)}
    return sorted(hits, key=lambda hit: (place[hit.kind], -hit.similarity))


def is_small() -> bool:
    """Whether the index has at most SMALL entries; up to a minute old."""
    known: bool | None = cache.get(_SMALL)
    if known is None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM (SELECT 1 FROM search_entry LIMIT %s) AS first_rows", [SMALL + 1])
            known = cursor.fetchone()[0] <= SMALL
        cache.set(_SMALL, known, 60)
    return known


def sharing_words(query: Query, *, kinds: Sequence[str], limit: int, public_only: bool = True) -> list[Hit]:
    """Entries in the query's own language that share its rare words, `limit` of each kind, best covered first."""
    weights, written, counts = _rare_terms(query.text, query.language)
    if not weights:
        return []
    total = sum(weights.values())
    found = " + ".join("(words @@ %s::tsquery)::int * %s" for _ in weights)
    scored: list[Any] = []
    for term, weight in weights.items():
        scored += [_tsquery(term), weight / total]
    either = " | ".join(_tsquery(term) for term in _worth_reading(weights, counts))
    readable = " AND is_public" if public_only else ""
    vector = to_text(query.vector)
    part = (
        f"(SELECT {_COLUMNS}, -(embedding <#> %s::halfvec), {found} AS coverage, tsvector_to_array(words) "  # noqa: S608
        f"FROM search_entry WHERE words @@ %s::tsquery AND kind = %s AND language = %s{readable} "
        "AND embedded_with = %s AND embedding IS NOT NULL ORDER BY coverage DESC LIMIT %s)"
    )
    values = [
        value
        for kind in kinds
        for value in (vector, *scored, either, kind, query.language, vectors.space().name, limit)
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join([part] * len(kinds)), values)
        rows = cursor.fetchall()
    hits = []
    for row in rows:
        own = set(row[-1])
        shared = tuple(written[term] for term in weights if term in own)
        hits.append(_hit(row[:-3], similarity=float(row[-3]), coverage=float(row[-2]), words=shared))
    return hits


def entries_with(text: str, *, kind: str) -> RawSQL:
    """Ids of the things of a kind in which all words of a text occur, in one of the nine languages; for `id__in`.

    Function words do not count; a text of nothing else finds nothing.
    """
    asked = [dict.fromkeys(lexical.terms(text, language)) for language in LANGUAGES]
    either = " | ".join(f"({' & '.join(_tsquery(term) for term in terms)})" for terms in asked if terms)
    statement = "SELECT object_id FROM search_entry WHERE kind = %s AND words @@ %s::tsquery"
    return RawSQL(statement, (kind, either))  # noqa: S611 - both values are parameters


def _rare_terms(text: str, language: str) -> tuple[dict[str, float], dict[str, str], dict[str, int]]:
    """The rarest terms of a text, rarest first, with their weight (inverse document frequency), as written, how often."""
    written: dict[str, str] = {}
    for word, term in lexical.words_and_terms(text, language):
        written.setdefault(term, word)
    if not written:
        return {}, {}, {}
    counts = dict(TermCount.objects.filter(term__in=list(written)).values_list("term", "entries"))
    total = max(_entries_about(), 1)
    ceiling = max(COMMON * total, 30)
    rare = sorted((counts.get(term, 1), term) for term in written if counts.get(term, 1) <= ceiling)[:MOST_TERMS]
    weights = {term: math.log(1 + total / count) for count, term in rare}
    return weights, written, {term: count for count, term in rare}


def _worth_reading(terms: Iterable[str], counts: Mapping[str, int]) -> list[str]:
    """The rarest terms, as many as bring MOST_READ entries together, and one at least."""
    chosen: list[str] = []
    expected = 0
    for term in terms:
        expected += counts[term]
        if chosen and expected > MOST_READ:
            break
        chosen.append(term)
    return chosen


def _entries_about() -> int:
    """How many entries there are, roughly, and at most a minute old."""
    return int(cache.get_or_set("search.entries", _count_entries, 60) or 0)


def _count_entries() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT CASE WHEN reltuples > 10000 THEN reltuples::bigint ELSE (SELECT count(*) FROM search_entry) END "
            "FROM pg_class WHERE oid = 'search_entry'::regclass"
        )
        return int(cursor.fetchone()[0])


def _tsquery(term: str) -> str:
    escaped = term.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def _checked(kind: str) -> str:
    if not kind.replace("_", "").isalpha():
        raise ValueError(kind)
    return kind


def _hit(row: Sequence[Any], *, similarity: float, coverage: float = 0.0, words: tuple[str, ...] = ()) -> Hit:
    kind, object_id, language, is_original, title, text, themes, city, country, near, embedding = row
    vector = from_text(embedding) if isinstance(embedding, str) else embedding
    return Hit(
        kind=kind,
        object_id=object_id,
        language=language,
        is_original=is_original,
        title=title,
        text=text,
        themes=tuple(themes),
        city=city,
        country=country,
        hubness=near,
        vector=vector,
        similarity=similarity,
        coverage=coverage,
        words=words,
    )


def index_state() -> dict[str, Any]:
    """Entries (one per language version) in all and by kind, those without a vector, and the size on disk in bytes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, count(*), count(*) - count(embedding) FROM search_entry GROUP BY kind ORDER BY kind"
        )
        rows = cursor.fetchall()
        cursor.execute("SELECT pg_total_relation_size('search_entry')")
        size = cursor.fetchone()[0]
    return {
        "entries": sum(row[1] for row in rows),
        "waiting": sum(row[2] for row in rows),
        "by_kind": {kind: count for kind, count, _ in rows},
        "bytes": size,
        "space": vectors.space().name,
    }

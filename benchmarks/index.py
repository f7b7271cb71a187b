"""A million indexed records: how long a match takes beside the embedding, how good the graph is, how large all is.

Records are generated: vectors are mixtures of real corrected sentences of `training/match` with noise, words are drawn
from the same sentences. The peer is exact search over the same rows in the same database.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
from scratch import ROOT, node, percentile

ASKED = 200


def sentences() -> list[tuple[str, str]]:
    """(language, text) of the training sentences."""
    rows = []
    for path in sorted((ROOT / "training" / "match").glob("[a-z].tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows += [(row["lang"], row["text"]) for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]
    return rows


def generated(
    count: int, base: np.ndarray, texts: list[tuple[str, str]], seed: int
) -> Iterator[tuple[str, str, str, np.ndarray]]:
    """(kind, language, title, vector) of `count` records."""
    rng, dice = np.random.default_rng(seed), random.Random(seed)
    words: dict[str, list[str]] = {}
    for language, text in texts:
        words.setdefault(language, []).extend(word for word in text.split() if len(word) > 3)
    for start in range(0, count, 10_000):
        size = min(10_000, count - start)
        one, two = rng.integers(0, len(base), (2, size))
        mixed = base[one] + rng.uniform(0.2, 0.9, (size, 1)) * base[two] + rng.normal(0, 0.03, (size, base.shape[1]))
        mixed /= np.linalg.norm(mixed, axis=1, keepdims=True)
        for offset in range(size):
            language = texts[one[offset]][0]
            title = " ".join(dice.choices(words[language], k=8))
            yield ("solution" if offset % 2 else "problem"), language, title, mixed[offset]


def load(count: int, base: np.ndarray, texts: list[tuple[str, str]]) -> None:
    """COPY records and their entries; graphs are built afterwards, as an operator would for a first import."""
    from django.db import connection

    from citytandem.core.ids import short_code, uuid7
    from citytandem.search import lexical, vectors
    from citytandem.search.fields import to_text

    now, space = "2026-01-01T00:00:00Z", vectors.space().name
    with connection.cursor() as cursor:
        for kind in ("problem", "solution", "city"):
            cursor.execute(f"DROP INDEX entry_near_{kind}")
        cursor.execute("DROP INDEX entry_words")
        rows: list[tuple[UUID, str, str, str]] = []
        with cursor.copy(
            "COPY search_entry (kind, object_id, language, is_original, title, text, text_hash, themes, country, is_public,"
            " words, embedding, embedded_with, hubness, changed_at) FROM STDIN"
        ) as copy:
            for kind, language, title, vector in generated(count, base, texts, 1):
                identifier = uuid7()
                rows.append((identifier, kind, language, title))
                words = lexical.tsvector_text(title, "", language)
                copy.write_row(
                    (kind, identifier, language, True, title, "", vectors.text_hash(title, ""), "{}", "", True, words,
                     to_text(vector), space, 0.3, now)
                )  # fmt: skip
        extra = {
            "problem": ", status, sender, affected, evidence",
            "solution": ", kind, stage, provider, licence, cost_note, frame_conditions, standards, contact_role, reuse_notes, url",
        }
        values = {
            "problem": ("open", "resident", "{}", ""),
            "solution": ("idea", "", "", "", "", "{}", "{}", "", "", ""),
        }
        for kind in ("problem", "solution"):
            with cursor.copy(
                f"COPY streams_{kind} (id, code, language, title, text, themes, partnership, place_kind, place_name, visibility,"
                f" basis, source, created_at, changed_at, version{extra[kind]}) FROM STDIN"
            ) as copy:
                for identifier, row_kind, language, title in rows:
                    if row_kind == kind:
                        content = json.dumps({language: {"text": title, "by": "human"}})
                        copy.write_row((identifier, short_code(identifier), language, content, "{}", "{}", "", "city", "", "public",
                                        "", "{}", now, now, 1, *values[kind]))  # fmt: skip


def build() -> dict[str, float]:
    """Seconds for each index."""
    from django.db import connection

    took = {}
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '3GB'")
        cursor.execute("SET max_parallel_maintenance_workers = 1")
        for kind in ("problem", "solution", "city"):
            began = time.perf_counter()
            cursor.execute(
                f"CREATE INDEX entry_near_{kind} ON search_entry USING hnsw (embedding halfvec_ip_ops) "
                f"WITH (m = 16, ef_construction = 64) WHERE kind = '{kind}'"
            )
            took[f"graph of {kind}s"] = time.perf_counter() - began
            print(kind, took, file=sys.stderr)
        began = time.perf_counter()
        cursor.execute("CREATE INDEX entry_words ON search_entry USING gin (words)")
        took["word index"] = time.perf_counter() - began
        cursor.execute("VACUUM ANALYZE search_entry")
        cursor.execute("ANALYZE streams_problem")
        cursor.execute("ANALYZE streams_solution")
    return took


def measure(base: np.ndarray, texts: list[tuple[str, str]]) -> dict[str, float]:
    """Times of whole matches, and recall of the graph, for queries that are not in the index."""
    from citytandem.search import selectors, services, vectors
    from citytandem.streams import match as matcher

    services.refresh_term_counts()
    asked = [text for text in texts if len(text[1]) > 40][:: len(texts) // ASKED][:ASKED]
    found: list[float] = []
    near: list[float] = []
    exact: list[float] = []
    recall: list[float] = []
    for number, (language, text) in enumerate(asked):
        shuffled = " ".join(sorted(text.split()))
        question = matcher.Question(text=shuffled, language=language)
        query = matcher._prepared(question)  # embeds, and keeps the vector: the rest is what we time
        began = time.perf_counter()
        matcher.match(question, reader="en", phrases=False)
        found.append((time.perf_counter() - began) * 1000)
        began = time.perf_counter()
        hits = selectors.nearest(query, kinds=["solution"], limit=10)
        near.append((time.perf_counter() - began) * 1000)
        if number < 40:
            began = time.perf_counter()
            truth = selectors.nearest(query, kinds=["solution"], limit=10, exact=True)
            exact.append((time.perf_counter() - began) * 1000)
            recall.append(len({h.object_id for h in hits} & {h.object_id for h in truth}) / 10)
    del base
    vectors.query_raw("done")
    return {
        "match_p50": percentile(found, 0.5),
        "match_p95": percentile(found, 0.95),
        "nearest_p95": percentile(near, 0.95),
        "exact_p50": percentile(exact, 0.5),
        "recall": float(np.mean(recall)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    options = parser.parse_args()
    with node(settings={"shared_buffers": "2GB", "max_wal_size": "8GB"}):
        from django.db import connection

        from citytandem.search import vectors
        from citytandem.search.space import correct

        texts = sentences()
        chosen = texts[:: max(1, len(texts) // 3_000)]
        space = vectors.space()
        raw = vectors.raw_vectors([text for _, text in chosen])
        base = np.concatenate(
            [
                correct(space, raw[i : i + 1], space.means[1, space.languages.index(code)])
                for i, (code, _) in enumerate(chosen)
            ]
        )
        began = time.perf_counter()
        load(options.records, base, chosen)
        loaded = time.perf_counter() - began
        print(f"loaded in {loaded:.0f} s", file=sys.stderr)
        took = build()
        result = measure(base, texts)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_relation_size('search_entry'), sum(pg_relation_size(indexrelid)) FROM pg_index WHERE indrelid = 'search_entry'::regclass"
            )
            table, indexes = cursor.fetchone()
            cursor.execute("SELECT sum(pg_relation_size(c.oid)) FROM pg_class c WHERE relname LIKE 'entry_near_%'")
            graphs = cursor.fetchone()[0]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows = [
        {"what": f"match among {options.records:,} records, p95 beside the embedding", "ours": f"{result['match_p95']:.0f} ms (p50 {result['match_p50']:.0f})", "peer": "limit 150 ms", "ratio": round(result["match_p95"] / 150, 2)},
        {"what": "nearest 10 by graph, p95, against exact search, p50", "ours": f"{result['nearest_p95']:.1f} ms", "peer": f"{result['exact_p50']:.0f} ms", "ratio": round(result["nearest_p95"] / result["exact_p50"], 3)},
        {"what": "recall@10 of the graph against exact search", "ours": f"{result['recall']:.3f}", "peer": "limit 0.95", "ratio": round(result["recall"] / 0.95, 3)},
        {"what": "size: table / all indexes / of these the graphs", "ours": f"{table / 1e9:.2f} / {int(indexes) / 1e9:.2f} / {int(graphs) / 1e9:.2f} GB", "peer": "-", "ratio": None},
        {"what": "loading / building the indexes", "ours": f"{loaded:.0f} s / {sum(took.values()):.0f} s", "peer": "-", "ratio": None},
        {"what": "memory of the asking process", "ours": f"{memory:.0f} MB", "peer": "-", "ratio": None},
    ]  # fmt: skip
    print(json.dumps(rows, ensure_ascii=False))


if __name__ == "__main__":
    main()

"""How near each entry is to everything on the other side of this very index; see `space.hubness`.

Measured again while the index grows. Up to SAMPLE texts of the other side stand for all of them, so that the cost of
one entry stays the same in an index of a million.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from django.db import connection, transaction

from citytandem.search import registry, vectors
from citytandem.search.embedder import Matrix
from citytandem.search.fields import from_text
from citytandem.search.models import Surroundings
from citytandem.search.space import hubness, side_of

SAMPLE = 2_000
# Beyond this the index hardly changes what "near everything" means; new entries are measured as they come.
SETTLED = 20_000
BATCH = 500


def measure(*, moved: Collection[str] = ()) -> int:
    """Measure kinds that have grown by a third since, or whose vectors have `moved`; returns how many were written."""
    known = {row.kind: row.entries for row in Surroundings.objects.all()}
    written = 0
    for kind in _kinds():
        present = _count(kind)
        before = known.get(kind, 0)
        if kind in moved or (before < SETTLED and present > before * 4 / 3):
            written += _measure_kind(kind)
            Surroundings.objects.update_or_create(kind=kind, defaults={"entries": present})
    return written


def _kinds() -> list[str]:
    return list(dict.fromkeys([*registry.kinds(), "problem", "solution"]))


def _count(kind: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM "
            "(SELECT 1 FROM search_entry WHERE kind = %s AND embedding IS NOT NULL LIMIT %s) AS first_rows",
            [kind, SETTLED],
        )
        return int(cursor.fetchone()[0])


def other_side(kind: str) -> Matrix:
    """(m, d) sample of this index's entries on the other side of a kind, spread evenly by the hash of their text."""
    names = [name for name in _kinds() if side_of(name) != side_of(kind)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT embedding::text FROM search_entry "
            "WHERE kind = ANY(%s) AND embedding IS NOT NULL AND embedded_with = %s ORDER BY text_hash LIMIT %s",
            [names, vectors.space().name, SAMPLE],
        )
        rows = [from_text(value) for (value,) in cursor.fetchall()]
    width = vectors.space().dimensions
    return np.stack(rows)[:, :width] if rows else np.zeros((0, width), dtype=np.float32)


def _measure_kind(kind: str) -> int:
    seen, last, written = other_side(kind), 0, 0
    width = vectors.space().dimensions
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, embedding::text FROM search_entry WHERE kind = %s AND embedding IS NOT NULL AND id > %s "
                "ORDER BY id LIMIT %s FOR UPDATE",
                [kind, last, BATCH],
            )
            rows = cursor.fetchall()
            if not rows:
                return written
            matrix = np.stack([from_text(value) for _, value in rows])[:, :width]
            near = hubness(vectors.space(), matrix, kind=kind, seen=seen)
            values = [(float(value), identifier) for value, (identifier, _) in zip(near, rows, strict=True)]
            cursor.executemany("UPDATE search_entry SET hubness = %s WHERE id = %s", values)
        last, written = rows[-1][0], written + len(rows)
        if written >= SETTLED:
            return written

"""Raw and corrected vectors of texts: the embedder in use, its memory, and the means of this index."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from functools import cache as memory

import numpy as np
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.utils.translation import gettext_lazy as _

from citytandem.core.errors import Unavailable
from citytandem.search import space as spaces
from citytandem.search.embedder import BuiltIn, Embedder, EmbedderUnavailable, Endpoint, Matrix
from citytandem.search.fields import from_text, to_text
from citytandem.search.models import DIMENSIONS, LanguageMean, RawVector

_MEANS = "search.means"


@memory
def embedder() -> Embedder:
    """The embedder that this node is configured for."""
    if settings.EMBEDDING_URL:
        return Endpoint(url=settings.EMBEDDING_URL, model=settings.EMBEDDING_MODEL, key=settings.EMBEDDING_KEY)
    return BuiltIn()


@memory
def space() -> spaces.Space:
    """The space that goes with the embedder."""
    return spaces.space_for(embedder().name)


def text_hash(title: str, text: str) -> bytes:
    """16 bytes that name a text."""
    return hashlib.blake2b(embeddable(title, text).encode(), digest_size=16).digest()


def embeddable(title: str, text: str) -> str:
    """What the model reads of a record: the title, then the text."""
    return f"{title}. {text}" if text and not title.endswith((".", "!", "?")) else f"{title} {text}".strip()


def raw_vectors(texts: Sequence[str]) -> Matrix:
    """(n, 384) of texts; raises Unavailable if the model cannot be reached."""
    try:
        return embedder().embed(texts)
    except EmbedderUnavailable as error:
        raise Unavailable("embedder.unavailable", _("The language model does not answer at the moment.")) from error


def cached_raw(hashes: Iterable[bytes]) -> dict[bytes, Matrix]:
    """Vectors that are in memory already, by text hash."""
    rows = RawVector.objects.filter(embedder=embedder().name, text_hash__in=list(hashes))
    return {bytes(row.text_hash): row.vector for row in rows}


def keep_raw(vectors: dict[bytes, Matrix]) -> None:
    """Remember vectors."""
    name = embedder().name
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO search_rawvector (embedder, text_hash, vector) VALUES (%s, %s, %s::halfvec) ON CONFLICT DO NOTHING",
            [(name, key, to_text(vector)) for key, vector in vectors.items()],
        )


def means_in_use() -> dict[tuple[str, str], tuple[Matrix, int]]:
    """Means of this index by kind and language.

    Up to ten seconds old where many questions are asked; writers empty the memory when they change a mean.
    """
    return cache.get_or_set(_MEANS, _read_means, 10) or {}


def _read_means() -> dict[tuple[str, str], tuple[Matrix, int]]:
    rows = LanguageMean.objects.filter(embedder=embedder().name)
    return {(row.kind, row.language): (row.mean, row.texts) for row in rows}


def corrected(raw: Matrix, *, kind: str, language: str, means: spaces.Means) -> Matrix:
    """(n, 256) corrected vectors of one kind and language, padded with zeros to the column's width."""
    mean = spaces.mean_of(space(), kind=kind, language=language, seen=means)
    vectors = spaces.correct(space(), raw, mean)
    return np.pad(vectors, ((0, 0), (0, DIMENSIONS - vectors.shape[1])))


class _Memory:
    """The texts last read, in this process: typing goes on where it was, and a page asks for the same text often."""

    def __init__(self, *, size: int) -> None:
        self.size = size
        self._kept: OrderedDict[tuple[str, str], Matrix] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, texts: Iterable[str]) -> dict[str, Matrix]:
        """Those of the texts that are known."""
        name, found = embedder().name, {}
        with self._lock:
            for text in texts:
                if (name, text) in self._kept:
                    self._kept.move_to_end((name, text))
                    found[text] = self._kept[name, text]
        return found

    def put(self, vectors: dict[str, Matrix]) -> None:
        """Know these too; what was not asked for longest is forgotten."""
        name = embedder().name
        with self._lock:
            for text, vector in vectors.items():
                self._kept[name, text] = vector
            while len(self._kept) > self.size:
                self._kept.popitem(last=False)


_memory = _Memory(size=4_000)


def query_raw(text: str) -> Matrix:
    """(384,) raw vector of a text that somebody asks with; it is not stored, for it may be about a person."""
    known = _memory.get([text])
    if text not in known:
        known = {text: raw_vectors([text])[0]}
        _memory.put(known)
    return known[text]


def kept_raw(texts: Iterable[str]) -> dict[str, Matrix]:
    """(384,) raw vectors of texts that stand in records or profiles: computed once, and stored."""
    wanted = list(dict.fromkeys(texts))
    found = _memory.get(wanted)
    hashes = {text_hash(text, ""): text for text in wanted if text not in found}
    if hashes:
        stored = {hashes[key]: vector for key, vector in cached_raw(hashes).items()}
        unread = [text for text in hashes.values() if text not in stored]
        fresh = dict(zip(unread, raw_vectors(unread), strict=True))
        if fresh:
            keep_raw({text_hash(text, ""): vector for text, vector in fresh.items()})
        _memory.put(stored | fresh)
        found |= stored | fresh
    return found


def refresh_means(*, sample: int = 2_000) -> list[tuple[str, str]]:
    """Recompute the means of groups that have grown by half since; returns those whose entries need correcting again.

    From `sample` texts on a mean does not move any more, so that large indexes are left in peace. Groups stay among
    those returned until `mean_followed` says that their entries have been corrected, also over a kill.
    """
    name = embedder().name
    known = {(row.kind, row.language): row for row in LanguageMean.objects.filter(embedder=name)}
    changed = [group for group, row in known.items() if not row.is_in_use]
    for kind, language in _groups():
        row = known.get((kind, language))
        if row is not None and row.texts >= sample:
            continue
        texts, mean = _sampled_mean(kind, language, sample=sample)
        if mean is None or (row is not None and texts < 1.5 * row.texts):
            continue
        LanguageMean.objects.update_or_create(
            embedder=name,
            kind=kind,
            language=language,
            defaults={"texts": texts, "mean": mean, "is_in_use": False},
        )
        cache.delete(_MEANS)
        changed.append((kind, language))
    return changed


def mean_followed(*, kind: str, language: str) -> None:
    """All entries of this group are corrected by its present mean."""
    LanguageMean.objects.filter(embedder=embedder().name, kind=kind, language=language).update(is_in_use=True)


def _groups() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE groups AS (
                (SELECT kind, language FROM search_entry ORDER BY kind, language LIMIT 1)
                UNION ALL
                SELECT next.kind, next.language FROM groups, LATERAL (
                    SELECT kind, language FROM search_entry
                    WHERE (kind, language) > (groups.kind, groups.language) ORDER BY kind, language LIMIT 1
                ) AS next
            )
            SELECT kind, language FROM groups
            """
        )
        return [(kind, language) for kind, language in cursor.fetchall()]


def _sampled_mean(kind: str, language: str, *, sample: int) -> tuple[int, Matrix | None]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*), avg(vector) FROM (
                SELECT raw.vector FROM search_entry AS entry
                JOIN search_rawvector AS raw ON raw.text_hash = entry.text_hash AND raw.embedder = %s
                WHERE entry.kind = %s AND entry.language = %s LIMIT %s
            ) AS sampled
            """,
            [embedder().name, kind, language, sample],
        )
        texts, mean = cursor.fetchone()
    if not texts:
        return 0, None
    return texts, from_text(mean)

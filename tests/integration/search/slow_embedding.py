"""A worker that embeds slowly and says each step, so that a test can kill it in the middle."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

import django

django.setup()

from citytandem.search import services, vectors  # noqa: E402 - Django first
from citytandem.search.embedder import Matrix  # noqa: E402
from tests.conftest import QuickEmbedder  # noqa: E402


class Slow(QuickEmbedder):
    """Takes a hundredth of a second for each text."""

    def embed(self, texts: Sequence[str]) -> Matrix:
        time.sleep(0.01 * len(texts))
        return super().embed(texts)


def say(count: int) -> None:
    print(count, flush=True)


vectors.embedder = lambda: Slow()  # type: ignore[assignment]
services.embed_waiting(progress=say)
sys.exit(0)

"""Write `src/citytandem/demo/vectors.npz`: run it when the texts of the demo or the built-in model have changed.

DATABASE_URL=… python training/demo_vectors.py      (a database with the demo loaded and embedded)
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citytandem.settings.embedded")


def main() -> None:
    import django

    django.setup()
    from citytandem.search import vectors
    from citytandem.search.models import Entry

    hashes = sorted({bytes(value) for value in Entry.objects.values_list("text_hash", flat=True)})
    known = vectors.cached_raw(hashes)
    present = [key for key in hashes if key in known]
    np.savez_compressed(
        ROOT / "src" / "citytandem" / "demo" / "vectors.npz",
        embedder=vectors.embedder().name,
        hashes=np.array([list(key) for key in present], dtype=np.uint8),
        vectors=np.stack([known[key] for key in present]).astype(np.float16),
    )
    print(f"{len(present)} of {len(hashes)} texts")


if __name__ == "__main__":
    main()

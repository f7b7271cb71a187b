"""A database to be thrown away, with all tables, for one benchmark."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))
os.environ.setdefault("OMP_NUM_THREADS", "1")


@contextmanager
def node(*, settings: dict[str, str] | None = None, demo: str | None = None) -> Iterator[str]:
    """An embedded server of its own, migrated, Django set up; gives the database's URL, removes everything after."""
    from citytandem.database import embedded

    folder = Path(tempfile.mkdtemp(prefix="citytandem-bench-"))
    folder.chmod(0o755)
    try:
        url = embedded.start(folder, settings=settings or {})
        os.environ |= {
            "DATABASE_URL": url,
            "CITYTANDEM_DATA": str(folder),
            "DJANGO_SETTINGS_MODULE": "citytandem.settings.embedded",
        }
        from citytandem.prepare import prepare

        prepare(demo=demo, say=lambda line: print(line, file=sys.stderr))
        yield url
    finally:
        from django.db import connections

        connections.close_all()
        # The server with its cluster, which may lie elsewhere; then what else a node leaves in its folder: locks, logs, files.
        embedded.remove(folder)
        shutil.rmtree(folder, ignore_errors=True)


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of all lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def real_data() -> Path:
    """The folder of real data, or an empty path that does not exist."""
    return Path(os.environ.get("CITYTANDEM_TESTDATA", ROOT.parent / "shared" / "data"))

"""pytest plugin, loaded before Django's: without DATABASE_URL the tests run on an embedded PostgreSQL of their own."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
# Playwright runs an event loop in the test's thread; Django's safety check would take every query for an async one.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

if "DATABASE_URL" not in os.environ:
    from citytandem.database import embedded

    _folder = Path(tempfile.mkdtemp(prefix="citytandem-tests-"))
    # As root the server runs as a user of its own, who has to get in here.
    _folder.chmod(0o755)
    os.environ["DATABASE_URL"] = embedded.start(_folder, durable=False)
    os.environ["CITYTANDEM_DATA"] = str(_folder)

    def _clear_away() -> None:
        embedded.remove(_folder)
        shutil.rmtree(_folder, ignore_errors=True)

    atexit.register(_clear_away)
elif "PYTEST_XDIST_WORKER" in os.environ and "CITYTANDEM_DATA" in os.environ:
    # One server for all, but what tests write into the data folder must not meet.
    os.environ["CITYTANDEM_DATA"] = str(Path(os.environ["CITYTANDEM_DATA"]) / os.environ["PYTEST_XDIST_WORKER"])

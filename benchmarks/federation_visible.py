"""How long until what one city publishes is visible and matchable at its idle partner: two whole nodes, from outside."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from tandem import tandem

TIMES = 7
LIMIT = 5.0
SECONDS_TO_SHOW = 120.0
# Words of its own in each, so that nothing else on the node is found by them.
WORDS = (
    "Regenwasserspeicher unter dem Marktplatz", "Gehwegrampen aus Recyclingkunststoff", "Fahrradzähler mit Solarzelle",
    "Laubkompost für Schulgärten", "Leuchtende Haltestellenschilder", "Mietspiegel in einfacher Sprache",
    "Löschwasserkarte für die Feuerwehr",
)  # fmt: skip

# Runs as a process of the first node: commits when told, and says when.
WRITER = """
import sys, time
from pathlib import Path
from citytandem.database.embedded import database_for
import os
with database_for(Path(os.environ["CITYTANDEM_DATA"])) as url:
    os.environ["DATABASE_URL"] = url
    import django
    django.setup()
    from django.db import transaction
    from citytandem.core import clock
    from citytandem.demo.load import _record
    from citytandem.demo.reading import demo
    files = demo()
    like = next(one for one in files.records if one["city"] == "krefeld" and one["stream"] == "solution")
    print("ready", flush=True)
    for line in sys.stdin:
        number, words = line.rstrip().split(" ", 1)
        record = {**like, "id": f"measured-{number}-{time.time_ns()}", "title": {"de": words}, "text": {"de": words + "."}}
        record.pop("used_in", None)
        with transaction.atomic():
            _record(files, record, at=clock.now())
        print(time.time(), flush=True)
"""


def seconds_until(port: int, path: str, words: str, *, since: float) -> float:
    """Ask as a visitor, past the micro-cache, until the words stand in the answer."""
    attempt = 0
    while time.time() < since + SECONDS_TO_SHOW:
        attempt += 1
        address = f"http://localhost:{port}{path}&again={attempt}-{time.time_ns()}"
        with urllib.request.urlopen(address, timeout=30) as answer:
            told = json.load(answer)
            # Of a match only what it found: it repeats the question too.
            if any(
                words in json.dumps(told[part], ensure_ascii=False) for part in ("items", "solutions") if part in told
            ):
                return time.time() - since
        time.sleep(0.05)
    return SECONDS_TO_SHOW


def measured() -> tuple[list[float], list[float]]:
    """Seconds until each is in the list, and until it is among what helps, at the partner."""
    visible, matchable = [], []
    with tandem() as (port, data):
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        environment |= {
            "CITYTANDEM_DATA": str(data), "CITYTANDEM_ADDRESS": f"http://localhost:{port}",
            "DJANGO_SETTINGS_MODULE": "citytandem.settings.embedded",
        }  # fmt: skip
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True
        )
        assert writer.stdin
        assert writer.stdout
        assert writer.stdout.readline() == "ready\n"
        for number, words in enumerate(WORDS[:TIMES]):
            time.sleep(5)  # idle again
            writer.stdin.write(f"{number} {words}\n")
            writer.stdin.flush()
            since = float(writer.stdout.readline())
            visible.append(seconds_until(port + 1, "/api/v1/solutions?city=krefeld&limit=100", words, since=since))
            question = urllib.parse.urlencode({"q": words, "language": "de", "top": 5})
            matchable.append(seconds_until(port + 1, f"/api/v1/match?{question}", words, since=since))
        writer.stdin.close()
        writer.wait(30)
    return visible, matchable


def main() -> None:
    visible, matchable = measured()
    rows = [
        {
            "what": f"published here, {what} at an idle partner, worst of {len(seconds)}",
            "ours": f"{max(seconds):.2f} s (median {statistics.median(seconds):.2f} s)",
            "peer": f"limit {LIMIT:.0f} s",
            "ratio": round(max(seconds) / LIMIT, 2),
        }
        for what, seconds in (("in the list", visible), ("matchable", matchable))
    ]
    print(json.dumps(rows, ensure_ascii=False))


if __name__ == "__main__":
    main()

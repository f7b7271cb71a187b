"""Anonymous pages from the micro-cache, against an empty Django view behind the same server; visited in turn."""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from scratch import node
from serving import requests_per_second, serving

ROUNDS = 2


def main() -> None:
    with node(demo="krefeld"):
        from django.db import connection
        from django.test import Client
        from django.test.utils import CaptureQueriesContext

        from citytandem.accounts.contract import ANYBODY
        from citytandem.streams.selectors import record_page

        record = record_page(ANYBODY, kind="problem").items[0]
        pages = {"home": "/", "list": "/problems", "record": f"/problems/{record.code}", "cities": "/cities"}
        queries = {}
        client = Client(headers={"accept-language": "de", "host": "127.0.0.1"})
        for name, path in pages.items():
            client.get(path)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(path).status_code == 200, path
            queries[name] = len(captured)
        connection.close()
        best: dict[str, float] = {}
        with (
            serving("citytandem.wsgi:application", ready="/health") as ours,
            serving("empty:application", ready="/") as peer,
        ):
            for _ in range(ROUNDS):
                best["empty"] = max(best.get("empty", 0), requests_per_second(peer + "/"))
                for name, path in pages.items():
                    best[name] = max(best.get(name, 0), requests_per_second(ours + path))
    rows = [
        {
            "what": f"{name} page, anonymous, from the micro-cache",
            "ours": f"{best[name]:,.0f} requests/s",
            "peer": f"empty view {best['empty']:,.0f}; limit 0.6",
            "ratio": round(best[name] / best["empty"], 2),
        }
        for name in pages
    ]
    rows += [
        {
            "what": f"{name} page: database queries uncached",
            "ours": str(queries[name]),
            "peer": "limit 12",
            "ratio": round(queries[name] / 12, 2),
        }
        for name in pages
    ]
    print(json.dumps(rows, ensure_ascii=False))


if __name__ == "__main__":
    main()

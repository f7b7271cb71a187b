"""99,072 places as cities: how long loading takes, against the bare COPY of as many rows of numbers."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from scratch import node


def main() -> None:
    with node():
        from django.db import connection

        from citytandem.accounts.contract import SYSTEM
        from citytandem.partnerships.places import places_load

        first = places_load(by=SYSTEM)
        second = places_load(by=SYSTEM)
        began = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TEMPORARY TABLE bare (id int PRIMARY KEY, name text, latitude float, longitude float)"
            )
            with cursor.copy("COPY bare FROM STDIN") as copy:
                for number in range(first.places):
                    copy.write_row((number, f"place {number}", number / 2000, number / 3000))
        bare = time.perf_counter() - began
    rows = [
        {
            "what": f"loading {first.places:,} places as cities",
            "ours": f"{first.seconds:.1f} s",
            "peer": f"limit 60 s; bare COPY {bare:.1f} s",
            "ratio": round(first.seconds / 60, 2),
        },
        {
            "what": "loading them again (nothing changes)",
            "ours": f"{second.seconds:.1f} s",
            "peer": f"{first.seconds:.1f} s",
            "ratio": round(second.seconds / first.seconds, 2),
        },
    ]
    print(json.dumps(rows, ensure_ascii=False))


if __name__ == "__main__":
    main()

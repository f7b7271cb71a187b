"""100,000 proposals from a CSV: the CPU seconds of taking them over, beside the bare COPY of the very same rows."""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
from scratch import node

ROWS = 100_000
BAD = 1_000
SENTENCE = "Sensoren in den Eimern melden, welche von ihnen voll sind, und die Runde fährt dort zuerst hin. "


def table() -> bytes:
    """Every hundredth row is bad, one in ten spreads over two lines, and says in its own language what it wants."""
    lines = ["reference;title;text;language;team;cost"]
    for number in range(ROWS):
        text = SENTENCE * (1 + number % 7) + ("\n\nZweiter Absatz." if number % 10 == 0 else "")
        language = "tlh" if number % 100 == 99 else "de"
        lines.append(f'V-{number};Vorschlag {number};"{text}";{language};Team {number % 50};{number % 9000},50')
    return "\n".join(lines).encode()


def server_seconds(of: int) -> float:
    """CPU seconds of the server process behind our connection: all of our writing happens in it."""
    fields = Path(f"/proc/{of}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measured(work: Any) -> tuple[float, float, Any]:
    """Our CPU seconds and the server's, seconds on the clock, and what came out."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        process = cursor.fetchone()[0]
    cpu, server, began = time.process_time(), server_seconds(process), time.perf_counter()
    result = work()
    spent = time.process_time() - cpu + server_seconds(process) - server
    return spent, time.perf_counter() - began, result


def main() -> None:
    with node():
        from django.db import connection, transaction

        from citytandem.accounts.contract import SYSTEM
        from citytandem.challenges.models import Challenge, Proposal, StepTaken
        from citytandem.challenges.services.importing import import_run, import_start
        from citytandem.core import clock
        from citytandem.core.ids import short_code, uuid7

        now, key = clock.now(), uuid7()
        challenge = Challenge.objects.create(
            id=key, code=short_code(key), language="de", title={"de": {"text": "Eimer", "by": "human"}}, phase="open",
            phase_since=now, published_at=now, closes_at=now + timedelta(days=9), created_at=now, changed_at=now,
        )  # fmt: skip
        data = table()

        def taken_over() -> Any:
            return import_run(import_start(challenge.id, data, name="x.csv", by=SYSTEM, is_queued=False).id)

        ours, seconds, done = measured(taken_over)
        assert (done.state, done.kept, done.bad_count) == ("done", ROWS - BAD, BAD), done
        assert Proposal.objects.count() == StepTaken.objects.count() == ROWS - BAD
        again, _seconds, twice = measured(taken_over)
        assert (twice.kept, twice.known) == (0, ROWS - BAD)
        kept: list[tuple[str, bytes]] = []
        with connection.cursor() as cursor:
            for model in (Proposal, StepTaken):
                name = model._meta.db_table
                with cursor.copy(f"COPY (SELECT * FROM {name}) TO STDOUT") as copy:
                    kept.append((name, b"".join(bytes(part) for part in copy)))
            cursor.execute("TRUNCATE challenges_proposal CASCADE")

        def bare() -> None:
            with transaction.atomic(), connection.cursor() as cursor:
                for name, rows in kept:
                    with cursor.copy(f"COPY {name} FROM STDIN") as copy:
                        copy.write(rows)

        limit, bare_seconds, _none = measured(bare)
        assert Proposal.objects.count() == ROWS - BAD
    rows = [
        {
            "what": f"{ROWS:,} proposals from a CSV of {len(data) / 1e6:.0f} MB, {BAD:,} of them bad: CPU",
            "ours": f"{ours:.1f} s ({seconds:.1f} s on the clock)",
            "peer": f"limit: bare COPY of the same rows into the same tables {limit:.1f} s ({bare_seconds:.1f} s)",
            "ratio": round(ours / limit, 1),
        },
        {
            "what": "the same table again (nothing is doubled): CPU",
            "ours": f"{again:.1f} s",
            "peer": f"{ours:.1f} s",
            "ratio": round(again / ours, 2),
        },
    ]
    print(json.dumps(rows, ensure_ascii=False))


if __name__ == "__main__":
    main()

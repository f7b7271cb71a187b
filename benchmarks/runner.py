"""Runs benchmarks, each in a process of its own, and writes `results.md`: date, machine, ours, peer, ratio."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results.md"
KEPT = HERE / "results.json"
ALL = (
    "match", "pages", "places", "background", "index", "lists", "crowd", "funnel", "intake", "federation",
    "federation_visible", "soak", "cohort", "twinnings", "peers",
)  # fmt: skip


def main(names: list[str]) -> int:
    """Measure `names` (all if empty); results of the others stay as they were."""
    unknown = [name for name in names if name not in ALL]
    if unknown:
        print(f"there is no benchmark {', '.join(unknown)}; there are {', '.join(ALL)}", file=sys.stderr)
        return 2
    results = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    failed = 0
    for name in names or ALL:
        print(f"{name} …", file=sys.stderr)
        done = subprocess.run(
            [sys.executable, str(HERE / f"{name}.py")], stdout=subprocess.PIPE, text=True, check=False
        )
        if done.returncode:
            failed += 1
            continue
        rows = json.loads(done.stdout.strip().splitlines()[-1])
        results[name] = {"date": datetime.now(UTC).date().isoformat(), "machine": machine(), "rows": rows}
        KEPT.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        RESULTS.write_text(report(results), encoding="utf-8")
        for row in rows:
            print(f"  {row['what']}: {row['ours']} | {row['peer']} | {row['ratio']}")
    return 1 if failed else 0


def machine() -> str:
    """What a reader needs to compare."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        model = next(
            (line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line), model
        )
    return f"{os.cpu_count()} cores ({model}), {platform.system()}, Python {platform.python_version()}"


def report(results: dict[str, dict[str, object]]) -> str:
    """The table for people."""
    lines = ["# What was measured", "", "Written by `python3 city.py bench`. Machines are shared: read the ratios.", ""]
    for name in ALL:
        if name not in results:
            continue
        result = results[name]
        lines += [f"## {name}", "", f"{result['date']}, {result['machine']}; source: `benchmarks/{name}.py`", ""]
        lines += ["| what | ours | peer or limit | ratio |", "| --- | --- | --- | --- |"]
        for row in result["rows"]:  # type: ignore[attr-defined]
            ratio = "" if row["ratio"] is None else row["ratio"]
            lines.append(f"| {row['what']} | {row['ours']} | {row['peer']} | {ratio} |")
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

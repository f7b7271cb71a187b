"""The command line in real processes, on one fresh node: it brings up what it needs and leaves nothing behind."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from argparse import Namespace
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

import citytandem
from citytandem.cli import NAMES, WrongUse, command, main
from citytandem.core.errors import Invalid
from citytandem.core.languages import LANGUAGES
from citytandem.database import embedded
from citytandem.database.place import cluster_of
from citytandem.database.processes import HAS_PROC, PROC

SOURCE = Path(citytandem.__file__).parents[1]
PAIRS = """id\ttopic\tlang_problem\tproblem\tlang_solution\tsolution
1\tbins\tde\tDie Mülleimer quellen über.\ten\tFill-level sensors in litter bins.
2\theat\tpl\tW lecie na placu jest za gorąco.\tfr\tDes arbres et des fontaines contre la chaleur.
3\theat\tbg\tНа площада няма сянка.\tfr\tDes arbres et des fontaines contre la chaleur.
"""


class Node:
    """A data folder, and how to call the command line on it."""

    def __init__(self, data: Path) -> None:
        self.data = data

    def call(self, *arguments: str, database: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
        """A process of its own, without the database of the tests."""
        left_out = {"DATABASE_URL", "DJANGO_SETTINGS_MODULE", "CITYTANDEM_DATA"}
        kept = {name: value for name, value in os.environ.items() if name not in left_out}
        where = {"CITYTANDEM_DATA": str(self.data)} if database else {}
        return subprocess.run(
            [sys.executable, "-m", "citytandem", *arguments],
            env=kept | where | {"PYTHONPATH": str(SOURCE)} | environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=240,
            check=False,
        )

    def json(self, *arguments: str, code: int = 0) -> Any:
        """The one document that a command prints with --json."""
        done = self.call(*arguments, "--json")
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout)

    def processes(self) -> list[str]:
        """Command lines of whatever runs on this folder."""
        traces = (str(self.data).encode(), str(cluster_of(self.data)).encode())
        lines = []
        for folder in PROC.iterdir():
            if folder.name.isdigit() and int(folder.name) != os.getpid():
                try:
                    line = (folder / "cmdline").read_bytes()
                except OSError:
                    continue
                lines += [line.decode(errors="replace")] if any(trace in line for trace in traces) else []
        return lines


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    """One fresh folder for all tests here; the first command that needs a node makes it."""
    folder = Path(tempfile.mkdtemp(prefix="citytandem-cli-"))
    folder.chmod(0o755)  # the database's own user has to get in
    yield Node(folder)
    embedded.remove(folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def warm(node: Node) -> Iterator[Node]:
    """The same node with its database kept running between the commands: starting it each time is tested once."""
    with embedded.using(node.data):
        yield node


def test_a_match_on_a_fresh_folder_makes_a_node_answers_and_leaves_no_process(node: Node) -> None:
    found = node.json("match", "Αισθητήρες στους κάδους απορριμμάτων", "--in", "de", "--top", "5")
    assert {"query", "language", "solutions", "problems", "cities"} <= set(found)
    assert (found["query"], found["language"]) == ("Αισθητήρες στους κάδους απορριμμάτων", "el")
    assert 1 <= len(found["solutions"]) <= 5
    for hit in [*found["solutions"], *found["problems"]]:
        assert {"id", "title", "city", "language", "score", "reasons", "differs"} <= set(hit)
        assert 0 <= hit["score"] <= 1
        assert hit["language"] in LANGUAGES
        assert hit["reasons"]
    assert [hit["score"] for hit in found["solutions"]] == sorted(
        (hit["score"] for hit in found["solutions"]), reverse=True
    )
    assert found["cities"]
    if HAS_PROC:
        assert node.processes() == []
    assert not embedded.is_running(node.data)


def test_without_json_a_match_is_a_readable_table(warm: Node) -> None:
    done = warm.call("match", "Οι κάδοι απορριμμάτων ξεχειλίζουν", "--in", "en")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Οι κάδοι απορριμμάτων ξεχειλίζουν  [el]\n")
    assert all(heading in done.stdout for heading in ("Solutions", "Similar problems", "Cities worth asking"))
    assert "{" not in done.stdout


def test_nothing_fits_is_the_answer_no(warm: Node) -> None:
    found = warm.json("match", "xqzt brrk wlmpf gnarx", code=1)
    assert found["fits"] is False
    assert found["solutions"] == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["match"], "required: text"),
        (["match", "x", "--in", "es"], "invalid choice"),
        (["match", "x", "--top", "0"], "from 1 to 50"),
        (["match", "x", "--top", "ten"], "'ten' is no number from 1 to 50"),
        (["run", "--demo", "atlantis"], "'atlantis' is no demo"),
        (["evaluate", "match", "no-such-file.tsv"], "no-such-file.tsv"),
        (["evaluate", "match"], "needs a file of pairs"),
        (["evaluate", "match", "x.tsv", "--test", "y.tsv"], "--test is for"),
        (["evaluate", "twinnings", "--train", "x.tsv"], "needs --test, --nodes"),
        (["evaluate", "twinnings", "--train", "x", "--test", "x", "--nodes", "no-places.tsv"], "no-places.tsv"),
        (["demo", "atlantis"], "atlantis"),
        (["bake"], "there is no command"),
        ([], "usage"),
    ],
)
def test_wrong_use_is_told_in_a_line_and_ends_with_two(arguments: list[str], told: str, warm: Node) -> None:
    done = warm.call(*arguments)
    assert done.returncode == 2
    assert told in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("name", "options", "told"),
    [
        ("weights", {"action": "use", "number": None}, "say which"),
        ("publiccode", {"file": Path("no-such-file.yml")}, "no-such-file.yml"),
        ("person", {"email": "no-address", "drop_second_factor": False}, "not an e-mail address"),
    ],
)
def test_more_wrong_use(name: str, options: dict[str, Any], told: str) -> None:
    with pytest.raises(WrongUse, match=told):
        command(name).run(Namespace(json=False, **options))


def test_what_is_not_there_is_the_answer_no_and_json_stays_json(warm: Node) -> None:
    assert "error" in warm.json("weights", "use", "999", code=1)
    assert "error" in warm.json("match", " ", code=2)


def test_a_database_that_does_not_answer_is_told_in_a_line(warm: Node) -> None:
    done = warm.call("index", "state", DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("citytandem: ")


def test_the_state_of_the_index_can_be_read(warm: Node) -> None:
    state = warm.json("index", "state")
    assert state["waiting"] == 0
    assert state["entries"] == sum(state["by_kind"].values())
    assert state["bytes"] > 0


def test_a_small_evaluation_tells_recall_by_language(warm: Node, tmp_path: Path) -> None:
    (tmp_path / "pairs.tsv").write_text(PAIRS, encoding="utf-8")
    result = warm.json("evaluate", "match", str(tmp_path / "pairs.tsv"))
    assert {"n", "recall@1", "recall@5", "recall@10", "mrr", "by_language"} <= set(result)
    assert result["n"] == 3
    assert result["recall@5"] == result["recall@10"] == 1
    assert set(result["by_language"]) == {"de", "pl", "bg"}
    assert {code: values["n"] for code, values in result["by_language"].items()} == {"de": 1, "pl": 1, "bg": 1}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "id\ttopic\n1\tx\n",
        PAIRS.replace("\tde\t", "\tes\t"),
        PAIRS.replace("Die Mülleimer quellen über.", " "),
        "id,topic,lang_problem,problem,lang_solution,solution\n1,b,de,x,en,y\n",
    ],
    ids=["empty", "columns missing", "unknown language", "text missing", "commas"],
)
def test_a_broken_table_is_told_by_its_name(content: str, tmp_path: Path) -> None:
    from citytandem.streams.evaluation import BadFile, read_pairs

    path = tmp_path / "pairs.tsv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BadFile, match=r"pairs\.tsv"):
        read_pairs(path)


def test_a_table_from_a_spreadsheet_is_read(tmp_path: Path) -> None:
    from citytandem.streams.evaluation import BadFile, read_pairs

    path = tmp_path / "pairs.tsv"
    path.write_bytes(PAIRS.replace("\n", "\r\n").encode("utf-8-sig"))
    assert next(pair.solution for pair in read_pairs(path)) == "Fill-level sensors in litter bins."
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadFile, match=r"pairs\.tsv"):
        read_pairs(path)


def test_the_match_is_as_good_as_promised(warm: Node, real_data: Path) -> None:
    result = warm.json("evaluate", "match", str(real_data / "tandem" / "problem_solution_dev.tsv"))
    assert result["n"] == 36
    assert result["recall@1"] >= 0.45
    assert result["recall@5"] >= 0.75
    assert result["recall@10"] >= 0.85


def test_themes_need_no_database(warm: Node) -> None:
    done = warm.call("themes", "--json", database=False, DATABASE_URL="postgresql://127.0.0.1:1/nothing")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["@graph"][0]["@type"] == "skos:ConceptScheme"
    readable = warm.call("themes", "--in", "bg", database=False)
    assert "Отпадъци" in readable.stdout


def test_a_reader_that_goes_away_is_no_error(warm: Node) -> None:
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m citytandem themes | head -1; true"],
        env=os.environ | {"PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.count("\n") == 1


@pytest.mark.parametrize("name", NAMES)
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    written = name.replace("_", "-")
    with pytest.raises(SystemExit) as ended:
        main([written, "--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    assert told.startswith(f"usage: citytandem {written}")
    assert f"example:\n  {command(name).example}" in told
    assert f"citytandem {written}" in command(name).example
    assert "--json" in told
    assert "exit codes: 0 done, 1 the answer is no, 2 wrong use" in told


def test_the_overview_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    told = capsys.readouterr().out
    assert all(f"  {name.replace('_', '-')} " in told and command(name).summary in told for name in NAMES)


def test_loading_a_command_leaves_the_command_line_itself_in_place() -> None:
    """A file of the package that bears the name of a function in it would replace that function."""
    from citytandem import cli

    for name in NAMES:
        command(name)
    assert callable(cli.main)


@pytest.mark.django_db
def test_a_sign_in_keeps_its_role_and_name_and_no_weak_password(monkeypatch: pytest.MonkeyPatch) -> None:
    from citytandem.accounts.models import Person

    def person(password: str, **options: Any) -> None:
        monkeypatch.setattr(sys, "stdin", StringIO(password))
        asked = {"email": "Anna@example.org", "name": None, "role": None, "drop_second_factor": False} | options
        assert command("person").run(Namespace(json=True, **asked)) == 0

    with pytest.raises(WrongUse):
        person("password123456"[:11])
    with pytest.raises(WrongUse):
        person("anna@example.org")
    with pytest.raises(WrongUse, match="120"):
        person("correct horse battery", name="a" * 121)
    assert not Person.objects.exists()
    person("correct horse battery", name="Anna", role="innovation_unit")
    person("another long sentence", email="anna@EXAMPLE.org")
    kept = Person.objects.get()
    assert (
        kept.name,
        [held.role for held in kept.memberships.all()],
        kept.check_password("another long sentence"),
    ) == ("Anna", ["innovation_unit"], True)


@pytest.mark.django_db
def test_a_node_can_be_renamed_alone_but_not_to_nothing() -> None:
    from citytandem.core.node import node_set, this_node

    def node(**options: Any) -> None:
        command("node").run(Namespace(json=True, **({"home": None, "name": None, "language": None} | options)))

    with pytest.raises(WrongUse, match="say which city"):
        node(name="Krefeld digital")
    node_set(name="Krefeld", home_city=None, home_slug="krefeld", language="de", demo="krefeld")
    node(name="Krefeld digital")
    assert (this_node().name, this_node().demo, this_node().language) == ("Krefeld digital", "krefeld", "de")
    for name in (" ", "a" * 121):
        with pytest.raises(Invalid, match="at least one character"):
            node(name=name)


def test_missing_columns_are_named(tmp_path: Path) -> None:
    from citytandem.streams.evaluation import BadFile, read_pairs

    path = tmp_path / "pairs.tsv"
    path.write_text("problem\tsolution\tlang_problem\nBins\tSensors\ten\n", encoding="utf-8")
    with pytest.raises(BadFile, match="columns are missing: lang_solution"):
        read_pairs(path)


def test_everything_about_a_person_is_copied_and_then_erased(warm: Node, tmp_path: Path) -> None:
    warm.call("match", "Mülleimer")
    person = ("--person", "resident@citytandem.example")

    copied = warm.json("privacy", "export", *person, "--out", str(tmp_path / "copy.zip"))
    with zipfile.ZipFile(tmp_path / "copy.zip") as box:
        assert json.loads(box.read("data.json"))["person"] == copied["person"]
    assert warm.json("privacy", "erase", *person, code=2)["error"]
    assert warm.json("privacy", "erase", *person, "--yes")["erased"] is True
    assert warm.json("privacy", "erase", *person, "--yes", code=1) == {"person": None}
    assert warm.json("privacy", "erase", "--person", copied["person"], "--yes")["erased"] is False
    assert set(warm.json("privacy", "sweep")) > {"accounts.log", "accounts.sign_in"}


def test_a_folder_without_a_node_is_named_and_stays_empty(node: Node, tmp_path: Path) -> None:
    (tmp_path / "tandem" / "sofia").mkdir(parents=True)
    (tmp_path / "tandem" / "sofia" / "prepared.json").write_text("{}")
    done = node.call("federation", "status", "--data", str(tmp_path))
    assert done.returncode == 2
    assert f"there is no node in {tmp_path}" in done.stderr
    assert f"--data {tmp_path / 'tandem' / 'sofia'}" in done.stderr
    assert not (tmp_path / "postgres").exists()
    assert [found.name for found in tmp_path.iterdir()] == ["tandem"]

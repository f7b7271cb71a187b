"""The documentation tells of all that is there and of nothing that is not: settings, commands, errors, events."""

from __future__ import annotations

import argparse
import ast
import importlib.util
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.urls import Resolver404, resolve

from citytandem import cli
from citytandem.cli.command import Command
from citytandem.core import api_errors
from citytandem.core.errors import DomainError

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "citytandem"
DOCS = ROOT / "docs"
PAGES = [*sorted(DOCS.rglob("*.md")), *(ROOT / name for name in ("CONTRIBUTING.md", "CHANGELOG.md"))]

_OWN_VARIABLE = re.compile(r"CITYTANDEM_[A-Z][A-Z_]*")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s#]+)(?:#[^)\s]*)?\)")
_CODE = re.compile(r"`([^`\n]+)`")
# Builds its codes from parts; `_publiccode_calls` reads the parts instead.
CODES_FROM_PARTS = {"streams/publiccode/document.py"}


def text(path: str) -> str:
    """A page of the documentation."""
    return (DOCS / path).read_text(encoding="utf-8")


def rows(page: str) -> dict[str, list[str]]:
    """Rows of a page's tables by the code that stands first in them."""
    found = {}
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("| `") else []
        if cells:
            found[cells[0].strip("`")] = cells[1:]
    return found


def sections(page: str) -> dict[str, str]:
    """Text below each heading of the second level that is a code, by that code."""
    parts = re.split(r"^## `([^`]+)`$", page, flags=re.MULTILINE)
    return dict(zip(parts[1::2], (part.split("\n## ")[0] for part in parts[2::2]), strict=True))


@cache
def trees() -> list[tuple[str, ast.Module]]:
    """Every file of the source, parsed."""
    paths = [path for path in sorted(SOURCE.rglob("*.py")) if "migrations" not in path.parts]
    return [(path.relative_to(SOURCE).as_posix(), ast.parse(path.read_text(encoding="utf-8"))) for path in paths]


def calls() -> Iterator[tuple[str, str, ast.Call]]:
    """Every call with arguments: file, name of what is called, call."""
    for name, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args:
                called = node.func
                yield name, called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", ""), node


def literal(node: ast.expr) -> str | None:
    """The text of a literal."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


# --- settings ---------------------------------------------------------------------------------------------------------


def is_environ(node: ast.expr) -> bool:
    """`os.environ`."""
    return isinstance(node, ast.Attribute) and node.attr == "environ"


@cache
def variables() -> frozenset[str]:
    """Names of environment variables that the source reads or sets."""
    found = set()
    for _name, tree in trees():
        for node in ast.walk(tree):
            key: ast.expr | None = None
            if isinstance(node, ast.Subscript) and is_environ(node.value):
                key = node.slice
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
                key = node.args[0] if is_environ(node.func.value) or node.func.attr == "getenv" else None
            named = literal(key) if key is not None else None
            own = literal(node) if isinstance(node, ast.Constant) else None
            found |= {name for name in (named,) if name}
            found |= {own} if own and _OWN_VARIABLE.fullmatch(own) else set()
    return frozenset(found)


def test_every_environment_variable_is_documented() -> None:
    assert "CITYTANDEM_DATA" in variables(), "the search itself is broken"
    assert variables() - set(rows(text("operate/settings.md"))) == set()


def test_no_documented_variable_is_without_effect() -> None:
    documented = {name for name in rows(text("operate/settings.md")) if _OWN_VARIABLE.fullmatch(name)}
    assert documented - variables() == set()


def test_pages_name_no_unknown_variable() -> None:
    of_tests = {"CITYTANDEM_TESTDATA", "CITYTANDEM_OTHER_EXAMPLES"}
    unknown = {
        f"{page.name}: {name}"
        for page in PAGES
        for name in _OWN_VARIABLE.findall(page.read_text(encoding="utf-8"))
        if name not in variables() | of_tests
    }
    # A name that ends in an underscore stands for all that begin so.
    assert {entry for entry in unknown if not entry.endswith("_")} == set()


# --- commands ---------------------------------------------------------------------------------------------------------


def commands() -> list[Command]:
    """All commands of the command line."""
    return [cli.command(name) for name in cli.NAMES]


def options_of(command: Command) -> list[str]:
    """Options and arguments of a command's own."""
    parser = argparse.ArgumentParser(add_help=False)
    command.configure(parser)
    return [
        action.option_strings[-1] if action.option_strings else action.dest
        for action in parser._actions
        if "--data" not in action.option_strings
    ]


@pytest.mark.parametrize("command", commands(), ids=lambda command: command.name)
def test_every_command_is_documented_with_its_options(command: Command) -> None:
    section = sections(text("operate/commands.md")).get(command.name, "")
    assert command.example in section
    assert [option for option in options_of(command) if f"`{option}" not in section] == []


def test_no_documented_command_is_missing() -> None:
    assert set(sections(text("operate/commands.md"))) == {command.name for command in commands()}


def test_every_verb_of_city_py_is_documented() -> None:
    spec = importlib.util.spec_from_file_location("city_documented", ROOT / "city.py")
    assert spec is not None
    assert spec.loader is not None
    city = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(city)
    assert set(city.VERBS) <= set(rows(text("operate/commands.md")))


# --- errors -----------------------------------------------------------------------------------------------------------


def error_classes() -> dict[str, int]:
    """HTTP status of each kind of domain error by its name."""
    found: dict[str, int] = {}
    waiting: list[type[DomainError]] = [DomainError]
    while waiting:
        kind = waiting.pop()
        found[kind.__name__] = kind.status
        waiting += kind.__subclasses__()
    return found


def codes() -> dict[str, set[int]]:
    """Codes of all errors that the source can raise, with their HTTP statuses; 0 for warnings."""
    found: dict[str, set[int]] = defaultdict(set)
    statuses = error_classes()
    for file, called, node in calls():
        code = literal(node.args[0])
        if called in statuses and code is not None:
            found[code].add(statuses[called])
        elif code is not None and file.startswith("streams/publiccode/") and called in {"invalid", "notice"}:
            found[f"publiccode.{code}"].add(statuses["Invalid"] if called == "invalid" else 0)
        elif called == "Notice" and code is not None:
            found[code].add(0)
    return found


def test_every_error_code_is_documented_with_its_status() -> None:
    documented = rows(text("develop/errors.md"))
    told = {code: documented.get(code, [""])[0] for code in codes()}
    expected = {
        code: ", ".join(str(status) if status else "warning" for status in sorted(statuses, reverse=True))
        for code, statuses in codes().items()
    }
    assert told == {code: ", ".join(sorted(value.split(", "), reverse=True)) for code, value in expected.items()}


def test_no_documented_error_code_is_missing() -> None:
    known = {*codes(), *api_errors._MESSAGES}
    assert set(rows(text("develop/errors.md"))) - known - set(error_classes()) == set()


def test_every_code_of_a_value_that_does_not_fit_is_documented() -> None:
    assert set(api_errors._MESSAGES) - set(rows(text("develop/errors.md"))) == set()


def test_codes_stand_as_literals_in_the_source() -> None:
    """Else the tests above would not see them."""
    hidden = {
        f"{file}:{node.lineno}"
        for file, called, node in calls()
        if called in error_classes() and literal(node.args[0]) is None and file not in CODES_FROM_PARTS
    }
    assert hidden == set()


# --- events and jobs --------------------------------------------------------------------------------------------------


def events() -> dict[str, list[str]]:
    """Names of all events with their fields."""
    return {
        node.name: [
            part.target.id
            for part in node.body
            if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name)
        ]
        for _file, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and any("Event" in ast.unparse(base).split(".") for base in node.bases)
    }


def test_every_event_is_documented_with_its_fields() -> None:
    documented = sections(text("develop/events.md"))
    assert "RecordChanged" in events(), "the search itself is broken"
    assert set(documented) == set(events())
    for name, fields in events().items():
        assert [field for field in fields if f"`{field}`" not in documented[name]] == [], name


def test_every_job_is_documented() -> None:
    jobs = {
        name
        for _file, called, node in ((f, c, n) for f, tree in trees() for c, n in decorators(tree))
        if called == "task"
        for name in [next((literal(k.value) for k in node.keywords if k.arg == "name"), None)]
        if name
    }
    assert "search.embed" in jobs, "the search itself is broken"
    assert jobs - set(rows(text("develop/events.md"))) == set()


def decorators(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """Calls that decorate functions."""
    for node in ast.walk(tree):
        for decorator in getattr(node, "decorator_list", []):
            if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Attribute):
                yield decorator.func.attr, decorator


# --- the pages themselves ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    targets = [target for target in _LINK.findall(page.read_text(encoding="utf-8")) if "://" not in target]
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", sorted((DOCS / "use").glob("*.md")), ids=lambda page: page.name)
def test_addresses_told_to_people_exist(page: Path) -> None:
    missing = []
    for code in _CODE.findall(page.read_text(encoding="utf-8")):
        if not code.startswith("/") or "<" in code or " " in code:
            continue
        try:
            resolve(code.partition("?")[0])
        except Resolver404:
            missing.append(code)
    assert missing == []


def test_every_page_is_reached_from_the_map() -> None:
    reached, waiting = set(), [DOCS / "README.md"]
    while waiting:
        page = waiting.pop().resolve()
        if page in reached or page.suffix != ".md" or not page.exists():
            continue
        reached.add(page)
        targets = _LINK.findall(page.read_text(encoding="utf-8"))
        waiting += [page.parent / target for target in targets if "://" not in target]
    assert {path for path in DOCS.rglob("*.md") if path.resolve() not in reached} == set()


@pytest.mark.parametrize("record", sorted((DOCS / "develop" / "adr").glob("[0-9]*.md")), ids=lambda path: path.stem)
def test_decision_records_say_why_what_and_what_follows(record: Path) -> None:
    told = record.read_text(encoding="utf-8")
    assert re.match(rf"# {record.stem[:4]} ", told)
    assert re.findall(r"^## (.+)$", told, re.MULTILINE) == ["Context", "Decision", "Consequences"]


def test_the_licence_is_the_whole_eupl() -> None:
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert licence.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2")
    assert [number for number in range(1, 16) if not re.search(rf"^{number}\.", licence, re.MULTILINE)] == []
    assert "‘Compatible Licences’ according to Article 5 EUPL are:" in licence

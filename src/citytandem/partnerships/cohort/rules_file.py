"""Reading the rules of a matching from YAML; every fault is told with its line."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from typing import Any

import yaml

from citytandem.partnerships.cohort.applicants import BadCohort, Fault, key_of
from citytandem.partnerships.cohort.rules import Budget, Pair, Rules

_LONGEST = 1_000_000
_MOST_PAIRS = 2_000
_WHOLE = re.compile(r"\d{1,9}")
_DECIMAL = re.compile(r"\d{1,15}(\.\d{1,9})?")
_TRUE, _FALSE = {"true", "yes", "on"}, {"false", "no", "off"}


class _Odd(Exception):
    """A value that does not fit; `code` says why."""

    def __init__(self, code: str, told: str = "") -> None:
        super().__init__(code)
        self.code, self.told = code, told


def read_rules(text: str, cities: Iterable[str]) -> Rules:
    """Rules for these cities. Raises BadCohort with all faults, each with its line."""
    if len(text) > _LONGEST:
        raise BadCohort(Fault("rules.long"))
    try:
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        raise BadCohort(Fault("rules.yaml", f"line {mark.line + 1}" if mark else "")) from error
    if tree is None:
        return Rules()
    if not isinstance(tree, yaml.MappingNode):
        raise BadCohort(Fault("rules.mapping", "line 1"))
    known = {key_of(city): city for city in cities}
    given: dict[str, Any] = {}
    faults: list[Fault] = []
    seen: set[str] = set()
    for key, node in tree.value:
        name = str(key.value)
        try:
            given |= _reader(name, seen)(node, known)
        except _Odd as odd:
            told = ": ".join(part for part in (name[:60], odd.told[:60]) if part)
            faults.append(Fault(odd.code, f"line {key.start_mark.line + 1}", told))
    if faults:
        raise BadCohort(*faults)
    return Rules(**given)


def _reader(name: str, seen: set[str]) -> Reader:
    """What reads this rule, unless it is none or was there before."""
    if name in seen:
        raise _Odd("rules.twice")
    seen.add(name)
    if name not in _READERS:
        raise _Odd("rules.unknown")
    return _READERS[name]


def _scalar(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise _Odd("rules.value")
    return str(node.value).strip()


def _truth(node: yaml.Node) -> bool:
    told = _scalar(node).casefold()
    if told not in _TRUE | _FALSE:
        raise _Odd("rules.truth", told)
    return told in _TRUE


def _whole(node: yaml.Node) -> int:
    told = _scalar(node)
    if not _WHOLE.fullmatch(told):
        raise _Odd("rules.number", told)
    return int(told)


def _decimal(node: yaml.Node) -> float:
    told = _scalar(node)
    if not _DECIMAL.fullmatch(told) or not math.isfinite(float(told)):
        raise _Odd("rules.number", told)
    return float(told)


def _parts(node: yaml.Node, allowed: set[str]) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        raise _Odd("rules.entry", ", ".join(sorted(allowed)))
    parts = {str(key.value): value for key, value in node.value}
    if not parts or not parts.keys() <= allowed or len(parts) != len(node.value):
        raise _Odd("rules.entry", ", ".join(sorted(allowed)))
    return parts


Known = dict[str, str]
Reader = Callable[[yaml.Node, Known], dict[str, Any]]


def _flag(field: str) -> Reader:
    return lambda node, _known: {field: _truth(node)}


def _at_least(field: str) -> Reader:
    return lambda node, _known: {field: _whole(_parts(node, {"min"})["min"])}


def _between(least: str, most: str) -> Reader:
    def read(node: yaml.Node, _known: Known) -> dict[str, Any]:
        parts = _parts(node, {"min", "max"})
        return {least if part == "min" else most: _whole(value) for part, value in parts.items()}

    return read


def _sizes(node: yaml.Node, _known: Known) -> dict[str, Any]:
    if not isinstance(node, yaml.SequenceNode):
        raise _Odd("rules.sizes")
    sizes = tuple(sorted({_whole(value) for value in node.value}))
    if not sizes or not set(sizes) <= {2, 3}:
        raise _Odd("rules.sizes")
    return {"sizes": sizes}


def _pairs(field: str) -> Reader:
    def read(node: yaml.Node, known: Known) -> dict[str, Any]:
        if not isinstance(node, yaml.SequenceNode) or len(node.value) > _MOST_PAIRS:
            raise _Odd("rules.pairs")
        return {field: tuple(dict.fromkeys(_pair(entry, known) for entry in node.value))}

    return read


def _pair(node: yaml.Node, known: Known) -> Pair:
    if not isinstance(node, yaml.SequenceNode) or len(node.value) != 2:
        raise _Odd("rules.pairs")
    told = [_scalar(value) for value in node.value]
    for name in told:
        if key_of(name) not in known:
            raise _Odd("rules.unknown_city", name)
    first, second = sorted(known[key_of(name)] for name in told)
    if first == second:
        raise _Odd("rules.same_city", first)
    return first, second


def _budget(node: yaml.Node, _known: Known) -> dict[str, Any]:
    parts = _parts(node, {"total", "tandem", "tridem"})
    if "total" not in parts:
        raise _Odd("rules.entry", "total")
    return {"budget": Budget(**{part: _decimal(value) for part, value in parts.items()})}


_READERS: dict[str, Reader] = {
    "sizes": _sizes,
    "never_same_country": _flag("never_same_country"),
    "everyone": _flag("everyone"),
    "fairness": _flag("fairness"),
    "tridems": _between("tridems_min", "tridems_max"),
    "groups": _between("groups_min", "groups_max"),
    "border_groups": _at_least("border_groups_min"),
    "small_towns": _at_least("small_towns_min"),
    "newcomers": _at_least("newcomers_min"),
    "must": _pairs("must"),
    "must_not": _pairs("must_not"),
    "budget": _budget,
    "min_hours": lambda node, _known: {"min_hours": _decimal(node)},
}

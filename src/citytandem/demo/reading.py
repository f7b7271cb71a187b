"""Reading the files of the demo: the facts of the programme, and the records made from them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any

import yaml

# libyaml's loader is ten times quicker; the pure one understands the same.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_RECORD_FILES = ("problems-1", "problems-2", "solutions-1", "solutions-2")
_LINK_FILES = ("links-1", "links-2")
_STEP = re.compile(r"^(?P<name>[^\[\]]+)(?P<indexes>(\[\d+\])*)$")


class NoSuchPath(KeyError):
    """A path names nothing in the facts."""


@dataclass(frozen=True, slots=True)
class Demo:
    """Everything that the demo is made from.

    facts: the programme. places: where its cities lie, by city id. records and links: see records/*.yaml. challenges:
    examples of the way from a problem to a contract, whose needs only come from the programme.
    """

    facts: Mapping[str, Any]
    places: Mapping[str, Mapping[str, Any]]
    records: tuple[Mapping[str, Any], ...]
    links: tuple[Mapping[str, Any], ...]
    challenges: tuple[Mapping[str, Any], ...]

    @property
    def cities(self) -> dict[str, Mapping[str, Any]]:
        """The municipalities of the programme by id."""
        return {city["id"]: city for city in self.facts["municipalities"]}

    @property
    def partnerships(self) -> dict[str, Mapping[str, Any]]:
        """The tandems and the tridem by id."""
        return {partnership["id"]: partnership for partnership in self.facts["partnerships"]}

    @property
    def events(self) -> list[tuple[str, Mapping[str, Any]]]:
        """All events with their paths: the numbered ones of the report, then the others."""
        groups = self.facts["events"]
        return [(f"events.{group}.{event['id']}", event) for group in ("table1", "other") for event in groups[group]]

    def source(self, path: str, keys: Iterable[str]) -> dict[str, Any]:
        """What is kept with a record about where it comes from.

        `title` is the main work, `works` are all of them, `path` leads to the fact in programme.yaml.
        """
        works = [{"key": key, **self.facts["meta"]["sources"][key]} for key in _report_first(keys)]
        return {"title": works[0]["title"], "url": works[0].get("url", ""), "works": works, "path": path}


@cache
def demo() -> Demo:
    """The files of this package, read once."""
    return Demo(
        facts=_load("programme"),
        places=_load("places"),
        records=tuple(record for name in _RECORD_FILES for record in _load(f"records/{name}")),
        links=tuple(link for name in _LINK_FILES for link in _load(f"records/{name}")),
        challenges=tuple(_load("records/challenges")),
    )


def own_part(whole: Demo, *, city: str) -> Demo:
    """What the node of one city holds of its own; facts and places stay whole."""
    records = tuple(record for record in whole.records if record["city"] == city)
    ids = {record["id"] for record in records}
    challenges = (
        {**one, "problems": [name for name in one["problems"] if name in ids]}
        for one in whole.challenges
        if ids.intersection(one["problems"])
    )
    return replace(
        whole,
        records=records,
        links=tuple(link for link in whole.links if ids.issuperset({link["problem"], link["solution"]})),
        challenges=tuple(challenges),
    )


def find(facts: Mapping[str, Any], path: str) -> Any:
    """What a path leads to: `municipalities.hamm.can_teach[0]`; members of a list are named by their `id`.

    Raises NoSuchPath.
    """
    here: Any = facts
    for step in path.split("."):
        parsed = _STEP.match(step)
        if parsed is None:
            raise NoSuchPath(path)
        here = _member(here, parsed["name"], path)
        for index in re.findall(r"\d+", parsed["indexes"]):
            if not isinstance(here, list) or int(index) >= len(here):
                raise NoSuchPath(path)
            here = here[int(index)]
    return here


def _member(here: Any, name: str, path: str) -> Any:
    if isinstance(here, Mapping) and name in here:
        return here[name]
    if isinstance(here, list):
        for member in here:
            if isinstance(member, Mapping) and member.get("id") == name:
                return member
    raise NoSuchPath(path)


def paths_of(record: Mapping[str, Any]) -> list[str]:
    """The paths that a record names as its source; several are separated by semicolons."""
    return [path.strip() for path in record["source"]["path"].split(";")]


def _report_first(keys: Iterable[str]) -> list[str]:
    # "003" is the programme's own report; where it speaks it is the source that a reader wants to see named.
    return sorted(keys, key=lambda key: (key != "003", key))


def _load(name: str) -> Any:
    text = resources.files("citytandem.demo").joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=_LOADER)  # noqa: S506 - both loaders are the safe ones

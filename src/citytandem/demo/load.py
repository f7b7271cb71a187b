"""Load the demo: the programme's cities, partnerships and events, both streams, and two sign-ins."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from citytandem.accounts.contract import SYSTEM, department_by_slug, person_make
from citytandem.accounts.directory import forget_departments
from citytandem.accounts.services.people import role_grant
from citytandem.core import clock, jobs
from citytandem.core.events import RecordChanged, gathered
from citytandem.core.ids import stable_id
from citytandem.core.node import node_set
from citytandem.core.versions import translations
from citytandem.demo.challenges import challenges_load
from citytandem.demo.departments import departments_load
from citytandem.demo.names import DEFAULT_CITY, has_own_records_alone, home_of
from citytandem.demo.programme import city_fields, event_fields, partnership_fields, programme_fields, who_left
from citytandem.demo.reading import Demo, demo, own_part
from citytandem.demo.ready_vectors import ready_vectors_load
from citytandem.demo.sign_ins import SIGN_INS, SignIn
from citytandem.partnerships.programmes.importing import Left, programme_import, seats_import
from citytandem.partnerships.services import city_id, city_import, event_import, partnership_import
from citytandem.progress import Progress
from citytandem.search.services import embed_waiting, index_things, refresh_space
from citytandem.streams.services.links import link_from_source
from citytandem.streams.services.records import record_import
from citytandem.streams.services.suggestions import suggest_links


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What the demo holds, and how many language versions were put into the index (0: nothing had changed)."""

    home: str
    cities: int
    partnerships: int
    events: int
    problems: int
    solutions: int
    links: int
    challenges: int
    indexed: int
    sign_ins: Sequence[SignIn] = SIGN_INS


def demo_load(
    *, name: str = DEFAULT_CITY, say: Progress | None = None, vectors: bool = True, examples: bool = True
) -> DemoReport:
    """Make this the node of city `name` (or `programme`) with the whole programme in it; twice changes nothing.

    `sofia-own`: cities and partnerships are all there, records only those of Sofia; the others' come from partner nodes.

    Without `vectors` the worker computes them later, and until then only words are found. Without `examples` there is
    only what the sources say. Raises Invalid for an unknown name.
    """
    home = home_of(name)
    files = own_part(demo(), city=home) if has_own_records_alone(name) else demo()
    progress = say or Progress()
    size = len(files.cities) + len(files.partnerships) + len(files.events) + len(files.records) + len(files.links)
    with progress.step("Loading the programme", total=size) as advance:
        report = _load_all(files, home=home, name=name, advance=advance)
    if examples:
        with progress.step("Going through the examples", total=len(files.challenges)) as advance:
            walked = _walk(files, home=home, advance=advance)
        report = replace(report, indexed=report.indexed + walked, challenges=len(files.challenges))
    if vectors and report.indexed:
        with progress.step("Making all texts findable", total=report.indexed) as advance:
            ready_vectors_load()
            embed_waiting(progress=advance)
            refresh_space()
    if report.indexed:
        _suggest(files, now=vectors, say=progress)
    return report


def _suggest(files: Demo, *, now: bool, say: Progress) -> None:
    """Let what very likely helps wait at the desk: at once, or once the worker has computed the vectors."""
    ids = [stable_id("problem", record["id"]) for record in files.records if record["stream"] == "problem"]
    if not now:
        told = [str(identifier) for identifier in ids]
        jobs.enqueue("streams.suggest", queue="heavy", priority=jobs.LATER, kind="problem", object_ids=told)
        return
    with say.step("Looking for what helps", total=len(ids)) as advance:
        suggest_links("problem", ids=ids, progress=advance)


def _walk(files: Demo, *, home: str, advance: Any) -> int:
    """Go through the examples that are not there yet; returns how many texts became findable."""
    language = "de" if files.cities[home]["language"][0] == "de" else "en"
    with gathered(RecordChanged) as changed:
        challenges_load(files.challenges, language=language, advance=advance)
    return _index(changed)


@transaction.atomic
def _load_all(files: Demo, *, home: str, name: str, advance: Any) -> DemoReport:
    now = clock.now()
    with gathered(RecordChanged) as changed:
        for slug in files.cities:
            _city(files, slug)
            advance(1)
        for slug, partnership in files.partnerships.items():
            partnership_import(
                slug=slug,
                kind=partnership["kind"],
                members=partnership["members"],
                fields=partnership_fields(files, slug),
                by=SYSTEM,
            )
            advance(1)
        _programme(files)
        for path, event in files.events:
            event_import(slug=event["id"], title=event["title"], fields=event_fields(files, path, event), by=SYSTEM)
            advance(1)
        for record in files.records:
            _record(files, record, at=now)
            advance(1)
        for link in files.links:
            _link(link)
            advance(1)
    indexed = _index(changed)
    _make_node(files, home=home, name=name)
    streams = [record["stream"] for record in files.records]
    return DemoReport(
        home=home,
        cities=len(files.cities),
        partnerships=len(files.partnerships),
        events=len(files.events),
        problems=streams.count("problem"),
        solutions=streams.count("solution"),
        links=len(files.links),
        challenges=0,
        indexed=indexed,
    )


def _city(files: Demo, slug: str) -> None:
    city = files.cities[slug]
    city_import(slug=slug, name=city["name"], country=city["country"], fields=city_fields(files, slug), by=SYSTEM)


def _programme(files: Demo) -> None:
    """The programme, its partnerships in it, and who sat in them until when. Its partnerships are over."""
    slug = files.facts["programme"]["id"]
    programme_import(slug=slug, fields=programme_fields(files), by=SYSTEM)
    partnerships = {
        name: {city: Left(day, because) for city, (day, because) in who_left(name).items()}
        for name in files.partnerships
    }
    seats_import(programme=slug, partnerships=partnerships, state="ended", by=SYSTEM)


def _record(files: Demo, record: Mapping[str, Any], *, at: datetime) -> None:
    source = files.source(record["source"]["path"], record["source"]["src"])
    if record.get("also"):
        source["shared_with"] = list(record["also"])
    fields = {
        "themes": list(record["themes"]),
        "city": city_id(record["city"]),
        "partnership": record.get("partnership", ""),
        "visibility": "public",
        "basis": record["basis"],
        "source": source,
        **(_problem_fields() if record["stream"] == "problem" else _solution_fields(record)),
    }
    record_import(
        kind=record["stream"],
        identifier=stable_id(record["stream"], record["id"]),
        slug=record["id"],
        language=files.cities[record["city"]]["language"][0],
        title=record["title"],
        text=record["text"],
        fields=fields,
        used_in=[city_id(city) for city in record.get("used_in", [])],
        by=SYSTEM,
        at=at,
    )


def _problem_fields() -> dict[str, Any]:
    """Who told it, who is affected, how far it has come: the source says none of it, so it stays empty."""
    return {"sender": "", "status": "", "affected": []}


def _solution_fields(record: Mapping[str, Any]) -> dict[str, Any]:
    conditions = {name: translations(**texts) for name, texts in record.get("frame_conditions", {}).items()}
    return {
        "kind": record["kind"],
        "stage": record.get("status", ""),
        "frame_conditions": conditions,
        "standards": list(record.get("standards", [])),
    }


def _link(link: Mapping[str, Any]) -> None:
    link_from_source(
        problem=stable_id("problem", link["problem"]),
        solution=stable_id("solution", link["solution"]),
        why=link["why"],
        basis=link["basis"],
    )


def _index(changed: Sequence[RecordChanged]) -> int:
    """Put what changed into the index, kind by kind; vectors follow by whoever comes first, we or the worker."""
    by_kind: defaultdict[str, list[UUID]] = defaultdict(list)
    for event in changed:
        by_kind[event.kind].append(event.object_id)
    versions = sum(index_things(kind, ids) for kind, ids in by_kind.items())
    if versions:
        jobs.enqueue("search.embed", queue="heavy", once="search.embed")
    return versions


def _make_node(files: Demo, *, home: str, name: str) -> None:
    city = files.cities[home]
    departments_load()
    for sign_in in SIGN_INS:
        _sign_in(sign_in)
    node_set(name=city["name"], home_city=city_id(home), home_slug=home, language=city["language"][0], demo=name)


def _sign_in(sign_in: SignIn) -> None:
    """A sign-in of the demo, in the whole city or in a department."""
    role = "resident" if sign_in.department else sign_in.role
    person = person_make(email=sign_in.email, name=sign_in.name, role=role, password=sign_in.password, is_demo=True)
    forget_departments()
    department = department_by_slug(sign_in.department) if sign_in.department else None
    if department is not None and person.id is not None:
        role_grant(person_id=person.id, role=sign_in.role, department_id=department.id, is_lead=True, by=SYSTEM)

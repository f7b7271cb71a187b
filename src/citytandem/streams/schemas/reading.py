"""Shapes of answers: problems, solutions, their links and history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal, Self
from uuid import UUID

from citytandem.accounts.contract import Actor
from citytandem.core.api import Shape
from citytandem.core.permissions import allowed
from citytandem.partnerships.contract import CityCard
from citytandem.streams.history import is_tellable
from citytandem.streams.models import (
    Affected,
    Basis,
    Change,
    Link,
    LinkMaker,
    LinkState,
    PlaceKind,
    Problem,
    ProblemStatus,
    Record,
    Sender,
    Solution,
    SolutionKind,
    Stage,
    Visibility,
)
from citytandem.streams.origins import from_node_of

Cities = Mapping[UUID, CityCard]


class VersionOut(Shape):
    """A text in one language. `by` tells whether people or a machine wrote it."""

    text: str
    by: Literal["human", "machine"] = "human"


Versions = dict[str, VersionOut]


class CityRef(Shape):
    """A city, as far as a record names it."""

    id: UUID
    slug: str
    name: str
    country: str

    @classmethod
    def of(cls, city: CityCard) -> CityRef:
        """From a card."""
        return cls(id=city.id, slug=city.slug, name=city.name, country=city.country)


class NodeRef(Shape):
    """The partner node that something comes from, and its page there; `page` is empty where it has none."""

    name: str
    page: str

    @classmethod
    def of(cls, record: Any) -> NodeRef | None:
        """From a record; None for what was written at this node."""
        node = from_node_of(record)
        return cls(name=node.name, page=node.page) if node else None


class PlaceOut(Shape):
    """Where: the whole city, a point or an area (a GeoJSON polygon)."""

    kind: PlaceKind
    name: str
    latitude: float | None
    longitude: float | None
    area: dict[str, Any] | None


class RecordOut(Shape):
    """What problems and solutions have in common. `path` is the address of the page. What has a `node` only that node
    changes.
    """

    id: UUID
    code: str
    slug: str | None
    path: str
    original: str
    title: Versions
    text: Versions
    themes: list[str]
    city: CityRef | None
    partnership: str
    place: PlaceOut
    visibility: Visibility
    basis: Basis | Literal[""]
    source: dict[str, Any]
    node: NodeRef | None
    created_at: datetime
    changed_at: datetime
    version: int


class ProblemOut(RecordOut):
    """Something that hurts locally. Status and sender are empty where a source does not tell them."""

    status: ProblemStatus | Literal[""]
    sender: Sender | Literal[""]
    affected: list[Affected]
    evidence: str

    @classmethod
    def of(cls, record: Problem, cities: Cities, **more: Any) -> Self:
        """From a record; `more` for what a page of details adds."""
        return cls(
            **_shared(record, cities, "problem"),
            status=ProblemStatus(record.status) if record.status else "",
            sender=Sender(record.sender) if record.sender else "",
            affected=[Affected(item) for item in record.affected],
            evidence=record.evidence,
            **more,
        )


class SolutionOut(RecordOut):
    """Something that may help. `used_in` names the cities in which it is in use."""

    kind: SolutionKind
    trl: int | None
    stage: Stage | Literal[""]
    provider: str
    licence: str
    cost_low: float | None
    cost_high: float | None
    cost_note: str
    frame_conditions: dict[str, Versions]
    standards: list[str]
    contact_role: str
    reuse_notes: str
    url: str
    used_in: list[CityRef]
    publiccode: dict[str, Any] | None

    @classmethod
    def of(cls, record: Solution, cities: Cities, *, used_in: Iterable[UUID], **more: Any) -> Self:
        """From a record and the cities that use it; `more` for what a page of details adds."""
        return cls(
            **_shared(record, cities, "solution"),
            kind=SolutionKind(record.kind),
            trl=record.trl,
            stage=Stage(record.stage) if record.stage else "",
            provider=record.provider,
            licence=record.licence,
            cost_low=_number(record.cost_low),
            cost_high=_number(record.cost_high),
            cost_note=record.cost_note,
            frame_conditions={name: _versions(value) for name, value in record.frame_conditions.items()},
            standards=record.standards,
            contact_role=record.contact_role,
            reuse_notes=record.reuse_notes,
            url=record.url,
            used_in=[CityRef.of(cities[city]) for city in used_in if city in cities],
            publiccode=record.publiccode,
            **more,
        )


class LinkedOut(Shape):
    """The record on the other side of a link."""

    id: UUID
    code: str
    path: str
    original: str
    title: Versions
    city: CityRef | None


class LinkOut(Shape):
    """A problem and a solution that belong together: who says so, and why."""

    id: UUID
    state: LinkState
    maker: LinkMaker
    why: Versions
    basis: Basis | Literal[""]
    score: float | None
    created_at: datetime
    problem: LinkedOut
    solution: LinkedOut

    @classmethod
    def of(cls, link: Link, cities: Cities) -> LinkOut:
        """From a link with both records at hand."""
        return cls(
            id=link.id,
            state=LinkState(link.state),
            maker=LinkMaker(link.maker),
            why=_versions(link.why),
            basis=Basis(link.basis) if link.basis else "",
            score=link.score,
            created_at=link.created_at,
            problem=_linked(link.problem, cities, "problem"),
            solution=_linked(link.solution, cities, "solution"),
        )


class ChangeOut(Shape):
    """One line of a record's history. What it said before is told to those who may edit the record; who did it to the
    city's staff and to the person itself.
    """

    what: str
    at: datetime
    reason: str
    fields: list[str]
    by: str | None
    values: dict[str, Any] | None

    @classmethod
    def of(cls, change: Change, *, by: str | None, in_full: bool) -> ChangeOut:
        """From a change, and the name that this reader may know."""
        return cls(
            what=change.what,
            at=change.at,
            reason=change.reason,
            fields=sorted(change.fields),
            by=by,
            values=change.fields if in_full else None,
        )


class ProblemDetail(ProblemOut):
    """A problem with its links and its history."""

    links: list[LinkOut]
    history: list[ChangeOut]


class SolutionDetail(SolutionOut):
    """A solution with its links and its history."""

    links: list[LinkOut]
    history: list[ChangeOut]


class ProblemPage(Shape):
    """Some problems, and the address of the next ones."""

    items: list[ProblemOut]
    next: str | None


class SolutionPage(Shape):
    """Some solutions, and the address of the next ones."""

    items: list[SolutionOut]
    next: str | None


class NoticeOut(Shape):
    """Something that people should look at after an import."""

    code: str
    message: str
    field: str
    line: int | None


class ImportOut(Shape):
    """An imported solution, and what was noticed on the way."""

    solution: SolutionDetail
    warnings: list[NoticeOut]


def _is_own(change: Change, actor: Actor) -> bool:
    return change.by_id is not None and change.by_id == actor.id


def history_out(actor: Actor, record: Record, changes: Iterable[Change]) -> list[ChangeOut]:
    """The history as this reader may know it."""
    in_full = allowed("streams.edit", actor, record)
    return [
        ChangeOut.of(change, by=change.by_name if actor.is_staff or _is_own(change, actor) else None, in_full=in_full)
        for change in changes
        if is_tellable(change, actor)
    ]


def cities_named(records: Iterable[Record], links: Iterable[Link] = ()) -> list[UUID | None]:
    """Ids of the cities that these records, and both sides of these links, belong to."""
    sides = [side for link in links for side in (link.problem, link.solution)]
    return [record.city for record in (*records, *sides)]


def _shared(record: Record, cities: Cities, kind: str) -> dict[str, Any]:
    return {
        "id": record.id,
        "code": record.code,
        "slug": record.slug,
        "path": f"/{kind}s/{record.code}",
        "original": record.language,
        "title": _versions(record.title),
        "text": _versions(record.text),
        "themes": record.themes,
        "city": _city(record, cities),
        "partnership": record.partnership,
        "place": PlaceOut(
            kind=PlaceKind(record.place_kind),
            name=record.place_name,
            latitude=record.latitude,
            longitude=record.longitude,
            area=record.area,
        ),
        "visibility": Visibility(record.visibility),
        "basis": Basis(record.basis) if record.basis else "",
        "node": NodeRef.of(record),
        "source": record.source,
        "created_at": record.created_at,
        "changed_at": record.changed_at,
        "version": record.version,
    }


def _linked(record: Record, cities: Cities, kind: str) -> LinkedOut:
    return LinkedOut(
        id=record.id,
        code=record.code,
        path=f"/{kind}s/{record.code}",
        original=record.language,
        title=_versions(record.title),
        city=_city(record, cities),
    )


def _city(record: Record, cities: Cities) -> CityRef | None:
    city = cities.get(record.city) if record.city else None
    return CityRef.of(city) if city else None


def _versions(value: Mapping[str, Any] | None) -> Versions:
    return {
        language: VersionOut(text=version.get("text", ""), by=version.get("by", "human"))
        for language, version in (value or {}).items()
    }


def _number(value: Any) -> float | None:
    return None if value is None else float(value)

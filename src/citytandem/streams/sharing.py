"""What partners get of the two streams: our own problems and solutions, and how they take ours over.

Ours is what was written at this node for its own city or for none. What came from elsewhere is published by its origin.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from citytandem.core.node import this_node
from citytandem.core.versions import Translations, human_versions
from citytandem.federation.contract import (
    Outgoing,
    Source,
    addresses_of,
    register_source,
    renewed_until,
)
from citytandem.federation.details import plain
from citytandem.partnerships.contract import cities_named
from citytandem.streams.details import MOST_LINKS, conditions_out, spelled_out
from citytandem.streams.models import (
    Link,
    LinkState,
    Moderation,
    PlaceKind,
    Problem,
    Record,
    Visibility,
    record_model,
)
from citytandem.streams.models_shared import Reuse
from citytandem.streams.selectors import is_ours

# An object has 256 KiB; with more words than this only those of people travel.
MOST_BYTES_WITH_MACHINE = 120_000
KINDS: Mapping[str, str] = {"problem": "Problem", "solution": "Solution"}
SHARED = (Visibility.PUBLIC, Visibility.PARTNERS)


def shareable(kind: str) -> QuerySet[Any]:
    """The records of a stream that go to partners."""
    rows: QuerySet[Any] = record_model(kind)._default_manager.all()  # noqa: SLF001 - the manager
    return rows.filter(is_ours(), origin="", visibility__in=SHARED, moderation=Moderation.FINE)


def records_out(kind: str, ids: Sequence[UUID]) -> dict[UUID, Outgoing]:
    """Some records as objects; those that do not go to partners are left out. Five queries at most."""
    rows = shareable(kind).filter(id__in=list(ids))
    if kind == "solution":
        confirmed = Link.objects.filter(state=LinkState.CONFIRMED).select_related("problem").order_by("id")
        rows = rows.prefetch_related("uses", Prefetch("links", queryset=confirmed, to_attr="confirmed"))
    found = list(rows)
    more = _more_of_solutions(found) if kind == "solution" else {row.id: _more_of_problem(row) for row in found}
    return {row.id: _outgoing(row, kind, more[row.id]) for row in found}


def _outgoing(row: Any, kind: str, more: Mapping[str, Any]) -> Outgoing:
    details = {
        "language": row.language,
        "themes": list(row.themes),
        "partnership": row.partnership,
        "place": _place(row),
        "basis": row.basis,
        "source": {key: row.source[key] for key in ("title", "url") if row.source.get(key)},
        **more,
    }
    title, text = _words(row.title, row.text)
    return Outgoing(
        kind=KINDS[kind],
        texts={"name": title, "content": text},
        published=row.created_at,
        updated=max(row.changed_at, row.created_at),
        details={name: value for name, value in details.items() if value not in ("", None, [], {})},
        visibility="public" if row.visibility == Visibility.PUBLIC else "partners",
        expires=renewed_until(row.id),
        watched=_watched(row, kind),
        path=f"/{kind}s/{row.code}",
    )


def _words(title: Mapping[str, Any], text: Mapping[str, Any]) -> tuple[Translations, Translations]:
    size = sum(len(version["text"].encode()) for versions in (title, text) for version in versions.values())
    if size > MOST_BYTES_WITH_MACHINE:
        title, text = human_versions(title), human_versions(text)
    return plain(title), plain(text)


def _place(row: Record) -> dict[str, Any]:
    """A point at most: the shape of an area can be as large as a whole object."""
    told: dict[str, Any] = {"name": row.place_name} if row.place_name else {}
    if row.place_kind != PlaceKind.CITY and row.latitude is not None and row.longitude is not None:
        told |= {"latitude": round(row.latitude, 6), "longitude": round(row.longitude, 6)}
    return told


def _more_of_problem(row: Problem) -> dict[str, Any]:
    return {"status": row.status, "sender": row.sender, "affected": list(row.affected), "evidence": row.evidence}


def _more_of_solutions(rows: Sequence[Any]) -> dict[UUID, dict[str, Any]]:
    named = cities_named(use.city for row in rows for use in row.uses.all())
    problems = [link.problem for row in rows for link in row.confirmed]
    addresses = addresses_of(problem.id for problem in problems)
    home = this_node().home_city
    return {row.id: _more_of_solution(row, named, addresses, home) for row in rows}


def _more_of_solution(
    row: Any, named: Mapping[UUID, Any], addresses: Mapping[UUID, str], home: UUID | None
) -> dict[str, Any]:
    """`usedIn`: cities by name; those that say so themselves, by a reuse of their own, are told by their own nodes."""
    uses = [use for use in row.uses.all() if use.reuse_id is None]
    answers = [_address(link.problem, addresses) for link in row.confirmed if is_told(link.problem)]
    return {
        "kind": row.kind,
        "trl": row.trl,
        "stage": row.stage,
        "provider": row.provider,
        "licence": row.licence,
        "costLow": str(row.cost_low) if row.cost_low is not None else "",
        "costHigh": str(row.cost_high) if row.cost_high is not None else "",
        "costNote": row.cost_note,
        "frame": conditions_out(row.frame_conditions),
        "standards": list(row.standards),
        "contactRole": row.contact_role,
        "reuseNotes": row.reuse_notes,
        "url": row.url,
        "usedHere": any(use.city == home for use in uses),
        "usedIn": [named[use.city] for use in uses if use.city != home and use.city in named],
        "answers": [address for address in answers if address][:MOST_LINKS],
    }


def _address(problem: Problem, addresses: Mapping[UUID, str]) -> str:
    return problem.origin_uri or addresses.get(problem.id, "")


def is_told(problem: Problem) -> bool:
    """Whether partners may know that a problem is there: a link to it says so."""
    return problem.visibility in SHARED and problem.moderation == Moderation.FINE


def _watched(row: Any, kind: str) -> list[str]:
    told = [row.place_name, str(row.source.get("title", "")), spelled_out(str(row.source.get("url", "")))]
    if kind == "problem":
        return [*told, row.evidence]
    conditions = (
        version["text"] for versions in conditions_out(row.frame_conditions).values() for version in versions.values()
    )
    said = [row.provider, row.licence, row.cost_note, row.contact_role, row.reuse_notes, spelled_out(row.url)]
    return [*told, *said, *row.standards, *conditions]


def reuses_out(ids: Sequence[UUID]) -> dict[UUID, Outgoing]:
    """What we take over of others' solutions, as answers to them; those whose solution is gone are left out."""
    rows = Reuse.objects.filter(origin="", id__in=list(ids), solution__isnull=False)
    return {row.id: _reuse(row) for row in rows}


def _reuse(row: Reuse) -> Outgoing:
    conditions = conditions_out(row.conditions)
    details = {
        "language": row.language,
        "status": row.status,
        "since": row.since.isoformat() if row.since else "",
        "frame": conditions,
        "evidence": row.evidence_url,
    }
    return Outgoing(
        kind="Reuse",
        texts={"content": plain(row.results)},
        published=row.created_at,
        updated=max(row.changed_at, row.created_at),
        details={name: value for name, value in details.items() if value},
        visibility="public" if row.is_public else "partners",
        in_reply_to=row.solution_uri,
        expires=renewed_until(row.id),
        also=("Note",),
        watched=[
            spelled_out(row.evidence_url),
            *(version["text"] for versions in conditions.values() for version in versions.values()),
        ],
    )


def _ids(kind: str) -> Iterable[UUID]:
    return list(shareable(kind).values_list("id", flat=True))


def _source(kind: str) -> Source:
    return Source(kind, KINDS[kind], read=lambda ids: records_out(kind, ids), all_ids=lambda: _ids(kind))


def _reuse_ids() -> Iterable[UUID]:
    return list(Reuse.objects.filter(origin="", solution__isnull=False).values_list("id", flat=True))


def register_all() -> None:
    """Called once when Django is ready."""
    from citytandem.streams.services import mirroring, mirroring_answers

    for kind in KINDS:
        register_source(_source(kind))
    register_source(Source("reuse", "Reuse", read=reuses_out, all_ids=_reuse_ids))
    mirroring.register_all()
    mirroring_answers.register_all()

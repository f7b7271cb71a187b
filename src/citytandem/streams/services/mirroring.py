"""Problems and solutions of partner nodes: taken over as rows of the two streams that only their origin writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import SYSTEM
from citytandem.core import clock, events, jobs
from citytandem.core.errors import Invalid
from citytandem.core.ids import short_code, uuid7
from citytandem.core.node import this_node
from citytandem.core.text import MAX_TEXT, MAX_TITLE
from citytandem.core.themes import leaf_themes
from citytandem.federation import details as told_as
from citytandem.federation.contract import Incoming, Taker, changed, copy_id, own_ids_of, register_taker
from citytandem.partnerships.contract import (
    CityNodeKnown,
    cities_meant,
    city_of_node,
    partnership_cards,
    register_city_use,
)
from citytandem.streams.details import MOST_URI, conditions_in, uris
from citytandem.streams.models import (
    FRAME_CONDITIONS,
    Affected,
    Basis,
    Change,
    Link,
    LinkMaker,
    LinkState,
    Moderation,
    PlaceKind,
    Problem,
    ProblemStatus,
    Sender,
    Solution,
    SolutionKind,
    SolutionUse,
    Stage,
    Visibility,
    record_model,
)
from citytandem.streams.models_shared import Evidence, Gone, Reuse
from citytandem.streams.services.checks import LONGEST, MOST_STANDARDS, MOST_THEMES
from citytandem.streams.services.records import log_change
from citytandem.streams.translated import MAX_CONDITION, machine_versions, put_back, vouch

# So many records per job of the index, when a partner's are dropped all at once.
SLICE = 500
_OWN = frozenset({"id", "code", "created_at", "changed_at", "version", "moderation"})


@transaction.atomic
def record_take(kind: str, incoming: Incoming) -> None:
    """Write or refresh a partner's record; the same twice changes nothing. Raises Invalid where it has no title.

    Links, uses and answers that came before it find it now.
    """
    model = record_model(kind)
    record: Any = model._default_manager.select_for_update().filter(origin_uri=incoming.uri).first()  # noqa: SLF001
    is_new = record is None
    if is_new:
        record = _new(model, kind, incoming.uri)
    before, kept = _state(record), machine_versions(record)
    _write(record, kind, incoming)
    vouch(record)
    put_back(record, kept)
    if is_new or _state(record) != before:
        record.changed_at = _past(incoming.updated)
        record.created_at = min(_past(incoming.published), record.changed_at)
        record.version += 0 if is_new else 1
        record.save(force_insert=is_new)
        events.emit(events.RecordChanged(kind=kind, object_id=record.id))
    if is_new:
        Gone.objects.filter(id=record.id).delete()
        log_change(record, "shared", by=SYSTEM)
    if isinstance(record, Solution):
        _solution_joins(record, is_new=is_new)
    elif is_new:
        _problem_joins(record)


def _new(model: type[Any], kind: str, uri: str) -> Any:
    """A row for what comes for the first time, or again: then moderation stands to it as it did."""
    identifier = copy_id(uri)
    before = Gone.objects.filter(id=identifier, kind=kind).first()
    code = before.code if before else short_code(identifier)
    gone = Gone.objects.filter(kind=kind, code=code).exclude(id=identifier)
    if model._default_manager.filter(code=code).exists() or gone.exists():  # noqa: SLF001 - the manager
        code = short_code(uuid7())  # somebody chose an address whose code is taken
    return model(id=identifier, code=code, version=1, moderation=before.moderation if before else Moderation.FINE)


def _past(moment: datetime) -> datetime:
    """A partner's clock may be ahead; lists are in order of time, and nothing stands before what happens now."""
    return min(moment, clock.now())


def _state(record: Any) -> dict[str, Any]:
    return {f.attname: getattr(record, f.attname) for f in record._meta.concrete_fields if f.name not in _OWN}  # noqa: SLF001


def _write(record: Any, kind: str, incoming: Incoming) -> None:
    details = incoming.details
    title = told_as.words(incoming.texts.get("name"), limit=MAX_TITLE, is_line=True)
    if not title:
        raise Invalid("partner.no_title", _("This entry has no title in a language that is known here."))
    latitude, longitude = told_as.place(details.get("place"))
    source = told_as.mapping(details.get("source"))
    values = {
        "origin": incoming.origin,
        "origin_uri": incoming.uri,
        "origin_name": incoming.peer_name[:200],
        "origin_page": told_as.web(incoming.page, limit=MOST_URI),
        "expires_at": incoming.expires,
        "language": told_as.original_of(title, details.get("language")),
        "title": title,
        "text": told_as.words(incoming.texts.get("content"), limit=MAX_TEXT),
        "themes": told_as.chosen(details.get("themes"), {theme.id for theme in leaf_themes()}, most=MOST_THEMES),
        "city": city_of_node(incoming.origin),
        "partnership": _partnership(details.get("partnership")),
        "place_kind": PlaceKind.CITY if latitude is None else PlaceKind.POINT,
        "place_name": told_as.line(told_as.mapping(details.get("place")).get("name"), limit=LONGEST["place_name"]),
        "latitude": latitude,
        "longitude": longitude,
        "visibility": Visibility.PUBLIC if incoming.visibility == "public" else Visibility.PARTNERS,
        "basis": told_as.choice(details.get("basis"), Basis.values),
        "source": _source(source),
        **(_problem_values(details) if kind == "problem" else _solution_values(details)),
    }
    for name, value in values.items():
        setattr(record, name, value)


def _source(source: Mapping[str, Any]) -> dict[str, str]:
    title = told_as.line(source.get("title"), limit=300)
    return {"title": title, "url": told_as.web(source.get("url"))} if title else {}


def _partnership(slug: Any) -> str:
    """Joint work with us or others, if we know that partnership too."""
    return slug if slug and any(card.slug == slug for card in partnership_cards()) else ""


def _problem_values(details: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "status": told_as.choice(details.get("status"), ProblemStatus.values),
        "sender": told_as.choice(details.get("sender"), Sender.values),
        "affected": told_as.chosen(details.get("affected"), Affected.values, most=len(Affected.values)),
        "evidence": told_as.lines(details.get("evidence"), limit=LONGEST["evidence"]),
    }


def _solution_values(details: Mapping[str, Any]) -> dict[str, Any]:
    low, high = told_as.amount(details.get("costLow")), told_as.amount(details.get("costHigh"))
    if low is not None and high is not None and low > high:
        low = high = None
    standards = [told_as.line(one, limit=60) for one in told_as.listed(details.get("standards"))]
    frame = conditions_in(details.get("frame"), known=FRAME_CONDITIONS, limit=MAX_CONDITION)
    return {
        "kind": told_as.choice(details.get("kind"), SolutionKind.values, default=SolutionKind.IDEA),
        "trl": told_as.whole(details.get("trl"), least=1, most=9),
        "stage": told_as.choice(details.get("stage"), Stage.values),
        "provider": told_as.line(details.get("provider"), limit=LONGEST["provider"]),
        "licence": told_as.line(details.get("licence"), limit=LONGEST["licence"]),
        "cost_low": low,
        "cost_high": high,
        "cost_note": told_as.line(details.get("costNote"), limit=LONGEST["cost_note"]),
        "frame_conditions": frame,
        "standards": [one for one in standards if one][:MOST_STANDARDS],
        "contact_role": told_as.line(details.get("contactRole"), limit=LONGEST["contact_role"]),
        "reuse_notes": told_as.lines(details.get("reuseNotes"), limit=LONGEST["reuse_notes"]),
        "url": told_as.web(details.get("url")),
        "told": {
            "used_here": details.get("usedHere") is True,
            "used_in": [dict(one) for one in told_as.listed(details.get("usedIn")) if isinstance(one, Mapping)][:100],
            "answers": uris(details.get("answers")),
        },
    }


def _solution_joins(solution: Solution, *, is_new: bool) -> None:
    _uses(solution)
    uris = solution.told.get("answers", [])
    own = own_ids_of(uris)
    answered = Problem.objects.filter(Q(origin_uri__in=uris) | Q(origin="", id__in=own.values()))
    wanted = dict(answered.values_list("id", "origin")) if uris else {}
    links = Link.objects.filter(solution=solution, maker=LinkMaker.SOURCE, decided_at=None)
    links.exclude(state=LinkState.REJECTED).exclude(problem_id__in=wanted).delete()
    links_make((problem, solution.id, origin == "") for problem, origin in wanted.items())
    if is_new:
        Reuse.objects.filter(solution_uri=solution.origin_uri, solution=None).update(solution=solution)
        waiting = Evidence.objects.filter(solution_uri=solution.origin_uri, origin=solution.origin, solution=None)
        waiting.update(solution=solution)
        reuses_count([solution.id])
        _our_reuse_changed([solution.id])


def _uses(solution: Solution) -> None:
    """The cities in which its origin says that a solution is in use; what they say themselves stays. For us we speak."""
    wanted, home = set(cities_meant(solution.told.get("used_in", []))), this_node().home_city
    if solution.told.get("used_here") and solution.city is not None:
        wanted.add(solution.city)
    ours = {home} if home is not None else set()
    wanted -= ours
    SolutionUse.objects.filter(solution=solution, reuse=None).exclude(city__in=wanted | ours).delete()
    SolutionUse.objects.bulk_create(
        (SolutionUse(solution=solution, city=city) for city in sorted(wanted)), ignore_conflicts=True
    )


def reuses_count(solutions: Sequence[UUID]) -> None:
    """A city that runs a solution of another one, or did, counts as one in which it is in use."""
    rows = Reuse.objects.filter(solution__in=solutions, city__isnull=False)
    active = rows.filter(status__in=["running", "done"])
    stale = SolutionUse.objects.filter(solution__in=solutions, reuse__isnull=False)
    stale.exclude(reuse__in=active).delete()
    SolutionUse.objects.bulk_create(
        (
            SolutionUse(solution_id=row.solution_id, city=row.city, reuse=row)
            for row in active.order_by("id")
            if row.solution_id is not None and row.city is not None
        ),
        ignore_conflicts=True,
    )
    # Where a city no longer says so itself, what the solution's origin says of it counts again.
    told = Q(told__used_here=True) | ~Q(told__used_in=[])
    for solution in Solution.objects.filter(told, id__in=solutions).exclude(origin=""):
        _uses(solution)


def _problem_joins(problem: Problem) -> None:
    """Solutions that named it before it came."""
    waiting = Solution.objects.filter(told__contains={"answers": [problem.origin_uri]})
    links_make((problem.id, solution, False) for solution in waiting.values_list("id", flat=True))


def links_make(joined: Iterable[tuple[UUID, UUID, bool]]) -> None:
    """Join problems with solutions as the solutions' origin does; what people here have decided stays.

    Each with whether the problem is ours: then it is a suggestion, for what helps here is decided here.
    """
    now = clock.now()
    links = [
        Link(
            problem_id=problem,
            solution_id=solution,
            maker=LinkMaker.SOURCE,
            state=LinkState.SUGGESTED if is_ours else LinkState.CONFIRMED,
            created_at=now,
        )
        for problem, solution, is_ours in joined
    ]
    Link.objects.bulk_create(links, ignore_conflicts=True)
    same = Q(pk__in=[])
    for link in links:
        if link.state == LinkState.CONFIRMED:
            same |= Q(problem_id=link.problem_id, solution_id=link.solution_id)
    suggested = Link.objects.filter(same, maker=LinkMaker.MATCHER, state=LinkState.SUGGESTED, decided_at=None)
    suggested.update(maker=LinkMaker.SOURCE, state=LinkState.CONFIRMED)


@transaction.atomic
def records_drop(kind: str, uris: Sequence[str]) -> None:
    """Delete what a partner has withdrawn, or what may no longer be shown, with its history; its address says so."""
    rows = record_model(kind)._default_manager.filter(origin_uri__in=list(uris))  # noqa: SLF001 - the manager
    gone = list(rows.values_list("id", "code", "origin_name", "moderation"))
    ids = [identifier for identifier, *_more in gone]
    now = clock.now()
    Gone.objects.bulk_create(
        (
            Gone(id=identifier, kind=kind, code=code, origin_name=name, moderation=moderation, at=now)
            for identifier, code, name, moderation in gone
        ),
        ignore_conflicts=True,
    )
    Change.objects.filter(object_id__in=ids).delete()
    if kind == "solution":
        _our_reuse_changed(ids)
    rows.filter(id__in=ids).delete()
    for start in range(0, len(ids), SLICE):
        jobs.enqueue("search.index", kind=kind, object_ids=[str(one) for one in ids[start : start + SLICE]])


def _our_reuse_changed(solutions: Sequence[UUID]) -> None:
    """What we say about a solution is published as long as the solution is here."""
    for reuse in Reuse.objects.filter(origin="", solution__in=solutions).values_list("id", flat=True):
        changed("reuse", reuse)


def on_city_node_known(event: CityNodeKnown) -> None:
    """What came before the profile of its city belongs to it now."""
    for kind in ("problem", "solution"):
        rows = record_model(kind)._default_manager.filter(origin=event.did)  # noqa: SLF001 - the manager
        waiting = list(rows.exclude(city=event.city).values_list("id", flat=True))
        waiting += list(rows.filter(city=None).values_list("id", flat=True))
        rows.filter(id__in=waiting).update(city=event.city)
        for start in range(0, len(waiting), SLICE):
            jobs.enqueue("search.index", kind=kind, object_ids=[str(one) for one in waiting[start : start + SLICE]])
    for solution in Solution.objects.filter(origin=event.did, told__contains={"used_here": True}):
        _uses(solution)
    Evidence.objects.filter(origin=event.did).update(city=event.city)
    reuses = Reuse.objects.filter(origin=event.did)
    reuses.update(city=event.city)
    reuses_count([one for one in reuses.values_list("solution_id", flat=True) if one is not None])


def is_city_named(city: UUID, did: str) -> bool:
    """Whether something of ours is about a city, or anybody but its node says that a solution is in use there."""
    uses = SolutionUse.objects.filter(city=city, reuse=None).exclude(solution__origin=did)
    return uses.exists() or any(model.objects.filter(city=city, origin="").exists() for model in (Problem, Solution))


def register_all() -> None:
    """Called once when Django is ready."""
    register_city_use(is_city_named)
    for kind, name in (("problem", "Problem"), ("solution", "Solution")):
        register_taker(Taker(name, take=partial(record_take, kind), drop=partial(records_drop, kind)))
    events.listen_within(CityNodeKnown, on_city_node_known)

"""Reading the two streams: lists, single records, their links and history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Count, F, Func, Q, QuerySet, prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.core.errors import NotFound
from citytandem.core.paging import PAGE_SIZE, Page, keyset_page
from citytandem.core.permissions import allowed
from citytandem.core.themes import children_of, themes
from citytandem.core.versions import human_versions
from citytandem.streams.models import (
    Change,
    Feedback,
    Link,
    LinkState,
    Problem,
    Record,
    Solution,
    SolutionUse,
    Visibility,
    Weighting,
    WeightingSwitch,
    record_model,
)

R = TypeVar("R", bound=Record)
NEWEST_FIRST = ("-created_at", "-id")


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; empty values mean everything. `theme` may be a top theme."""

    theme: str = ""
    city: UUID | None = None
    status: str = ""
    kind: str = ""
    stage: str = ""
    language: str = ""
    partnership: str = ""

    def apply(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow `rows`; unknown values find nothing."""
        if self.theme:
            narrower = [theme.id for theme in children_of(self.theme)] if self.theme in themes() else []
            rows = rows.filter(themes__overlap=[self.theme, *narrower])
        plain = {"city": self.city, "status": self.status, "kind": self.kind, "stage": self.stage}
        plain |= {"language": self.language, "partnership": self.partnership}
        present = {name: value for name, value in plain.items() if value}
        fields = {field.name for field in rows.model._meta.get_fields()}  # noqa: SLF001 - Django's public meta API
        return rows.filter(**present) if set(present) <= fields else rows.none()


def visible_to(actor: Actor, model: type[R]) -> QuerySet[R]:
    """The records of a stream that the actor may read."""
    rows: QuerySet[R] = model._default_manager.all()  # noqa: SLF001 - the manager that every model has
    if actor.is_staff:
        return rows
    readable = Q(visibility=Visibility.PUBLIC)
    if actor.id is not None:
        readable |= Q(created_by_id=actor.id)
    return rows.filter(readable)


def record_page(
    actor: Actor, *, kind: str, filters: Filters | None = None, after: str | None = None, size: int = PAGE_SIZE
) -> Page[Any]:
    """One page of a stream, newest first."""
    rows = (filters or Filters()).apply(visible_to(actor, record_model(kind)))
    if kind == "solution":
        rows = rows.prefetch_related("uses")
    return keyset_page(rows, order=NEWEST_FIRST, after=after, size=size)


def newest_of_city_and_others(
    actor: Actor, *, kind: str, city: UUID | None, own: int, others: int
) -> tuple[list[Any], list[Any]]:
    """The newest records of a city, and the newest of all others; one query, one more for where solutions are used."""
    rows = visible_to(actor, record_model(kind))
    inside = rows.filter(city=city).order_by(*NEWEST_FIRST)[:own]
    outside = rows.exclude(city=city).exclude(city=None).order_by(*NEWEST_FIRST)[:others]
    found = sorted(inside.union(outside), key=lambda record: (record.created_at, record.id), reverse=True)
    if kind == "solution":
        prefetch_related_objects(found, "uses")
    return [row for row in found if row.city == city], [row for row in found if row.city != city]


def record_count(actor: Actor, *, kind: str, filters: Filters | None = None) -> int:
    """How many records of a stream the actor may read."""
    return (filters or Filters()).apply(visible_to(actor, record_model(kind))).count()


def theme_counts(actor: Actor) -> dict[str, dict[str, int]]:
    """Numbers of problems and solutions per theme, `{"waste": {"problem": 3, "solution": 5}}`; two queries."""
    found: dict[str, dict[str, int]] = {}
    for kind in ("problem", "solution"):
        rows = visible_to(actor, record_model(kind)).values(theme=Func(F("themes"), function="unnest"))
        for row in rows.annotate(n=Count("id")).order_by():
            found.setdefault(row["theme"], {"problem": 0, "solution": 0})[kind] = row["n"]
    return found


def record_get(actor: Actor, *, kind: str, key: str | UUID) -> Any:
    """A record by id, short code or slug; raises NotFound also where the actor may not know of it."""
    rows = record_model(kind)._default_manager.all()  # noqa: SLF001 - the manager that every model has
    record = rows.filter(_key(key)).first()
    if record is None or not allowed("streams.read", actor, record):
        raise _not_found()
    return record


def _key(key: str | UUID) -> Q:
    if isinstance(key, UUID):
        return Q(id=key)
    text = key.strip()
    try:
        return Q(id=UUID(text))
    except ValueError:
        return Q(code=text) | Q(slug=text) if "\x00" not in text and len(text) <= 80 else Q(pk__in=[])


def _not_found() -> NotFound:
    return NotFound("record.unknown", _("This entry does not exist, or it is not public."))


def records_by_id(ids: Sequence[UUID], *, kind: str, public_only: bool = False) -> dict[UUID, Any]:
    """Records of a stream by id, with the cities that use a solution; two queries at most.

    The index may be a moment behind: `public_only` leaves out what has been withdrawn since.
    """
    rows: QuerySet[Any] = record_model(kind)._default_manager.filter(id__in=ids)  # noqa: SLF001 - every model has it
    if public_only:
        rows = rows.filter(visibility=Visibility.PUBLIC)
    if kind == "solution":
        rows = rows.prefetch_related("uses")
    return {record.id: record for record in rows}


def counts(actor: Actor) -> dict[str, int]:
    """How many problems, solutions, confirmed and waiting links there are for this reader."""
    seen = Link.objects.filter(problem__in=visible_to(actor, Problem), solution__in=visible_to(actor, Solution))
    links = seen.aggregate(
        joined=Count("id", filter=Q(state=LinkState.CONFIRMED)),
        waiting=Count("id", filter=Q(state=LinkState.SUGGESTED)),
        matched=Count("problem", filter=Q(state=LinkState.CONFIRMED), distinct=True),
    )
    problems = visible_to(actor, Problem).aggregate(
        total=Count("id"),
        open=Count("id", filter=Q(status="open")),
        in_challenge=Count("id", filter=Q(status="in_challenge")),
        pilot=Count("id", filter=Q(status="pilot")),
        solved=Count("id", filter=Q(status="solved")),
    )
    solutions = visible_to(actor, Solution).aggregate(total=Count("id"), in_use=Count("id", filter=Q(stage="in_use")))
    return {
        "problems": problems["total"],
        "problems_open": problems["open"],
        "problems_in_challenge": problems["in_challenge"],
        "problems_in_pilot": problems["pilot"],
        "problems_solved": problems["solved"],
        "problems_matched": links["matched"],
        "solutions": solutions["total"],
        "solutions_in_use": solutions["in_use"],
        "links_joined": links["joined"],
        "links_waiting": links["waiting"],
    }


def links_of(actor: Actor, record: Record) -> list[Link]:
    """Links of a record whose other side the actor may read; rejected ones only for staff."""
    other, own = ("solution", "problem") if isinstance(record, Problem) else ("problem", "solution")
    rows = Link.objects.filter(**{own: record.id}).select_related(other)
    if not actor.is_staff:
        rows = rows.exclude(state=LinkState.REJECTED)
    found = [link for link in rows if allowed("streams.read", actor, getattr(link, other))]
    return sorted(found, key=lambda link: (link.state != LinkState.CONFIRMED, -(link.score or 1.0)))


def links_waiting(*, most: int = 50) -> list[Link]:
    """Suggested links for people to confirm, the most likely first."""
    rows = Link.objects.filter(state=LinkState.SUGGESTED).select_related("problem", "solution")
    return list(rows.order_by("-score", "id")[:most])


def history_of(record: Record) -> list[Change]:
    """What happened to a record, newest first."""
    return list(Change.objects.filter(object_id=record.id).order_by("-id")[:100])


def changed_by_people(object_id: UUID) -> dict[str, set[str]]:
    """The fields of a record that somebody has edited since it came; for title and text, in which languages."""
    found: dict[str, set[str]] = {}
    changes = Change.objects.filter(object_id=object_id, what__in=["edited", "status"])
    for fields in changes.values_list("fields", flat=True):
        for name, (old, new) in fields.items():
            languages = found.setdefault(name, set())
            if name in {"title", "text"}:
                # A machine's version that went with the words it was made from is nobody's change.
                before, after = human_versions(old), human_versions(new)
                languages |= {code for code in {**before, **after} if before.get(code) != after.get(code)}
    return found


def uses_of(solution_ids: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """Cities in which solutions are in use, by solution."""
    found: dict[UUID, list[UUID]] = {}
    for use in SolutionUse.objects.filter(solution_id__in=solution_ids).order_by("id"):
        found.setdefault(use.solution_id, []).append(use.city)
    return found


def weighting_in_use() -> Weighting | None:
    """The fusion weights that people have put in use, or None for the shipped ones."""
    return Weighting.objects.filter(is_in_use=True).first()


def weighting_list() -> list[Weighting]:
    """All weightings, newest first."""
    return list(Weighting.objects.select_related("made_by").order_by("-id")[:100])


def weighting_switches(*, most: int = 20) -> list[WeightingSwitch]:
    """Which weighting was put in use when and by whom, newest first."""
    return list(WeightingSwitch.objects.order_by("-id")[:most])


def feedback_for_learning(*, most: int = 5_000) -> list[Feedback]:
    """The newest feedback whose terms are known."""
    return list(Feedback.objects.exclude(terms={}).order_by("-at")[:most])


def feedback_counts() -> dict[str, int]:
    """How often a hit helped, and how often not."""
    found = Feedback.objects.aggregate(useful=Count("id", filter=Q(is_useful=True)), all=Count("id"))
    return {"useful": found["useful"], "not_useful": found["all"] - found["useful"]}


def map_points(actor: Actor, *, kind: str, most: int = 5_000) -> list[dict[str, Any]]:
    """What a map needs of the placed records of a stream."""
    model = record_model(kind)
    rows = visible_to(actor, model).exclude(latitude=None)
    return list(
        rows.order_by(*NEWEST_FIRST).values("id", "code", "title", "language", "latitude", "longitude", "city")[:most]
    )


def cities_with_records(actor: Actor) -> dict[UUID, dict[str, int]]:
    """Numbers of problems and solutions per city."""
    found: dict[UUID, dict[str, int]] = {}
    for kind in ("problem", "solution"):
        rows = visible_to(actor, record_model(kind)).exclude(city=None).values("city").annotate(n=Count("id"))
        for row in rows:
            found.setdefault(row["city"], {"problem": 0, "solution": 0})[kind] = row["n"]
    return found


def is_empty() -> bool:
    """Whether there is neither a problem nor a solution."""
    return not (Problem.objects.exists() or Solution.objects.exists())

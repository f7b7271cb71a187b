"""Reading the two streams: lists, single records, their links and history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, TextField, Value, prefetch_related_objects
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce, JSONObject
from django.db.models.lookups import IsNull
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.conversation.contract import comment_count
from citytandem.core import errors
from citytandem.core.errors import NotFound
from citytandem.core.node import this_node
from citytandem.core.paging import PAGE_SIZE, Page, cursor_of, keyset_page
from citytandem.core.permissions import allowed
from citytandem.core.themes import children_of, themes
from citytandem.core.versions import human_versions
from citytandem.files.contract import file_count
from citytandem.streams.models import (
    Change,
    Feedback,
    Link,
    LinkState,
    Moderation,
    Problem,
    Record,
    Solution,
    SolutionUse,
    Visibility,
    Weighting,
    WeightingSwitch,
    record_model,
)
from citytandem.streams.models_shared import Evidence, Gone, Reuse
from citytandem.streams.rules import visibilities_for

R = TypeVar("R", bound=Record)
NEWEST_FIRST = ("-created_at", "-id")
# More problems that went into one are not listed on its page.
MOST_MERGED = 50
MOST_CHANGES = 100
MOST_ANSWERS = 40
_FROM = ("origin", "origin_name", "origin_page", "language", "is_public")
REUSE_SHOWN = (*_FROM, "city", "status", "conditions", "results", "since", "evidence_url")
EVIDENCE_SHOWN = (*_FROM, "title", "text", "verdict", "indicators", "costs")


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
    department: UUID | None = None

    def apply(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow `rows`; unknown values find nothing."""
        if self.theme:
            narrower = [theme.id for theme in children_of(self.theme)] if self.theme in themes() else []
            rows = rows.filter(themes__overlap=[self.theme, *narrower])
        plain = {"city": self.city, "status": self.status, "kind": self.kind, "stage": self.stage}
        plain |= {"language": self.language, "partnership": self.partnership, "department": self.department}
        present = {name: value for name, value in plain.items() if value}
        fields = {field.name for field in rows.model._meta.get_fields()}  # noqa: SLF001 - Django's public meta API
        return rows.filter(**present) if set(present) <= fields else rows.none()


def is_ours() -> Q:
    """Told to this city: problems of other cities that came from a source are shown here, but nobody here answers them.

    Nor what came from a partner node whose city is not known yet.
    """
    home = this_node().home_city
    of_no_city = Q(city=None, origin="")
    return Q(city=home) | of_no_city if home is not None else of_no_city


def visible_to(actor: Actor, model: type[R]) -> QuerySet[R]:
    """The records of a stream that the actor may read."""
    rows: QuerySet[R] = model._default_manager.all()  # noqa: SLF001 - the manager that every model has
    own = _only_theirs(actor)
    return rows.filter(_open_to(actor) if own is None else _open_to(actor) | own)


def open_to(actor: Actor, model: type[R]) -> QuerySet[R]:
    """What everybody with the same roles may read: without what is the actor's own."""
    rows: QuerySet[R] = model._default_manager.all()  # noqa: SLF001 - the manager that every model has
    return rows.filter(_open_to(actor))


def parts_visible_to(actor: Actor, model: type[R]) -> list[QuerySet[R]]:
    """The same records as `visible_to` in one or two parts that share none: an index serves each, but not both at once."""
    own, shared = _only_theirs(actor), open_to(actor, model)
    rows: QuerySet[R] = model._default_manager.all()  # noqa: SLF001 - the manager that every model has
    return [shared] if own is None else [shared, rows.filter(own).exclude(_open_to(actor))]


def _open_to(actor: Actor) -> Q:
    if actor.is_staff:
        return ~Q(moderation=Moderation.MERGED)
    visibilities = visibilities_for(actor)
    # Of one visibility as the condition of the partial index says it.
    readable = Q(visibility=Visibility.PUBLIC) if len(visibilities) == 1 else Q(visibility__in=sorted(visibilities))
    readable &= Q(moderation=Moderation.FINE)
    if actor.moderates:
        readable |= Q(visibility=Visibility.PUBLIC) & ~Q(moderation=Moderation.MERGED)
    return readable


def _only_theirs(actor: Actor) -> Q | None:
    """What they, or their organisations, have written; None where that gives no further right."""
    if actor.is_staff or actor.id is None:
        return None
    own = Q(created_by_id=actor.id)
    if actor.organisations:
        own |= Q(organisation_id__in=list(actor.organisations))
    return own & ~Q(moderation=Moderation.MERGED)


def record_page(
    actor: Actor, *, kind: str, filters: Filters | None = None, after: str | None = None, size: int = PAGE_SIZE
) -> Page[Any]:
    """One page of a stream, newest first; two to four queries."""
    parts = [(filters or Filters()).apply(part) for part in parts_visible_to(actor, record_model(kind))]
    return page_of(parts, order=NEWEST_FIRST, after=after, size=size, with_uses=kind == "solution")


def page_of(
    parts: Sequence[QuerySet[Any]], *, order: tuple[str, str], after: str | None, size: int, with_uses: bool = False
) -> Page[Any]:
    """One page of rows that lie in several parts. First only what the order needs, which an index holds; then the rows."""
    name = order[0].removeprefix("-")
    columns = ("id", name) if name in {field.name for field in parts[0].model._meta.fields} else ("id",)  # noqa: SLF001
    pages = [keyset_page(part.only(*columns), order=order, after=after, size=size) for part in parts]
    found = [row for page in pages for row in page.items]
    if len(pages) > 1:
        found.sort(key=lambda row: (getattr(row, name), row.id), reverse=order[0].startswith("-"))
    is_more = len(found) > size or any(page.next_cursor for page in pages)
    found = found[:size]
    rows = parts[0].model._default_manager.filter(id__in=[row.id for row in found])  # noqa: SLF001 - the manager
    whole = {row.id: row for row in (rows.prefetch_related("uses") if with_uses else rows)} if found else {}
    cursor = cursor_of(found[-1], order=order) if is_more else None
    return Page([whole[row.id] for row in found if row.id in whole], cursor, is_first=not after)


def newest_of_city_and_others(
    actor: Actor, *, kind: str, city: UUID | None, own: int, others: int
) -> tuple[list[Any], list[Any]]:
    """The newest records of a city, and the newest of all others; one query, one more for where solutions are used.

    Without drafts of one's own: it is for the start page.
    """
    rows = open_to(actor, record_model(kind))
    inside = rows.filter(city=city).order_by(*NEWEST_FIRST)[:own]
    outside = rows.exclude(city=city).exclude(city=None).order_by(*NEWEST_FIRST)[:others]
    found = sorted(inside.union(outside), key=lambda record: (record.created_at, record.id), reverse=True)
    if kind == "solution":
        prefetch_related_objects(found, "uses")
    return [row for row in found if row.city == city], [row for row in found if row.city != city]


def record_get(actor: Actor, *, kind: str, key: str | UUID, with_answers: bool = False) -> Any:
    """A record by id, short code or slug; raises NotFound also where the actor may not know of it.

    `with_answers`: a solution with what others made of it, as `told_reuses` and `told_evidence`; in the same query.
    """
    rows: Any = record_model(kind)._default_manager.select_related("organisation")  # noqa: SLF001 - every model has it
    if kind == "problem":
        rows = rows.select_related("merged_into").annotate(moderation_before=_moderation_before())
    elif with_answers:
        rows = rows.annotate(told_reuses=_told(Reuse, REUSE_SHOWN), told_evidence=_told(Evidence, EVIDENCE_SHOWN))
    record = rows.filter(_key(key)).first()
    if record is None:
        raise _gone(kind, key) or _not_found()
    if not allowed("streams.read", actor, record):
        raise _not_found()
    return record


def _gone(kind: str, key: str | UUID) -> errors.Gone | None:
    """What to say of a partner's record that was here; one query more for addresses that lead nowhere."""
    named = _key(key, with_slug=False)
    name = Gone.objects.filter(named, kind=kind).values_list("origin_name", flat=True).first()
    if name is None:
        return None
    return errors.Gone(
        "record.gone",
        _("This entry came from the node of %(node)s. It was withdrawn there, or it may no longer be shown here.")
        % {"node": name or _("a partner city")},
    )


def _told(model: Any, fields: Sequence[str]) -> ArraySubquery:
    """Of cities that we know first: however many nodes say something, they do not take a partner's place."""
    about = model.objects.filter(solution=OuterRef("pk")).order_by(IsNull(F("city"), rhs=True), "origin", "created_at")
    return ArraySubquery(about.values(shown=JSONObject(**{name: name for name in fields}))[:MOST_ANSWERS])


def merged_into(actor: Actor, record: Any) -> Problem | None:
    """The problem that this one went into, if the actor may read it."""
    target: Problem | None = getattr(record, "merged_into", None)
    return target if allowed("streams.read", actor, target) else None


def merged_problems(actor: Actor, problem: Problem) -> list[Problem]:
    """Problems that went into this one and that the actor may read, the oldest first, each with `moderation_before`,
    `comment_count` and `file_count`. One query."""
    rows = Problem.objects.filter(merged_into=problem).annotate(
        moderation_before=_moderation_before(), comment_count=comment_count("problem"), file_count=file_count("problem")
    )
    return [row for row in rows.order_by("id")[:MOST_MERGED] if allowed("streams.read", actor, row)]


def _moderation_before() -> Coalesce:
    """How moderation stood to a problem when it went into another one: `rules.is_open_to_readers` asks for it."""
    mergers = Change.objects.filter(object_id=OuterRef("id"), what="merged").order_by("-id")
    before = Subquery(mergers.values(before=KT("fields__moderation__0"))[:1])
    return Coalesce(before, Value(Moderation.FINE.value), output_field=TextField())


def _key(key: str | UUID, *, with_slug: bool = True) -> Q:
    if isinstance(key, UUID):
        return Q(id=key)
    text = key.strip()
    try:
        return Q(id=UUID(text))
    except ValueError:
        if "\x00" in text or len(text) > 80:
            return Q(pk__in=[])
        return Q(code=text) | Q(slug=text) if with_slug else Q(code=text)


def _not_found() -> NotFound:
    return NotFound("record.unknown", _("This entry does not exist, or it is not public."))


def records_by_id(ids: Sequence[UUID], *, kind: str, public_only: bool = False) -> dict[UUID, Any]:
    """Records of a stream by id, with the cities that use a solution; two queries at most.

    The index may be a moment behind: `public_only` leaves out what has been withdrawn since.
    """
    rows: QuerySet[Any] = record_model(kind)._default_manager.filter(id__in=ids)  # noqa: SLF001 - every model has it
    if public_only:
        rows = rows.filter(visibility=Visibility.PUBLIC, moderation=Moderation.FINE)
    if kind == "solution":
        rows = rows.prefetch_related("uses")
    return {record.id: record for record in rows}


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
    return list(Change.objects.filter(object_id=record.id).order_by("-id")[:MOST_CHANGES])


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
    """What a map needs of the placed records of a stream, the newest first."""
    return list(
        placed_of(actor, kind=kind)
        .order_by(*NEWEST_FIRST)
        .values("id", "code", "title", "language", "latitude", "longitude", "city")[:most]
    )


def placed_of(actor: Actor, *, kind: str) -> QuerySet[Any]:
    """The records of a stream that lie at a place of their own."""
    rows: QuerySet[Any] = open_to(actor, record_model(kind)).exclude(latitude=None)
    return rows


def is_empty() -> bool:
    """Whether there is neither a problem nor a solution."""
    return not (Problem.objects.exists() or Solution.objects.exists())

"""Reading cases: the queue, one case, the appeals, and what authors are told of theirs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.core import clock
from citytandem.core.errors import NotFound
from citytandem.core.paging import PAGE_SIZE, Page, keyset_page
from citytandem.core.permissions import allowed, require
from citytandem.core.subjects import HELD, Subject
from citytandem.moderation.keys import fits
from citytandem.moderation.models import Appeal, Case, Decision, Report, State, Verdict
from citytandem.moderation.reasons import GROUPS, LABELS, REPORT, shown
from citytandem.moderation.rules import appealed_decisions
from citytandem.moderation.things import unknown

OLDEST_FIRST = ("opened_at", "id")


@dataclass(frozen=True, slots=True)
class QueueFilters:
    """What the queue is narrowed to; empty values mean everything. `days`: waits for at least so long."""

    reason: str = ""
    kind: str = ""
    language: str = ""
    days: int = 0
    is_mine: bool = False

    def apply(self, rows: QuerySet[Case], *, actor: Actor) -> QuerySet[Case]:
        """Narrow `rows`; unknown values find nothing."""
        if self.reason:
            codes = [code for code in LABELS if code == self.reason or code.startswith(f"{self.reason}.")]
            rows = rows.filter(codes__overlap=codes)
        if self.kind:
            rows = rows.filter(kind=self.kind)
        if self.language:
            rows = rows.filter(language=self.language)
        if self.days:
            rows = rows.filter(opened_at__lte=clock.now() - timedelta(days=self.days))
        return rows.filter(assigned_to_id=actor.id) if self.is_mine else rows


@dataclass(frozen=True, slots=True)
class Notice:
    """What the author of a held or removed thing is told. `reasons` in words; `path` leads to the whole statement."""

    state: str
    reasons: Sequence[str | Promise]
    path: str


def queue_page(actor: Actor, *, filters: QueueFilters, after: str | None = None, size: int = PAGE_SIZE) -> Page[Case]:
    """Cases that wait, the oldest first, with the number of their reports. Raises Forbidden."""
    require("moderation.decide", actor)
    rows = filters.apply(_waiting(actor), actor=actor)
    # Counted for the rows of the page only: a join would count those of all cases first.
    of_case = Report.objects.filter(case=OuterRef("id")).order_by().values("case").annotate(n=Count("id")).values("n")
    rows = rows.annotate(report_count=Coalesce(Subquery(of_case), 0))
    return keyset_page(rows, order=OLDEST_FIRST, after=after, size=size)


def queue_count(actor: Actor, *, filters: QueueFilters | None = None) -> int:
    """How many cases wait."""
    return (filters or QueueFilters()).apply(_waiting(actor), actor=actor).count()


def _waiting(actor: Actor) -> QuerySet[Case]:
    """What waits for this moderator: about their own words, somebody else decides, and they read no reports."""
    return Case.objects.filter(~_is_own(actor), _in_sight(actor), state=State.OPEN)


def _is_own(actor: Actor, path: str = "author_id") -> Q:
    return Q(**{path: actor.id}) if actor.id is not None else Q(pk__in=[])


def _in_sight(actor: Actor, author: str = "author") -> Q:
    """Everybody can sign in as the demo's moderators: they see nothing that a real person wrote."""
    return Q(**{author: None}) | Q(**{f"{author}__is_demo": True}) if actor.is_demo else Q()


def cases_waiting(actor: Actor) -> int:
    """For the menu of moderators: cases that wait for a decision, and appeals that this one may decide."""
    return queue_count(actor) + appeals_for(actor).count() if actor.moderates else 0


def case_get(case_id: UUID) -> Case:
    """A case; raises NotFound. Whoever asks for it has to look at the permission."""
    return case_with_others(case_id)[0]


def case_with_others(case_id: UUID) -> tuple[Case, list[Case]]:
    """A case, and all others of the same thing, the newest first; one query. Raises NotFound."""
    thing = Case.objects.filter(id=case_id).values("object_id")
    rows = list(Case.objects.filter(object_id__in=thing).select_related("author").order_by("-opened_at"))
    case = next((row for row in rows if row.id == case_id), None)
    if case is None:
        raise NotFound("case.unknown", _("There is no such case."))
    return case, [row for row in rows if row.id != case_id and row.kind == case.kind]


def case_for(actor: Actor, case_id: UUID) -> tuple[Case, list[Case]]:
    """A case for a moderator, and all others of the same thing. Raises Forbidden; NotFound also for the author, who reads
    the statement of reasons as every author does, and not what others reported, and for whom the case is not in sight."""
    require("moderation.decide", actor)
    case, others = case_with_others(case_id)
    if any(not allowed("moderation.decide", actor, one) for one in (case, *others)):
        raise NotFound("case.unknown", _("There is no such case."))
    return case, others


def case_after(actor: Actor, case_id: UUID) -> UUID | None:
    """The case that waits next to this one, so that one can go on without the list; after the last comes the first."""
    case = case_get(case_id)
    later = Q(opened_at__gt=case.opened_at) | Q(opened_at=case.opened_at, id__gt=case.id)
    rows = _waiting(actor).exclude(id=case.id).order_by(*OLDEST_FIRST)
    return rows.filter(later).values_list("id", flat=True).first() or rows.values_list("id", flat=True).first()


def reports_of(case: Case) -> list[Report]:
    """The reports of a case, the first first."""
    return list(case.reports.order_by("at")) if REPORT in case.codes else []


def decisions_of(case: Case) -> list[Decision]:
    """All decisions of a case, the newest first."""
    return list(case.decisions.order_by("-at", "-id"))


def appeals_of(case: Case) -> list[Appeal]:
    """All appeals of a case, the newest first."""
    return list(case.appeals.select_related("report").order_by("-at"))


def appeals_for(actor: Actor) -> QuerySet[Case]:
    """Cases with appeals that this moderator may decide: none that they decided, wrote or reported themselves, and none
    about what they decided before an earlier appeal."""
    decided = Decision.objects.filter(case=OuterRef("id"), by_id=actor.id)
    before = appealed_decisions(actor, kind=OuterRef("kind"), object_id=OuterRef("object_id"))
    reported = Report.objects.filter(case=OuterRef("id"), by_id=actor.id)
    rows = Case.objects.filter(_in_sight(actor), ~Exists(decided), ~Exists(before), ~Exists(reported))
    rows = rows.filter(state=State.APPEALED)
    return rows.exclude(author_id=actor.id) if actor.id is not None else rows


def appeals_page(actor: Actor, *, after: str | None = None, size: int = PAGE_SIZE) -> Page[Case]:
    """Those cases, the oldest first. Raises Forbidden."""
    require("moderation.decide", actor)
    return keyset_page(appeals_for(actor), order=OLDEST_FIRST, after=after, size=size)


def appeals_hidden(actor: Actor) -> int:
    """How many appeals wait for somebody else than this moderator."""
    return Case.objects.filter(state=State.APPEALED).count() - appeals_for(actor).count()


def appeals_waiting(case_ids: Collection[UUID]) -> dict[UUID, list[Appeal]]:
    """The appeals of these cases that wait, by case."""
    found: dict[UUID, list[Appeal]] = {}
    for appeal in Appeal.objects.filter(case_id__in=case_ids, outcome="").select_related("decision").order_by("at"):
        found.setdefault(appeal.case_id, []).append(appeal)
    return found


def mergers(actor: Actor, *, most: int = 100) -> list[Decision]:
    """Mergers that this moderator can split, the newest first."""
    return list(_mergers(actor).select_related("case").order_by("-at")[:most])


def mergers_count(actor: Actor) -> int:
    """How many mergers this moderator can split."""
    return _mergers(actor).count()


def _mergers(actor: Actor) -> QuerySet[Decision]:
    rows = Decision.objects.filter(verdict=Verdict.MERGE, superseded_by=None, case__state=State.DECIDED)
    return rows.filter(~_is_own(actor, "case__author_id"), _in_sight(actor, "case__author"))


def report_get(actor: Actor, *, code: str, key: str) -> Report:
    """A report for who made it: by their sign-in or by the key of the address. Raises NotFound for everybody else."""
    report = Report.objects.select_related("case").filter(code=code).first() if "\x00" not in code else None
    is_theirs = report is not None and actor.id is not None and report.by_id == actor.id
    if report is None or not (is_theirs or fits(code, key)):
        raise unknown()
    return report


def notices_of(found: Collection[Subject], *, actor: Actor) -> dict[UUID, Notice]:
    """For things that are held or removed and that the actor wrote: why, by the id of the thing. One query at most."""
    own = {thing.id for thing in found if actor.id is not None and thing.author == actor.id and thing.moderation}
    if not own:
        return {}
    states = {thing.id: thing.moderation for thing in found}
    rows: Any = Case.objects.filter(object_id__in=own).order_by("opened_at")
    return {
        case.object_id: Notice(
            state=states[case.object_id],
            reasons=[reason.label for reason in shown(case.reasons)] if states[case.object_id] == HELD else [],
            path=f"/moderation/{case.id}/statement",
        )
        for case in rows
    }


def reason_choices() -> list[tuple[str, str | Promise]]:
    """The groups of reasons, for the filter of the queue."""
    return [(group, LABELS[group]) for group in GROUPS]

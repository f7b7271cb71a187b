"""Cases in the reader's words, for the pages of moderators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import override

from citytandem.accounts.contract import Actor, PersonCard, address_shown, is_of_the_demo, people_by_id
from citytandem.core import clock
from citytandem.core.errors import DomainError
from citytandem.core.permissions import allowed
from citytandem.core.subjects import FINE, Subject, subject_kind, subjects
from citytandem.moderation.grounds import GROUNDS, Ground
from citytandem.moderation.models import Appeal, Case, Decision, Outcome, Report, State, Verdict
from citytandem.moderation.reasons import Piece, ReasonShown, excerpt, marked, shown
from citytandem.moderation.selectors import appeals_of, decisions_of, reports_of
from citytandem.moderation.services.appeals import OVERTURNED_BY
from citytandem.moderation.services.decisions import FOLLOWING, words_seen
from citytandem.moderation.statement import found_in_words, presumed_ground
from citytandem.moderation.things import is_changed, whole_text

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Row:
    """A case in a list. `thing` is None where it is no longer there; `days`: how long it waits.

    `seen`: stands for the words that are shown, and goes with the decision.
    """

    id: UUID
    kind: Words
    thing: Subject | None
    language: str
    reasons: Sequence[ReasonShown]
    excerpt: Sequence[Piece]
    opened_at: datetime
    days: int
    is_late: bool
    assigned_to: str
    is_mine: bool
    reports: int
    author: str
    seen: str

    @property
    def title(self) -> str:
        """How the thing is called."""
        return self.thing.title if self.thing else _("No longer there")


@dataclass(frozen=True, slots=True)
class ReportShown:
    """A report. Who made it is told only on demand, since each look is logged."""

    code: str
    ground: Words
    source: Words
    explanation: str
    language: str
    at: datetime
    is_visitor: bool
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class DecisionShown:
    """A decision in the history of a case."""

    verdict: str
    label: Words
    ground: Ground | None
    facts: str
    explanation: str
    by: str
    at: datetime
    until: date | None
    on_appeal: bool


@dataclass(frozen=True, slots=True)
class AppealShown:
    """An appeal in the history of a case."""

    role: Words
    text: str
    language: str
    at: datetime
    due_on: date
    outcome: Words
    explanation: str
    by: str


@dataclass(frozen=True, slots=True)
class CasePage:
    """One case: the text with its marks, what is like it, who reported it, what was decided.

    `takes_down`: whether to change the decision that counts would take the thing down, which needs reasons.
    """

    row: Row
    state: str
    state_label: Words
    origin: Words
    pieces: Sequence[Piece]
    is_changed: bool
    now: str
    similar: Sequence[Subject]
    can_merge: bool
    can_split: bool
    target: Subject | None
    reports: Sequence[ReportShown]
    decisions: Sequence[DecisionShown]
    appeals: Sequence[AppealShown]
    others: Sequence[Case]
    verdicts: tuple[Verdict, ...]
    may_decide: bool
    may_decide_appeal: bool
    takes_down: bool


def kind_label(kind: str) -> Words:
    """A kind of thing in words."""
    known = subject_kind(kind)
    return known.label if known else kind


def name_of(person: UUID | None, people: Mapping[UUID, PersonCard]) -> str:
    """A person's name as others see it."""
    if person is None:
        return ""
    card = people.get(person)
    return (card.name if card else "") or _("Resident")


def rows(cases: Sequence[Case], *, actor: Actor, reader: str) -> list[Row]:
    """Cases for a list: one query per kind of thing, one for all names."""
    things = subjects([(case.kind, case.object_id) for case in cases], reader=reader)
    people = people_by_id([person for case in cases for person in (case.assigned_to_id, case.author_id)])
    return [_row(case, things.get((case.kind, case.object_id)), people, actor=actor) for case in cases]


def _row(case: Case, thing: Subject | None, people: Mapping[UUID, PersonCard], *, actor: Actor) -> Row:
    return Row(
        id=case.id,
        kind=kind_label(case.kind),
        thing=thing,
        language=case.language,
        reasons=shown(case.reasons),
        excerpt=excerpt(case.text, case.reasons, skip=_title_length(case, thing)),
        opened_at=case.opened_at,
        days=(clock.now() - case.opened_at).days,
        is_late=case.state == State.OPEN and case.due_on < timezone.localdate(),
        assigned_to=name_of(case.assigned_to_id, people),
        is_mine=actor.id is not None and case.assigned_to_id == actor.id,
        reports=getattr(case, "report_count", 0),
        author=name_of(case.author_id, people) or _("Visitor"),
        seen=words_seen(case),
    )


def _title_length(case: Case, thing: Subject | None) -> int:
    """How much of the text repeats the title, which stands above it in a list."""
    title = thing.title if thing is not None else ""
    first, _end, rest = case.text.partition("\n")
    return len(case.text) - len(rest.lstrip()) if rest and first.strip() == title else 0


def case_page(
    case: Case, *, others: Sequence[Case], actor: Actor, reader: str, with_reporters: bool = False, masks: bool = False
) -> CasePage:
    """Everything about one case, for a moderator; the thing in its own words, since it is they that are decided about."""
    decisions, reports = decisions_of(case), reports_of(case)
    appeals = appeals_of(case) if decisions else []
    last = next(iter(decisions), None)
    target = last.target if last is not None and last.verdict == Verdict.MERGE else None
    wanted = {(case.kind, one) for one in (case.object_id, target) if one is not None}
    things = subjects(wanted, reader=case.language)
    thing = things.get((case.kind, case.object_id))
    people = people_by_id(
        {case.author_id, case.assigned_to_id}
        | {decision.by_id for decision in decisions}
        | {report.by_id for report in reports}
        | {appeal.decided_by_id for appeal in appeals}
    )
    known = subject_kind(case.kind)
    may_decide = allowed("moderation.decide", actor, case) and allowed(
        "moderation.decide_again", actor, (case.kind, case.object_id)
    )
    is_open = case.state == State.OPEN
    changed = thing is not None and is_changed(case.text, case.snapshot, thing)
    return CasePage(
        row=_row(case, thing, people, actor=actor),
        state=case.state,
        state_label=State(case.state).label,
        origin=case.get_origin_display(),
        pieces=marked(case.text, case.reasons),
        is_changed=changed,
        now=whole_text(thing) if thing is not None and changed else "",
        similar=_similar(case, reader=reader) if is_open else [],
        can_merge=may_decide and is_open and known is not None and known.merge is not None,
        can_split=may_decide and case.state == State.DECIDED and target is not None,
        target=things.get((case.kind, target)) if target is not None else None,
        reports=[_report(report, people, with_reporters=with_reporters, masks=masks) for report in reports],
        decisions=[_decision(decision, people) for decision in decisions],
        appeals=[_appeal(appeal, people) for appeal in appeals],
        others=others,
        verdicts=verdicts_for(case, last) if may_decide else (),
        may_decide=may_decide,
        may_decide_appeal=case.state == State.APPEALED and allowed("moderation.decide_appeal", actor, case),
        takes_down=last is not None and OVERTURNED_BY.get(Verdict(last.verdict)) == Verdict.REMOVE,
    )


def verdicts_for(case: Case, last: Decision | None) -> tuple[Verdict, ...]:
    """What can be decided about a case now."""
    if case.state in {State.APPEALED, State.CLOSED}:
        return ()
    return FOLLOWING.get(Verdict(last.verdict) if last else None, ())


def start_of_decision(case: Case) -> dict[str, Any]:
    """What the form of a decision begins with: what was found, in the language of the text."""
    with override(case.language):
        return {"ground": presumed_ground(case.codes), "facts": found_in_words(case)}


def _similar(case: Case, *, reader: str) -> list[Subject]:
    known = subject_kind(case.kind)
    if known is None or known.similar is None:
        return []
    try:
        found = known.similar(case.object_id, reader)
    except DomainError:
        # The language model may not answer; a case can be decided without it.
        return []
    return [thing for thing in found if thing.moderation == FINE and thing.is_public]


def _report(report: Report, people: Mapping[UUID, PersonCard], *, with_reporters: bool, masks: bool) -> ReportShown:
    ground = GROUNDS[report.ground]
    card = people.get(report.by_id) if report.by_id else None
    email = report.email or (card.email if card else "")
    name = report.name or name_of(report.by_id, people)
    if masks and not is_of_the_demo(email):
        name = _("Resident") if report.by_id else _("Visitor")
    return ReportShown(
        code=report.code,
        ground=ground.label,
        source=ground.source,
        explanation=report.explanation,
        language=report.language,
        at=report.at,
        is_visitor=report.by_id is None,
        name=name if with_reporters else "",
        email=address_shown(email, masks=masks) if with_reporters else "",
    )


def _decision(decision: Decision, people: Mapping[UUID, PersonCard]) -> DecisionShown:
    return DecisionShown(
        verdict=decision.verdict,
        label=Verdict(decision.verdict).label,
        ground=GROUNDS.get(decision.ground),
        facts=decision.facts,
        explanation=decision.explanation,
        by=name_of(decision.by_id, people) or _("by the calendar"),
        at=decision.at,
        until=decision.until,
        on_appeal=decision.on_appeal,
    )


def _appeal(appeal: Appeal, people: Mapping[UUID, PersonCard]) -> AppealShown:
    return AppealShown(
        role=appeal.get_role_display(),
        text=appeal.text,
        language=appeal.language,
        at=appeal.at,
        due_on=appeal.due_on,
        outcome=Outcome(appeal.outcome).label if appeal.outcome else "",
        explanation=appeal.explanation,
        by=name_of(appeal.decided_by_id, people),
    )

"""Decisions about cases, always by a person, with the reasons that the author is told (DSA art. 17)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import SYSTEM, Actor
from citytandem.core import clock, events
from citytandem.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from citytandem.core.permissions import allowed, require
from citytandem.core.subjects import FINE, REMOVED, subject
from citytandem.core.text import clean_text
from citytandem.moderation import notices
from citytandem.moderation.grounds import GROUNDS, OTHER_LAW
from citytandem.moderation.happened import ThingDecided
from citytandem.moderation.models import Case, Decision, Origin, State, Verdict
from citytandem.moderation.things import moderate

MOST_EXPLAINED = 4_000
MERGED = "merged"
# What may follow what: the first decision, then changing one's mind about it.
FOLLOWING = {
    None: (Verdict.KEEP, Verdict.REMOVE),
    Verdict.KEEP: (Verdict.REMOVE,),
    Verdict.RESTORE: (Verdict.REMOVE,),
    Verdict.REMOVE: (Verdict.RESTORE,),
    Verdict.SPLIT: (Verdict.KEEP, Verdict.REMOVE),
}
STATES = {Verdict.KEEP: FINE, Verdict.RESTORE: FINE, Verdict.REMOVE: REMOVED}


@dataclass(frozen=True, slots=True)
class Reasoning:
    """Why something is decided. `ground` is a code of `grounds.py`; to keep something needs none."""

    ground: str = ""
    facts: str = ""
    explanation: str = ""
    until: date | None = None


@transaction.atomic
def case_decide(
    *, case_id: UUID, verdict: str, by: Actor, reasoning: Reasoning | None = None, seen: str = ""
) -> Decision:
    """Decide about a case, or change a decision that nobody has appealed against.

    `seen`: the `words_seen` of the page on which it was decided; words that nobody has seen are not opened.
    Raises Forbidden, Invalid, Conflict.
    """
    case = case_for_update(case_id)
    require_decider(case, by)
    if seen and not constant_time_compare(seen, words_seen(case)):
        raise Conflict(
            "case.changed_meanwhile",
            _("Somebody else has changed this entry in the meantime. Load it again, then repeat your change."),
        )
    if case.state in {State.APPEALED, State.CLOSED}:
        raise Conflict(
            "case.not_open",
            _(
                "This case is closed, or somebody has appealed. An appeal is decided by a second person on its own page."
            ),
        )
    last = last_decision(case)
    if verdict not in Verdict.values:
        raise Invalid("decision.unknown", _("This is not one of the choices."), field="verdict")
    if verdict not in FOLLOWING.get(Verdict(last.verdict) if last else None, ()):
        raise Conflict("case.decided_meanwhile", _("Somebody has decided this in the meantime. Look at it again."))
    decision = decide(case, verdict=Verdict(verdict), reasoning=reasoning or Reasoning(), last=last, by=by)
    _set_state(case, State.DECIDED)
    notices.decided(case, decision)
    return decision


def require_decider(case: Case, by: Actor) -> None:
    """Raise Forbidden unless `by` may decide about the thing of this case."""
    require("moderation.decide", by, case)
    require_fresh_eyes(case.kind, case.object_id, by=by)


def require_fresh_eyes(kind: str, object_id: UUID, *, by: Actor) -> None:
    """Raise Forbidden for whoever decided about a thing before somebody appealed: a new case would undo the appeal."""
    if not allowed("moderation.decide_again", by, (kind, object_id)):
        message = _(
            "You decided about this before, and an appeal against that was decided. Somebody else looks at it now."
        )
        raise Forbidden("case.second_person", message)


def decide(
    case: Case, *, verdict: Verdict, reasoning: Reasoning, last: Decision | None, by: Actor, on_appeal: bool = False
) -> Decision:
    """Write down a decision and carry it out. The caller holds the case and has asked whether `by` may."""
    checked = _checked(verdict, reasoning)
    thing = subject(case.kind, case.object_id, reader=case.language)
    if thing is not None and thing.moderation == MERGED:
        raise Conflict("case.merged", _("This entry went into another one. Split it off first."))
    decision = Decision.objects.create(
        case=case,
        verdict=verdict,
        ground=checked.ground,
        facts=checked.facts,
        explanation=checked.explanation,
        until=checked.until,
        was_detected=case.origin == Origin.SCREENING,
        before=thing.moderation if thing else "",
        supersedes=last,
        on_appeal=on_appeal,
        by_id=by.id,
        at=clock.now(),
    )
    moderate(case.kind, case.object_id, STATES[verdict], by)
    events.emit(ThingDecided(kind=case.kind, object_id=case.object_id, case_id=case.id, decision=verdict.value))
    return decision


def cases_keep(
    *, case_ids: Sequence[UUID], by: Actor, seen: Mapping[UUID, str] | None = None
) -> tuple[int, list[DomainError]]:
    """Keep several things at once, each for itself: what cannot be kept is told, the others are. Raises Forbidden."""
    require("moderation.decide", by)
    kept, refused = 0, []
    for case_id in dict.fromkeys(case_ids):
        try:
            case_decide(case_id=case_id, verdict=Verdict.KEEP, by=by, seen=(seen or {}).get(case_id, ""))
            kept += 1
        except DomainError as error:
            refused.append(error)
    return kept, refused


@transaction.atomic
def case_assign(*, case_id: UUID, to: UUID | None, by: Actor) -> Case:
    """Take a case over, or give it back (`to` is None). Raises Forbidden."""
    case = case_for_update(case_id)
    require_decider(case, by)
    case.assigned_to_id = to
    case.save(update_fields=["assigned_to"])
    return case


@transaction.atomic
def removal_end(*, decision_id: UUID) -> bool:
    """Open a thing again whose removal was for a time that is over; tells whether it did."""
    decision = Decision.objects.filter(id=decision_id).first()
    if decision is None:
        return False
    case = case_for_update(decision.case_id)
    last = last_decision(case)
    is_due = decision.until is not None and decision.until <= timezone.localdate()
    if last is None or last.id != decision_id or not is_due or case.state == State.APPEALED:
        return False
    decide(case, verdict=Verdict.RESTORE, reasoning=Reasoning(), last=last, by=SYSTEM)
    return True


def case_for_update(case_id: UUID) -> Case:
    """The case, for this transaction alone; raises NotFound."""
    case = Case.objects.select_for_update(of=("self",)).filter(id=case_id).first()
    if case is None:
        raise NotFound("case.unknown", _("There is no such case."))
    return case


def words_seen(case: Case) -> str:
    """Stands for a case as a page shows it: each edit of a held text changes it, and each decision of somebody else."""
    shown = f"{case.id} {case.state} {case.text}"
    return salted_hmac("moderation.seen", shown, algorithm="sha256").hexdigest()[:20]


def last_decision(case: Case) -> Decision | None:
    """The decision that counts."""
    return case.decisions.filter(superseded_by=None).first()


def _set_state(case: Case, state: State) -> None:
    case.state = state
    case.decided_at = case.decided_at or clock.now()
    case.save(update_fields=["state", "decided_at"])


def _checked(verdict: Verdict, reasoning: Reasoning) -> Reasoning:
    facts, explanation = clean_text(reasoning.facts), clean_text(reasoning.explanation)
    for field, told in (("facts", facts), ("explanation", explanation)):
        if len(told) > MOST_EXPLAINED:
            too_long = _("This is too long: at most %(most)s characters.") % {"most": MOST_EXPLAINED}
            raise Invalid("explanation.too_long", too_long, field=field)
    if verdict != Verdict.REMOVE:
        return Reasoning(facts=facts, explanation=explanation)
    if reasoning.ground not in GROUNDS:
        raise Invalid("ground.unknown", _("Choose the law or the rule on which this rests."), field="ground")
    if not facts:
        raise Invalid("facts.missing", _("Say on which facts this rests: the author reads it."), field="facts")
    if not explanation:
        message = _("Say why this law or rule is broken: the author reads it.")
        if reasoning.ground == OTHER_LAW:
            message = _("Name the law and say why it is broken: the author reads it.")
        raise Invalid("explanation.missing", message, field="explanation")
    if reasoning.until is not None and reasoning.until <= timezone.localdate():
        raise Invalid("until.past", _("Choose a day that is still to come, or leave this empty."), field="until")
    return Reasoning(reasoning.ground, facts, explanation, reasoning.until)

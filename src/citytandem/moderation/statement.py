"""The statement of reasons: all that the author of a text has to be told, in plain words (DSA art. 17(3)).

Regulation (EU) 2022/2065, art. 17(3): (a) what the decision does, where and for how long; (b) the facts, and whether a
report or our own look led to it; (c) what programs had to do with it; (d) the law or (e) the rule of the house, and why
it is broken; (f) how to get redress.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from citytandem.moderation import reasons
from citytandem.moderation.grounds import GROUNDS, Ground
from citytandem.moderation.models import Case, Decision, Origin, Outcome, Side, State, Verdict
from citytandem.moderation.services.appeals import AGAINST, last_day_to_appeal

# On which rule a text rests that the automatic check holds back, until a person names the true one.
PRESUMED = {
    reasons.PERSONAL: "house.privacy",
    reasons.WORDS: "house.respect",
    reasons.LINKS: "house.spam",
    reasons.SPAM: "house.spam",
}


@dataclass(frozen=True, slots=True)
class Statement:
    """The parts of art. 17(3), each a sentence or more; none of them is ever empty. `ground` is None without a breach."""

    case_id: UUID
    title: str
    is_decided: bool
    is_restricted: bool
    at: datetime
    effect: str
    scope: str
    facts: str
    found_by: str
    automated: str
    ground: Ground | None
    ground_says: str
    explanation: str
    redress: Sequence[str]
    can_appeal: bool
    appeal_until: date


def presumed_ground(codes: Sequence[str]) -> str:
    """The rule that the check presumes to be broken; empty where it found nothing."""
    groups = [reasons.group_of(code) for code in codes]
    return next((PRESUMED[group] for group in PRESUMED if group in groups), "")


def found_in_words(case: Case) -> str:
    """What the check found, as a sentence; empty where it found nothing."""
    found = [reason for reason in reasons.shown(case.reasons) if reasons.group_of(reason.code) in PRESUMED]
    if not found:
        return ""
    listed = ", ".join(str(one.label) if one.count == 1 else f"{one.label} ({one.count})" for one in found)
    return _("The automatic check found: %(found)s.") % {"found": listed}


def statement_of(case: Case, decision: Decision | None, *, is_author: bool) -> Statement:
    """The statement of a case in the language of the moment; before a decision it tells why the text waits."""
    restricts = decision is None or decision.verdict in {Verdict.REMOVE, Verdict.MERGE}
    ground = GROUNDS.get(decision.ground if decision else presumed_ground(case.codes))
    until = last_day_to_appeal(decision) if decision else case.due_on
    can_appeal = (
        decision is not None
        and is_author
        and case.state in {State.DECIDED, State.APPEALED}
        and AGAINST[Verdict(decision.verdict)] == Side.AUTHOR
        and not decision.appeals.filter(by_id=case.author_id).exists()
        and timezone.localdate() <= until
    )
    return Statement(
        case_id=case.id,
        title=_title(decision),
        is_decided=decision is not None,
        is_restricted=restricts,
        at=decision.at if decision else case.opened_at,
        effect=_effect(decision),
        scope=_scope(case, decision),
        facts=_facts(case, decision),
        found_by=_found_by(case),
        automated=_automated(case, decision),
        ground=ground,
        ground_says=_ground_says(ground, restricts=restricts),
        explanation=_explanation(decision, ground),
        redress=_redress(case, decision, until=until),
        can_appeal=can_appeal,
        appeal_until=until,
    )


def _title(decision: Decision | None) -> str:
    if decision is None:
        return _("Your text waits for a person")
    return {
        Verdict.REMOVE: _("We have taken down your text"),
        Verdict.MERGE: _("Your entry went into another one"),
        Verdict.SPLIT: _("Your entry stands on its own again"),
        Verdict.RESTORE: _("Your text is open to everybody again"),
        Verdict.KEEP: _("Your text stays open to everybody"),
    }[Verdict(decision.verdict)]


def _effect(decision: Decision | None) -> str:
    if decision is None:
        return _("Nobody but you and the staff of the city can read your text until a person has looked at it.")
    return {
        Verdict.REMOVE: _("Your text was taken down: others can no longer read it. Your sign-in is not touched."),
        Verdict.MERGE: _("Your entry leads to another one that says the same. Nothing of it is lost."),
        Verdict.SPLIT: _("Your entry was split off again from the other one."),
        Verdict.RESTORE: _("Everybody can read your text again."),
        Verdict.KEEP: _("Everybody can read your text."),
    }[Verdict(decision.verdict)]


def _scope(case: Case, decision: Decision | None) -> str:
    if decision is None:
        day = date_format(case.due_on, "DATE_FORMAT")
        return _("This holds everywhere on this site, until the decision. We want to decide by %(day)s.") % {"day": day}
    if decision.verdict not in {Verdict.REMOVE, Verdict.MERGE}:
        return _("Nothing is restricted.")
    if decision.until is not None:
        day = date_format(decision.until, "DATE_FORMAT")
        return _("This holds everywhere, in all countries, until %(day)s. Then the text is open again.") % {"day": day}
    return _("This holds everywhere, in all countries, and has no end unless the decision is changed.")


def _facts(case: Case, decision: Decision | None) -> str:
    found = found_in_words(case)
    told = decision.facts if decision else ""
    if told or found:
        return told or found
    if reasons.VISITOR in case.codes:
        return _("What is sent without a sign-in waits until a person has read it.")
    return _("A person has read your text.") if decision else _("A person still has to read your text.")


def _found_by(case: Case) -> str:
    if case.origin == Origin.REPORT:
        return _("Somebody reported your text to us (a notice under Article 16 of Regulation (EU) 2022/2065).")
    if case.origin == Origin.MODERATOR:
        return _("Nobody reported it: a moderator came across your text.")
    return _("Nobody reported it: we look at every text that is sent.")


def _automated(case: Case, decision: Decision | None) -> str:
    found = any(reasons.group_of(code) in PRESUMED for code in case.codes)
    part = _("A program on our own machine marked places in your text.") if found else _("No program marked your text.")
    if decision is None:
        return part + " " + _("No program decides: a person does.")
    if decision.by_id is None:
        return part + " " + _("A person had set the day on which this ends.")
    return part + " " + _("A person took the decision.")


def _ground_says(ground: Ground | None, *, restricts: bool) -> str:
    if ground is None:
        return _("No rule is broken as far as we know now.") if restricts else _("No law and no rule is broken.")
    if ground.is_legal:
        return _("We hold it to be against the law.")
    return _("We hold it to be against the rules of this site, to which everybody who writes here agrees.")


def _explanation(decision: Decision | None, ground: Ground | None) -> str:
    if decision is not None and decision.explanation:
        return decision.explanation
    if ground is not None:
        return str(ground.says)
    return _("A person looks at what is sent before everybody can read it, where there is reason to.")


def _redress(case: Case, decision: Decision | None, *, until: date) -> list[str]:
    if decision is None:
        return [
            _("You need do nothing: a person looks at it. You can also change your text yourself."),
            _("Should we take it down, you can appeal free of charge, and a second person decides."),
        ]
    ways = []
    overturned = case.appeals.filter(outcome=Outcome.OVERTURNED).exists()
    if case.appeals.exclude(outcome="").exists():
        ways.append(
            _("Somebody appealed, and a second person changed the decision.")
            if overturned
            else _("There was an appeal. A second person decided that the decision stands.")
        )
    else:
        day = date_format(until, "DATE_FORMAT")
        ways.append(
            _("Appeal to us, free of charge, until %(day)s (six months). A second person decides, no program.")
            % {"day": day}
        )
    ways.append(
        _(
            "Turn to an out-of-court dispute settlement body that a Digital Services Coordinator has certified "
            "(Article 21 of Regulation (EU) 2022/2065)."
        )
    )
    ways.append(_("Go to court. You can do that at any time."))
    return ways

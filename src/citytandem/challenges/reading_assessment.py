"""What the pages of the assessment show: an assessor's own work, how far the jury is, and never what others gave before
one is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.template.defaultfilters import floatformat

from citytandem.accounts.contract import Actor, Role, is_of_the_demo, masked, people_by_id, people_with_role
from citytandem.challenges.funnel import Phase
from citytandem.challenges.models import Challenge, Criterion, Declaration, Juror, Proposal, Score
from citytandem.challenges.rules import jury_may_read, proposals_are_open
from citytandem.challenges.selectors import visible_proposals
from citytandem.challenges.services.deciding import SETTLED
from citytandem.challenges.services.scoring import ASSESSABLE
from citytandem.core.permissions import allowed, require
from citytandem.core.versions import Reading, read

PAGE = 100


@dataclass(frozen=True, slots=True)
class DeskRow:
    """A proposal on an assessor's desk. `state`: undeclared, interest, open, part or complete."""

    code: str
    title: Reading
    original: str
    state: str
    given: int
    of: int


@dataclass(frozen=True, slots=True)
class Desk:
    """An assessor's work. `complete`: proposals with each criterion scored, or with an interest; `following`: where the
    next page begins, None on the last."""

    number: int
    is_done: bool
    is_open: bool
    until: date | None
    rows: Sequence[DeskRow]
    complete: int
    total: int
    begin: int
    following: int | None

    @property
    def next_code(self) -> str:
        """The first proposal that has something to do; empty where there is none."""
        return next((row.code for row in self.rows if row.state in {"undeclared", "open", "part"}), "")

    @property
    def missing(self) -> int:
        """How many are not complete."""
        return self.total - self.complete


@dataclass(frozen=True, slots=True)
class Asked:
    """A criterion as an assessor sees it."""

    key: str
    name: Reading
    hint: Reading
    low_says: Reading
    high_says: Reading
    low: float
    high: float
    share: float
    is_less_better: bool


@dataclass(frozen=True, slots=True)
class Own:
    """What an assessor gave."""

    value: float
    note: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A proposal in front of an assessor. `declared`: None before they said whether they have an interest."""

    proposal: Proposal
    criteria: Sequence[Asked]
    declared: bool | None
    interest: str
    own: dict[str, Own]
    before: str
    after: str
    place: int
    total: int


@dataclass(frozen=True, slots=True)
class Member:
    """A member of the jury as the unit sees them: how far they are, never what they gave. `name`: empty once erased."""

    number: int
    person: UUID | None
    name: str
    is_done: bool
    done_at: datetime | None
    complete: int
    scores: int
    interests: int
    total: int


@dataclass(frozen=True, slots=True)
class Other:
    """What another assessor who is done as well gave: by key of the criterion, without a name."""

    number: int
    values: dict[str, float]

    def shown(self, key: str) -> str:
        """A score as the reader's language writes it, a dash where there is none."""
        return str(floatformat(self.values[key], -2)) if key in self.values else "–"


def juror_of(actor: Actor, challenge: Challenge) -> Juror | None:
    """The actor as a member of the jury."""
    return Juror.objects.filter(challenge=challenge, person_id=actor.id).first() if actor.id is not None else None


def assessed(challenge: Challenge) -> QuerySet[Proposal]:
    """The proposals that a jury assesses, in the order in which they came: after the assessment those that it assessed."""
    rows = Proposal.objects.filter(challenge=challenge).exclude(moderation="merged")
    if challenge.phase in {Phase.OPEN, Phase.ASSESSMENT}:
        rows = rows.filter(step__in=ASSESSABLE)
    else:
        rows = rows.filter(Exists(Score.objects.filter(proposal_id=OuterRef("pk"))))
    return rows.order_by("created_at", "id")


def desk(juror: Juror, challenge: Challenge, *, reader: str, begin: int = 0) -> Desk:
    """An assessor's proposals, those without an answer among them. Four queries."""
    of = challenge.criteria.count()
    is_sealed = not (jury_may_read(challenge) or proposals_are_open(challenge))
    proposals = [] if is_sealed else list(assessed(challenge).only("id", "code", "title", "language"))
    given = dict(Score.objects.filter(juror=juror).values_list("proposal").annotate(Count("id")).order_by())
    declared = dict(Declaration.objects.filter(juror=juror).values_list("proposal_id", "has_interest"))
    rows = [
        (
            one,
            _state(given.get(one.id, 0), of, has_interest=declared.get(one.id)),
            0 if declared.get(one.id) else given.get(one.id, 0),
        )
        for one in proposals
    ]
    begin = begin if 0 <= begin < len(rows) else 0
    return Desk(
        number=juror.number,
        is_done=juror.done_at is not None,
        is_open=challenge.phase == Phase.ASSESSMENT,
        until=challenge.assess_until,
        rows=[
            DeskRow(one.code, read(one.title, reader=reader, original=one.language), one.language, state, count, of)
            for one, state, count in rows[begin : begin + PAGE]
        ],
        complete=sum(state in {"complete", "interest"} for _one, state, _count in rows),
        total=len(rows),
        begin=begin,
        following=begin + PAGE if begin + PAGE < len(rows) else None,
    )


def criteria_of(challenge: Challenge, *, reader: str) -> list[Asked]:
    """The criteria in the reader's words, with the shares of their weights. One query."""
    rows = list(Criterion.objects.filter(challenge=challenge))
    total = sum(float(one.weight) for one in rows)
    original = challenge.language

    def words(value: Any) -> Reading:
        return read(value, reader=reader, original=original)

    return [
        Asked(
            key=one.key,
            name=words(one.name or {original: {"text": one.key}}),
            hint=words(one.hint),
            low_says=words(one.anchors.get("low")),
            high_says=words(one.anchors.get("high")),
            low=one.low,
            high=one.high,
            share=float(one.weight) / total if total else 0.0,
            is_less_better=one.direction == "min",
        )
        for one in rows
    ]


def sheet(juror: Juror, proposal: Proposal, *, reader: str) -> Sheet:
    """One proposal with what this assessor gave, and its neighbours. Four queries."""
    challenge = proposal.challenge
    codes = list(assessed(challenge).values_list("code", flat=True))
    place = codes.index(proposal.code) if proposal.code in codes else -1
    declaration = Declaration.objects.filter(juror=juror, proposal=proposal).first()
    rows = Score.objects.filter(juror=juror, proposal=proposal).values_list("criterion__key", "value", "note")
    return Sheet(
        proposal=proposal,
        criteria=criteria_of(challenge, reader=reader),
        declared=None if declaration is None else declaration.has_interest,
        interest=declaration.text if declaration is not None else "",
        own={key: Own(value, note) for key, value, note in rows},
        before=codes[place - 1] if place > 0 else "",
        after=codes[place + 1] if 0 <= place < len(codes) - 1 else "",
        place=place + 1,
        total=len(codes),
    )


def others(juror: Juror, proposal: Proposal) -> list[Other]:
    """What the others gave, by number: for an assessor who is done, of those who are done as well. One query.

    Who still scores stays blind, so does who has an interest in it, and nobody who is done reads in the work
    of somebody who is not.
    """
    if juror.done_at is None:
        return []
    tied = Declaration.objects.filter(juror=juror, proposal=OuterRef("proposal"), has_interest=True)
    rows = (
        Score.objects.filter(proposal=proposal, juror__done_at__isnull=False).exclude(Exists(tied)).exclude(juror=juror)
    )
    found: dict[int, dict[str, float]] = {}
    for number, key, value in rows.order_by("juror__number").values_list("juror__number", "criterion__key", "value"):
        found.setdefault(number, {})[key] = value
    return [Other(number, values) for number, values in found.items()]


def members(challenge: Challenge, *, by: Actor) -> list[Member]:
    """The jury with how far each is: for the unit. Five queries. Raises Forbidden."""
    require("challenges.run", by, challenge)
    rows = list(Juror.objects.filter(challenge=challenge).order_by("number"))
    people = people_by_id(row.person_id for row in rows)
    counts = dict(assessed(challenge).values_list("id").annotate(Count("challenge__criteria")))
    of, ids = next(iter(counts.values()), 0), set(counts)
    given: dict[int, dict[UUID, int]] = {}
    counted = Score.objects.filter(juror__challenge=challenge).values_list("juror_id", "proposal_id")
    for juror, proposal, count in counted.annotate(Count("id")).order_by():
        given.setdefault(juror, {})[proposal] = count
    interests: dict[int, set[UUID]] = {}
    declared = Declaration.objects.filter(juror__challenge=challenge, has_interest=True)
    for juror, proposal in declared.values_list("juror_id", "proposal_id"):
        interests.setdefault(juror, set()).add(proposal)
    found = []
    for row in rows:
        own, ties = given.get(row.id, {}), interests.get(row.id, set()) & ids
        card = people.get(row.person_id) if row.person_id is not None else None
        found.append(
            Member(
                number=row.number,
                person=row.person_id,
                name=(card.name or masked(card.email)) if card and card.email else "",
                is_done=row.done_at is not None,
                done_at=row.done_at,
                complete=len({one for one, count in own.items() if count == of and one in ids} | ties),
                scores=sum(own.values()),
                interests=len(ties),
                total=len(ids),
            )
        )
    return found


def unscored(challenge: Challenge) -> int:
    """How many proposals nobody has scored at all. One query."""
    return assessed(challenge).exclude(Exists(Score.objects.filter(proposal_id=OuterRef("pk")))).count()


def colleagues(jury: Sequence[Member], *, by: Actor) -> list[tuple[UUID, str]]:
    """Staff of the city who are not in the jury yet, by name: the unit picks from them. Whoever is of the demo sees only
    the demo's own, for everybody can use their sign-in. Two queries."""
    ids = set(people_with_role(Role.DEPARTMENT_STAFF, Role.INNOVATION_UNIT)) - {one.person for one in jury}
    cards = [card for card in people_by_id(ids).values() if not by.is_demo or is_of_the_demo(card.email)]
    return sorted(
        ((card.id, card.name or masked(card.email)) for card in cards), key=lambda one: (one[1].casefold(), one[0])
    )


def may_see_ranking(actor: Actor, challenge: Challenge) -> bool:
    """Everybody once it is decided; before that the unit, and the jury, whose work it is. While scores are given: nobody."""
    if challenge.phase == Phase.DECIDED:
        return True
    if challenge.phase != Phase.DECISION:
        return False
    return allowed("challenges.run", actor, challenge) or allowed("challenges.assess", actor, challenge)


def titles(challenge: Challenge, actor: Actor, codes: Sequence[str], *, reader: str) -> dict[str, tuple[Reading, str]]:
    """Title and step of the proposals that the actor may read, by code. Two queries."""
    rows = visible_proposals(actor, challenge).filter(code__in=codes)
    return {
        row.code: (read(row.title, reader=reader, original=row.language), row.step)
        for row in rows.only("code", "title", "language", "step")
    }


def unsettled(challenge: Challenge, *, reader: str) -> list[tuple[str, Reading, str]]:
    """Code, title and step of what has neither an outcome nor a pilot. One query."""
    rows = Proposal.objects.filter(challenge=challenge).exclude(Q(moderation="merged") | Q(step__in=SETTLED))
    return [
        (row.code, read(row.title, reader=reader, original=row.language), str(row.get_step_display()))
        for row in rows.order_by("created_at", "id")[:PAGE]
    ]


def _state(given: int, of: int, *, has_interest: bool | None) -> str:
    if has_interest is None:
        return "undeclared"
    if has_interest:
        return "interest"
    return "complete" if given >= of else "part" if given else "open"

"""What waits for whom on the way from a challenge to a contract: everything in one query, each kind oldest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    CharField,
    Count,
    DateTimeField,
    Exists,
    F,
    Func,
    IntegerField,
    JSONField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.functions import Cast, Coalesce

from citytandem.challenges.funnel import DAYS_WITHOUT_STEP, FINAL
from citytandem.challenges.models import Challenge, ChallengePhase, Gate, Juror, Pilot, Proposal, Question, Tender
from citytandem.challenges.rules import HIDDEN

# Of each kind; the page says how many there are in all.
MOST_OF_A_KIND = 8
# A pilot that ends within so many days is shown: its last measurements have to be there in time.
DAYS_BEFORE_END = 14
_ROW = ("kind_", "code_", "key_", "title_", "language_", "challenge_", "spoken_", "since_", "number_", "total_")


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits. `kind`: as `KINDS` of `desk.py` tells; `title` of the thing, `challenge` that of its challenge.

    `since`: from when on it waits, or when it ends. `number`: how many wait in it (jurors, reviews of a pilot); of a
    challenge in review 1 where the reader sent it themselves.
    """

    kind: str
    code: str
    key: str
    title: Mapping[str, Mapping[str, str]]
    language: str
    challenge: Mapping[str, Mapping[str, str]]
    challenge_language: str
    since: datetime
    number: int


@dataclass(frozen=True, slots=True)
class Waits:
    """The oldest of each kind, and how many there are of it."""

    things: Mapping[str, list[Waiting]]
    totals: Mapping[str, int]


def waits_read(*, now: datetime, today: date, person: UUID | None) -> Waits:
    """One query, however many wait. `person`: who reads it."""
    first, *others = [*_of_proposals(now), *_of_challenges(now, today, person), *_of_pilots(today), *_of_tenders()]
    things: dict[str, list[Waiting]] = {}
    totals: dict[str, int] = {}
    for row in first.union(*others, all=True):
        waiting = Waiting(*row[:-1])
        things.setdefault(waiting.kind, []).append(waiting)
        totals[waiting.kind] = row[-1]
    for of_kind in things.values():
        of_kind.sort(key=lambda one: (one.since, one.code))
    return Waits(things, totals)


def _rows(
    kind: str,
    rows: QuerySet[Any],
    *,
    since: Any,
    title: Any,
    code: str = "code",
    place: str = "challenge__",
    language: str = "language",
    number: Any = 1,
) -> QuerySet[Any]:
    """Rows of one kind in the shape of all. `title`, `language`: of the thing; `place`: the way to its challenge."""
    named = rows.annotate(
        kind_=Value(kind, output_field=CharField()),
        code_=Cast(code, CharField()),
        key_=Coalesce(f"{place}slug", f"{place}code", output_field=CharField()),
        title_=title,
        language_=F(language),
        challenge_=F(f"{place}title"),
        spoken_=F(f"{place}language"),
        since_=Cast(since, DateTimeField()),
        number_=Value(number, output_field=IntegerField()) if isinstance(number, int) else number,
        total_=Window(Count("*")),
    )
    return named.order_by("since_", "code_").values_list(*_ROW)[:MOST_OF_A_KIND]


def _one_language(text: str) -> Func:
    """A plain text in the shape of those that have several languages."""
    said = Func(Cast(Value("text"), CharField()), F(text), function="jsonb_build_object", output_field=JSONField())
    return Func(F("language"), said, function="jsonb_build_object", output_field=JSONField())


def _of_proposals(now: datetime) -> list[QuerySet[Any]]:
    on_the_way = [ChallengePhase.OPEN, ChallengePhase.ASSESSMENT, ChallengePhase.DECISION, ChallengePhase.DECIDED]
    late = Proposal.objects.filter(
        step_since__lte=now - timedelta(days=DAYS_WITHOUT_STEP), moderation="", challenge__phase__in=on_the_way
    ).exclude(step__in=sorted(FINAL))
    # One that is being tried out does not wait for a step: its pilot has a line of its own.
    tried = Pilot.objects.filter(proposal=OuterRef("pk"), state__in=["planned", "running", "finished"])
    late = late.exclude(Q(step="pilot") & Exists(tried))
    asked = Question.objects.filter(answered_at=None, moderation="", challenge__phase__in=on_the_way)
    return [
        _rows("late", late, since="step_since", title=F("title")),
        _rows("question", asked, since="asked_at", title=_one_language("text"), code="id"),
    ]


def _of_challenges(now: datetime, today: date, person: UUID | None) -> list[QuerySet[Any]]:
    rows = Challenge.objects.all()
    # Who has erased their sign-in will never be done, and nobody can be asked.
    missing = Juror.objects.filter(challenge=OuterRef("pk"), done_at=None, person__isnull=False)
    done = Juror.objects.filter(challenge=OuterRef("pk"))
    count = Coalesce(
        Subquery(missing.order_by().values("challenge").annotate(n=Count("*")).values("n")), 0,
        output_field=IntegerField(),
    )  # fmt: skip
    last = Subquery(done.order_by().values("challenge").annotate(last=Max("done_at")).values("last"))
    assessed = rows.filter(phase=ChallengePhase.ASSESSMENT)
    own = Case(When(sent_by=person, then=1), default=0, output_field=IntegerField())
    of: dict[str, Any] = {"title": F("title"), "place": ""}
    return [
        _rows("review", rows.filter(phase=ChallengePhase.IN_REVIEW), since="phase_since", number=own, **of),
        _rows("closed", rows.filter(phase=ChallengePhase.OPEN, closes_at__lte=now), since="closes_at", **of),
        _rows(
            "jurors", assessed.filter(Exists(missing), assess_until__lt=today), since="assess_until", number=count, **of
        ),
        _rows("assessed", assessed.filter(Exists(done), ~Exists(missing)), since=last, **of),
        _rows(
            "decision",
            rows.filter(phase=ChallengePhase.DECISION, decide_until__lt=today),
            since="decide_until",
            **of,
        ),
    ]


def _of_pilots(today: date) -> list[QuerySet[Any]]:
    rows = Pilot.objects.exclude(challenge__phase__in=sorted(HIDDEN))
    open_gates = Gate.objects.filter(pilot=OuterRef("pk"), state="open")
    gates = Coalesce(
        Subquery(open_gates.order_by().values("pilot").annotate(n=Count("*")).values("n")), 0,
        output_field=IntegerField(),
    )  # fmt: skip
    planned = rows.filter(state="planned")
    of: dict[str, Any] = {"title": F("proposal__title"), "language": "proposal__language"}
    return [
        _rows("gates", planned.filter(Exists(open_gates)), since="created_at", number=gates, **of),
        _rows("begin", planned.filter(~Exists(open_gates), starts_on__lte=today), since="starts_on", **of),
        _rows(
            "ending",
            rows.filter(state="running", ends_on__lte=today + timedelta(days=DAYS_BEFORE_END)),
            since="ends_on",
            **of,
        ),
        _rows("undecided", rows.filter(state="finished"), since="state_since", **of),
    ]


def _of_tenders() -> list[QuerySet[Any]]:
    return [
        _rows("tender", Tender.objects.filter(handed_over_at=None), since="created_at", title=_one_language("title"))
    ]

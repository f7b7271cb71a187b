"""What of our challenges travels to partner nodes: calls that are open to them, and what we propose to theirs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery

from citytandem.challenges import sharing_evidence
from citytandem.challenges.frame import path_of
from citytandem.challenges.models import Challenge, PartnerProposal, Proposal, Sharing, StepTaken
from citytandem.challenges.models_proposals import ProposalStep
from citytandem.challenges.partner_details import MOST_OUTCOMES, Outcome
from citytandem.challenges.rules import HIDDEN, proposals_are_open
from citytandem.challenges.services.partner_challenges import challenge_take, challenges_drop
from citytandem.challenges.services.partner_proposals import proposal_take, proposals_drop
from citytandem.challenges.shares import BadWeights, shares
from citytandem.core.text import shorten
from citytandem.core.versions import Translations
from citytandem.federation.contract import (
    Outgoing,
    Source,
    Taker,
    addresses_of,
    published,
    register_source,
    register_taker,
    renewed_until,
)

CHALLENGE = "challenge"
PROPOSAL = "proposal_out"
# A call whose node has fallen silent is no longer shown a year after its last date.
KEPT_AFTER = timedelta(days=365)
_LONGEST_REASON = 1_000


def register_all() -> None:
    """Called once when Django is ready."""
    register_source(Source(CHALLENGE, "Challenge", read=challenges_out, all_ids=_challenge_ids))
    register_source(Source(PROPOSAL, "Proposal", read=proposals_out, all_ids=_proposal_ids))
    register_taker(Taker("Challenge", take=_challenge_take, drop=challenges_drop))
    # What a city has handed in counts until it takes it back: a version that is not read here is no such word.
    register_taker(Taker("Proposal", take=_proposal_take, drop=proposals_drop, keeps_older=True))
    sharing_evidence.register_all()


def _challenge_take(incoming: Any) -> None:
    challenge_take(incoming)


def _proposal_take(incoming: Any) -> None:
    proposal_take(incoming)


# --- calls ------------------------------------------------------------------------------------------------------------


def challenges_out(ids: Sequence[UUID]) -> dict[UUID, Outgoing]:
    """Published challenges that are open to partner cities. Four queries."""
    rows = list(_shared().filter(id__in=list(ids)).prefetch_related("criteria"))
    outcomes = _outcomes([row for row in rows if proposals_are_open(row)])
    return {row.id: _call(row, outcomes.get(row.id, [])) for row in rows}


def _shared() -> Any:
    return Challenge.objects.exclude(phase__in=sorted(HIDDEN)).exclude(sharing=Sharing.NOBODY)


def _challenge_ids() -> Iterable[UUID]:
    return list(_shared().values_list("id", flat=True))


def _call(row: Challenge, outcomes: Sequence[Outcome]) -> Outgoing:
    assert row.published_at is not None  # noqa: S101 - a constraint of the table
    because = (
        row.decided_because if row.phase == "decided" else row.withdrawn_because if row.phase == "withdrawn" else {}
    )
    details = {
        "language": row.language,
        "state": row.phase,
        "conditions": row.conditions,
        "sites": row.sites,
        "data": row.data,
        "because": because,
        "targets": row.targets,
        "criteria": list(_criteria(row)),
        "themes": row.themes,
        "form": row.form,
        "languages": row.languages,
        "budget": {"low": _money(row.budget_low), "high": _money(row.budget_high), "currency": row.currency},
        "dates": {name: _time(getattr(row, name)) for name in _DATES if getattr(row, name) is not None},
        "outcomes": [one.as_json() for one in outcomes],
    }
    return Outgoing(
        kind="Challenge",
        texts={"name": row.title, "content": row.text},
        published=row.published_at,
        updated=max(row.changed_at, row.published_at),
        details={name: value for name, value in details.items() if value},
        visibility="public" if row.sharing == Sharing.PUBLIC else "partners",
        expires=_last_date(row) + KEPT_AFTER,
        watched=list(_watched(row, because, outcomes)),
        path=path_of(row),
    )


_DATES = ("questions_until", "closes_at", "assess_until", "decide_until", "pilot_until")


def _criteria(row: Challenge) -> Iterator[Mapping[str, Any]]:
    rows = list(row.criteria.all())
    try:
        parts = shares([one.weight for one in rows])
    except BadWeights:
        return
    for one, part in zip(rows, parts, strict=True):
        yield {"name": one.name, "share": f"{part:.4f}"}


def _last_date(row: Challenge) -> datetime:
    moments = [one for one in (row.closes_at, row.changed_at) if one is not None]
    days = [one for one in (row.assess_until, row.decide_until, row.pilot_until) if one is not None]
    return max(moments + [datetime.combine(one, time.min, tzinfo=UTC) for one in days])


def _watched(row: Challenge, because: Translations, outcomes: Sequence[Outcome]) -> Iterator[str]:
    for told in (row.conditions, row.sites, row.data, because, *(one.reason for one in outcomes)):
        yield from (version["text"] for version in told.values())
    for one in row.criteria.all():
        yield from (version["text"] for version in one.name.values())
    for target in row.targets:
        yield from (str(target.get(part) or "") for part in ("indicator", "value", "unit"))


def _outcomes(rows: Sequence[Challenge]) -> dict[UUID, list[Outcome]]:
    """What became of proposals from cities, told once everybody may read it: their nodes show it to who wrote them."""
    if not rows:
        return {}
    newest = StepTaken.objects.filter(proposal=OuterRef("pk")).order_by("-id")
    found: dict[UUID, list[Outcome]] = {}
    asked = Proposal.objects.filter(challenge__in=rows, moderation__in=["", "merged"]).exclude(origin="")
    told = asked.exclude(step=ProposalStep.WITHDRAWN).annotate(
        why=Subquery(newest.values("reason")[:1]), why_in=Subquery(newest.values("language")[:1])
    )
    for one in told.select_related("merged_into").order_by("created_at", "id"):
        listed = found.setdefault(one.challenge_id, [])
        if len(listed) < MOST_OUTCOMES:
            # One that went into another goes the way of that one.
            step = one.merged_into.step if one.merged_into is not None else one.step
            reason = shorten(one.why or "", limit=_LONGEST_REASON)
            said: Translations = {one.why_in: {"text": reason, "by": "human"}} if reason else {}
            listed.append(Outcome(str(one.origin_uri), step, said))
    return found


def _money(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _time(value: date) -> str:
    return value.isoformat()


# --- what we propose to others ----------------------------------------------------------------------------------------


def proposals_out(ids: Sequence[UUID]) -> dict[UUID, Outgoing]:
    """Our proposals to partners' challenges, each for the city that asked alone; what was taken back is left out."""
    rows = list(_answers().filter(id__in=list(ids)).select_related("challenge"))
    solutions = published("solution", [row.solution for row in rows if row.solution is not None])
    addresses = addresses_of(solutions)
    return {row.id: _answer(row, addresses.get(row.solution, "") if row.solution else "") for row in rows}


def _answers() -> Any:
    return PartnerProposal.objects.filter(withdrawn_at=None, challenge__gone_at=None)


def _proposal_ids() -> Iterable[UUID]:
    return list(_answers().values_list("id", flat=True))


def _answer(row: PartnerProposal, solution: str) -> Outgoing:
    cost = {"amount": str(row.cost), "currency": row.challenge.currency} if row.cost is not None else None
    details = {"language": row.language, "team": row.team, "cost": cost, "solution": solution}
    return Outgoing(
        kind="Proposal",
        texts={"name": row.title, "content": row.text},
        published=row.created_at,
        updated=max(row.changed_at, row.created_at),
        details={name: value for name, value in details.items() if value},
        visibility="named",
        audience=[row.challenge.origin],
        in_reply_to=row.challenge.uri,
        expires=renewed_until(row.id),
        also=("Note",),
        watched=[row.team] if row.team else (),
    )

"""What proposals are measured by: changed until nobody can hand in any more, never after."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.challenges import notices_challenges as notices
from citytandem.challenges.addresses import slug_of
from citytandem.challenges.funnel import Phase
from citytandem.challenges.models import Challenge, Criterion, Direction
from citytandem.challenges.rules import takes_proposals
from citytandem.challenges.services.log import log_append
from citytandem.challenges.services.phases import challenge_locked
from citytandem.challenges.services.published import begin_anew, check_version, criteria_facts
from citytandem.challenges.shares import BadWeights, shares
from citytandem.core import clock
from citytandem.core.errors import Conflict, Invalid
from citytandem.core.permissions import require
from citytandem.core.text import clean_line

MOST_CRITERIA = 30
LARGEST = 1e9
_LENGTHS = {"name": 120, "hint": 500, "low_anchor": 300, "high_anchor": 300}
_WEIGHTS = {
    "criterion.weight_number": _("This weight is not a number that can be used."),
    "criterion.weight_negative": _("A weight is 0 or more."),
    "criteria.no_weight": _("At least one criterion has to count: give it a weight above 0."),
}


@dataclass(frozen=True, slots=True)
class CriterionDraft:
    """A criterion as people write it, in the challenge's language. `key`: of one that is there already, else empty."""

    name: str
    weight: Decimal
    direction: str = "max"
    low: float = 0
    high: float = 5
    hint: str = ""
    low_anchor: str = ""
    high_anchor: str = ""
    key: str = ""


@transaction.atomic
def criteria_set(challenge_id: UUID, rows: Sequence[CriterionDraft], *, version: int, by: Actor) -> Challenge:
    """Put these criteria, in this order, in the place of those there were; weights are made to shares that sum to 1.

    Once the challenge is public the log gets an entry, and all who handed in are told. Raises Conflict
    (`criteria.frozen`) once nobody can hand in any more, Invalid whose `field` is `<place>-<name>`.
    """
    challenge = challenge_locked(challenge_id)
    require("challenges.edit", by, challenge)
    check_changeable(challenge)
    check_version(challenge, version)
    if challenge.phase == Phase.OPEN:
        require("challenges.run", by, challenge)
    drafts = [_checked(row, place) for place, row in enumerate(rows)]
    weights = checked_shares([row.weight for row in drafts])
    before = criteria_facts(challenge)
    _write(challenge, drafts, weights)
    begin_anew(challenge)
    challenge.version += 1
    challenge.changed_at = clock.now()
    challenge.save()
    after = criteria_facts(challenge)
    if challenge.phase == Phase.OPEN:
        log_append(challenge, "criteria.changed", {"before": before, "criteria": after})
        notices.tell_criteria(challenge, by=by)
    return challenge


def check_changeable(challenge: Challenge) -> None:
    """Raises Conflict where the criteria stay as they are: once nobody can hand in any more, for bids may be read then."""
    if challenge.frozen_at is not None or Phase(challenge.phase) not in {Phase.DRAFT, Phase.IN_REVIEW, Phase.OPEN}:
        raise Conflict(
            "criteria.frozen",
            _("The assessment has started: what proposals are measured by cannot be changed any more."),
        )
    if _has_closed(challenge):
        raise Conflict(
            "criteria.frozen",
            _("Nobody can hand in any more: what proposals are measured by cannot be changed any more."),
        )


def _has_closed(challenge: Challenge) -> bool:
    return challenge.phase == Phase.OPEN and not takes_proposals(challenge)


def checked_shares(weights: Sequence[Decimal]) -> list[Decimal]:
    """The weights as shares of 1. Raises Invalid."""
    try:
        return shares(weights)
    except BadWeights as error:
        field = "criteria" if error.place is None else f"{error.place}-weight"
        message = _WEIGHTS[error.code]
        if error.code == "criterion.weight_number":
            raise Invalid("criterion.weight_number", message, field=field) from error
        if error.code == "criterion.weight_negative":
            raise Invalid("criterion.weight_negative", message, field=field) from error
        raise Invalid("criteria.no_weight", message, field=field) from error


def _checked(row: CriterionDraft, place: int) -> CriterionDraft:
    told = {name: clean_line(getattr(row, name)) for name in _LENGTHS}
    if not told["name"]:
        raise Invalid("criterion.name", _("Give the criterion a name."), field=f"{place}-name")
    for name, most in _LENGTHS.items():
        if len(told[name]) > most:
            raise Invalid("criterion.too_long", _("This is too long. Say it shorter."), field=f"{place}-{name}")
    if row.direction not in Direction.values:
        raise Invalid("criterion.direction", _("This is not one of the choices."), field=f"{place}-direction")
    for name in ("low", "high"):
        end: float = getattr(row, name)
        if not math.isfinite(end) or abs(end) > LARGEST:
            raise Invalid("criterion.number", _("This is not a number that can be used."), field=f"{place}-{name}")
    if row.low >= row.high:
        raise Invalid(
            "criterion.scale",
            _("The lower end of the scale has to be smaller than the upper one. Say with “Less is better” which end is good."),
            field=f"{place}-low",
        )  # fmt: skip
    return CriterionDraft(**told, weight=row.weight, direction=row.direction, low=row.low, high=row.high, key=row.key)


def _write(challenge: Challenge, drafts: Sequence[CriterionDraft], weights: Sequence[Decimal]) -> None:
    if len(drafts) > MOST_CRITERIA:
        raise Invalid("criteria.many", _("These are too many criteria: at most 30."), field="criteria")
    known = {one.key: one for one in challenge.criteria.all()}
    keys = _keys(drafts, known=set(known))
    challenge.criteria.exclude(key__in=keys).delete()
    for place, (draft, weight, key) in enumerate(zip(drafts, weights, keys, strict=True)):
        row = known.get(key) or Criterion(challenge=challenge, key=key)
        row.position, row.weight = place, weight
        row.direction, row.low, row.high = draft.direction, draft.low, draft.high
        row.name = _with(row.name, challenge.language, draft.name)
        row.hint = _with(row.hint, challenge.language, draft.hint)
        row.anchors = {
            "low": _with(row.anchors.get("low"), challenge.language, draft.low_anchor),
            "high": _with(row.anchors.get("high"), challenge.language, draft.high_anchor),
        }
        row.save()


def _keys(drafts: Sequence[CriterionDraft], *, known: set[str]) -> list[str]:
    """The key of each: kept where there is one, else made of its name; raises Invalid where two have the same name."""
    names: set[str] = set()
    for place, draft in enumerate(drafts):
        if draft.name.casefold() in names:
            raise Invalid("criterion.twice", _("There are two criteria of this name."), field=f"{place}-name")
        names.add(draft.name.casefold())
    keys: list[str] = []
    reserved = {draft.key for draft in drafts if draft.key in known}
    for place, draft in enumerate(drafts):
        if draft.key in known and draft.key not in keys:
            keys.append(draft.key)
            continue
        stem = slug_of(draft.name, code=f"criterion-{place + 1}")[:34].strip("-")
        taken = reserved | set(keys) | known
        keys.append(next(one for one in _numbered(stem) if one not in taken))
    return keys


def _numbered(stem: str) -> Any:
    yield stem
    for number in range(2, 10_000):
        yield f"{stem}-{number}"


def _with(versions: Any, language: str, text: str) -> dict[str, Any]:
    """The versions with a new text in one language. What others say of an old text is not true of the new one."""
    now = dict(versions or {})
    if now.get(language, {}).get("text", "") == text:
        return now
    return {language: {"text": text, "by": "human"}} if text else {}

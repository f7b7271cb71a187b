"""The one sentence about a ranking, as codes and numbers: who leads, how surely, and what would change it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from citytandem.challenges.ranking.outcome import Outcome, Standing

Kind = Literal["nothing", "single", "tie", "clear", "leads", "close", "other"]
# From which share of all weightings on a lead is clear, and below which it is none to speak of.
CLEAR, CLOSE = 0.8, 0.5


@dataclass(frozen=True, slots=True)
class Facts:
    """What the sentence tells.

    kind: nothing (no scores), single (nobody to compare with), tie (several share the first place), clear, leads or
    close (by the share of weightings in which the first stays first), other (another one is first in more weightings).
    leaders: codes of who is first by the weights that counted. share: of weightings in which the (first) leader comes
    first, None where none were tried. often, often_share: who is first most often, where that is another one. turn: what
    would change the first place, None where no single weight does. by_all_methods: whether all methods have the same
    first. incomplete: how many proposals lack a score for some criterion that counts.
    """

    kind: Kind
    leaders: tuple[str, ...] = ()
    share: float | None = None
    often: str = ""
    often_share: float = 0.0
    turn: TurnPoint | None = None
    by_all_methods: bool = True
    incomplete: int = 0
    count: int = 0


@dataclass(frozen=True, slots=True)
class TurnPoint:
    """`challenger` draws level where `criterion` counts `at` (a share) instead of `now`; `more`: more than now."""

    challenger: str
    criterion: str
    now: float
    at: float

    @property
    def more(self) -> bool:
        """Whether the criterion has to count more, not less."""
        return self.at >= self.now


def facts_of(outcome: Outcome, *, space: str = "uniform") -> Facts:
    """What can be said of an outcome, with the certainty over one of the spaces of weightings."""
    ranked = [one for one in outcome.standings if one.ranks["wsm"] is not None]
    incomplete = sum(not one.is_complete(outcome.criteria) for one in outcome.standings)
    count = len(outcome.standings)
    if not ranked:
        return Facts("nothing", incomplete=incomplete, count=count)
    leaders = tuple(one.code for one in ranked if one.ranks["wsm"] == 1)
    first = ranked[0]
    share = first.shares[space][0] if space in first.shares else None
    by_all = all({one.code for one in ranked if one.ranks[method] == 1} == set(leaders) for method in first.ranks)
    if len(ranked) == 1:
        return Facts("single", leaders, share, incomplete=incomplete, count=count)
    often = max(ranked, key=lambda one: _first_share(one, space))
    is_other = often.code not in leaders and _first_share(often, space) > (share or 0.0)
    return Facts(
        kind=_kind(len(leaders), share, is_other=is_other),
        leaders=leaders,
        share=share,
        often=often.code if is_other else "",
        often_share=_first_share(often, space) if is_other else 0.0,
        turn=_turn(outcome) if len(leaders) == 1 else None,
        by_all_methods=by_all,
        incomplete=incomplete,
        count=count,
    )


def _kind(leaders: int, share: float | None, *, is_other: bool) -> Kind:
    if leaders > 1:
        return "tie"
    if is_other:
        return "other"
    if share is None:
        return "leads"
    return "clear" if share >= CLEAR else "close" if share < CLOSE else "leads"


def _first_share(one: Standing, space: str) -> float:
    return one.shares[space][0] if space in one.shares else 0.0


def _turn(outcome: Outcome) -> TurnPoint | None:
    if outcome.flip is None:
        return None
    now = next(one.weight for one in outcome.criteria if one.name == outcome.flip.criterion)
    at = min(1.0, max(0.0, now + outcome.flip.change))
    return TurnPoint(outcome.flip.challenger, outcome.flip.criterion, now, at)

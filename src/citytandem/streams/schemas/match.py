"""Shapes of matches, feedback and weightings."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from citytandem.core.api import Shape
from citytandem.streams.contract import Match
from citytandem.streams.models import Weighting
from citytandem.streams.schemas.reading import NodeRef


class HitOut(Shape):
    """Something that may help, or hurts alike. `score`: 0.7 means that 7 of 10 such hits are useful.

    `language` is that of the original, `shown_language` that of title and excerpt; `is_machine`: a machine translated
    them.
    """

    id: UUID
    title: str
    city: str
    language: str
    shown_language: str
    score: float
    reasons: list[str]
    differs: list[str]
    kind: str
    country: str
    excerpt: str
    is_machine: bool
    themes: list[str]
    path: str
    node: NodeRef | None


class CityHitOut(Shape):
    """A city worth asking."""

    id: UUID
    title: str
    city: str
    country: str
    score: float
    reasons: list[str]
    differs: list[str]
    path: str


class MatchOut(Shape):
    """What was found. `fits` is false where nothing is good enough to be called an answer."""

    query: str
    language: str
    solutions: list[HitOut]
    problems: list[HitOut]
    cities: list[CityHitOut]
    fits: bool
    themes: list[str]

    @classmethod
    def of(cls, match: Match) -> MatchOut:
        """From a match."""
        return cls.model_validate(match.as_json())


class FeedbackOut(Shape):
    """An answer that was kept."""

    id: UUID
    kind: str
    object_id: UUID
    useful: bool
    at: datetime


class WeightingOut(Shape):
    """What each term of a score counts. The one with the id 0 is shipped with the software."""

    id: int
    weights: dict[str, float]
    reason: str
    learned_from: int
    in_use: bool
    made_at: datetime | None
    made_by: str | None

    @classmethod
    def of(cls, weighting: Weighting, *, with_maker: bool) -> WeightingOut:
        """From a stored weighting; who made it is told to staff only."""
        return cls(
            id=weighting.id,
            weights=weighting.weights,
            reason=weighting.reason,
            learned_from=weighting.learned_from,
            in_use=weighting.is_in_use,
            made_at=weighting.made_at,
            made_by=str(weighting.made_by) if with_maker and weighting.made_by else None,
        )

    @classmethod
    def shipped(cls, weights: dict[str, Any], *, reason: str, in_use: bool) -> WeightingOut:
        """The weights that are shipped."""
        return cls(id=0, weights=weights, reason=reason, learned_from=0, in_use=in_use, made_at=None, made_by=None)


class WeightingList(Shape):
    """All weightings, newest first."""

    items: list[WeightingOut]
    next: str | None = None

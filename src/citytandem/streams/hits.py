"""Hits of a match as pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from citytandem.core.versions import Reading
from citytandem.streams.contract import CityHit, Match, MatchHit
from citytandem.streams.wording import likelihood


@dataclass(frozen=True, slots=True)
class Hit:
    """A problem or solution that was found. `words`: how likely it helps."""

    hit: MatchHit
    title: Reading
    excerpt: Reading
    words: str


@dataclass(frozen=True, slots=True)
class CityWorthAsking:
    """A city that was found."""

    hit: CityHit
    words: str


@dataclass(frozen=True, slots=True)
class Results:
    """What was found: `main` are the hits of the other side, `alike` those of the same side."""

    query: str
    language: str
    kind: str
    main: Sequence[Hit]
    alike: Sequence[Hit]
    cities: Sequence[CityWorthAsking]
    fits: bool
    themes: Sequence[str]

    @property
    def main_kind(self) -> str:
        """The stream of the main hits."""
        return "problem" if self.kind == "solution" else "solution"

    @property
    def total(self) -> int:
        """How many hits are shown."""
        return len(self.main) + len(self.alike)


def hits_of(match: Match) -> Results:
    """The match, ready for the template."""
    solutions, problems = [_hit(hit) for hit in match.solutions], [_hit(hit) for hit in match.problems]
    main, alike = (problems, solutions) if match.kind == "solution" else (solutions, problems)
    return Results(
        query=match.query,
        language=match.language,
        kind=match.kind,
        main=main,
        alike=alike,
        cities=[CityWorthAsking(hit, likelihood(hit.score)) for hit in match.cities],
        fits=match.fits,
        themes=match.themes,
    )


def _hit(hit: MatchHit) -> Hit:
    is_original = hit.shown_language == hit.language
    by = "machine" if hit.is_machine else "human"
    return Hit(
        hit=hit,
        title=Reading(hit.title, hit.shown_language, by, is_original),
        excerpt=Reading(hit.excerpt, hit.shown_language, by, is_original),
        words=likelihood(hit.score),
    )

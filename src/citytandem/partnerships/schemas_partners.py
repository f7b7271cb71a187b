"""Shapes of answers: the best partners of a city."""

from __future__ import annotations

from typing import Self

from citytandem.core.api import Shape
from citytandem.partnerships.best_partners import Partner
from citytandem.partnerships.schemas import MemberOut


class TermsOut(Shape):
    """What the score is made of; the terms add up to it."""

    exchange: float
    size: float
    distance: float
    language: float


class PartnerOut(Shape):
    """A possible partner. `kilometres` is null where a position is not known."""

    city: MemberOut
    score: float
    terms: TermsOut
    kilometres: int | None

    @classmethod
    def of(cls, partner: Partner) -> Self:
        """From a partner that was found."""
        terms = partner.terms
        return cls(
            city=MemberOut.of(partner.city),
            score=partner.score,
            terms=TermsOut(exchange=terms.exchange, size=terms.size, distance=terms.distance, language=terms.language),
            kilometres=partner.kilometres,
        )


class PartnerList(Shape):
    """The best partners of a city, best first."""

    items: list[PartnerOut]

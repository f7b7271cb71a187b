"""Between the form of a proposal and the proposal: what it starts with, what it says to write, what is there already."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from citytandem.accounts.contract import Actor
from citytandem.challenges.models import Challenge, Proposal
from citytandem.challenges.proposal_pages import Row, row_of
from citytandem.challenges.reading_proposals import alike
from citytandem.challenges.services.proposals import Offer
from citytandem.core.errors import NotFound
from citytandem.core.throttle import Limit, count
from citytandem.search.detect import detect_language
from citytandem.streams.contract import solution_by_key

HANDED_IN = Limit("challenges.propose", 30, 3_600)
ASKED = Limit("challenges.ask", 20, 3_600)


def count_offer(by: Actor) -> None:
    """Nobody floods a call; raises TooMany. Outside of any transaction, see `core.throttle`."""
    if not by.is_anonymous:
        count(HANDED_IN, str(by.id))


def count_question(by: Actor) -> None:
    """As `count_offer`, for questions."""
    if not by.is_anonymous:
        count(ASKED, str(by.id))


def offer_of(values: Mapping[str, Any], *, hint: str) -> Offer:
    """The language is found out unless said, a short text in the reader's own."""
    title, text = values.get("title", ""), values.get("text", "")
    return Offer(
        title=title,
        text=text,
        language=values.get("language") or detect_language(f"{title}\n{text}", hint=hint),
        team=values.get("team", ""),
        cost=values.get("cost"),
        solution=values.get("solution", ""),
    )


def values_of(proposal: Proposal, *, actor: Actor) -> dict[str, Any]:
    """What the form of a proposal starts with."""
    language = proposal.language
    return {
        "title": proposal.title.get(language, {}).get("text", ""),
        "text": proposal.text.get(language, {}).get("text", ""),
        "language": language,
        "team": proposal.team,
        "cost": proposal.cost,
        "solution": _solution(proposal, actor=actor),
        "version": proposal.version,
    }


def _solution(proposal: Proposal, *, actor: Actor) -> str:
    if proposal.solution is None:
        return ""
    try:
        return solution_by_key(proposal.solution, actor=actor, language=proposal.language).card.code
    except NotFound:
        return ""


def alike_rows(offer: Offer, *, actor: Actor, challenge: Challenge, reader: str) -> list[Row]:
    """What is handed in already, may be read by the sender, and may say the same."""
    found = alike(actor, challenge, title=offer.title, text=offer.text, language=offer.language)
    return [row_of(row, actor=actor, reader=reader) for row in found]


def alike_to(proposal: Proposal, *, actor: Actor, reader: str) -> list[Row]:
    """Proposals of the same challenge that may say the same as this one."""
    language = proposal.language
    title, text = (one.get(language, {}).get("text", "") for one in (proposal.title, proposal.text))
    found = alike(actor, proposal.challenge, title=title, text=text, language=language, but=proposal.id)
    return [row_of(row, actor=actor, reader=reader) for row in found]

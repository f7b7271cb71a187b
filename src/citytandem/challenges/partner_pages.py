"""Pages of partners' challenges: what another city looks for, what we proposed to it, and what it says became of that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.utils.formats import number_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from citytandem.accounts.contract import Actor
from citytandem.challenges import presenters_challenges as presenters
from citytandem.challenges.models import Form, PartnerChallenge, PartnerProposal
from citytandem.challenges.models_proposals import ProposalStep
from citytandem.challenges.presenters_challenges import Card, Moment
from citytandem.challenges.reading_partners import answer_counts, answers_of, partner_page, partners_open
from citytandem.challenges.rules import partner_takes_proposals
from citytandem.core import clock
from citytandem.core.permissions import allowed
from citytandem.core.text import shorten
from citytandem.core.versions import Reading, read
from citytandem.federation.contract import uris_of
from citytandem.federation.protocol.did import base_address

PATH = "/challenges/partners"
_FIRST = 6


@dataclass(frozen=True, slots=True)
class PartnerList:
    """All challenges of partners that the reader may read."""

    cards: Sequence[Card]
    is_open: bool
    next_url: str
    first_url: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One of our proposals. `state`: its code, for its colour; `told`: the same in words; `solution`: address of the
    one it builds on; `reason`: of the city that asked."""

    code: str
    path: str
    title: Reading
    text: Reading
    original: str
    team: str
    cost: str
    solution: str
    at: datetime
    state: str
    told: str
    about: str
    reason: Reading
    may_edit: bool
    may_withdraw: bool


@dataclass(frozen=True, slots=True)
class PartnerPage:
    """One challenge of a partner, ready for the template. `address`: of its node; `host`: the same, short."""

    path: str
    card: Card
    city: str
    address: str
    host: str
    origin_page: str
    title: Reading
    text: Reading
    original: str
    conditions: Reading
    sites: Reading
    data: Reading
    because: Reading
    targets: Sequence[Mapping[str, str]]
    criteria: Sequence[tuple[Reading, str, str]]
    moments: Sequence[Moment]
    languages: Sequence[str]
    changed_at: datetime
    is_open: bool
    may_answer: bool
    answers: Sequence[Answer]


def cards_open(actor: Actor, *, theme: str, reader: str) -> list[Card]:
    """What stands in the list of all challenges: those that can be answered now. One query."""
    return [_card(row, reader=reader) for row in partners_open(actor, theme=theme, most=_FIRST)]


def partner_list(actor: Actor, *, wishes: Mapping[str, str], reader: str) -> PartnerList:
    """One page of all; raises Invalid for the address of a page that we did not write. Two queries."""
    is_open = wishes.get("open") == "1"
    page = partner_page(actor, is_open=is_open, after=wishes.get("after") or None)
    counts = answer_counts(page.items) if allowed("challenges.desk", actor) and page.items else {}
    chosen = {"open": "1"} if is_open else {}
    return PartnerList(
        cards=[_card(row, reader=reader, answers=counts.get(row.id, 0)) for row in page.items],
        is_open=is_open,
        next_url=f"{PATH}?{urlencode({**chosen, 'after': page.next_cursor})}" if page.next_cursor else "",
        first_url="" if page.is_first else f"{PATH}?{urlencode(chosen)}" if chosen else PATH,
    )


def partner_page_of(actor: Actor, row: PartnerChallenge, *, reader: str) -> PartnerPage:
    """Everything its page shows. What we proposed is for those who work for the city. Three queries."""
    told = {name: read(getattr(row, name), reader=reader, original=row.language) for name in _WORDS}
    is_open = partner_takes_proposals(row)
    address = base_address(row.origin)
    return PartnerPage(
        path=path_of(row),
        card=_card(row, reader=reader),
        city=row.origin_name,
        address=address,
        host=urlsplit(address).netloc,
        origin_page=row.page,
        original=row.language,
        **told,
        targets=row.targets,
        criteria=_criteria(row, reader=reader),
        moments=presenters.moments(row),
        languages=row.languages,
        changed_at=row.changed_at,
        is_open=is_open,
        may_answer=is_open and allowed("challenges.answer_partners", actor),
        answers=_answers(actor, row, reader=reader) if actor.is_staff else (),
    )


_WORDS = ("title", "text", "conditions", "sites", "data", "because")


def path_of(row: PartnerChallenge) -> str:
    """Address of the page of a partner's challenge here."""
    return f"{PATH}/{row.code}"


def _card(row: PartnerChallenge, *, reader: str, answers: int = 0) -> Card:
    now, text = clock.now(), read(row.text, reader=reader, original=row.language)
    is_open = partner_takes_proposals(row)
    days = presenters.days_left(row.closes_at, now=now) if is_open and row.closes_at is not None else None
    told = ngettext("%(number)s proposal of ours", "%(number)s proposals of ours", answers)
    return Card(
        path=path_of(row),
        code=row.code,
        title=read(row.title, reader=reader, original=row.language),
        excerpt=Reading(shorten(text.text, limit=presenters.EXCERPT), text.language, text.by, text.is_original),
        original=row.language,
        state="closed" if row.state == "open" and not is_open else row.state,
        state_label=str(row.get_state_display()) if is_open or row.state != "open" else _("Closed"),
        left=presenters.left_words(days) if days is not None else "",
        is_soon=days is not None and days <= 7,
        closes_at=row.closes_at,
        form=str(Form(row.form).label) if row.form else "",
        budget=presenters.budget_words(row),
        themes=tuple(row.themes),
        proposals=told % {"number": number_format(answers)} if answers else "",
        origin=row.origin_name,
    )


def _criteria(row: PartnerChallenge, *, reader: str) -> list[tuple[Reading, str, str]]:
    """Name, share in words, and the same in hundredths of the largest."""
    parts = [float(one["share"]) for one in row.criteria]
    largest = max(parts, default=0.0) or 1.0
    return [
        (
            read(one["name"], reader=reader, original=row.language),
            _("%(number)s %%") % {"number": number_format(round(part * 100))},
            f"{part / largest * 100:.1f}",
        )
        for one, part in zip(row.criteria, parts, strict=True)
    ]


def _answers(actor: Actor, row: PartnerChallenge, *, reader: str) -> list[Answer]:
    rows = answers_of(row)
    uris = uris_of("proposal_out", [one.id for one in rows]) if rows else {}
    outcomes = {one["proposal"]: one for one in row.outcomes}
    may, is_open = allowed("challenges.answer_partners", actor), partner_takes_proposals(row)
    told = []
    for one in rows:
        outcome = outcomes.get(uris.get(one.id, ""))
        state, words, about = _standing(one, outcome, is_published=one.id in uris, city=row.origin_name)
        told.append(
            Answer(
                code=one.code,
                path=f"{path_of(row)}/answers/{one.code}",
                title=read(one.title, reader=reader, original=one.language),
                text=read(one.text, reader=reader, original=one.language),
                original=one.language,
                team=one.team,
                cost=f"{presenters.amount_words(one.cost)} {row.currency}" if one.cost is not None else "",
                solution=f"/solutions/{one.solution}" if one.solution else "",
                at=one.created_at,
                state=state,
                told=words,
                about=about,
                reason=read(outcome["reason"] if outcome else None, reader=reader),
                may_edit=may and is_open and one.withdrawn_at is None,
                may_withdraw=may and one.withdrawn_at is None and row.gone_at is None,
            )
        )
    return told


def _standing(
    one: PartnerProposal, outcome: Mapping[str, Any] | None, *, is_published: bool, city: str
) -> tuple[str, str, str]:
    """Code, words, and what that means: what its city says counts, before that what we know ourselves."""
    if one.withdrawn_at is not None:
        return "withdrawn", _("Taken back"), _("Its node drops it as soon as it asks ours.")
    if outcome is not None:
        return outcome["step"], str(ProposalStep(outcome["step"]).label), ""
    if is_published:
        about = _(
            "%(city)s fetches it with its next look at our node. It tells what became of it once its call is over."
        )
        return "submitted", _("Handed over"), about % {"city": city}
    about = _("It is made ready to travel. If it stays here, see what is held back.")
    return "waiting", _("Not handed over yet"), about

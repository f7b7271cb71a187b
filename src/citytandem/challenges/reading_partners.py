"""Reading challenges of partner cities, and what this city answers to them."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.challenges.models import PartnerChallenge, PartnerProposal
from citytandem.challenges.models_partners import PartnerState
from citytandem.challenges.rules import looks_on
from citytandem.core import clock
from citytandem.core.errors import NotFound
from citytandem.core.paging import PAGE_SIZE, Page, keyset_page
from citytandem.core.permissions import allowed
from citytandem.core.themes import children_of, themes


def partner_challenges(actor: Actor) -> QuerySet[PartnerChallenge]:
    """Those that the actor may read: `challenges.read_partner` for many."""
    rows = PartnerChallenge.objects.filter(gone_at=None)
    return rows if actor.is_staff or looks_on(actor) else rows.filter(is_public=True)


def partners_open(actor: Actor, *, theme: str = "", most: int) -> list[PartnerChallenge]:
    """Those that can still be answered, what closes first at the front. One query."""
    rows = partner_challenges(actor).filter(state=PartnerState.OPEN, closes_at__gt=clock.now())
    if theme:
        known = [theme, *(one.id for one in children_of(theme))] if theme in themes() else []
        rows = rows.filter(themes__overlap=known)
    return list(rows.order_by("closes_at", "id")[:most])


def partner_page(
    actor: Actor, *, is_open: bool, after: str | None = None, size: int = PAGE_SIZE
) -> Page[PartnerChallenge]:
    """One page of all of them, the newest first; `is_open`: those alone that can be answered. One query."""
    rows = partner_challenges(actor)
    if is_open:
        rows = rows.filter(state=PartnerState.OPEN, closes_at__gt=clock.now())
    return keyset_page(rows, order=("-published_at", "-id"), after=after, size=size)


def answer_counts(challenges: Collection[PartnerChallenge]) -> dict[UUID, int]:
    """How many proposals of ours stand at each. One query."""
    rows = PartnerProposal.objects.filter(challenge__in=list(challenges), withdrawn_at=None)
    return dict(rows.order_by().values_list("challenge").annotate(n=Count("id")))


def partner_get(actor: Actor, code: str) -> PartnerChallenge:
    """One by its short code, also where it is gone; raises NotFound also where the actor may not know of it."""
    found = PartnerChallenge.objects.filter(code=code).first() if _is_code(code) else None
    if found is None or not allowed("challenges.read_partner", actor, found):
        raise NotFound("challenge.unknown", _("This challenge does not exist, or it is not public."))
    return found


def answers_of(challenge: PartnerChallenge) -> list[PartnerProposal]:
    """What this city proposed to it, the oldest first."""
    return list(challenge.answers.order_by("created_at", "id"))


def answer_get(challenge: PartnerChallenge, code: str) -> PartnerProposal:
    """One of our proposals to a challenge. Raises NotFound."""
    found: PartnerProposal | None = challenge.answers.filter(code=code).first() if _is_code(code) else None
    if found is None:
        raise NotFound("proposal.unknown", _("This proposal does not exist, or it is not public."))
    found.challenge = challenge
    return found


def _is_code(text: str) -> bool:
    return len(text) <= 10 and "\x00" not in text

"""Challenges of partner cities as their nodes tell them: taken over, followed, dropped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from citytandem.challenges.models import Form, PartnerChallenge
from citytandem.challenges.models_partners import PartnerState
from citytandem.challenges.models_proposals import ProposalStep
from citytandem.challenges.partner_details import MOST_THEMES, criteria, money, outcomes_of, targets, title_of
from citytandem.core import clock, events
from citytandem.core.errors import Invalid
from citytandem.core.ids import short_code, uuid7
from citytandem.core.languages import LANGUAGES
from citytandem.core.themes import themes
from citytandem.federation import details
from citytandem.federation.contract import Incoming, copy_id
from citytandem.federation.protocol.did import base_address

_STEPS = frozenset(ProposalStep.values)
_NOTHING: dict[str, Any] = {name: {} for name in ("title", "text", "conditions", "sites", "data", "because")} | {
    name: [] for name in ("targets", "criteria", "outcomes", "themes", "languages")
}


@transaction.atomic
def challenge_take(incoming: Incoming) -> PartnerChallenge:
    """Show a partner's challenge, or what became of it. Raises Invalid where it has no title, no text, or no state."""
    title = title_of(incoming.texts.get("name"))
    text = details.words(incoming.texts.get("content") or incoming.texts.get("summary"))
    state = incoming.details.get("state")
    if not title or not text or state not in PartnerState.values:
        raise Invalid("partner_challenge.unreadable", _("This challenge lacks what a page of it needs."))
    key = copy_id(incoming.uri)
    kept, _made = PartnerChallenge.objects.update_or_create(
        id=key,
        defaults={
            **_said(incoming, title=title, text=text),
            "code": _code(key),
            "uri": incoming.uri,
            "origin": incoming.origin,
            "origin_name": name_of(incoming),
            "page": incoming.page,
            "is_public": incoming.visibility == "public",
            "state": state,
            "version": incoming.version,
            "published_at": min(incoming.published, clock.now()),
            "changed_at": min(incoming.updated, clock.now()),
            "expires_at": incoming.expires,
            "gone_at": None,
        },
    )
    events.emit(events.RecordChanged(kind="partner_challenge", object_id=key))
    return kept


@transaction.atomic
def challenges_drop(uris: Sequence[str]) -> None:
    """No word of them stays; that there was one does, so that its address and our answers say so."""
    rows = PartnerChallenge.objects.filter(uri__in=list(uris), gone_at=None)
    gone = list(rows.values_list("id", flat=True))
    PartnerChallenge.objects.filter(id__in=gone).update(**_NOTHING, page="", gone_at=clock.now())
    for key in gone:
        events.emit(events.RecordChanged(kind="partner_challenge", object_id=key))


def _code(key: UUID) -> str:
    """Its short code; another one where somebody has chosen an address that comes to the code of another challenge."""
    code = short_code(key)
    taken = PartnerChallenge.objects.filter(code=code).exclude(id=key).exists()
    known = PartnerChallenge.objects.filter(id=key).values_list("code", flat=True).first()
    return known or (short_code(uuid7()) if taken else code)


def name_of(incoming: Incoming) -> str:
    """What we call the city that an object is from: its name here, else where its node is."""
    host = base_address(incoming.origin).partition("://")[2]
    return (incoming.peer_name or host)[:120]


def _said(incoming: Incoming, *, title: Any, text: Any) -> dict[str, Any]:
    told = incoming.details
    dates = details.mapping(told.get("dates"))
    frame = money(told.get("budget"))
    return {
        "language": details.original_of(title, told.get("language")),
        "title": title,
        "text": text,
        **{name: details.words(told.get(name)) for name in ("conditions", "sites", "data", "because")},
        "targets": targets(told.get("targets")),
        "criteria": criteria(told.get("criteria")),
        "outcomes": [one.as_json() for one in outcomes_of(told.get("outcomes"), steps=_STEPS)],
        "themes": details.chosen(told.get("themes"), frozenset(themes()), most=MOST_THEMES),
        "languages": details.chosen(told.get("languages"), frozenset(LANGUAGES), most=len(LANGUAGES)),
        "form": details.choice(told.get("form"), Form.values),
        "budget_low": frame.low,
        "budget_high": frame.high,
        "currency": frame.currency,
        **{name: details.instant(dates.get(name)) for name in ("questions_until", "closes_at")},
        **{name: details.day(dates.get(name)) for name in ("assess_until", "decide_until", "pilot_until")},
    }

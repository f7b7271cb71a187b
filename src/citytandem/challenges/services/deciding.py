"""The decision on a challenge: once each proposal has an outcome or is in a pilot, with reasons that everybody can read."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.challenges.funnel import FINAL, Phase, Step
from citytandem.challenges.models import Challenge, Proposal
from citytandem.challenges.services.log import log_append
from citytandem.challenges.services.phases import challenge_locked, phase_enter
from citytandem.core import clock
from citytandem.core.errors import Conflict, Invalid
from citytandem.core.languages import is_language
from citytandem.core.permissions import require
from citytandem.core.text import MAX_TEXT, clean_text

# What a proposal can be at when the challenge is decided.
SETTLED = frozenset({one.value for one in FINAL} | {Step.PILOT.value})


@transaction.atomic
def challenge_decide(challenge_id: UUID, *, because: str, jury_says: str = "", language: str, by: Actor) -> Challenge:
    """Decide a challenge, for good. The senders were told of their outcomes with each step.

    Raises Invalid without reasons, Conflict while a proposal has neither outcome nor pilot (`proposals`: their codes).
    """
    challenge = challenge_locked(challenge_id)
    require("challenges.run", by, challenge)
    if challenge.phase != Phase.DECISION:
        raise Conflict("decision.phase", _("A challenge is decided once its assessment has ended."))
    if (challenge.result or {}).get("state") != "done":
        raise Conflict("decision.no_result", _("The ranking is still being worked out. Try again in a moment."))
    if not is_language(language):
        raise Invalid("language.unknown", _("This language is not one of the nine."), field="language")
    told, said = _checked(because, "because"), _checked(jury_says, "jury_says")
    if not told:
        raise Invalid("reason.missing", _("Say why: everybody can read it."), field="because")
    rows = Proposal.objects.filter(challenge=challenge).exclude(moderation="merged")
    unsettled = list(rows.exclude(step__in=SETTLED).order_by("created_at", "id").values_list("code", flat=True))
    if unsettled:
        raise Conflict(
            "decision.unsettled",
            _("Some proposals have neither an outcome nor a pilot. Nobody falls out silently."),
            proposals=unsettled,
        )
    phase_enter(
        challenge,
        Phase.DECIDED,
        decided_at=clock.now(),
        decided_because={language: {"text": told, "by": "human"}},
        jury_says={language: {"text": said, "by": "human"}} if said else {},
    )
    outcomes = rows.order_by("created_at", "id").values_list("code", "step")
    facts = {
        "because": told,
        "jury_says": said,
        "language": language,
        "outcomes": [{"proposal": code, "step": step} for code, step in outcomes],
    }
    log_append(challenge, "challenge.decided", facts)
    return challenge


def _checked(text: str, field: str) -> str:
    told = clean_text(text)
    if len(told) > MAX_TEXT:
        raise Invalid("text.too_long", _("This is too long: at most 20,000 characters."), field=field)
    return told

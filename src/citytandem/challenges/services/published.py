"""What bidders rely on: which version an editor saw, a review that begins anew, and what the log keeps of a challenge."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from citytandem.challenges.funnel import Phase
from citytandem.challenges.models import Challenge
from citytandem.challenges.services.phases import phase_enter
from citytandem.core.errors import Conflict


def check_version(challenge: Challenge, version: int) -> None:
    """Raises Conflict where somebody has changed the challenge since the editor saw it."""
    if challenge.version != version:
        raise Conflict(
            "challenge.changed_meanwhile",
            _("Somebody else has changed this challenge in the meantime. Compare, then save again."),
            current_version=challenge.version,
        )


def begin_anew(challenge: Challenge) -> None:
    """Who reviews has to see what is published: a change begins the review anew."""
    if challenge.phase == Phase.IN_REVIEW:
        phase_enter(challenge, Phase.DRAFT)


def criteria_facts(challenge: Challenge) -> list[dict[str, Any]]:
    """The criteria as the log keeps them."""
    return [
        {
            "key": one.key,
            "weight": str(one.weight),
            "direction": one.direction,
            "low": str(one.low),
            "high": str(one.high),
        }
        for one in challenge.criteria.all()
    ]


def told_time(moment: datetime | None) -> str:
    """A time as the log keeps it; empty for none."""
    return moment.isoformat() if moment is not None else ""

"""How long things are kept at this node."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import ngettext

from citytandem.accounts.holdings import Holding
from citytandem.core.node import this_node

LONGEST = 3_650


def days_kept(holding: Holding) -> int | None:
    """Days in force for a holding: the administrator's, else the one it comes with; None: as long as the sign-in."""
    if holding.days is None:
        return None
    own = this_node().periods.get(holding.name)
    return max(own, holding.shortest) if isinstance(own, int) and 1 <= own <= LONGEST else holding.days


def period_words(days: int | None) -> str:
    """A period as a person says it: whole years as years; empty for none."""
    if days is None:
        return ""
    if days % 365 == 0:
        return ngettext("%(n)s year", "%(n)s years", days // 365) % {"n": days // 365}
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}


def kept_since(holding: Holding, *, now: datetime) -> datetime | None:
    """What is older is deleted; None where nothing goes by age."""
    days = days_kept(holding)
    return None if days is None else now - timedelta(days=days)

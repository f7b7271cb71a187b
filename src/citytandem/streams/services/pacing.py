"""How often one may submit."""

from __future__ import annotations

from citytandem.accounts.contract import Actor
from citytandem.core.throttle import Limit, count

SUBMISSIONS = Limit("streams.submit", 30, 3_600)


def count_submission(by: Actor, *, address: str) -> None:
    """Nobody floods the streams; raises TooMany. Who works for the city may bring in a whole list.

    For a person, or for a network address where visitors may write. Outside of any transaction, see `core.throttle`.
    """
    if not (by.is_staff or by.is_system):
        count(SUBMISSIONS, str(by.id or address))

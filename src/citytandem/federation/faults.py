"""Whose fault an error is: that of the moment, so that the same may succeed later, or that of the thing at hand."""

from __future__ import annotations

import psycopg
from django.db import InterfaceError, transaction

# Connection, deadlock and serialisation, no room or memory, a lock not granted, shut down, trouble with the machine.
_OF_THE_MOMENT = frozenset(["08", "40", "53", "55", "57", "58"])
# A statement that took too long took that long because of what it was given.
_TOO_SLOW = "57014"


def is_passing(error: BaseException) -> bool:
    """Whether the database could not do its work just now, also where a job or a module has wrapped what it said."""
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, InterfaceError | psycopg.InterfaceError) or _is_of_the_moment(found):
            return True
        found = found.__cause__
    # What could not be undone leaves a transaction that nothing more can be done in.
    return transaction.get_connection().needs_rollback


def _is_of_the_moment(error: BaseException) -> bool:
    if not isinstance(error, psycopg.OperationalError):
        return False
    state = error.sqlstate
    return state is None or (state[:2] in _OF_THE_MOMENT and state != _TOO_SLOW)

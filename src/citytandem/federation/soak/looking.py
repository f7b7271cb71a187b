"""What a node of the soak shows in the end, and whether all that it holds is in order."""

from __future__ import annotations

from django.db import connection

from citytandem.federation.checking import check_all
from citytandem.federation.models import Peer, PeerState
from citytandem.federation.soak.judging import Seen
from citytandem.federation.soak.plan import Plan
from citytandem.federation.soak.things import MARK
from citytandem.federation.soak.ties import did_at

_TWICE = """
    SELECT COALESCE(sum(number - 1), 0) FROM (
        SELECT count(*) AS number FROM federation_logentry GROUP BY uri, version HAVING count(*) > 1
    ) AS repeated
"""
_LEFT = "SELECT count(*) FROM federation_sharedobject WHERE is_tombstone AND position(%s in body) > 0"
_HELD = """
    SELECT uri FROM federation_sharedobject WHERE NOT is_own AND NOT is_tombstone AND position(%s in body) > 0 ORDER BY uri
"""


def look(plan: Plan, number: int) -> Seen:
    """Read it out of the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT uri, said FROM soak_shown ORDER BY uri, said")
        rows = tuple((str(uri), str(said)) for uri, said in cursor.fetchall())
        cursor.execute(_HELD, [MARK])
        held = tuple(str(uri) for (uri,) in cursor.fetchall())
        cursor.execute(_TWICE)
        twice = int(cursor.fetchone()[0])
        cursor.execute(_LEFT, [MARK])
        left = int(cursor.fetchone()[0])
    faults = [f"{fault.where} {fault.code}" for fault in check_all().faults]
    pair = {plan.ended.first, plan.ended.second}
    ended = [did_at(plan, one) for one in pair if number in pair]
    for name, code, error in (
        Peer.objects.exclude(state=PeerState.ACTIVE)
        .exclude(did__in=ended)
        .values_list("name", "paused_code", "last_error_code")
    ):
        faults.append(f"{name} is no active partner: {code or error}")
    return Seen(rows=rows, held=held, entries_twice=twice, bodies_left=left, faults=tuple(faults))

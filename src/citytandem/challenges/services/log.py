"""The decision log of a challenge: written in the transaction of what it tells, one entry after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from citytandem.challenges.decisions.chain import Broken, Entry, first_broken, next_entry
from citytandem.challenges.models import Challenge, DecisionEntry
from citytandem.core import clock


def log_append(challenge: Challenge, what: str, facts: Mapping[str, Any]) -> None:
    """Add an entry. `facts` hold no names and addresses of people, for the log is never shortened."""
    log_append_all(challenge, [(what, facts)])


@transaction.atomic
def log_append_all(challenge: Challenge, entries: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
    """Add entries, each as (what, facts). Locks the challenge: two who decide at once stand one after the other."""
    locked = Challenge.objects.select_for_update().get(id=challenge.id)
    newest = DecisionEntry.objects.filter(challenge=locked).order_by("-number").first()
    last = Entry(newest.body, newest.digest) if newest is not None else None
    now, number, rows = clock.now(), locked.log_count, []
    for what, facts in entries:
        last = next_entry(last, at=now, what=what, facts=facts)
        number += 1
        rows.append(DecisionEntry(challenge=locked, number=number, body=last.body, digest=last.digest))
    if last is None:
        return
    DecisionEntry.objects.bulk_create(rows, batch_size=1_000)
    challenge.log_head, challenge.log_count = last.digest, number
    Challenge.objects.filter(id=locked.id).update(log_head=last.digest, log_count=number)


def log_check(challenge: Challenge) -> Broken | None:
    """The first entry that is not as it was written; None if all are."""
    rows = DecisionEntry.objects.filter(challenge=challenge).order_by("number")
    entries = [Entry(row.body, row.digest) for row in rows]
    return first_broken(entries, head=challenge.log_head or None, count=challenge.log_count)

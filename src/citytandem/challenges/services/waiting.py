"""What happens by itself as time passes: proposals that wait too long are told of, those that are open now are found."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Count, Max

from citytandem.challenges import notices
from citytandem.challenges.funnel import Phase
from citytandem.challenges.models import Challenge, Proposal
from citytandem.challenges.reading_proposals import late
from citytandem.challenges.rules import proposals_are_open
from citytandem.search.models import Entry
from citytandem.search.services import index_things

_AT_ONCE = 200


@transaction.atomic
def proposals_tell_waiting() -> int:
    """Tell the innovation unit of each challenge with proposals that have waited too long; again when further ones have.

    Returns of how many challenges.
    """
    told = 0
    for challenge in Challenge.objects.exclude(phase=Phase.WITHDRAWN):
        rows = Proposal.objects.filter(late(), challenge=challenge).exclude(moderation__in=["merged", "removed"])
        found = rows.aggregate(n=Count("id"), newest=Max("step_since"))
        if found["n"]:
            notices.tell_waiting(challenge, count=found["n"], key=found["newest"].date().isoformat())
            told += 1
    return told


def proposals_show() -> int:
    """Bring the index up to date with proposals that everybody may read by now. Returns how many."""
    entries = Entry.objects.filter(kind="proposal", is_public=False)
    done = 0
    challenges = Challenge.objects.filter(proposals__in=entries.values("object_id")).distinct()
    for challenge in [one for one in challenges if proposals_are_open(one)]:
        rows = Proposal.objects.filter(challenge=challenge, id__in=entries.values("object_id"))
        ids = list(rows.values_list("id", flat=True))
        for start in range(0, len(ids), _AT_ONCE):
            index_things("proposal", ids[start : start + _AT_ONCE])
        done += len(ids)
    return done

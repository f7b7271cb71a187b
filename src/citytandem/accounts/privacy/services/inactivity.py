"""Sign-ins that nobody uses: their people are told, and erased a month later."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from citytandem.accounts.actors import SYSTEM
from citytandem.accounts.models import InactivityNotice, Person
from citytandem.accounts.privacy.services.erasing import person_erase
from citytandem.core import clock, letters
from citytandem.core.errors import Invalid
from citytandem.core.node import this_node

DAYS_OF_NOTICE = 30
# So that one night's work stays one night's work.
MOST_AT_ONCE = 500
logger = logging.getLogger(__name__)


def inactive_erase(before: datetime) -> int:
    """Tell those who have been away nearly as long, and erase those who were told a month ago and did not come back."""
    told_until = before + timedelta(days=DAYS_OF_NOTICE)
    _forget_notices_of_who_is_not_away(since=told_until)
    for person in _away_since(told_until).filter(inactivity_notice=None)[:MOST_AT_ONCE]:
        _tell(person)
    told_before = clock.now() - timedelta(days=DAYS_OF_NOTICE)
    due = _away_since(before).filter(inactivity_notice__at__lte=told_before)
    return sum(_erased(person_id) for person_id in list(due.values_list("id", flat=True)[:MOST_AT_ONCE]))


def _away_since(moment: datetime) -> QuerySet[Person]:
    people = Person.objects.filter(erased_at=None, is_demo=False)
    return people.annotate(seen=Coalesce("last_login", "created_at")).filter(seen__lt=moment).order_by("seen")


def _forget_notices_of_who_is_not_away(*, since: datetime) -> None:
    """They came back, or the period has become longer: before they are erased one day, they are told anew."""
    InactivityNotice.objects.exclude(person__in=_away_since(since).order_by().values("id")).delete()
    InactivityNotice.objects.filter(person__last_login__gt=F("at")).delete()


def _tell(person: Person) -> None:
    """Leave the letter and the note of it together: without the note it would be written again tomorrow."""
    language = person.language or this_node().language
    with transaction.atomic():
        InactivityNotice.objects.create(person=person, at=clock.now())
        letters.post().send(
            to=person.email,
            template="inactivity",
            language=language,
            parameters={"days": DAYS_OF_NOTICE},
            path="/sign-in",
        )


def _erased(person_id: UUID) -> int:
    try:
        return int(person_erase(person_id=person_id, by=SYSTEM, why="inactive"))
    except Invalid:
        # The last administrator stays, however long they are away.
        logger.warning("an inactive sign-in is that of the last administrator, and stays")
        return 0

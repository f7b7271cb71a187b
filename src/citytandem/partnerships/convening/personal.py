"""What events keep about people: who registered, and for how long."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Exported, Holding, people_by_id
from citytandem.accounts.holdings import register
from citytandem.core import clock
from citytandem.partnerships.convening.registering import LIVE, plan_locked, promote
from citytandem.partnerships.models import EventPlan, Registration, RegistrationState

# A mail that nobody answered; what somebody needed on the day.
UNCONFIRMED = timedelta(days=2)
NEEDS = timedelta(days=7)


def months_later(when: datetime, months: int) -> datetime:
    """The same day so many months on; the last of the month where there is no such day. Pure."""
    year, month = divmod(when.month - 1 + months, 12)
    year, month = when.year + year, month + 1
    return when.replace(year=year, month=month, day=min(when.day, monthrange(year, month)[1]))


def registrations_forget() -> int:
    """Erase what is not needed any more; doing it twice changes nothing. Returns how many registrations went."""
    now = clock.now()
    gone = Registration.objects.filter(state=RegistrationState.ASKED, asked_at__lt=now - UNCONFIRMED).delete()[0]
    Registration.objects.filter(plan__ends_at__lt=now - NEEDS).exclude(needs="").update(needs="")
    ended = EventPlan.objects.filter(ends_at__lt=now, registrations__isnull=False).distinct()
    over = [row.id for row in ended.only("id", "ends_at", "months") if months_later(row.ends_at, row.months) <= now]
    return gone + Registration.objects.filter(plan__in=over).delete()[0]


def _own(person: UUID) -> QuerySet[Registration]:
    """By the sign-in, and by its address: whoever registered signed out gave the same."""
    card = people_by_id([person]).get(person)
    own = Q(person_id=person)
    if card is not None and card.email:
        own |= Q(key=card.email.casefold())
    return Registration.objects.filter(own)


def _export(person: UUID) -> Exported:
    columns = ("plan__slug", "state", "name", "organisation", "email", "language", "online", "needs", "attended",
               "asked_at", "changed_at")  # fmt: skip
    return Exported({"event_registrations": list(_own(person).order_by("asked_at", "id").values(*columns))})


@transaction.atomic
def _erase(person: UUID) -> None:
    """They come no more: their places go to those who wait."""
    for plan_id in sorted(set(_own(person).values_list("plan_id", flat=True))):
        plan = plan_locked(plan_id)
        were_live = _own(person).filter(plan=plan, state__in=LIVE).exists()
        _own(person).filter(plan=plan).delete()
        if were_live:
            promote(plan)


def register_all() -> None:
    """Called once when Django is ready."""
    register(
        Holding(
            "partnerships.registrations",
            _("Events that you registered for"),
            _("So that there is a place for you, and we can tell you of changes."),
            _("You agreed to it (GDPR art. 6(1)(a))."),
            _("Until a few months after the event, as its page says. If you erase your sign-in, it is deleted."),
            export=_export,
            erase=_erase,
            counted=lambda person: [_own(person)],
        )
    )

"""How people want to be told: kinds, hour, language; stopping by one click; the calendar's secret address."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.accounts.models import Person
from citytandem.core import clock, jobs
from citytandem.core.errors import Invalid
from citytandem.core.languages import is_language
from citytandem.core.permissions import require
from citytandem.core.throttle import Limit, count
from citytandem.notifications.addresses import address_key
from citytandem.notifications.kinds import HOWS, How, known_kind, notice_kinds
from citytandem.notifications.models import CalendarAddress, Notice, Pace, Preference, State, Suppression
from citytandem.notifications.tokens import read_unsubscribe_token

_MENDING = Limit("notifications.address", 3, 86_400)


def own_id(by: Actor) -> UUID:
    """Whose things they are. Raises Forbidden for visitors and for the node itself."""
    require("notifications.own", by)
    if by.id is None:
        raise AssertionError("the rule lets only people pass")
    return by.id


@transaction.atomic
def preferences_set(*, hows: Mapping[str, str], hour: int, weekday: int, language: str, by: Actor) -> None:
    """Keep somebody's choices; what waits already follows them. `hows`: by kind, those not named stay as they are.

    Raises Forbidden for visitors, Invalid for a kind that cannot be chosen, a way, an hour or a day that there is not.
    """
    person = own_id(by)
    for name, how in hows.items():
        kind = known_kind(name)
        if kind is None or kind.is_service or how not in HOWS:
            raise Invalid("notifications.how", _("This cannot be chosen here."), field=name)
    if not (0 <= hour <= 23 and 0 <= weekday <= 6):
        raise Invalid("notifications.pace", _("Choose an hour from 0 to 23, and a day of the week."), field="hour")
    if not is_language(language):
        raise Invalid("notifications.language", _("Choose one of the nine languages."), field="language")
    Preference.objects.bulk_create(
        [Preference(person_id=person, kind=name, how=how) for name, how in hows.items()],
        update_conflicts=True,
        unique_fields=["person", "kind"],
        update_fields=["how"],
    )
    Pace.objects.update_or_create(person_id=person, defaults={"hour": hour, "weekday": weekday})
    Person.objects.filter(id=person).update(language=language)
    _sort_again(person)


@transaction.atomic
def unsubscribe(*, token: str) -> tuple[UUID, str]:
    """Stop the e-mails that a token names; doing it twice changes nothing. Returns whose, and the kind (empty: all
    that come collected). Raises NotFound for a token that is not ours or of somebody who is gone.
    """
    person, kind = read_unsubscribe_token(token)
    if not Person.objects.filter(id=person, is_active=True).exists():
        return person, kind
    names = [kind] if kind else _collected(person)
    Preference.objects.bulk_create(
        [Preference(person_id=person, kind=name, how="off") for name in names],
        update_conflicts=True,
        unique_fields=["person", "kind"],
        update_fields=["how"],
    )
    _sort_again(person)
    return person, kind


def _collected(person: UUID) -> list[str]:
    chosen = dict(Preference.objects.filter(person=person).values_list("kind", "how"))
    ways: dict[str, How] = {kind.name: kind.default for kind in notice_kinds() if not kind.is_service}
    return [name for name, how in (ways | chosen).items() if how in {"daily", "weekly"}]


def _sort_again(person: UUID) -> None:
    """What waits for a collected mail is looked at anew."""
    waiting = Notice.objects.filter(person=person, state=State.WAITING, in_digest=True)
    if waiting.update(in_digest=False, send_after=clock.now()):
        jobs.enqueue_after_commit("notifications.deliver", once="notifications.deliver")


def address_mend(*, by: Actor) -> None:
    """The person says that their mailbox works again: we write to it again. Three times a day, for it may not be true."""
    person = own_id(by)
    count(_MENDING, str(person))
    email = Person.objects.values_list("email", flat=True).get(id=person)
    Suppression.objects.filter(key=address_key(email)).delete()


def calendar_make(*, by: Actor) -> str:
    """Give a person a new secret address for their calendar; the old one ends. Returns the secret part."""
    key = secrets.token_urlsafe(32)
    CalendarAddress.objects.update_or_create(person_id=own_id(by), defaults={"key": key, "made_at": clock.now()})
    return key


def calendar_end(*, by: Actor) -> None:
    """The calendar's address stops working."""
    CalendarAddress.objects.filter(person_id=own_id(by)).delete()

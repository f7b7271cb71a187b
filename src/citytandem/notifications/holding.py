"""What this module keeps about people, for the privacy page, the export and the erasure."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from citytandem.accounts import holdings
from citytandem.accounts.contract import Exported, Holding
from citytandem.accounts.models import Person
from citytandem.notifications.addresses import address_key
from citytandem.notifications.models import CalendarAddress, Notice, Pace, Preference, State, Suppression
from citytandem.notifications.selectors import address_trouble

DAYS = 180
# A weekly mail collects for seven days.
SHORTEST = 8
_FIELDS = ("kind", "about_kind", "about_id", "path", "state", "created_at", "sent_at", "is_new")


def register_all() -> None:
    """Called once when Django is ready."""
    holdings.register(
        Holding(
            name="notifications",
            label=_("Messages to you"),
            purpose=_(
                "We tell you what happens to what you wrote or follow, and prove that we did where a law asks for it."
            ),
            legal_basis=_("Art. 6 (1) (e) GDPR: public task; for decisions about your texts Art. 6 (1) (c)."),
            kept=_("That a message was sent, and about what; not its text."),
            export=_export,
            erase=_erase,
            days=DAYS,
            sweep=_sweep,
            shortest=SHORTEST,
            counted=lambda person: [Notice.objects.filter(person=person)],
        )
    )
    holdings.register(
        Holding(
            name="notification_choices",
            label=_("How you want to be told"),
            purpose=_("So that you get no more e-mails than you want, at the hour you want."),
            legal_basis=_("Art. 6 (1) (e) GDPR: public task."),
            kept=_("Your choices, and the secret address of your calendar if you have one. Whether your mailbox takes"
                   " our e-mails, by a code that tells your address to nobody."),
            export=_export_choices,
            erase=_erase_choices,
            counted=lambda person: [Preference.objects.filter(person=person), CalendarAddress.objects.filter(person=person)],
        )
    )  # fmt: skip


def _export(person: UUID) -> Exported:
    return Exported(list(Notice.objects.filter(person=person).order_by("id").values(*_FIELDS)))


def _erase(person: UUID) -> None:
    Notice.objects.filter(person=person).delete()
    email = _email(person)
    if email:
        Notice.objects.filter(address__iexact=email).delete()


def _sweep(before: datetime) -> int:
    """What still waits to be sent stays until it is: nobody was told of it yet."""
    return Notice.objects.filter(created_at__lt=before).exclude(state=State.WAITING).delete()[0]


def _export_choices(person: UUID) -> Exported:
    pace = Pace.objects.filter(person=person).values("hour", "weekday").first()
    return Exported(
        {
            "kinds": dict(Preference.objects.filter(person=person).values_list("kind", "how")),
            "pace": pace,
            "calendar": CalendarAddress.objects.filter(person=person).exists(),
            "address": address_trouble(person) or "works",
        }
    )


def _erase_choices(person: UUID) -> None:
    for model in (Preference, Pace, CalendarAddress):
        model._default_manager.filter(person=person).delete()  # noqa: SLF001 - the manager
    email = _email(person)
    if email:
        Suppression.objects.filter(key=address_key(email)).delete()


def _email(person: UUID) -> str:
    return Person.objects.filter(id=person).values_list("email", flat=True).first() or ""

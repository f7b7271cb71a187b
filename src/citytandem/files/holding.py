"""What files keep about people, as the privacy page tells it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Exported, Holding


def _export(person_id: UUID) -> Exported:
    from citytandem.files.services.people import export_person

    return export_person(person_id)


def _erase(person_id: UUID) -> None:
    from citytandem.files.services.people import erase_person

    erase_person(person_id)


def _counted(person_id: UUID) -> list[QuerySet[Any]]:
    from citytandem.files.models import Attachment

    return [Attachment.objects.filter(uploaded_by_id=person_id)]


HOLDING = Holding(
    name="files",
    label=_("Photos and documents that you have sent"),
    purpose=_("They show what an entry is about. We take out hidden data such as the place and the time of a photo."),
    legal_basis=_("A task in the public interest: taking part in the affairs of the city (Art. 6(1)(e) GDPR)."),
    kept=_("As long as the entry is public. What was not taken goes after a week, what you remove goes at once."),
    export=_export,
    erase=_erase,
    counted=_counted,
)

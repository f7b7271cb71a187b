"""What moderation keeps about people, as the privacy page tells it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Exported, Holding

DAYS = 365


def _export(person_id: UUID) -> Exported:
    from citytandem.moderation.services.retention import export_person

    return export_person(person_id)


def _erase(person_id: UUID) -> None:
    from citytandem.moderation.services.retention import erase_person

    erase_person(person_id)


def _sweep(before: datetime) -> int:
    from citytandem.moderation.services.retention import clear_before

    return clear_before(before)


def _counted(person_id: UUID) -> list[QuerySet[Any]]:
    from citytandem.moderation.models import Appeal, Case, Report

    return [
        Case.objects.filter(author_id=person_id),
        Report.objects.filter(by_id=person_id),
        Appeal.objects.filter(by_id=person_id),
    ]


HOLDING = Holding(
    name="moderation",
    label=_("Reports, decisions of moderation, appeals"),
    purpose=_("To examine what is reported, to give reasons for what we take down, and to decide appeals."),
    legal_basis=_("A duty under the law: Articles 16, 17 and 20 of Regulation (EU) 2022/2065 (Art. 6(1)(c) GDPR)."),
    kept=_("One year after the last decision. Then names, addresses and texts go; only the counts stay."),
    export=_export,
    erase=_erase,
    days=DAYS,
    sweep=_sweep,
    counted=_counted,
)

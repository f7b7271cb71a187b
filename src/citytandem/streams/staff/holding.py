"""What the staff desk keeps about people: the views they have saved."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Exported, Holding
from citytandem.accounts.holdings import register
from citytandem.streams.models_staff import SavedView
from citytandem.streams.staff.selectors import views_kept


def register_all() -> None:
    """Called once when Django is ready."""
    register(
        Holding(
            name="streams.saved_views",
            label=_("Views of the table of problems"),
            purpose=_("So that staff find the problems they work on again."),
            legal_basis=_("Public task (art. 6 (1) e GDPR)"),
            kept=_("Until you delete them. What you share with your department stays there without your name."),
            export=_export,
            erase=_erase,
            counted=lambda person: [SavedView.objects.filter(person_id=person)],
        )
    )


def _export(person: UUID) -> Exported:
    return Exported(
        [
            {
                "name": view.name,
                "filters": view.query,
                "shared": view.shared_with_id is not None,
                "opens_first": view.is_default,
                "saved_at": view.created_at.isoformat(),
            }
            for view in views_kept(person)
        ]
    )


def _erase(person: UUID) -> None:
    own = SavedView.objects.filter(person_id=person)
    own.filter(shared_with=None).delete()
    own.update(person=None, is_default=False)

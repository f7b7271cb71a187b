"""What “My account” leads to besides signing in, of this module."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from citytandem.accounts.models import Role
from citytandem.accounts.signin.sections import Section, register


def register_all() -> None:
    """Called once when Django is ready."""
    register(
        Section(
            "accounts.privacy",
            _("My data"),
            _("What is kept about you, what you agreed to, and who looked at it. Take it along, or erase it."),
            "/account/privacy",
            icon="export",
            order=90,
        )
    )
    register(
        Section(
            "accounts.absence",
            _("I am away"),
            _("From when to when, and who does your work here meanwhile."),
            "/account/absence",
            icon="time",
            order=110,
            is_for=lambda actor: bool(actor.roles - {Role.RESIDENT.value}),
        )
    )
    register(
        Section(
            "accounts.organisations",
            _("Organisations"),
            _("Those that you belong to. You can enter your association, firm or initiative."),
            "/organisations",
            icon="people",
            order=120,
        )
    )

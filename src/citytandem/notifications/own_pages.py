"""What “My account” leads to in this module."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Section, register_section


def register_all() -> None:
    """Called once when Django is ready."""
    register_section(
        Section(
            "notifications.list",
            _("What is new for you"),
            _("What happened around what you wrote and what you follow."),
            "/notifications",
            icon="info",
            order=70,
        )
    )
    register_section(
        Section(
            "notifications.settings",
            _("How you want to be told"),
            _("What we write to you about, how often, and the address of your calendar."),
            "/notifications/settings",
            icon="mail",
            order=80,
        )
    )

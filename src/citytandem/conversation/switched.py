"""What an administrator can allow in conversations."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from citytandem.core.switches import Switch, register


def register_all() -> None:
    """Called once when Django is ready."""
    register(
        Switch(
            "comments",
            _("Comments"),
            _("People write below problems and solutions. Switched off, what was written stays readable."),
        )
    )
    register(
        Switch(
            "visitors.comment",
            _("Comments without a sign-in"),
            _("What visitors send waits until somebody has looked at it."),
            is_on=False,
            group="visitors",
        )
    )

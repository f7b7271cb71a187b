"""What an administrator can allow in the two streams."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from citytandem.core.switches import Switch, register

_VISITORS = _("What visitors send waits until somebody has looked at it.")


def register_all() -> None:
    """Called once when Django is ready."""
    register(
        Switch("visitors.problem", _("Problems without a sign-in"), _VISITORS, is_on=False, group="visitors"),
    )
    register(
        Switch("visitors.solution", _("Solutions without a sign-in"), _VISITORS, is_on=False, group="visitors"),
    )
    register(
        Switch(
            "visitors.feedback",
            _("Answers to “Did this help?” without a sign-in"),
            _("They help to weigh matches; nobody's name is kept with them."),
            group="visitors",
        )
    )

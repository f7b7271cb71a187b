"""What signing in makes known to other modules: its letters and its switch. What it keeps about people tells `privacy`."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from citytandem.accounts.signin import letters
from citytandem.core.switches import Switch
from citytandem.core.switches import register as register_switch

SIGN_UP = Switch(
    "signup",
    _("People can sign up by themselves"),
    _("Off: only people whom the city's own sign-in knows, who are invited, or for whom the operator makes a sign-in."),
    is_on=True,
    group="people",
)


def register_all() -> None:
    """Called once when Django is ready."""
    register_switch(SIGN_UP)
    letters.register_all()

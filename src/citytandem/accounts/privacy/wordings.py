"""Letters that the module accounts writes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from citytandem.core.letters import Letter, register


def register_all() -> None:
    """Called once when Django is ready."""
    register(
        Letter(
            "inactivity",
            _("Before an unused sign-in is erased"),
            _("Your sign-in at {city} will be erased"),
            _(
                "You have not signed in at {city} for a long time. What nobody uses is not kept: in {days} days your"
                " sign-in will be erased.\n\nIf you want to keep it, sign in once before then. If not, you need not do"
                " anything. What you have published stays, without your name."
            ),
            action=_("Sign in"),
            example={"days": "30"},
        )
    )
    register(
        Letter(
            "trial",
            _("Test letter to the administrator"),
            _("Letters from {city} arrive"),
            _("This is a test. If you can read it, {city} can send e-mail."),
            action=_("Administration"),
        )
    )

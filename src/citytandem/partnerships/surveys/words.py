"""What mails of surveys say."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citytandem.notifications.contract import Paragraph, register_template
from citytandem.notifications.wording import Parameters

INVITED = "survey_invited"


def register_all() -> None:
    """Called once when Django is ready."""
    register_template(
        INVITED,
        label=gettext_lazy("Invitation to a survey"),
        subject=lambda told: _("Please tell us: %(title)s") % {"title": told["title"]},
        body=_body,
        action=gettext_lazy("Answer the survey"),
        example={"title": gettext_lazy("How was the exchange?"), "anonymous": "yes"},
    )


def _body(told: Parameters) -> list[Paragraph]:
    kept = (
        _("Nobody can see who answered what: the address of this mail only makes sure that everybody answers once.")
        if told.get("anonymous")
        else _("Your answers are kept together with your name, so that we can see what changes.")
    )
    return [
        Paragraph(_("You are asked for your opinion: “%(title)s”.") % {"title": told["title"]}),
        Paragraph(kept),
        Paragraph(_("The address is for you alone. Please do not pass it on.")),
    ]

"""What assessors are told."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citytandem.accounts.contract import Actor
from citytandem.challenges.frame import path_of
from citytandem.challenges.models import Juror
from citytandem.core.versions import read
from citytandem.notifications import contract as notifications

JURY = "challenge_jury"
_INVITED, _REOPENED = "challenge_jury_invited", "challenge_jury_reopened"


def register_all() -> None:
    """Called once when Django is ready."""
    notifications.register_why(JURY, gettext_lazy("You get this because you are in the jury of a challenge."))
    notifications.register_notice(
        notifications.NoticeKind(
            JURY, gettext_lazy("Juries"), gettext_lazy("When you are to assess proposals."), is_service=True
        )
    )
    notifications.register_template(
        _INVITED,
        label=gettext_lazy("Invitation to a jury"),
        subject=lambda p: _("You are in the jury: %(title)s") % p,
        body=lambda p: [
            notifications.Paragraph(_("%(city)s asks you to assess the proposals for “%(title)s”.") % p),
            notifications.Paragraph(
                _(
                    "The page shows you the proposals, the criteria and until when. Nobody sees your name in the results."
                )
            ),
        ],
        action=gettext_lazy("To the proposals"),
    )
    notifications.register_template(
        _REOPENED,
        label=gettext_lazy("A member of a jury can go on"),
        subject=lambda p: _("You can go on: %(title)s") % p,
        body=lambda p: [
            notifications.Paragraph(
                _("You can change and add scores for “%(title)s” again until the assessment ends.") % p
            )
        ],
        action=gettext_lazy("To the proposals"),
    )


def tell_invited(juror: Juror, *, by: Actor) -> None:
    """Somebody is in the jury; whoever added themselves knows."""
    _tell(juror, _INVITED, by=by)


def tell_reopened(juror: Juror, *, by: Actor) -> None:
    """Somebody who was done can go on."""
    _tell(juror, _REOPENED, by=by)


def _tell(juror: Juror, template: str, *, by: Actor) -> None:
    if juror.person_id is None or juror.person_id == by.id:
        return
    challenge = juror.challenge
    language = juror.person.language if juror.person is not None else ""
    title = read(challenge.title, reader=language or challenge.language, original=challenge.language)
    notifications.notify(
        kind=JURY,
        to=[juror.person_id],
        template=template,
        parameters={"title": title.text},
        path=f"{path_of(challenge)}/assessment",
        why=JURY,
    )

"""Why somebody sees or hears of a thing, in a sentence."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from citytandem.conversation.models import Reason

SENTENCES: dict[str, str | Promise] = {
    Reason.WROTE.value: _("You follow this because you wrote it."),
    Reason.COMMENTED.value: _("You follow this because you commented on it."),
    Reason.ANSWERED.value: _("You follow this because you answered it for the city."),
    Reason.CHOSEN.value: _("You follow this because you chose to."),
    Reason.DEPARTMENT.value: _("You follow this because your department answers for it."),
    Reason.MENTIONED.value: _("You follow this because your department was mentioned."),
    Reason.MERGED.value: _("You follow this because an entry that you wrote or followed went into it."),
}

"""What this module tells people beyond the notices that every node has, and for which reasons."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from citytandem.accounts.contract import department_by_id
from citytandem.conversation.models import Reason
from citytandem.notifications import contract as notifications

COMMENTS = "comments"
DEPARTMENT_QUESTION = "department_question"
_COMMENTED, _ANSWERED, _MERGED = "conversation_commented", "conversation_answered", "conversation_merged"

# The code of the sentence that says why, by the reason of following.
WHYS: dict[str, str] = {
    Reason.WROTE.value: notifications.AUTHOR,
    Reason.COMMENTED.value: _COMMENTED,
    Reason.ANSWERED.value: _ANSWERED,
    Reason.CHOSEN.value: notifications.FOLLOWING,
    Reason.DEPARTMENT.value: notifications.DEPARTMENT,
    Reason.MENTIONED.value: notifications.MENTIONED,
    Reason.MERGED.value: _MERGED,
}


def register_all() -> None:
    """Called once when Django is ready."""
    notifications.register_why(_COMMENTED, gettext_lazy("You get this because you commented on it."))
    notifications.register_why(_ANSWERED, gettext_lazy("You get this because you answered it for the city."))
    notifications.register_why(
        _MERGED, gettext_lazy("You get this because an entry that you wrote or followed went into it.")
    )
    notifications.register_template(
        COMMENTS,
        label=gettext_lazy("Several new comments"),
        subject=lambda p: _("New comments: %(title)s") % p,
        body=lambda p: [notifications.Paragraph(_several(p["count"]) % p)],
        action=gettext_lazy("Read them"),
        example={"count": "3"},
    )
    notifications.register_template(
        DEPARTMENT_QUESTION,
        label=gettext_lazy("Question of a department to the sender"),
        subject=lambda p: _("A question to you: %(title)s") % p,
        body=lambda p: [
            notifications.Paragraph(
                _("%(department)s has a question about “%(title)s”:")
                % (dict(p) | {"department": _name(p["department"])})
            ),
            *([notifications.Paragraph(str(p["text"]), "quote")] if p.get("text") else []),
            notifications.Paragraph(_("Your answer helps to find a solution sooner.")),
        ],
        action=gettext_lazy("Answer the question"),
        example={"department": gettext_lazy("Waste management")},
    )


def _several(count: object) -> str:
    number = int(str(count)) if str(count).isdigit() else 2
    return ngettext(
        "There is %(count)s new comment on “%(title)s”.", "There are %(count)s new comments on “%(title)s”.", number
    )


def _name(department: object) -> str:
    """Notices keep ids; a preview brings the name itself."""
    try:
        found = department_by_id(UUID(str(department)))
    except ValueError:
        return str(department)
    return found.name_for(get_language() or "en") if found else _("The city")

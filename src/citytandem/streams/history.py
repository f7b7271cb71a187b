"""What happened to a record, as sentences. Names of people are for those who work with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from citytandem.accounts.contract import Actor
from citytandem.streams.models import Change, ProblemStatus


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the history."""

    text: str
    reason: str
    by: str
    at: datetime


def events_of(changes: Sequence[Change], *, actor: Actor) -> list[Event]:
    """The history in the reader's language, newest first."""
    return [
        Event(text=_words(change), reason=change.reason, by=_name(change, actor), at=change.at)
        for change in changes
        if is_tellable(change, actor)
    ]


def is_tellable(change: Change, actor: Actor) -> bool:
    """What was joined may be internal: public pages show the links themselves, as far as a reader may see them."""
    return actor.is_staff or not change.what.startswith(("link", "routed", "moderated"))


def _name(change: Change, actor: Actor) -> str:
    """Everybody may know that it was done; who did it is for the city's staff and for the person itself."""
    own = change.by_id is not None and change.by_id == actor.id
    return change.by_name if change.by_id is not None and (actor.is_staff or own) else ""


def _words(change: Change) -> str:
    if change.what == "status":
        return _status(change.fields)
    words = {
        "submitted": _("Written"),
        "imported": _("Taken from the source"),
        "shared": _("Came from a partner node"),
        "reused": _("Our city said how far it is with it"),
        "reuse_withdrawn": _("Our city took back that it uses it"),
        "edited": _("Changed"),
        "translated": _("Translated by a machine"),
        "linked": _("Joined with a solution"),
        "link_suggested": _("The match suggested a solution"),
        "link_confirmed": _("A suggested solution was confirmed"),
        "link_rejected": _("A suggested solution was turned down"),
        "moderated": _("Decided by moderation"),
        "merged": _("Merged into another entry"),
        "took_in": _("Another entry that says the same was merged into this one"),
        "split": _("Stands on its own again"),
        "routed": _("Given to a department"),
        "answered": _("Answered by the city"),
        "escalated": _("Escalated: the service time is over"),
    }
    return words.get(change.what, _("Changed"))


def _status(fields: Mapping[str, Any]) -> str:
    values = fields.get("status") or ["", ""]
    labels = {"": _("not said"), **dict(ProblemStatus.choices)}
    old, new = (str(labels.get(value, value)) for value in values)
    return _("Moved from “%(old)s” to “%(new)s”") % {"old": old, "new": new}

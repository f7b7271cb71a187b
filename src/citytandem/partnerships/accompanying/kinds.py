"""Every kind of record of the work: one description, by which it is written, shown and shared.

A kind to add: its model in `models/accompanying.py`, a line here, its form in `forms.py`. Travelling to partner nodes follows.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from citytandem.partnerships.models import (
    ActionDone,
    ActionItem,
    AgendaItem,
    ContactNote,
    Document,
    Finding,
    Funding,
    Meeting,
    Memorandum,
    Milestone,
    Signature,
    Stay,
    Topic,
    WorkRecord,
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record.

    `texts`: columns with texts by language, `fields`: the others that are written and shared. `parent`: the column of the
    record that it belongs to or answers; `is_part`: it is nothing without that. `page`: the part of the work page that shows
    it. `is_typed`: it has a form of its own (others come to be by doing something).
    """

    name: str
    model: type[WorkRecord]
    label: str | Promise
    add: str | Promise
    page: str
    texts: tuple[str, ...] = ("title", "text")
    fields: tuple[str, ...] = ()
    parent: str = ""
    is_part: bool = False
    is_typed: bool = True

    @property
    def local_kind(self) -> str:
        """What the federation calls it on this side."""
        return f"partnership_{self.name}"


_MEETING_FIELDS = (
    "format", "state", "starts_at", "ends_at", "zone", "host", "place", "link", "working_languages", "moderation",
    "experts", "excursions", "travel", "sequence",
)  # fmt: skip
_ALL = (
    Kind("topic", Topic, _("Topic"), _("Add a topic"), "", fields=("position", "is_public")),
    Kind("milestone", Milestone, _("Milestone"), _("Add a milestone"), "", parent="topic",
         fields=("starts_on", "due_on", "done_on", "is_public")),
    Kind("meeting", Meeting, _("Meeting"), _("Plan a meeting"), "meetings", texts=("title", "text", "because"),
         fields=_MEETING_FIELDS),
    Kind("agenda", AgendaItem, _("Point of the agenda"), _("Add a point"), "meetings", texts=("title", "text", "told"),
         fields=("position", "minutes", "city"), parent="meeting", is_part=True),
    Kind("action", ActionItem, _("Action"), _("Add an action"), "meetings", fields=("city", "due_on"), parent="meeting"),
    Kind("done", ActionDone, _("Action done"), "", "meetings", fields=("city", "on"), parent="action", is_part=True,
         is_typed=False),
    Kind("document", Document, _("Document"), _("Share a document"), "papers", fields=("address",)),
    Kind("memorandum", Memorandum, _("Memorandum"), _("Write a memorandum"), "papers",
         fields=("number", "offered_on", "digest")),
    Kind("signature", Signature, _("Signature"), "", "papers", fields=("city", "digest", "on"), parent="memorandum",
         is_part=True, is_typed=False),
    Kind("funding", Funding, _("Joint application"), _("Add an application"), "papers",
         fields=("call", "address", "lead", "amount", "currency", "due_on", "state")),
    Kind("stay", Stay, _("Desk sharing or expert assignment"), _("Add a stay"), "papers",
         fields=("kind", "from_city", "to_city", "starts_on", "ends_on", "weekdays", "function", "cost", "currency",
                 "is_public")),
    Kind("finding", Finding, _("Finding"), "", "results", fields=("kind", "value", "unit", "position"), is_typed=False),
    Kind("contact", ContactNote, _("Contact"), _("Note a contact"), "results", fields=("on", "way")),
)  # fmt: skip
# By name; parents stand before what belongs to them.
KINDS: dict[str, Kind] = {kind.name: kind for kind in _ALL}


def kind_of(row: WorkRecord) -> Kind:
    """The kind of a row."""
    return next(kind for kind in _ALL if isinstance(row, kind.model))

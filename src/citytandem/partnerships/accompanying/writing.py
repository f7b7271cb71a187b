"""Writing records of the work: each by the node that it belongs to, and told to the partner nodes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.core import clock, events
from citytandem.core.errors import Conflict, Invalid, NotFound
from citytandem.core.permissions import require
from citytandem.core.text import MAX_TEXT, MAX_TITLE, clean_line, clean_text
from citytandem.federation.contract import changed
from citytandem.files.contract import attachments_remove_all
from citytandem.partnerships.accompanying.checking import check
from citytandem.partnerships.accompanying.events import WorkRecordChanged
from citytandem.partnerships.accompanying.files import KIND as FILES
from citytandem.partnerships.accompanying.kinds import KINDS, Kind, kind_of
from citytandem.partnerships.accompanying.members import member_ids
from citytandem.partnerships.models import ContactNote, Document, Meeting, Partnership, WorkRecord
from citytandem.search.detect import detect_language

# What a calendar has to know anew (RFC 5546, 2.1.4).
_OF_CALENDARS = ("starts_at", "ends_at", "zone", "place", "link", "state", "title")
# Kept here alone: who of ours does it.
OWN_FIELDS = {"action": ("person",)}


def partnership_locked(partnership_id: UUID, *, by: Actor) -> Partnership:
    """The partnership, locked, if `by` works in it. Raises NotFound, Forbidden."""
    found = Partnership.objects.select_for_update().filter(id=partnership_id).first()
    if found is None:
        raise NotFound("partnership.unknown", _("There is no partnership of this name here."))
    require("partnerships.work", by, found)
    return found


@transaction.atomic
def record_write(
    name: str, *, partnership_id: UUID, values: Mapping[str, Any], by: Actor, record_id: UUID | None = None
) -> Any:
    """Write a record of the kind `name` (`kinds.KINDS`), or a new version of one of ours.

    values: texts as plain strings, other columns as their Python values, cities and parents as rows or, under `<column>_id`,
    by their ids; what is not named stays. Raises Forbidden, NotFound, Invalid, and Conflict where a partner
    wrote it or its words are fixed.
    """
    partnership = partnership_locked(partnership_id, by=by)
    kind = KINDS[name]
    now = clock.now()
    row: Any = (
        own_record(name, record_id, partnership=partnership)
        if record_id is not None
        else kind.model(partnership=partnership, created_by_id=by.id, created_at=now, language="")
    )
    before = {column: getattr(row, column, None) for column in _OF_CALENDARS}
    _set(row, kind, values)
    check(row, members=member_ids(partnership))
    if isinstance(row, Meeting) and record_id and before != {column: getattr(row, column) for column in _OF_CALENDARS}:
        row.sequence += 1
    row.changed_at = now
    row.save(force_insert=record_id is None)
    if isinstance(row, ContactNote):
        contact_on(partnership, row.on)
    tell(row)
    return row


def contact_on(partnership: Partnership, day: date) -> None:
    """The cities were in touch on a day: the latest one stays."""
    rows = Partnership.objects.filter(Q(last_contact_on=None) | Q(last_contact_on__lt=day), id=partnership.id)
    rows.update(last_contact_on=day)


@transaction.atomic
def record_remove(name: str, *, partnership_id: UUID, record_id: UUID, by: Actor) -> None:
    """Take a record of ours out, and what is nothing without it. Partners are told that it is gone."""
    partnership = partnership_locked(partnership_id, by=by)
    row = own_record(name, record_id, partnership=partnership)
    if row.pk and name == "memorandum" and row.offered_on is not None:
        raise Conflict("memorandum.offered", _("This version was offered for signature: it stays as it is."))
    parts = [part for part in KINDS.values() if part.is_part and part.parent in _columns_to(part.model, type(row))]
    gone = [row, *(one for part in parts for one in part.model._default_manager.filter(**{part.parent: row}))]  # noqa: SLF001 - the manager
    for one in gone:
        tell(one)
    if isinstance(row, Document):
        attachments_remove_all(FILES, [row.id])
    row.delete()


def own_record(name: str, record_id: UUID, *, partnership: Partnership) -> Any:
    """A record that our node wrote. Raises NotFound, Conflict for one of a partner: it has another writer."""
    row = record_of(name, record_id, partnership=partnership)
    if row.origin:
        raise Conflict("partnership.of_partner", _("Your partner wrote this: only they can change it."))
    return row


def record_of(name: str, record_id: UUID, *, partnership: Partnership) -> Any:
    """A record of this partnership, whoever wrote it; raises NotFound."""
    kind = KINDS.get(name)
    rows = kind.model._default_manager.filter(id=record_id, partnership=partnership) if kind else None  # noqa: SLF001 - the manager
    row = rows.first() if rows is not None else None
    if row is None:
        raise NotFound("partnership.record_unknown", _("This is not here, or not any more."))
    return row


def tell(row: WorkRecord) -> None:
    """Other modules and the partner nodes learn that a record of ours was written or goes."""
    kind = kind_of(row)
    events.emit(WorkRecordChanged(partnership=row.partnership_id, kind=kind.name, record=row.id))
    if not row.origin:
        changed(kind.local_kind, row.id)


def in_words(text: str, *, hint: str = "") -> tuple[str, dict[str, dict[str, str]]]:
    """The language of a text, and the text as it is stored."""
    language = detect_language(text, hint=hint or get_language() or "en") if text else hint
    return language, ({language: {"text": text, "by": "human"}} if text else {})


def _set(row: Any, kind: Kind, values: Mapping[str, Any]) -> None:
    title = clean_line(str(values.get("title", "")))
    if "title" in values:
        if not title:
            raise Invalid("partnership.title_missing", _("Say in a few words what it is."), field="title")
        long = " ".join(str(values.get(name, "")) for name in kind.texts)
        row.language, row.title = in_words(title, hint=row.language)
        row.language = detect_language(long, hint=row.language)
        row.title = {row.language: {"text": title, "by": "human"}}
    if len(title) > MAX_TITLE:
        raise Invalid("partnership.text_too_long", _("This is too long."), field="title")
    for name in kind.texts:
        if name == "title" or name not in values:
            continue
        text = clean_text(str(values[name]))
        if len(text) > MAX_TEXT:
            raise Invalid("partnership.text_too_long", _("This is too long."), field=name)
        setattr(row, name, {row.language: {"text": text, "by": "human"}} if text else {})
    for name in (*kind.fields, *([kind.parent] if kind.parent else ()), *OWN_FIELDS.get(kind.name, ())):
        if name in values:
            setattr(row, name, _cleaned(row, name, values[name]))
        elif f"{name}_id" in values:
            setattr(row, name, _related(row, name, values[f"{name}_id"]))


def _related(row: Any, name: str, key: Any) -> Any:
    """The row of this id; raises NotFound where there is none."""
    if not key:
        return None
    target: Any = row._meta.get_field(name).related_model  # noqa: SLF001 - Django's public meta API
    found = target._default_manager.filter(pk=key).first()  # noqa: SLF001 - the manager
    if found is None:
        raise NotFound("partnership.record_unknown", _("This is not here, or not any more."))
    return found


def _cleaned(row: Any, name: str, value: Any) -> Any:
    field = row._meta.get_field(name)  # noqa: SLF001 - Django's public meta API
    if isinstance(value, str) and isinstance(field, models.TextField):
        return clean_text(value)
    if isinstance(value, str) and isinstance(field, models.CharField):
        line = clean_line(value)
        if field.max_length is not None and len(line) > field.max_length:
            raise Invalid("partnership.text_too_long", _("This is too long."), field=name)
        return line
    return value


def _columns_to(model: type[Any], target: type[Any]) -> set[str]:
    return {field.name for field in model._meta.concrete_fields if field.is_relation and field.related_model is target}  # noqa: SLF001 - fields

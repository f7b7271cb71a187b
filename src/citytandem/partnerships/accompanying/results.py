"""Writing what came of a partnership: findings, and quotes with consent."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.core import clock
from citytandem.core.errors import Conflict, Invalid, NotFound
from citytandem.core.text import MAX_TEXT, MAX_TITLE, clean_line, clean_text
from citytandem.core.versions import texts_of
from citytandem.partnerships.accompanying.members import member_ids
from citytandem.partnerships.accompanying.writing import in_words, own_record, partnership_locked, tell
from citytandem.partnerships.models import Finding, FindingKind, Partnership, Quote


@dataclass(frozen=True, slots=True)
class Noted:
    """A finding as it is typed. `value` and `unit`: of a figure."""

    kind: str
    title: str
    text: str = ""
    value: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A quote as it is typed. `consents`: the person has agreed to be quoted with it."""

    text: str
    speaker: str
    function: str = ""
    city: UUID | None = None
    consents: bool = False


@transaction.atomic
def finding_write(told: Noted, *, partnership_id: UUID, by: Actor, finding_id: UUID | None = None) -> Finding:
    """Note a finding, or change one. Raises Forbidden, NotFound, Invalid (no title, a figure without a value)."""
    partnership = partnership_locked(partnership_id, by=by)
    title, text = clean_line(told.title)[:MAX_TITLE], clean_text(told.text)[:MAX_TEXT]
    if not title:
        raise Invalid("partnership.title_missing", _("Say in a few words what it is."), field="title")
    if told.kind not in FindingKind.values:
        raise Invalid("partnership.choice_unknown", _("Choose one of these."), field="kind")
    value = clean_line(told.value)[:40]
    if told.kind == FindingKind.FIGURE and not value:
        raise Invalid("finding.value_missing", _("A figure needs its value."), field="value")
    now = clock.now()
    row = (
        _own_finding(finding_id, partnership)
        if finding_id
        else Finding(partnership=partnership, created_by_id=by.id, created_at=now)
    )
    if finding_id is None:
        row.position = Finding.objects.filter(partnership=partnership, kind=told.kind).count()
    row.kind, row.value, row.unit = told.kind, value, clean_line(told.unit)[:40]
    row.language, row.title = in_words(title, hint=row.language)
    row.text = {row.language: {"text": text, "by": "human"}} if text else {}
    row.changed_at = now
    row.save()
    tell(row)
    return row


@transaction.atomic
def finding_remove(finding_id: UUID, *, partnership_id: UUID, by: Actor) -> None:
    """Take a finding out."""
    row = _own_finding(finding_id, partnership_locked(partnership_id, by=by))
    tell(row)
    row.delete()


@transaction.atomic
def quote_write(told: Said, *, partnership_id: UUID, by: Actor, quote_id: UUID | None = None) -> Quote:
    """Note what somebody said. Other words than those agreed to need a new yes. Raises Forbidden, Invalid, Conflict."""
    partnership = partnership_locked(partnership_id, by=by)
    text, speaker = clean_text(told.text)[:MAX_TEXT], clean_line(told.speaker)[:120]
    if not text:
        raise Invalid("quote.text_missing", _("What was said is missing."), field="text")
    if not speaker:
        raise Invalid("quote.speaker_missing", _("Say who said it."), field="speaker")
    if told.city is not None and told.city not in member_ids(partnership):
        raise Invalid("partnership.not_a_member", _("This city does not belong to the partnership."), field="city")
    row = quote_of(quote_id, partnership) if quote_id else Quote(partnership=partnership, noted_by_id=by.id)
    if row.withdrawn_at is not None:
        raise Conflict("quote.withdrawn", _("The person has taken their consent back: these words stay out."))
    before = texts_of(row.text).get(row.language)
    row.language, row.text = in_words(text, hint=row.language)
    row.speaker, row.function, row.city_id = speaker, clean_line(told.function)[:160], told.city
    if not told.consents:
        row.consented_at = None
    elif row.consented_at is None or before != text:
        row.consented_at = clock.now()
    row.noted_at = clock.now()
    row.save()
    return row


@transaction.atomic
def quote_withdraw(quote_id: UUID, *, partnership_id: UUID, by: Actor) -> Quote:
    """The person takes their consent back: the words go at once. One that nobody agreed to is deleted by this, too."""
    row = quote_of(quote_id, partnership_locked(partnership_id, by=by))
    if row.consented_at is None:
        row.delete()
        return row
    if row.withdrawn_at is None:
        row.withdrawn_at = clock.now()
        row.text, row.speaker, row.function, row.person = {}, "", "", None
        row.save()
    return row


def finding_of(finding_id: UUID, partnership: Partnership) -> Finding:
    """A finding of this partnership that our city wrote; raises NotFound, Conflict for one of a partner."""
    return _own_finding(finding_id, partnership)


def _own_finding(finding_id: UUID, partnership: Partnership) -> Finding:
    row: Finding = own_record("finding", finding_id, partnership=partnership)
    return row


def quote_of(quote_id: UUID, partnership: Partnership) -> Quote:
    """A quote of this partnership; raises NotFound."""
    row = Quote.objects.filter(id=quote_id, partnership=partnership).first()
    if row is None:
        raise NotFound("partnership.record_unknown", _("This is not here, or not any more."))
    return row

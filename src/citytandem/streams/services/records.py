"""Submitting and editing problems and solutions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.conversation.contract import follow_from_the_start
from citytandem.core import clock, events
from citytandem.core.areas import middle_of
from citytandem.core.errors import Conflict, Invalid
from citytandem.core.ids import short_code, uuid7
from citytandem.core.languages import is_language
from citytandem.core.permissions import require
from citytandem.core.text import MAX_TEXT, MAX_TITLE, clean_line, clean_text
from citytandem.core.versions import human_versions
from citytandem.moderation.contract import Trace
from citytandem.search.detect import detect_language
from citytandem.streams import notices
from citytandem.streams.contract import RecordSubmitted
from citytandem.streams.models import (
    Change,
    Moderation,
    PlaceKind,
    Problem,
    ProblemStatus,
    Record,
    Solution,
    SolutionUse,
    Visibility,
    record_model,
)
from citytandem.streams.relabelling import is_taken, relabel, same_words
from citytandem.streams.selectors import changed_by_people, record_get
from citytandem.streams.services.checks import checked_note, checked_value
from citytandem.streams.services.screening import screen_record
from citytandem.streams.translated import drop_stale, machine_versions, put_back

EDITABLE = {
    "problem": {"sender", "affected", "evidence"},
    "solution": {
        "kind", "trl", "stage", "provider", "licence", "cost_low", "cost_high", "cost_note", "frame_conditions",
        "standards", "contact_role", "reuse_notes", "url", "publiccode",
    },
}  # fmt: skip
SHARED = {"themes", "city", "place_kind", "place_name", "latitude", "longitude", "area", "visibility"}


@dataclass(frozen=True, slots=True)
class Wording:
    """Title and text in one language. `language` empty: it is found out. `text` None: it stays as it is.

    `corrects`: the language under which these words stand wrongly; empty: not said.
    """

    title: str
    text: str | None
    language: str = ""
    corrects: str = ""


_NO_TRACE = Trace()


@transaction.atomic
def record_submit(
    *,
    kind: str,
    wording: Wording,
    by: Actor,
    details: Mapping[str, Any] | None = None,
    organisation: UUID | None = None,
    trace: Trace = _NO_TRACE,
) -> Any:
    """Write a new problem or solution, for an `organisation` of the writer's where it is named.

    It waits for a person where moderation says so: `record.moderation` tells. Raises Forbidden, Invalid.
    """
    require("streams.submit", by, kind)
    if organisation is not None and organisation not in by.organisations:
        raise Invalid("organisation.not_yours", _("You do not belong to this organisation."), field="organisation")
    title, text, language = _checked_words(wording)
    now = clock.now()
    record = record_model(kind)(id=uuid7(), created_at=now, changed_at=now, created_by_id=by.id, language=language)
    record.code = short_code(record.id)
    record.title = {language: {"text": title, "by": "human"}}
    record.text = {language: {"text": text, "by": "human"}} if text else {}
    record.visibility = Visibility.PUBLIC
    record.organisation_id = organisation
    _assign(record, kind, details or {})
    record.save(force_insert=True)
    log_change(record, "submitted", by=by)
    screen_record(record, kind, by=by, trace=trace)
    follow_from_the_start(kind=kind, object_id=record.id)
    events.emit(RecordSubmitted(kind=kind, object_id=record.id))
    events.emit(events.RecordChanged(kind=kind, object_id=record.id))
    return record


@transaction.atomic
def record_edit(
    *,
    kind: str,
    key: str | UUID,
    version: int,
    by: Actor,
    wording: Wording | None = None,
    details: Mapping[str, Any],
    trace: Trace = _NO_TRACE,
) -> Any:
    """Change a record. `version` is the one the editor saw; raises Conflict if somebody was quicker."""
    record = record_get(by, kind=kind, key=key)
    record = record_model(kind)._default_manager.select_for_update().get(id=record.id)  # noqa: SLF001 - the manager
    require("streams.edit", by, record)
    if record.version != version:
        raise Conflict(
            "record.changed_meanwhile",
            _("Somebody else has changed this entry in the meantime. Your text is kept below; compare and save again."),
            current_version=record.version,
        )
    before = _snapshot(record)
    if wording is not None:
        _write_words(record, wording)
    _assign(record, kind, details)
    drop_stale(record)
    changed = {name: [old, new] for name, (old, new) in _differences(before, _snapshot(record)).items()}
    if not changed:
        return record
    record.version += 1
    record.changed_at = clock.now()
    record.save()
    log_change(record, "edited", by=by, fields=changed)
    # A comma is put right within a second: how long the form was open tells nothing here.
    screen_record(record, kind, by=by, trace=replace(trace, shown_at=""))
    events.emit(events.RecordChanged(kind=kind, object_id=record.id))
    return record


def _write_words(record: Any, wording: Wording) -> None:
    """The version of one language. The same words under another language correct the language of that version."""
    title, text, language = _checked_words(wording)
    sent = None if wording.text is None else text
    if is_taken(record, title=title, text=sent, language=language):
        message = _("There are other words in this language already. Change those first.")
        raise Invalid("language.taken", message, field="language")
    wrong = wording.corrects or same_words(record, title=title, text=sent, language=language)
    if wrong:
        relabel(record, wrong=wrong, right=language)
    record.title = {**record.title, language: {"text": title, "by": "human"}}
    if wording.text is not None:
        others = {code: version for code, version in record.text.items() if code != language}
        record.text = {**others, language: {"text": text, "by": "human"}} if text else others


@transaction.atomic
def problem_set_status(*, key: str | UUID, status: str, reason: str, by: Actor) -> Problem:
    """Move a problem on, with a reason that everybody can read. Raises NotFound, Forbidden, Invalid."""
    problem: Problem = record_get(by, kind="problem", key=key)
    require("streams.set_status", by, problem)
    if status not in ProblemStatus.values:
        raise Invalid("status.unknown", _("There is no such status."), field="status")
    told = checked_note("reason", reason)
    if not told:
        raise Invalid("reason.missing", _("Say why: everybody can read it in the history."), field="reason")
    problem = Problem.objects.select_for_update().get(id=problem.id)
    if problem.moderation == Moderation.REMOVED:
        raise Invalid("record.removed", _("Moderation has taken it down."))
    if problem.moderation == Moderation.MERGED:
        raise Invalid("record.merged", _("This entry went into another one. Split it off first."))
    if problem.status == status:
        raise Invalid("status.same", _("It has this status already."), field="status")
    before = problem.status
    set_status(problem, status)
    problem.save(update_fields=STATUS_FIELDS)
    log_change(problem, "status", by=by, fields={"status": [before, status]}, reason=told)
    notices.tell_status([problem], by=by)
    return problem


STATUS_FIELDS = ["status", "changed_at", "version", "answered_at", "solved_at"]


def set_status(problem: Problem, status: str) -> None:
    """Set a status and what goes with it: to move a problem on is an answer, and what is open again is not solved."""
    now = clock.now()
    problem.status = status
    if status != ProblemStatus.CLOSED:
        problem.solved_at = (problem.solved_at or now) if status == ProblemStatus.SOLVED else None
    problem.answered_at = problem.answered_at or now
    problem.changed_at = now
    problem.version += 1


@transaction.atomic
def record_import(
    *,
    kind: str,
    identifier: UUID,
    slug: str,
    language: str,
    title: Mapping[str, str],
    text: Mapping[str, str],
    fields: Mapping[str, Any],
    used_in: Sequence[UUID] = (),
    by: Actor,
    at: datetime | None = None,
) -> Any:
    """Write or refresh a record that comes from a named source, under a fixed id: doing it twice changes nothing.

    What people of this node have changed since stays as they left it.
    """
    now = at or clock.now()
    model = record_model(kind)
    record = model._default_manager.select_for_update().filter(id=identifier).first()  # noqa: SLF001 - the manager
    is_new = record is None
    if record is None:
        record = model(id=identifier, code=short_code(identifier), created_at=now, changed_at=now)
    before, kept = _snapshot(record), machine_versions(record)
    told = {
        **fields,
        "slug": slug,
        "language": language,
        "title": {code: {"text": clean_line(value), "by": "human"} for code, value in title.items()},
        "text": {code: {"text": clean_text(value), "by": "human"} for code, value in text.items()},
    }
    theirs = {} if is_new else changed_by_people(record.id)
    for name, value in told.items():
        if name not in theirs:
            setattr(record, name, value)
        elif name in {"title", "text"}:
            setattr(record, name, _mixed(getattr(record, name), value, kept=theirs[name]))
    put_back(record, kept)
    record.full_clean(exclude=["created_by"], validate_unique=False, validate_constraints=False)
    if is_new or _differences(before, _snapshot(record)):
        record.changed_at = now
        record.version += 0 if is_new else 1
        record.save(force_insert=is_new)
        events.emit(events.RecordChanged(kind=kind, object_id=record.id))
    if isinstance(record, Solution):
        for city in used_in:
            SolutionUse.objects.get_or_create(solution=record, city=city, defaults={"basis": fields.get("basis", "")})
    if is_new:
        log_change(record, "imported", by=by)
    return record


def _mixed(present: Mapping[str, Any], told: Mapping[str, Any], *, kept: Collection[str]) -> dict[str, Any]:
    """The versions that a source tells, but those languages that people have changed as they left them."""
    theirs = {code: version for code, version in human_versions(present).items() if code in kept}
    return {**{code: version for code, version in told.items() if code not in kept}, **theirs}


def log_change(
    record: Record, what: str, *, by: Actor, fields: Mapping[str, Any] | None = None, reason: str = ""
) -> None:
    """One line of the record's history."""
    Change.objects.create(
        kind="problem" if isinstance(record, Problem) else "solution",
        object_id=record.id,
        what=what,
        fields=fields or {},
        reason=reason,
        by_id=by.id,
        by_name=by.name,
        at=clock.now(),
    )


def _checked_words(wording: Wording) -> tuple[str, str, str]:
    title, text = clean_line(wording.title), clean_text(wording.text or "")
    if not title:
        raise Invalid("title.missing", _("Say in a few words what it is about."), field="title")
    if len(title) > MAX_TITLE:
        raise Invalid("title.too_long", _("This title is too long: at most 200 characters."), field="title")
    if len(text) > MAX_TEXT:
        raise Invalid("text.too_long", _("This text is too long: at most 20,000 characters."), field="text")
    language = wording.language or detect_language(f"{title}\n{text}")
    if not is_language(language):
        raise Invalid("language.unknown", _("This language is not one of the nine."), field="language")
    return title, text, language


def _assign(record: Any, kind: str, details: Mapping[str, Any]) -> None:
    for name, value in details.items():
        if name not in EDITABLE[kind] | SHARED:
            raise Invalid("field.unknown", _("This field cannot be written."), field=name)
        setattr(record, name, checked_value(name, value))
    _check_place(record, details)
    if isinstance(record, Solution):
        low, high = record.cost_low, record.cost_high
        if low is not None and high is not None and low > high:
            raise Invalid("cost.order", _("The lower cost is above the higher one."), field="cost_low")


def _check_place(record: Any, details: Mapping[str, Any]) -> None:
    """Whether the place is there that its kind speaks of. Who changes the kind takes the old place away with it."""
    gone = {PlaceKind.CITY: ("latitude", "longitude", "area"), PlaceKind.POINT: ("area",)}
    for name in gone.get(details.get("place_kind", ""), ()):
        if name not in details:
            setattr(record, name, None)
    if record.place_kind == PlaceKind.POINT and (record.latitude is None or record.longitude is None):
        raise Invalid(
            "place.missing",
            _("Give the place as latitude and longitude, or choose the whole city."),
            field="place_kind",
        )
    if (record.latitude is None) != (record.longitude is None):
        raise Invalid(
            "place.missing",
            _("Give the place as latitude and longitude, or choose the whole city."),
            field="latitude" if record.latitude is None else "longitude",
        )
    if record.place_kind == PlaceKind.AREA and not record.area:
        raise Invalid("area.missing", _("Give the corners of the area, or choose the whole city."), field="area")
    if record.place_kind == PlaceKind.AREA:
        # Where the map and the list of places show it.
        record.longitude, record.latitude = (round(degrees, 6) for degrees in middle_of(record.area))


def _snapshot(record: Any) -> dict[str, Any]:
    skipped = {"version", "changed_at", "created_at"}
    return {f.attname: getattr(record, f.attname) for f in record._meta.concrete_fields if f.attname not in skipped}  # noqa: SLF001


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {name: (_plain(before[name]), _plain(after[name])) for name in after if before[name] != after[name]}


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID | Decimal | datetime | date) else value

"""Writing surveys and their questions. What was asked once stays as it was: only its words may still be corrected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.core import clock
from citytandem.core.errors import Conflict, Invalid, NotFound
from citytandem.core.permissions import require
from citytandem.partnerships.models import Partnership, Programme, Survey, SurveyQuestion
from citytandem.partnerships.naming import free_slug
from citytandem.partnerships.surveys.standard import standard_questions

MOST_QUESTIONS = 60
MOST_OPTIONS = 30
_FROZEN = ("kind", "least", "most", "options")


@transaction.atomic
def survey_write(*, programme_id: UUID, survey_id: UUID | None, values: Mapping[str, Any], by: Actor) -> Survey:
    """Begin a survey or change it; values as `SurveyForm` cleans them.

    Raises Forbidden, NotFound, Conflict if the promise to be anonymous should change after somebody was asked.
    """
    programme = Programme.objects.select_for_update().filter(id=programme_id).first()
    if programme is None:
        raise NotFound("programme.unknown", _("There is no programme of this name here."))
    require("partnerships.coordinate", by, programme)
    now = clock.now()
    if survey_id is None:
        # Addresses below /surveys that are no survey's.
        taken = {*Survey.objects.values_list("slug", flat=True), "answer", "open", "thanks"}
        slug = free_slug(values["title"], taken=taken, fallback="survey")
        row = Survey(programme=programme, slug=slug, created_by_id=by.id, created_at=now)
    else:
        row = locked(survey_id, by=by)
        promised = (row.is_anonymous, row.least) != (values["is_anonymous"], values["least"])
        if promised and row.waves.exists():
            told = _("What people were promised when they were asked cannot be changed.")
            raise Conflict("survey.promised", told, field="is_anonymous")
    language = values["language"]
    row.language, row.is_anonymous, row.least, row.changed_at = language, values["is_anonymous"], values["least"], now
    row.title = {**row.title, language: {"text": values["title"], "by": "human"}}
    row.text = {**row.text, language: {"text": values["text"], "by": "human"}} if values["text"] else {}
    row.partnership = _partnership(programme, values.get("partnership") or "")
    row.save()
    if survey_id is None and values.get("standard"):
        SurveyQuestion.objects.bulk_create(
            SurveyQuestion(survey=row, position=place, **columns) for place, columns in enumerate(standard_questions())
        )
    return row


@transaction.atomic
def question_write(*, survey_id: UUID, key: str, values: Mapping[str, Any], by: Actor) -> SurveyQuestion:
    """Add a question (`key` empty) or change one; values as `QuestionForm` cleans them.

    Raises Forbidden, NotFound, Invalid, Conflict if answers exist and more than words should change.
    """
    survey = locked(survey_id, by=by)
    columns = _columns(values)
    if not key:
        if survey.waves.exists():
            raise Conflict("survey.asked_already", _("Somebody was asked already: questions cannot be added now."))
        if survey.questions.count() >= MOST_QUESTIONS:
            many = _("A survey has at most %(most)s questions.") % {"most": MOST_QUESTIONS}
            raise Invalid("survey.too_many_questions", many)
        place = (survey.questions.aggregate(last=Max("position"))["last"] or 0) + 1
        row = SurveyQuestion(survey=survey, position=place, key=_free_key(survey))
    else:
        row = question_of(survey, key)
        if survey.waves.exists() and any(_frozen(row, columns, name) for name in _FROZEN):
            told = _(
                "Somebody was asked already: only the words can be changed, not the kind, the options or the scale."
            )
            raise Conflict("survey.asked_already", told)
    language = values["language"]
    for name in ("text", "low", "high"):
        if columns[name]:
            getattr(row, name)[language] = {"text": columns[name], "by": "human"}
        else:
            getattr(row, name).pop(language, None)
    for name in ("kind", "is_required", "least", "most"):
        setattr(row, name, columns[name])
    row.options = _options(row.options, columns["options"], language)
    row.save()
    _touch(survey)
    return row


@transaction.atomic
def question_move(*, survey_id: UUID, key: str, up: bool, by: Actor) -> None:
    """One place up or down; at the end nothing happens. Raises Forbidden, NotFound."""
    survey = locked(survey_id, by=by)
    rows = list(survey.questions.order_by("position"))
    place = next((number for number, row in enumerate(rows) if row.key == key), None)
    if place is None:
        raise _unknown()
    other = place - 1 if up else place + 1
    if 0 <= other < len(rows):
        one, two = rows[place], rows[other]
        one.position, two.position = two.position, one.position
        SurveyQuestion.objects.bulk_update([one, two], ["position"])
        _touch(survey)


@transaction.atomic
def question_remove(*, survey_id: UUID, key: str, by: Actor) -> None:
    """Take a question out, before anybody was asked. Raises Forbidden, NotFound, Conflict."""
    survey = locked(survey_id, by=by)
    row = question_of(survey, key)
    if survey.waves.exists():
        told = _("Somebody was asked already: questions cannot be taken out now.")
        raise Conflict("survey.asked_already", told)
    row.delete()
    survey.questions.filter(position__gt=row.position).update(position=F("position") - 1)
    _touch(survey)


def locked(survey_id: UUID, *, by: Actor) -> Survey:
    """The survey, locked for its coordination; raises NotFound, Forbidden."""
    row = Survey.objects.select_for_update(of=("self",)).select_related("programme").filter(id=survey_id).first()
    if row is None:
        raise NotFound("survey.unknown", _("There is no such survey."))
    require("partnerships.coordinate", by, row.programme)
    return row


def question_of(survey: Survey, key: str) -> SurveyQuestion:
    """Raises NotFound."""
    row = survey.questions.filter(key=key).first()
    if row is None:
        raise _unknown()
    return row


def _unknown() -> NotFound:
    return NotFound("survey.question_unknown", _("There is no such question."))


def _columns(values: Mapping[str, Any]) -> dict[str, Any]:
    kind = values["kind"]
    has_options = kind in ("choice", "multi")
    options = [line.strip() for line in str(values.get("options") or "").splitlines() if line.strip()]
    if has_options and not 2 <= len(options) <= MOST_OPTIONS:
        told = _("Give 2 to %(most)s options, one on each line.") % {"most": MOST_OPTIONS}
        raise Invalid("survey.options", told, field="options")
    if has_options and len({option.casefold() for option in options}) < len(options):
        raise Invalid("survey.options_twice", _("An option stands there twice."), field="options")
    steps = int(values.get("steps") or 5)
    least, most = (1.0, float(steps)) if kind == "scale" else (values.get("least"), values.get("most"))
    if kind not in ("scale", "number"):
        least = most = None
    if least is not None and most is not None and most <= least:
        raise Invalid("survey.range", _("The largest number has to be above the smallest."), field="most")
    is_scale = kind == "scale"
    return {
        "kind": kind, "text": values["text"], "is_required": values["is_required"], "least": least, "most": most,
        "options": options if has_options else [],
        "low": values.get("low") or "" if is_scale else "", "high": values.get("high") or "" if is_scale else "",
    }  # fmt: skip


def _frozen(row: SurveyQuestion, columns: Mapping[str, Any], name: str) -> bool:
    if name == "options":
        return len(columns["options"]) != len(row.options)
    return bool(getattr(row, name) != columns[name])


def _options(before: Sequence[Mapping[str, Any]], texts: Sequence[str], language: str) -> list[dict[str, Any]]:
    """The options line by line: the key and the other languages of a line stay with its place."""
    found = []
    for place, text in enumerate(texts):
        old: Mapping[str, Any] = before[place] if place < len(before) else {"key": f"o{place + 1}", "text": {}}
        found.append({"key": old["key"], "text": {**old["text"], language: {"text": text, "by": "human"}}})
    return found


def _partnership(programme: Programme, slug: str) -> Partnership | None:
    if not slug:
        return None
    found = programme.partnerships.filter(slug=slug).first()
    if found is None:
        raise Invalid("survey.partnership", _("This partnership is not part of the programme."), field="partnership")
    return found


def _free_key(survey: Survey) -> str:
    taken = set(survey.questions.values_list("key", flat=True))
    return next(f"q{number}" for number in range(1, MOST_QUESTIONS * 50) if f"q{number}" not in taken)


def _touch(survey: Survey) -> None:
    survey.changed_at = clock.now()
    survey.save(update_fields=["changed_at"])

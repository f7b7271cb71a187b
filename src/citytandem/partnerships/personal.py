"""What partnerships keep about people: who is to be asked, who was quoted, and who did what at work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import F, Model, QuerySet
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Exported, Holding
from citytandem.accounts.holdings import register
from citytandem.core import clock
from citytandem.partnerships.models import (
    ActionDone,
    ActionItem,
    AgendaItem,
    Application,
    CityContact,
    CohortSolution,
    ContactNote,
    Document,
    EventPlan,
    Finding,
    Funding,
    Meeting,
    Memorandum,
    Milestone,
    Passport,
    PassportTask,
    Programme,
    Quote,
    Signature,
    Stay,
    Survey,
    SurveyWave,
    Topic,
)

# Every column in which somebody stands who worked on something: what it is called in the copy, and the row's moment.
_WORK: Sequence[tuple[str, type[Model], str, str]] = (
    ("programmes_written", Programme, "created_by", "created_at"),
    ("applications_written", Application, "created_by", "created_at"),
    ("applications_decided", Application, "decided_by", "decided_at"),
    ("groupings_computed", CohortSolution, "created_by", "created_at"),
    ("groupings_published", CohortSolution, "published_by", "published_at"),
    ("findings_noted", Finding, "created_by", "created_at"),
    ("quotes_noted", Quote, "noted_by", "noted_at"),
    ("passports_begun", Passport, "created_by", "created_at"),
    ("passport_tasks_of_mine", PassportTask, "owner", "due_on"),
    ("passport_tasks_done", PassportTask, "done_by", "done_at"),
    ("topics_written", Topic, "created_by", "created_at"),
    ("milestones_written", Milestone, "created_by", "created_at"),
    ("meetings_written", Meeting, "created_by", "created_at"),
    ("agenda_items_written", AgendaItem, "created_by", "created_at"),
    ("actions_written", ActionItem, "created_by", "created_at"),
    ("actions_of_mine", ActionItem, "person", "due_on"),
    ("actions_done", ActionDone, "created_by", "created_at"),
    ("documents_written", Document, "created_by", "created_at"),
    ("memoranda_written", Memorandum, "created_by", "created_at"),
    ("memoranda_signed", Signature, "created_by", "created_at"),
    ("funding_written", Funding, "created_by", "created_at"),
    ("stays_written", Stay, "created_by", "created_at"),
    ("contacts_noted", ContactNote, "created_by", "created_at"),
    ("surveys_written", Survey, "created_by", "created_at"),
    ("events_planned", EventPlan, "created_by", "created_at"),
    ("survey_results_published", SurveyWave, "published_by", "published_at"),
)
# What others said, and who they are.
_LEFT_OUT = frozenset({"speaker", "function"})


def _contacts(person: UUID) -> QuerySet[CityContact]:
    return CityContact.objects.filter(person_id=person)


def _contacts_export(person: UUID) -> Exported:
    columns = ("city__name", "name", "function", "email", "telephone", "languages", "is_deputy", "since", "until")
    return Exported({"contacts": list(_contacts(person).order_by("since", "id").values(*columns))})


def _contacts_erase(person: UUID) -> None:
    """The seat stays and is told as empty: that somebody is missing there has to be seen."""
    _contacts(person).delete()


def _quotes(person: UUID) -> QuerySet[Quote]:
    return Quote.objects.filter(person_id=person)


def _quotes_export(person: UUID) -> Exported:
    columns = ("text", "speaker", "function", "consented_at", "withdrawn_at", "noted_at")
    return Exported({"quotes": list(_quotes(person).order_by("noted_at", "id").values(*columns))})


def _quotes_erase(person: UUID) -> None:
    """Consent ends with the sign-in: the words stand in no paper any more."""
    _quotes(person).filter(consented_at__isnull=False, withdrawn_at=None).update(withdrawn_at=clock.now())
    _quotes(person).update(person=None, speaker="", function="", text={})


def _work_export(person: UUID) -> Exported:
    return Exported({name: _whole(model, field, person, order=order) for name, model, field, order in _WORK})


def _work_erase(person: UUID) -> None:
    """All of it is the city's: colleagues go on with it."""
    for _name, model, field, _order in _WORK:
        _done(model, field, person).update(**{field: None})


def _done(model: type[Model], field: str, person: UUID) -> QuerySet[Any]:
    return model._default_manager.filter(**{field: person})  # noqa: SLF001 - the manager


def _whole(model: type[Model], field: str, person: UUID, *, order: str) -> list[dict[str, Any]]:
    """All columns, but people and what is no word of theirs."""
    names = [
        column.attname
        for column in model._meta.concrete_fields  # noqa: SLF001 - fields
        if column.attname not in _LEFT_OUT and not _is_person(column)
    ]
    return list(_done(model, field, person).order_by(F(order).asc(nulls_last=True), "pk").values(*names))


def _is_person(column: Any) -> bool:
    return column.is_relation and column.related_model._meta.label == "accounts.Person"  # noqa: SLF001 - its name


def register_all() -> None:
    """Called once when Django is ready."""
    register(
        Holding(
            "partnerships.contacts",
            _("Where you are named as a contact"),
            _("So that partner cities know whom to ask, and who stands in."),
            _("You agreed to it (GDPR art. 6(1)(a))."),
            _("Until you or your city take it back. If you erase your sign-in, it is deleted."),
            export=_contacts_export,
            erase=_contacts_erase,
            counted=lambda person: [_contacts(person)],
        )
    )
    register(
        Holding(
            "partnerships.quotes",
            _("What you are quoted with"),
            _("So that result profiles and reports tell in people's own words what came of a partnership."),
            _("You agreed to it (GDPR art. 6(1)(a))."),
            _("Until you take your consent back. If you erase your sign-in, the words go, too."),
            export=_quotes_export,
            erase=_quotes_erase,
            counted=lambda person: [_quotes(person)],
        )
    )
    register(
        Holding(
            "partnerships.work",
            _("What you did for a partnership at work"),
            _("So that colleagues and partner cities know who noted, planned and did what."),
            _("It is needed for a task in the public interest (GDPR art. 6(1)(e))."),
            _("As long as the partnership is in the record. If you erase your sign-in, it stays without your name: it"
              " belongs to the city."),
            export=_work_export,
            erase=_work_erase,
            counted=lambda person: [_done(model, field, person) for _name, model, field, _order in _WORK],
        )
    )  # fmt: skip

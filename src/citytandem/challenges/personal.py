"""What challenges keep about people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import F, Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Exported, Holding
from citytandem.accounts.holdings import register
from citytandem.challenges.models import (
    Challenge,
    ChallengePhase,
    Declaration,
    Gate,
    Juror,
    MeasurementImport,
    Openness,
    PartnerProposal,
    Pilot,
    Proposal,
    ProposalImport,
    ProposalVersion,
    Question,
    Score,
    StepTaken,
    Tender,
)
from citytandem.challenges.models_proposals import ProposalStep
from citytandem.core import events

# A step always has a reason: the database asks for one.
_GONE = "–"

# --- what people hand in ----------------------------------------------------------------------------------------------


def _handed_in(person: UUID) -> QuerySet[Proposal]:
    return Proposal.objects.filter(created_by_id=person)


def _handed_in_export(person: UUID) -> Exported:
    versions = ProposalVersion.objects.filter(proposal__created_by_id=person).order_by("proposal", "number")
    return Exported(
        {
            "proposals": _whole(_handed_in(person), but="created_by_id"),
            "earlier_versions": list(versions.values("proposal_id", "number", "said", "until")),
            "questions": _whole(Question.objects.filter(asked_by_id=person), but="asked_by_id", order="asked_at"),
        }
    )


def _handed_in_erase(person: UUID) -> None:
    """What others may read stays, nobody's. What was mended or taken back before anybody could read it goes, and so does
    why somebody took theirs back.

    Proposals of an organisation are the organisation's as well: its people still answer for every version.
    """
    own = _handed_in(person).filter(organisation=None)
    ProposalVersion.objects.filter(proposal__in=own).delete()
    taken_back = Q(step=ProposalStep.WITHDRAWN, step_since__lt=F("challenge__closes_at"))
    ended_sealed = Q(challenge__phase=ChallengePhase.WITHDRAWN, challenge__phase_since__lt=F("challenge__closes_at"))
    unread = own.filter(taken_back | ended_sealed, challenge__openness=Openness.AFTER_CLOSING)
    gone = list(unread.values_list("id", flat=True))
    Proposal.objects.filter(id__in=gone).update(title={}, text={}, team="", reference="")
    for one in gone:
        events.emit(events.RecordChanged(kind="proposal", object_id=one))
    withdrawals = StepTaken.objects.filter(step=ProposalStep.WITHDRAWN)
    withdrawals.filter(Q(by=person) | Q(proposal__created_by=person)).update(reason=_GONE)
    _handed_in(person).update(created_by=None)
    Question.objects.filter(asked_by_id=person).update(asked_by=None)


# --- the jury ---------------------------------------------------------------------------------------------------------


def _jury_export(person: UUID) -> Exported:
    jurors = Juror.objects.filter(person_id=person)
    told = Declaration.objects.filter(juror__in=jurors).order_by("id")
    given = Score.objects.filter(juror__in=jurors).order_by("id")
    return Exported(
        {
            "juries": list(jurors.order_by("id").values("challenge_id", "number", "invited_at", "done_at")),
            "declarations": list(told.values("proposal_id", "has_interest", "text", "at")),
            "scores": list(given.values("proposal_id", "criterion__key", "value", "note", "at")),
        }
    )


def _jury_erase(person: UUID) -> None:
    """Scores stay under the number of the juror: the ranking was made of them. What somebody wrote goes: their notes, and
    why they had an interest."""
    jurors = Juror.objects.filter(person_id=person)
    Declaration.objects.filter(juror__in=jurors).update(text="")
    Score.objects.filter(juror__in=jurors).update(note="")
    jurors.update(person=None)


# --- work for the city ------------------------------------------------------------------------------------------------

# Every column in which somebody stands who worked on something: what it is called in the copy, and the row's moment.
_WORK: Sequence[tuple[str, type[Model], str, str]] = (
    ("challenges_written", Challenge, "created_by", "created_at"),
    ("challenges_sent_for_review", Challenge, "sent_by", "created_at"),
    ("challenges_published", Challenge, "published_by", "created_at"),
    ("steps_taken", StepTaken, "by", "at"),
    ("answers_given", Question, "answered_by", "asked_at"),
    ("imports_of_proposals", ProposalImport, "started_by", "created_at"),
    ("imports_of_measurements", MeasurementImport, "started_by", "created_at"),
    ("pilots_planned", Pilot, "created_by", "created_at"),
    ("plans_of_pilots_changed", Pilot, "planned_by", "created_at"),
    ("reviews_of_pilots", Gate, "by", "at"),
    ("answers_to_partner_cities", PartnerProposal, "created_by", "created_at"),
    ("tender_packages", Tender, "created_by", "created_at"),
)
# Tables of others, and what pages compute: no words of the person.
_LEFT_OUT = frozenset({"table", "bad", "result", "findings", "sent_by_id", "published_by_id", "asked_by_id"})


def _work_export(person: UUID) -> Exported:
    return Exported(
        {
            name: _whole(_done(model, field, person), but=f"{field}_id", order=order)
            for name, model, field, order in _WORK
        }
    )


def _work_erase(person: UUID) -> None:
    """All of it is the city's: drafts too, for everybody who works there reads them and may go on with them."""
    for _name, model, field, _order in _WORK:
        _done(model, field, person).update(**{field: None})


def _done(model: type[Model], field: str, person: UUID) -> QuerySet[Any]:
    return model._default_manager.filter(**{field: person})  # noqa: SLF001 - the manager


def _whole(rows: QuerySet[Any], *, but: str, order: str = "created_at") -> list[dict[str, Any]]:
    """All columns, but the person themselves, other people, and what is no word of theirs."""
    people = {field.attname for field in rows.model._meta.concrete_fields if _is_person(field)}  # noqa: SLF001 - fields
    names = [
        field.attname
        for field in rows.model._meta.concrete_fields  # noqa: SLF001 - fields
        if field.attname not in people | _LEFT_OUT | {but}
    ]
    return list(rows.order_by(order, "pk").values(*names))


def _is_person(field: Any) -> bool:
    return field.is_relation and field.related_model._meta.label == "accounts.Person"  # noqa: SLF001 - its name


def register_all() -> None:
    """Called once when Django is ready."""
    register(
        Holding(
            "challenges.proposals",
            _("Proposals and questions"),
            _("So that the city can assess what you hand in for a challenge, answer you, and tell you each step."),
            _("You asked for it by handing something in (GDPR, article 6, paragraph 1 b)."),
            _("As long as the challenge is there: others have to be able to see how it was decided. If you erase your"
              " sign-in, your proposals and questions stay without your name; earlier versions go, and so do the words"
              " of what you took back before anybody could read it. Change first what tells in its own words who you are."),
            export=_handed_in_export,
            erase=_handed_in_erase,
            counted=lambda person: [_handed_in(person), Question.objects.filter(asked_by_id=person)],
        )
    )  # fmt: skip
    register(
        Holding(
            "challenges.jury",
            _("Juries that you are in"),
            _("So that proposals are assessed by several people, and nobody with an interest has a say."),
            _("It is needed for a task in the public interest (GDPR art. 6(1)(e))."),
            _("As long as the challenge is there. If you erase your sign-in, your scores stay under a number; what you"
              " wrote about them, or about an interest of yours, is deleted."),
            export=_jury_export,
            erase=_jury_erase,
            counted=lambda person: [
                Juror.objects.filter(person_id=person),
                Declaration.objects.filter(juror__person_id=person),
                Score.objects.filter(juror__person_id=person),
            ],
        )
    )  # fmt: skip
    register(
        Holding(
            "challenges.work",
            _("What you did for a challenge at work"),
            _("So that colleagues know who wrote, reviewed, published and decided what: two people are needed for it."),
            _("It is needed for a task in the public interest (GDPR art. 6(1)(e))."),
            _("As long as the challenge is there. If you erase your sign-in, all of it stays without your name, drafts as"
              " well: they belong to the city."),
            export=_work_export,
            erase=_work_erase,
            counted=lambda person: [_done(model, field, person) for _name, model, field, _order in _WORK],
        )
    )  # fmt: skip

"""Reports: somebody says that a thing breaks the law or the rules (DSA art. 16)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.core import clock, events
from citytandem.core.errors import Conflict, Forbidden, Invalid
from citytandem.core.ids import short_code, uuid7
from citytandem.core.permissions import require
from citytandem.core.subjects import Subject
from citytandem.core.text import clean_line, clean_text
from citytandem.moderation import notices
from citytandem.moderation.grounds import CHILDREN, GROUNDS
from citytandem.moderation.happened import ReportReceived
from citytandem.moderation.models import Case, Origin, Report
from citytandem.moderation.services.decisions import require_fresh_eyes
from citytandem.moderation.services.opening import Seen, case_open
from citytandem.moderation.things import in_its_own_words, readable_subject, snapshot_of, whole_text

MOST_EXPLAINED = 2_000
# A sentence: a reason that nobody can understand cannot be examined (art. 16(2)(a): "sufficiently substantiated").
LEAST_EXPLAINED = 15


@dataclass(frozen=True, slots=True)
class Complaint:
    """What somebody writes in a report. `name` and `email` are for visitors; who signed in is known."""

    ground: str
    explanation: str
    good_faith: bool
    name: str = ""
    email: str = ""


@transaction.atomic
def report_make(*, kind: str, object_id: UUID, complaint: Complaint, language: str, by: Actor) -> Report:
    """Take in a report; it joins the open case of the thing or opens one. The thing stays as it is until a person decides.

    Raises NotFound for a thing that the reporter may not read, Invalid, and Conflict for a second report by the same
    person while the first one waits. Source: Regulation (EU) 2022/2065, art. 16(1), (2) and (4).
    """
    require("moderation.report", by)
    thing = in_its_own_words(readable_subject(by, kind=kind, object_id=object_id, reader=language))
    told = _checked(complaint, by=by)
    case = case_open(
        kind=kind,
        object_id=object_id,
        origin=Origin.REPORT,
        reasons=[{"code": "report"}],
        seen=_seen(thing),
    )
    if by.id is not None and case.reports.filter(by_id=by.id).exists():
        raise Conflict("report.again", _("You have reported this already. We are looking at it."))
    identifier = uuid7()
    report = Report.objects.create(
        id=identifier,
        code=short_code(identifier),
        case=case,
        by_id=by.id,
        name=told.name,
        email=told.email,
        ground=told.ground,
        explanation=told.explanation,
        good_faith=told.good_faith,
        language=language,
        at=clock.now(),
    )
    notices.report_received(report)
    events.emit(ReportReceived(case_id=case.id))
    return report


@transaction.atomic
def case_take_up(*, kind: str, object_id: UUID, language: str, by: Actor) -> Case:
    """A moderator opens a case without a report. Raises NotFound; Forbidden, also for the author and for whoever decided
    before an appeal about it was decided."""
    require("moderation.decide", by)
    thing = in_its_own_words(readable_subject(by, kind=kind, object_id=object_id, reader=language))
    if thing.author == by.id:
        raise Forbidden("case.own_text", _("This is your own text. Somebody else decides about it."))
    require_fresh_eyes(kind, object_id, by=by)
    case = case_open(
        kind=kind,
        object_id=object_id,
        origin=Origin.MODERATOR,
        reasons=[{"code": "moderator"}],
        seen=_seen(thing),
    )
    require("moderation.decide", by, case)
    return case


def _seen(thing: Subject) -> Seen:
    language = thing.original_language or thing.language
    return Seen(whole_text(thing), language, snapshot_of(thing), thing.author)


def _checked(complaint: Complaint, *, by: Actor) -> Complaint:
    if complaint.ground not in GROUNDS:
        raise Invalid("ground.unknown", _("Choose what is wrong."), field="ground")
    explanation = clean_text(complaint.explanation)
    if len(explanation) < LEAST_EXPLAINED:
        unclear = _("Say in a sentence or two why you think so. Without that we cannot examine it.")
        raise Invalid("explanation.missing", unclear, field="explanation")
    if len(explanation) > MOST_EXPLAINED:
        too_long = _("This is too long: at most %(most)s characters.") % {"most": MOST_EXPLAINED}
        raise Invalid("explanation.too_long", too_long, field="explanation")
    if not complaint.good_faith:
        unsure = _("Please confirm that what you say is right and complete as far as you know.")
        raise Invalid("report.good_faith", unsure, field="good_faith")
    name, email = ("", "") if by.id is not None else _who(complaint)
    return Complaint(complaint.ground, explanation, good_faith=True, name=name, email=email)


def _who(complaint: Complaint) -> tuple[str, str]:
    """Name and address of a visitor (art. 16(2)(c)); nobody has to give them where it is about abuse of children."""
    name, email = clean_line(complaint.name)[:120], clean_line(complaint.email)
    if complaint.ground == CHILDREN and not email:
        return name, ""
    if not name and complaint.ground != CHILDREN:
        raise Invalid(
            "report.name", _("Please give your name. It is shown to nobody but the moderators."), field="name"
        )
    try:
        validate_email(email)
    except ValidationError as error:
        message = _("Please give an e-mail address at which we can tell you what was decided.")
        raise Invalid("report.email", message, field="email") from error
    return name, email

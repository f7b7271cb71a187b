"""Writing a challenge, having it reviewed, publishing it, and leading it through its phases."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.challenges import notices_challenges as notices
from citytandem.challenges.addresses import slug_of
from citytandem.challenges.funnel import Phase
from citytandem.challenges.models import Challenge, ChallengeProblem, Criterion
from citytandem.challenges.services.drafts import MOST_PROBLEMS, Dates, Draft, draft_write
from citytandem.challenges.services.log import log_append
from citytandem.challenges.services.phases import challenge_locked, phase_enter
from citytandem.challenges.services.published import begin_anew, check_version, criteria_facts, told_time
from citytandem.challenges.services.running import challenge_extend, challenge_withdraw
from citytandem.challenges.usual import usual_criteria
from citytandem.challenges.usual_kinds import usual_kind
from citytandem.core import clock, events
from citytandem.core.errors import Conflict, Invalid
from citytandem.core.ids import short_code, uuid7
from citytandem.core.permissions import require
from citytandem.core.text import MAX_TEXT, clean_text
from citytandem.core.versions import read
from citytandem.streams.contract import problems_advance, problems_by_id

__all__ = [
    "Dates", "Draft", "assessment_start", "challenge_draft", "challenge_edit", "challenge_extend", "challenge_publish",
    "challenge_return", "challenge_send", "challenge_withdraw",
]  # fmt: skip


@transaction.atomic
def challenge_draft(draft: Draft, *, by: Actor, kind: str = "", identifier: UUID | None = None) -> Challenge:
    """Begin a challenge with the usual criteria, weighted as usual for this kind of call. Raises Forbidden, Invalid.

    `identifier`: of one that comes from elsewhere under an id of its own.
    """
    require("challenges.draft", by)
    now = clock.now()
    challenge = Challenge(
        id=identifier or uuid7(),
        created_at=now,
        changed_at=now,
        phase_since=now,
        created_by_id=by.id,
        language=draft.language,
    )
    challenge.code = short_code(challenge.id)
    draft_write(challenge, draft, by=by)
    challenge.save(force_insert=True)
    _join(challenge, draft.problems, by=by)
    weights = usual_kind(kind).weights if kind else {}
    Criterion.objects.bulk_create(
        Criterion(challenge=challenge, position=number, **{**values, "weight": weights.get(values["key"], values["weight"])})
        for number, values in enumerate(usual_criteria(draft.language))
    )  # fmt: skip
    return challenge


@transaction.atomic
def challenge_edit(challenge_id: UUID, draft: Draft, *, version: int, by: Actor) -> Challenge:
    """Change a challenge that is not published. `version` is the one the editor saw; raises Conflict, Invalid."""
    challenge = challenge_locked(challenge_id)
    require("challenges.edit", by, challenge)
    if challenge.phase not in {Phase.DRAFT, Phase.IN_REVIEW}:
        raise Conflict("challenge.published", _("This challenge is published. Bidders rely on what it says."))
    check_version(challenge, version)
    draft_write(challenge, draft, by=by)
    begin_anew(challenge)
    challenge.version += 1
    challenge.changed_at = clock.now()
    challenge.save()
    _join(challenge, draft.problems, by=by)
    return challenge


@transaction.atomic
def challenge_send(challenge_id: UUID, *, by: Actor) -> Challenge:
    """Ask a second person to publish. Raises Invalid where something is missing that bidders need."""
    challenge = challenge_locked(challenge_id)
    require("challenges.edit", by, challenge)
    _check_complete(challenge)
    phase_enter(challenge, Phase.IN_REVIEW, sent_by_id=by.id, published_by_id=None, returned_because="")
    notices.tell_waiting(challenge, by=by)
    return challenge


@transaction.atomic
def challenge_publish(challenge_id: UUID, *, version: int, by: Actor) -> Challenge:
    """Open it for proposals; by another person than the one who sent it. The log begins, and whoever told one of its
    problems learns of it. `version` is the one that the second person read; raises Forbidden, Conflict, Invalid."""
    challenge = challenge_locked(challenge_id)
    require("challenges.publish", by, challenge)
    check_version(challenge, version)
    _check_complete(challenge)
    slug = challenge.slug or _slug(challenge)
    phase_enter(challenge, Phase.OPEN, published_by_id=by.id, published_at=clock.now(), returned_because="", slug=slug)
    facts = {"criteria": criteria_facts(challenge), "closes": told_time(challenge.closes_at)}
    log_append(challenge, "challenge.published", facts)
    _take_problems(challenge, by=by)
    notices.tell_published(challenge, by=by)
    events.emit(events.RecordChanged(kind="challenge", object_id=challenge.id))
    return challenge


@transaction.atomic
def challenge_return(challenge_id: UUID, *, note: str, by: Actor) -> Challenge:
    """Give a challenge back to its authors instead of publishing it; the note tells them why. Raises Invalid without."""
    challenge = challenge_locked(challenge_id)
    require("challenges.publish", by, challenge)
    told = clean_text(note)[:MAX_TEXT]
    if not told:
        raise Invalid("note.missing", _("Say what should be changed."), field="note")
    phase_enter(challenge, Phase.DRAFT, returned_because=told)
    notices.tell_returned(challenge, by=by)
    return challenge


@transaction.atomic
def assessment_start(challenge_id: UUID, *, by: Actor) -> Challenge:
    """Close it for proposals and freeze the criteria. Raises Conflict before its end, so that nobody is cut off."""
    challenge = challenge_locked(challenge_id)
    require("challenges.run", by, challenge)
    if challenge.closes_at is not None and clock.now() < challenge.closes_at:
        raise Conflict("challenge.still_open", _("Proposals can be handed in until the date that was published."))
    phase_enter(challenge, Phase.ASSESSMENT, frozen_at=clock.now())
    log_append(challenge, "assessment.started", {"criteria": criteria_facts(challenge)})
    return challenge


def _join(challenge: Challenge, problems: Sequence[UUID], *, by: Actor) -> None:
    if len(set(problems)) > MOST_PROBLEMS:
        raise Invalid(
            "problems.many", _("These are too many problems for one challenge: at most 30."), field="problems"
        )
    known = problems_by_id(problems, actor=by, language=challenge.language)
    if set(problems) - set(known):
        raise Invalid(
            "problem.unknown", _("One of the problems does not exist, or you may not read it."), field="problems"
        )
    ChallengeProblem.objects.filter(challenge=challenge).exclude(problem__in=problems).delete()
    ChallengeProblem.objects.bulk_create(
        [ChallengeProblem(challenge=challenge, problem=problem) for problem in dict.fromkeys(problems)],
        ignore_conflicts=True,
    )


def _check_complete(challenge: Challenge) -> None:
    if not challenge.text:
        raise Invalid("text.missing", _("Say what is needed."), field="text")
    if challenge.closes_at is None or challenge.closes_at <= clock.now():
        raise Invalid("closes_at.missing", _("Say until when proposals can be handed in."), field="closes_at")
    if not challenge.criteria.filter(weight__gt=0).exists():
        raise Invalid("criteria.missing", _("At least one criterion has to count."), field="criteria")


def _slug(challenge: Challenge) -> str:
    title = read(challenge.title, reader=challenge.language, original=challenge.language).text
    stem = slug_of(title, code=challenge.code)
    taken = Challenge.objects.filter(slug=stem).exists()
    return slug_of(title, code=challenge.code, taken={stem} if taken else ())


def _take_problems(challenge: Challenge, *, by: Actor) -> None:
    problems = list(challenge.problems.values_list("problem", flat=True))
    title = read(challenge.title, reader=challenge.language, original=challenge.language).text
    with override(challenge.language):
        reason = gettext("A challenge looks for solutions: %(title)s") % {"title": title}
    problems_advance(problems, status="in_challenge", reason=reason, by=by)

"""The assessment over HTTP: the jury, an assessor's desk, scoring, the end of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citytandem.accounts.contract import Actor, actor_of
from citytandem.challenges.forms_assessment import AssessForm, CloseForm, InterestForm, InviteForm
from citytandem.challenges.frame import frame_of, path_of
from citytandem.challenges.ranking_page import has_failed
from citytandem.challenges.ranking_words import not_on_all
from citytandem.challenges.reading_assessment import (
    Member,
    colleagues,
    desk,
    juror_of,
    members,
    others,
    sheet,
    unscored,
)
from citytandem.challenges.selectors import challenge_get, proposal_get
from citytandem.challenges.services.jury import juror_done, juror_reopen, jury_invite, jury_remove
from citytandem.challenges.services.results import assessment_close, result_again, scored_in_part, usual_words
from citytandem.challenges.services.scoring import check_open, interest_declare, scores_save
from citytandem.core.errors import DomainError, Forbidden, NotFound
from citytandem.core.permissions import allowed, require
from citytandem.core.versions import read

METHODS = ["GET", "HEAD", "POST"]


@never_cache
@require_safe
def overview(request: HttpRequest, key: str) -> HttpResponse:
    """An assessor's proposals; for the unit how far the jury is."""
    actor, reader = actor_of(request), _reader()
    if actor.is_anonymous:
        return redirect_to_login(request.get_full_path())
    challenge = challenge_get(actor, key)
    juror = juror_of(actor, challenge)
    runs = allowed("challenges.run", actor, challenge)
    if juror is None and not runs:
        raise Forbidden("permission.missing", _("You are not in the jury of this challenge."))
    context = {
        "frame": frame_of(actor, challenge, reader=reader, current="assessment"),
        "challenge": challenge,
        "desk": desk(juror, challenge, reader=reader, begin=_number(request, "from")) if juror is not None else None,
        "members": members(challenge, by=actor) if runs else [],
        "runs": runs,
        "is_open": challenge.phase == "assessment",
        "failed": runs and challenge.phase == "decision" and has_failed(challenge),
    }
    return render(request, "challenges/assessment.html", context)


@never_cache
@require_http_methods(METHODS)
def jury(request: HttpRequest, key: str) -> HttpResponse:
    """Who assesses: the unit invites them."""
    actor = actor_of(request)
    if actor.is_anonymous:
        return redirect_to_login(request.get_full_path())
    challenge = challenge_get(actor, key)
    require("challenges.run", actor, challenge)
    present = members(challenge, by=actor)
    form = InviteForm(request.POST or None, colleagues=colleagues(present, by=actor))
    if request.method == "POST" and form.is_valid():
        try:
            juror = jury_invite(challenge.id, email=form.cleaned_data["email"], person_id=form.chosen(), by=actor)
        except DomainError as error:
            error.raise_unless_about_input()
            form.refuse(error)
            return _jury(request, challenge, form, present, status=error.status)
        messages.success(
            request, _("Assessor %(number)s is in the jury and gets a message.") % {"number": juror.number}
        )
        return redirect(f"{path_of(challenge)}/assessment/jury")
    return _jury(request, challenge, form, present, status=422 if form.errors else 200)


def _jury(
    request: HttpRequest, challenge: Any, form: InviteForm, present: Sequence[Member], *, status: int
) -> HttpResponse:
    context = {
        "frame": frame_of(actor_of(request), challenge, reader=_reader(), current="assessment"),
        "form": form,
        "members": present,
        "may_change": challenge.phase in {"open", "assessment"},
        "is_open": challenge.phase == "assessment",
    }
    return render(request, "challenges/jury.html", context, status=status)


@never_cache
@require_POST
def juror_gone(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """Take somebody out of the jury."""
    actor = actor_of(request)
    challenge = challenge_get(actor, key)
    try:
        jury_remove(challenge.id, number=number, by=actor)
    except DomainError as error:
        _refused(request, error)
    else:
        messages.success(request, _("Assessor %(number)s is not in the jury any more.") % {"number": number})
    return redirect(f"{path_of(challenge)}/assessment/jury")


@never_cache
@require_POST
def juror_again(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """Let somebody go on who said that they were done."""
    actor = actor_of(request)
    challenge = challenge_get(actor, key)
    try:
        juror_reopen(challenge.id, number=number, by=actor)
    except DomainError as error:
        _refused(request, error)
    else:
        messages.success(request, _("Assessor %(number)s can go on. Everybody can read that.") % {"number": number})
    return redirect(f"{path_of(challenge)}/assessment/jury")


@never_cache
@require_http_methods(METHODS)
def done(request: HttpRequest, key: str) -> HttpResponse:
    """An assessor says that they are done, and sees before what is missing."""
    actor, reader = actor_of(request), _reader()
    if actor.is_anonymous:
        return redirect_to_login(request.get_full_path())
    challenge = challenge_get(actor, key)
    juror = juror_of(actor, challenge)
    if juror is None:
        raise Forbidden("permission.missing", _("You are not in the jury of this challenge."))
    path = f"{path_of(challenge)}/assessment"
    if request.method == "POST":
        try:
            juror_done(challenge.id, by=actor)
        except DomainError as error:
            _refused(request, error)
        else:
            messages.success(request, _("Thank you. Now you can see what the others gave who are done as well."))
        return redirect(path)
    work = desk(juror, challenge, reader=reader)
    frame = frame_of(actor, challenge, reader=reader, current="assessment")
    return render(request, "challenges/assessment_done.html", {"frame": frame, "desk": work, "path": path})


@never_cache
@require_http_methods(METHODS)
def close(request: HttpRequest, key: str) -> HttpResponse:
    """The unit ends the assessment."""
    actor, reader = actor_of(request), _reader()
    if actor.is_anonymous:
        return redirect_to_login(request.get_full_path())
    challenge = challenge_get(actor, key)
    require("challenges.run", actor, challenge)
    jurors = members(challenge, by=actor)
    undone = [one for one in jurors if not one.is_done]
    initial = {"told": usual_words(challenge.language)}
    lacking = scored_in_part(challenge)
    form = CloseForm(request.POST or None, initial=initial, has_all=bool(jurors) and not undone and not lacking)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            assessment_close(challenge.id, by=actor, **form.cleaned_data)
        except DomainError as error:
            error.raise_unless_about_input()
            form.refuse(error)
            status = error.status
        else:
            messages.success(request, _("The assessment has ended. The ranking is worked out now."))
            return redirect(f"{path_of(challenge)}/ranking")
    elif form.errors:
        status = 422
    context = {
        "frame": frame_of(actor, challenge, reader=reader, current="assessment"),
        "form": form,
        "members": jurors,
        "undone": undone,
        "unscored": unscored(challenge),
        "in_part": not_on_all(lacking) if lacking else "",
        "is_open": challenge.phase == "assessment",
    }
    return render(request, "challenges/assessment_close.html", context, status=status)


@never_cache
@require_POST
def rank_again(request: HttpRequest, key: str) -> HttpResponse:
    """The unit has a ranking that failed worked out again."""
    actor = actor_of(request)
    challenge = challenge_get(actor, key)
    result_again(challenge.id, by=actor)
    messages.success(request, _("The ranking is worked out again."))
    return redirect(f"{path_of(challenge)}/ranking")


@never_cache
@require_http_methods(METHODS)
def assess(request: HttpRequest, key: str, code: str) -> HttpResponse:
    """One proposal in front of an assessor: first the declaration of interest, then the scores."""
    actor, reader = actor_of(request), _reader()
    if actor.is_anonymous:
        return redirect_to_login(request.get_full_path())
    proposal = proposal_get(actor, code)
    challenge = proposal.challenge
    if key not in {str(challenge.id), challenge.code, challenge.slug}:
        raise NotFound("proposal.unknown", _("This proposal does not exist, or it is not public."))
    juror = juror_of(actor, challenge)
    if juror is None:
        raise Forbidden("permission.missing", _("You are not in the jury of this challenge."))
    seen = sheet(juror, proposal, reader=reader)
    closed = ""
    try:
        check_open(challenge, juror, proposal)
    except DomainError as error:
        closed = str(error.message)
    posted = request.POST if request.method == "POST" else None
    declares = posted is not None and "has_interest" in posted
    interest = InterestForm(
        posted if declares else None,
        initial={
            "has_interest": "" if seen.declared is None else "yes" if seen.declared else "no",
            "text": seen.interest,
        },
    )
    # What was typed is shown again, also where the time is over meanwhile.
    form = AssessForm(
        posted if posted is not None and not declares else None,
        criteria=seen.criteria,
        own=seen.own,
        closed=bool(closed) and posted is None,
    )
    status = 200
    if posted is not None:
        answer = _declare(request, proposal, interest, actor) if declares else _save(request, seen, form, actor)
        if isinstance(answer, HttpResponse):
            return answer
        status = answer
    seen_others = others(juror, proposal)
    context = {
        "frame": frame_of(actor, challenge, reader=reader, current="assessment"),
        "sheet": seen,
        "title": read(proposal.title, reader=reader, original=proposal.language),
        "text": read(proposal.text, reader=reader, original=proposal.language),
        "form": form,
        "interest": interest,
        "closed": closed,
        "is_done": juror.done_at is not None,
        "others": seen_others,
        "others_rows": [(one.name, [other.shown(one.key) for other in seen_others]) for one in seen.criteria],
        "path": f"{path_of(challenge)}/assessment",
    }
    return render(request, "challenges/assess.html", context, status=status)


def _declare(request: HttpRequest, proposal: Any, form: InterestForm, actor: Actor) -> HttpResponse | int:
    if not form.is_valid():
        return 422
    has_interest = form.cleaned_data["has_interest"] == "yes"
    try:
        removed = interest_declare(proposal.id, has_interest=has_interest, text=form.cleaned_data["text"], by=actor)
    except DomainError as error:
        error.raise_unless_about_input()
        form.refuse(error)
        return error.status
    if removed:
        messages.success(request, _("It is noted, and your scores of this proposal are removed."))
    elif has_interest:
        messages.success(request, _("It is noted: you do not score this proposal."))
    return redirect(request.path)


def _save(request: HttpRequest, seen: Any, form: AssessForm, actor: Actor) -> HttpResponse | int:
    if not form.is_valid():
        return 422
    try:
        given, of = scores_save(seen.proposal.id, form.given(), by=actor, seen=form.shown())
    except DomainError as error:
        error.raise_unless_about_input()
        form.refuse(error)
        return error.status
    words = {"given": given, "of": of}
    messages.success(request, _("Saved: %(given)s of %(of)s criteria have a score.") % words)
    onward = seen.after if "next" in request.POST else ""
    path = request.path.rsplit("/", 1)[0]
    return redirect(f"{path}/{onward}" if onward else request.path)


def _refused(request: HttpRequest, error: DomainError) -> None:
    if error.status in {403, 404}:
        raise error
    messages.error(request, str(error.message))


def _number(request: HttpRequest, name: str) -> int:
    told = request.GET.get(name, "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 8 else 0


def _reader() -> str:
    return get_language() or "en"

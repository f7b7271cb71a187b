"""Pilots over HTTP: the list of a challenge, the plan, the reviews, the page, its start and its end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citytandem.accounts.contract import actor_of
from citytandem.challenges import reading_pilots as reading
from citytandem.challenges.forms_pilots import DecideForm, GateForm, PlanForm, StartForm, WhyForm
from citytandem.challenges.frame import frame_of
from citytandem.challenges.pilot_pages import gate_shown, pilot_card, pilot_page
from citytandem.challenges.plans import plan_of, values_of
from citytandem.challenges.selectors import challenge_get, pilot_get
from citytandem.challenges.services import concluding, gates, pilots
from citytandem.core import clock
from citytandem.core.errors import Conflict, DomainError, NotFound
from citytandem.core.permissions import allowed, require

METHODS = ["GET", "HEAD", "POST"]
Parameters = ParamSpec("Parameters")
View = Callable[Concatenate[HttpRequest, Any, Parameters], HttpResponse]


def for_those_who_run_it(view: View[Parameters]) -> Callable[..., HttpResponse]:
    """The view gets the pilot. Visitors sign in first; whoever does not run it is told so (403)."""

    @wraps(view)
    def guarded(request: HttpRequest, code: str, *args: Parameters.args, **kwargs: Parameters.kwargs) -> HttpResponse:
        actor = actor_of(request)
        if actor.is_anonymous:
            return redirect_to_login(request.get_full_path())
        pilot = pilot_get(actor, code)
        require("challenges.run_pilot", actor, pilot)
        return view(request, pilot, *args, **kwargs)

    return never_cache(guarded)


@require_safe
def pilot_list(request: HttpRequest, key: str) -> HttpResponse:
    """All pilots of a challenge, and the proposals that wait for one."""
    actor, reader = actor_of(request), get_language() or "en"
    challenge = challenge_get(actor, key)
    context = {
        "frame": frame_of(actor, challenge, reader=reader, current="pilots"),
        "cards": [pilot_card(pilot, reader=reader) for pilot in reading.pilots_of(actor, challenge)],
        "waiting": [proposal_line(one, reader=reader) for one in reading.waiting_proposals(actor, challenge)],
    }
    return render(request, "challenges/pilots.html", context)


@never_cache
@require_http_methods(METHODS)
def new(request: HttpRequest, key: str) -> HttpResponse:
    """Plan a pilot of a proposal; `from`: with the plan of one that is over."""
    actor, reader = actor_of(request), get_language() or "en"
    challenge = challenge_get(actor, key)
    if actor.is_anonymous:
        return redirect_to_login(request.get_full_path())
    require("challenges.run", actor, challenge)
    proposal = reading.proposal_to_pilot(actor, challenge, request.GET.get("proposal", ""))
    before = reading.pilot_before(actor, challenge, request.GET.get("from", ""))
    start = values_of(before) if before is not None else {}
    form = PlanForm(request.POST or None, initial=start, asks_reason=proposal.step != "pilot")
    context = {
        "frame": frame_of(actor, challenge, reader=reader, current="pilots"),
        "proposal": proposal_line(proposal, reader=reader),
        "back": f"/challenges/{challenge.slug or challenge.code}/pilots",
    }

    def save() -> Any:
        reason = form.cleaned_data.get("reason", "")
        return pilots.pilot_plan(plan_of(form.cleaned_data), proposal_id=proposal.id, reason=reason, by=actor)

    thanks = _(
        "The pilot is planned. Next: say what is measured. Others of the innovation unit are asked to review it."
    )
    return answer(request, form, save, template="challenges/pilot_write.html", context=context, thanks=thanks)


@for_those_who_run_it
@require_http_methods(METHODS)
def edit(request: HttpRequest, pilot: Any) -> HttpResponse:
    """Change the plan while it is one."""
    if pilot.state != "planned":
        raise Conflict("pilot.started_already", _("The plan of a pilot stays as it was when it started."))
    form = PlanForm(request.POST or None, initial=values_of(pilot), asks_reason=False)
    reader = get_language() or "en"
    context = {
        **framed(request, pilot),
        "proposal": proposal_line(pilot.proposal, reader=reader),
        "back": f"/pilots/{pilot.code}",
        "saved": pilot,
    }

    def save() -> Any:
        values = form.cleaned_data
        return pilots.pilot_edit(pilot.id, plan_of(values), version=values["version"], by=actor_of(request))

    thanks = _("The plan is saved.")
    return answer(request, form, save, template="challenges/pilot_write.html", context=context, thanks=thanks)


@require_safe
def pilot(request: HttpRequest, code: str) -> HttpResponse:
    """What is tried out, on what grounds, and what it shows so far."""
    found = pilot_get(actor_of(request), code)
    return _page(request, found)


@for_those_who_run_it
@require_http_methods(METHODS)
def gate(request: HttpRequest, pilot: Any, kind: str) -> HttpResponse:
    """Read the plan and say what the review came to."""
    found = next((one for one in reading.gates_of(pilot) if one.kind == kind), None)
    if found is None:
        raise NotFound("path.unknown", _("There is no such review."))
    actor = actor_of(request)
    start = {} if found.state == "open" else {"state": found.state, "note": found.note}
    form = GateForm(request.POST or None, initial=start)
    context = {
        **_shown(request, pilot),
        "gate": gate_shown(found, pilot),
        "is_planner": gates.is_planner(actor, pilot),
    }

    def save() -> Any:
        values = form.cleaned_data
        gates.gate_decide(pilot.id, kind=kind, state=values["state"], note=values["note"], by=actor)
        return pilot

    thanks = _("Your review is saved, and in the log of decisions.")
    return answer(request, form, save, template="challenges/pilot_gate.html", context=context, thanks=thanks)


@require_POST
@for_those_who_run_it
def start(request: HttpRequest, pilot: Any) -> HttpResponse:
    """Begin measuring: now, or at a time of today."""
    form = StartForm(request.POST)
    if not form.is_valid():
        return _page(request, pilot, start=form, status=422)
    told = form.cleaned_data["at"]
    today = timezone.localtime(clock.now())
    at = None if told is None else datetime.combine(today.date(), told, today.tzinfo)
    try:
        pilots.pilot_start(pilot.id, at=at, by=actor_of(request))
    except DomainError as error:
        return _refused(request, pilot, error, start=form)
    messages.success(request, _("The pilot runs. Everybody can see its page now."))
    return HttpResponseRedirect(f"/pilots/{pilot.code}")


@require_POST
@for_those_who_run_it
def finish(request: HttpRequest, pilot: Any) -> HttpResponse:
    """End the measuring."""
    try:
        pilots.pilot_finish(pilot.id, by=actor_of(request))
    except DomainError as error:
        return _refused(request, pilot, error)
    messages.success(request, _("The pilot has ended. Now the innovation unit decides what follows."))
    return HttpResponseRedirect(f"/pilots/{pilot.code}")


@for_those_who_run_it
@require_http_methods(METHODS)
def break_off(request: HttpRequest, pilot: Any) -> HttpResponse:
    """End a pilot without a result."""
    form = WhyForm(request.POST or None)

    def save() -> Any:
        return pilots.pilot_break_off(pilot.id, reason=form.cleaned_data["reason"], by=actor_of(request))

    context = {**framed(request, pilot), "pilot_path": f"/pilots/{pilot.code}", "does": "break_off"}
    thanks = _("The pilot is broken off. Its page says why.")
    return answer(request, form, save, template="challenges/pilot_decide.html", context=context, thanks=thanks)


@for_those_who_run_it
@require_http_methods(METHODS)
def decide(request: HttpRequest, pilot: Any) -> HttpResponse:
    """Scale, change or stop: one form for the pilot, its proposal and the problems behind it."""
    actor = actor_of(request)
    require("challenges.run", actor, pilot.challenge)
    form = DecideForm(request.POST or None)

    def save() -> Any:
        values = form.cleaned_data
        conclusion = concluding.Conclusion(values["decision"], values["reason"], values["step"], values["is_solved"])
        return concluding.pilot_decide(pilot.id, conclusion, by=actor)

    context = {**_shown(request, pilot), "pilot_path": f"/pilots/{pilot.code}", "does": "decide"}
    context["has_problems"] = reading.has_problems(pilot.challenge_id)
    thanks = _("It is decided. The sender of the proposal is told.")
    return answer(request, form, save, template="challenges/pilot_decide.html", context=context, thanks=thanks)


@require_POST
@for_those_who_run_it
def solution(request: HttpRequest, pilot: Any) -> HttpResponse:
    """Draft a solution with evidence, or go to the one that is there."""
    try:
        drafted = concluding.pilot_solution(pilot.id, by=actor_of(request))
    except DomainError as error:
        return _refused(request, pilot, error)
    messages.success(request, _("Here is the draft with what was measured. Read it through, complete it, publish it."))
    return HttpResponseRedirect(drafted.card.path)


def answer(
    request: HttpRequest,
    form: Any,
    save: Callable[[], Any],
    *,
    template: str,
    context: dict[str, Any],
    thanks: str,
) -> HttpResponse:
    """Show a form; on POST save and go to the pilot, or show it again with everything in it and what is wrong."""
    shown = {**context, "form": form}
    if request.method != "POST":
        return render(request, template, shown)
    if not form.is_valid():
        return render(request, template, shown, status=422)
    try:
        saved = save()
    except DomainError as error:
        error.raise_unless_about_input()
        form.refuse(error)
        if isinstance(error, Conflict) and "current_version" in error.details:
            # Who has compared may save again.
            form.data = form.data.copy()
            form.data["version"] = str(error.details["current_version"])
            shown["is_stale"] = True
        return render(request, template, shown, status=error.status)
    messages.success(request, thanks)
    return HttpResponseRedirect(f"/pilots/{saved.code}")


def framed(request: HttpRequest, pilot: Any) -> dict[str, Any]:
    """The head that all pages of a challenge have."""
    reader = get_language() or "en"
    return {"frame": frame_of(actor_of(request), pilot.challenge, reader=reader, current="pilots")}


def proposal_line(proposal: Any, *, reader: str) -> dict[str, Any]:
    """A proposal in a line: its title, and where it is."""
    from citytandem.core.versions import read

    title = read(reading.title_shown(proposal), reader=reader, original=proposal.language)
    return {"title": title, "code": proposal.code, "path": f"/proposals/{proposal.code}", "step": proposal.step}


def _shown(request: HttpRequest, pilot: Any) -> dict[str, Any]:
    actor = actor_of(request)
    is_planned = pilot.state == "planned"
    missing = pilots.pilot_obstacles(pilot)[0] if is_planned and allowed("challenges.run_pilot", actor, pilot) else ()
    page = pilot_page(
        actor,
        pilot,
        reader=get_language() or "en",
        gates=reading.gates_of(pilot),
        indicators=reading.counted_indicators(pilot),
        costs=reading.costs_shown(pilot),
        missing=missing,
    )
    return {**framed(request, pilot), "page": page}


def _page(
    request: HttpRequest, pilot: Any, *, start: Any = None, error: DomainError | None = None, status: int = 200
) -> HttpResponse:
    context = {**_shown(request, pilot), "start_form": start or StartForm(), "error": error}
    return render(request, "challenges/pilot.html", context, status=status)


def _refused(request: HttpRequest, pilot: Any, error: DomainError, *, start: Any = None) -> HttpResponse:
    """The page as it is by now, with what was refused."""
    error.raise_unless_about_input()
    return _page(request, pilot_get(actor_of(request), pilot.code), start=start, error=error, status=error.status)

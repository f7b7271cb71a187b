"""One case: looking at it, deciding, merging and splitting, taking it over."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from citytandem.accounts.contract import actor_of, reads_masked
from citytandem.core.errors import DomainError, Invalid
from citytandem.core.permissions import allowed, require
from citytandem.moderation.forms import DecisionForm
from citytandem.moderation.presenters import CasePage, case_page, rows, start_of_decision
from citytandem.moderation.selectors import case_after, case_for, case_get, decisions_of
from citytandem.moderation.services.decisions import Reasoning, case_assign, case_decide, require_decider
from citytandem.moderation.services.looking import reporters_look
from citytandem.moderation.services.mergers import case_merge, case_split
from citytandem.moderation.services.reports import case_take_up
from citytandem.moderation.statement import statement_of
from citytandem.moderation.things import parse_about, unknown
from citytandem.moderation.views.again import again


@never_cache
@require_GET
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """A case with all that is needed to decide it. Raises Forbidden, NotFound."""
    actor = actor_of(request)
    if actor.is_anonymous:
        return redirect_to_login(request.get_full_path())
    found, others = case_for(actor, case_id)
    page = case_page(found, others=others, actor=actor, reader=get_language() or "en")
    return _shown(request, page, DecisionForm(initial=start_of_decision(found), verdicts=page.verdicts))


@require_POST
def decide(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Decide; whatever is missing, the form comes back with everything in it. From the queue, the row as it is now."""
    actor, sent = actor_of(request), request.POST
    found, others = case_for(actor, case_id)
    require_decider(found, actor)
    reader = get_language() or "en"
    page = case_page(found, others=others, actor=actor, reader=reader)
    form = DecisionForm(sent, verdicts=page.verdicts)
    if not form.is_valid():
        return _shown(request, page, form, status=422)
    values = form.cleaned_data
    reasoning = Reasoning(values["ground"], values["facts"], values["explanation"], values["until"])
    try:
        made = case_decide(
            case_id=case_id, verdict=values["verdict"], reasoning=reasoning, by=actor, seen=sent.get("seen", "")
        )
    except DomainError as error:
        return again(request, "moderation/case.html", {"page": page, "form": form}, form=form, error=error)
    if request.headers.get("HX-Request") == "true":
        row = rows([case_get(case_id)], actor=actor, reader=reader)[0]
        return render(request, "moderation/parts/decided.html", {"row": row, "verdict": made.get_verdict_display()})
    messages.success(request, f"{_('Decided')}: {made.get_verdict_display()}")
    following = case_after(actor, case_id) if sent.get("then") == "next" else None
    return HttpResponseRedirect(_path(following or case_id))


@never_cache
@require_GET
def following(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Go on to the case that waits next; to the queue where there is none."""
    actor = actor_of(request)
    if actor.is_anonymous:
        return redirect_to_login(request.get_full_path())
    require("moderation.decide", actor)
    found = case_after(actor, case_id)
    return HttpResponseRedirect(_path(found) if found else "/moderation")


@require_POST
def assign(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Take a case over, or give it back."""
    actor = actor_of(request)
    case_for(actor, case_id)
    case_assign(case_id=case_id, to=actor.id if request.POST.get("take") == "1" else None, by=actor)
    return HttpResponseRedirect(_path(case_id))


@require_POST
def merge(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Let the thing of a case go into another one."""
    try:
        into = UUID(request.POST.get("into", ""))
    except ValueError as error:
        raise Invalid(
            "merge.target", gettext_lazy("Choose the entry into which this one goes."), field="into"
        ) from error
    actor = actor_of(request)
    case_for(actor, case_id)
    case_merge(case_id=case_id, into=into, by=actor)
    messages.success(request, _("Merged. You can split it again at any time."))
    return HttpResponseRedirect(_path(case_id))


@require_POST
def split(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Take a merger back."""
    actor = actor_of(request)
    case_for(actor, case_id)
    case_split(case_id=case_id, by=actor)
    messages.success(request, _("Split. The entry stands as it stood before."))
    return HttpResponseRedirect(_path(case_id))


@never_cache
@require_POST
def reporters(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Show who reported something; each look is logged."""
    actor = actor_of(request)
    found, others = case_for(actor, case_id)
    reporters_look(case_id=case_id, by=actor)
    page = case_page(
        found,
        others=others,
        actor=actor,
        reader=get_language() or "en",
        with_reporters=True,
        masks=reads_masked(request),
    )
    return _shown(request, page, DecisionForm(initial=start_of_decision(found), verdicts=page.verdicts))


@require_POST
def take_up(request: HttpRequest) -> HttpResponse:
    """Open a case without a report."""
    kind, object_id = parse_about(request.POST.get("about", ""))
    made = case_take_up(kind=kind, object_id=object_id, language=get_language() or "en", by=actor_of(request))
    return HttpResponseRedirect(_path(made.id))


@never_cache
@require_GET
def statement(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The statement of reasons, for the author and for moderators; NotFound for everybody else."""
    actor = actor_of(request)
    if actor.is_anonymous:
        return redirect_to_login(request.get_full_path())
    found = case_get(case_id)
    if not allowed("moderation.read_statement", actor, found):
        raise unknown()
    last = next(iter(decisions_of(found)), None)
    is_author = found.author_id == actor.id
    told = statement_of(found, last, is_author=is_author)
    row = rows([found], actor=actor, reader=get_language() or "en")[0]
    context = {
        "statement": told,
        "row": row,
        "text": found.text,
        "is_author": is_author,
        "case_language": found.language,
    }
    return render(request, "moderation/statement.html", context)


def _shown(request: HttpRequest, page: CasePage, form: DecisionForm, *, status: int = 200) -> HttpResponse:
    return render(request, "moderation/case.html", {"page": page, "form": form}, status=status)


def _path(case_id: UUID) -> str:
    return f"/moderation/{case_id}"

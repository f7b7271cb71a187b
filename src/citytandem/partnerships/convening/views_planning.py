"""The coordination plans events, over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citytandem.accounts.contract import actor_of
from citytandem.core.errors import DomainError
from citytandem.core.permissions import allowed, require
from citytandem.core.versions import read
from citytandem.partnerships.convening import feedback, planning, reading
from citytandem.partnerships.convening.forms import (
    CancelForm,
    EventForm,
    MaterialForm,
    SessionForm,
    event_values,
    material_values,
    session_values,
)
from citytandem.partnerships.convening.showing import card_of, reader
from citytandem.partnerships.guarding import METHODS, answer, signed_in
from citytandem.partnerships.models import EventPlan, EventState
from citytandem.partnerships.programmes import presenters, selectors
from citytandem.partnerships.selectors import home_country

_WRITE = "partnerships/events/write.html"


def path_of(plan: EventPlan) -> str:
    """Address of an event."""
    return reverse("partnerships:event", args=[plan.slug])


@require_safe
def events(request: HttpRequest, programme: str) -> HttpResponse:
    """The events of a programme: what comes, and what was."""
    actor = actor_of(request)
    found = selectors.programme_get(actor, programme)
    rows = [{"card": card_of(row), "row": row} for row in reading.plans_of(actor, found)]
    context = {
        "card": presenters.programme_card(found, reader=reader()),
        "coming": [one for one in rows if not one["card"].is_over],  # type: ignore[attr-defined]
        "over": [one for one in reversed(rows) if one["card"].is_over],  # type: ignore[attr-defined]
        "coordinates": allowed("partnerships.coordinate", actor, found),
    }
    return render(request, "partnerships/events/list.html", context)


@never_cache
@require_http_methods(METHODS)
@signed_in
def new(request: HttpRequest, programme: str) -> HttpResponse:
    """Plan an event."""
    actor = actor_of(request)
    found = selectors.programme_get(actor, programme)
    require("partnerships.coordinate", actor, found)
    initial = {"language": reader(), "zone": timezone.get_default_timezone_name(), "country": home_country()}
    form = EventForm(request.POST or None, initial=initial)

    def save() -> str:
        return path_of(planning.event_begin(programme_id=found.id, values=form.cleaned_data, by=actor))

    card = presenters.programme_card(found, reader=reader())
    crumbs = [(card.path, card.title), (f"{card.path}/events", _("Events"))]
    context = {"heading": _("New event"), "crumbs": crumbs, "back": f"{card.path}/events"}
    return answer(request, form, save, template=_WRITE, context=context, thanks=_("It is saved as a draft."))


@never_cache
@require_http_methods(METHODS)
@signed_in
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change an event."""
    actor = actor_of(request)
    plan = reading.plan_for_coordination(actor, slug)
    initial = event_values(plan, request.GET.get("language") or reader())
    form = EventForm(request.POST or None, initial=initial)

    def save() -> str:
        return path_of(planning.event_change(plan.id, values=form.cleaned_data, by=actor))

    context = _below(plan, _("Change the event")) | {"is_public": plan.state == EventState.PUBLISHED}
    return answer(request, form, save, template=_WRITE, context=context, thanks=_("It is saved."))


@never_cache
@require_POST
@signed_in
def publish(request: HttpRequest, slug: str) -> HttpResponse:
    """Show it to everybody."""
    actor = actor_of(request)
    plan = reading.plan_for_coordination(actor, slug)
    try:
        planning.event_publish(plan.id, by=actor)
        messages.success(request, _("The event is public."))
    except DomainError as error:
        _refused(request, error)
    return HttpResponseRedirect(path_of(plan))


@never_cache
@require_http_methods(METHODS)
@signed_in
def cancel(request: HttpRequest, slug: str) -> HttpResponse:
    """Call it off; a draft is deleted."""
    actor = actor_of(request)
    plan = reading.plan_for_coordination(actor, slug)
    is_draft = plan.state == EventState.DRAFT
    form = CancelForm(request.POST or None)
    if request.method == "POST" and not form.is_bound:
        form = CancelForm({"reason": ""})

    def save() -> str:
        planning.event_cancel(plan.id, reason=form.cleaned_data["reason"], by=actor, seen=request.POST.get("seen", ""))
        return reverse("partnerships:events", args=[plan.programme.slug]) if is_draft else path_of(plan)

    heading = _("Delete the draft") if is_draft else _("Cancel the event")
    context = _below(plan, heading) | {"is_draft": is_draft}
    thanks = (
        _("The draft is deleted.") if is_draft else _("The event is cancelled. Everybody registered gets an e-mail.")
    )
    return answer(request, form, save, template="partnerships/events/cancel.html", context=context, thanks=thanks)


@never_cache
@require_http_methods(METHODS)
@signed_in
def session(request: HttpRequest, slug: str, session_id: UUID | None = None) -> HttpResponse:
    """Add a session, change it or take it out."""
    actor = actor_of(request)
    plan = reading.plan_for_coordination(actor, slug)
    row = planning.session_of(plan, session_id) if session_id else None
    if row is not None and request.POST.get("wish") == "remove":
        planning.session_remove(plan.id, session_id=row.id, by=actor)
        messages.success(request, _("It is taken out."))
        return HttpResponseRedirect(f"{path_of(plan)}#agenda-title")
    wish = request.GET.get("language") or reader()
    begin = event_values(plan, wish)
    initial = session_values(row, plan, wish) if row else {"language": wish, "starts_at": begin["starts_at"]}
    form = SessionForm(request.POST or None, initial=initial, zone=plan.zone)

    def save() -> str:
        saved = planning.session_write(plan.id, session_id=session_id, values=form.cleaned_data, by=actor)
        return f"{path_of(plan)}#session-{saved.id}"

    heading = _("Change the session") if row else _("New session")
    context = _below(plan, heading) | {"may_remove": row is not None}
    return answer(request, form, save, template=_WRITE, context=context, thanks=_("It is saved."))


@never_cache
@require_http_methods(METHODS)
@signed_in
def material(request: HttpRequest, slug: str, material_id: UUID | None = None) -> HttpResponse:
    """Add material, change it or take it out."""
    actor = actor_of(request)
    plan = reading.plan_for_coordination(actor, slug)
    row = planning.material_of(plan, material_id) if material_id else None
    if row is not None and request.POST.get("wish") == "remove":
        planning.material_remove(plan.id, material_id=row.id, by=actor)
        messages.success(request, _("It is taken out."))
        return HttpResponseRedirect(f"{path_of(plan)}#materials-title")
    initial = material_values(row, plan, reader()) if row else {"language": reader()}
    sessions = [
        (str(one.id), read(one.title, reader=reader(), original=plan.language).text)
        for one in plan.sessions.order_by("starts_at", "room", "id")
    ]
    form = MaterialForm(request.POST or None, initial=initial, sessions=sessions)

    def save() -> str:
        planning.material_write(plan.id, material_id=material_id, values=form.cleaned_data, by=actor)
        return f"{path_of(plan)}#materials-title"

    heading = _("Change the material") if row else _("New material")
    context = _below(plan, heading) | {"may_remove": row is not None}
    return answer(request, form, save, template=_WRITE, context=context, thanks=_("It is saved."))


@never_cache
@require_POST
@signed_in
def ask_for_feedback(request: HttpRequest, slug: str) -> HttpResponse:
    """Open the feedback form and write to those who came."""
    actor = actor_of(request)
    plan = reading.plan_for_coordination(actor, slug)
    try:
        told = feedback.feedback_begin(plan.id, by=actor)
        sent = ngettext("%(count)s invitation is on its way.", "%(count)s invitations are on their way.", told.sent)
        messages.success(request, _("The feedback form is open.") + " " + sent % {"count": told.sent})
    except DomainError as error:
        _refused(request, error)
    return HttpResponseRedirect(f"{path_of(plan)}#feedback-title")


def _below(plan: EventPlan, heading: str) -> dict[str, Any]:
    """What a page below an event needs."""
    card = card_of(plan)
    crumbs = [(f"/programmes/{plan.programme.slug}/events", _("Events")), (card.path, card.title)]
    return {"heading": heading, "crumbs": crumbs, "back": card.path, "plan": plan}


def _refused(request: HttpRequest, error: DomainError) -> None:
    error.raise_unless_about_input()
    messages.error(request, str(error.message))

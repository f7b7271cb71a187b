"""Everybody reads an event and registers for it; the coordination sees who comes. Over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from citytandem.accounts.contract import Actor, actor_of, address_shown, people_by_id, reads_masked
from citytandem.core import clock, throttle
from citytandem.core.csv_files import csv_lines
from citytandem.core.errors import DomainError, Gone
from citytandem.core.permissions import allowed
from citytandem.core.versions import read
from citytandem.moderation.contract import trace_of
from citytandem.notifications.contract import absolute
from citytandem.partnerships.convening import exporting, feedback, reading, registering, showing, waiting
from citytandem.partnerships.convening.calendars import calendar_of
from citytandem.partnerships.convening.forms import RegistrationForm
from citytandem.partnerships.convening.showing import reader
from citytandem.partnerships.guarding import METHODS, signed_in
from citytandem.partnerships.models import (
    EventPlan,
    EventState,
    MeetingFormat,
    Registration,
    RegistrationState,
)

# A town hall may register from one network; one address gets few mails.
_FROM = throttle.Limit("event_registers", most=60, seconds=3_600)
_TO = throttle.Limit("event_registration_mails", most=5, seconds=86_400)
_HEADER = ("state", "name", "organisation", "email", "online", "needs", "attended", "registered_at")


@require_safe
def event(request: HttpRequest, slug: str) -> HttpResponse:
    """An event: what, when, where, the agenda, materials, how to register."""
    actor = actor_of(request)
    plan = reading.plan_get(actor, slug)
    sessions = reading.sessions_of(plan)
    coordinates = allowed("partnerships.coordinate", actor, plan.programme)
    own = reading.own_registration(actor, plan.id)
    takes = registering.takes_registrations(plan)
    free = waiting.free(plan.places, registering.taken(plan)) if takes else None
    context = {
        "card": showing.card_of(plan), "plan": plan, "days": showing.agenda(plan, sessions),
        "materials": showing.materials(plan, actor, sessions=sessions), "coordinates": coordinates,
        "takes_registrations": takes, "free": free, "is_draft": plan.state == EventState.DRAFT,
        "own": own, "own_path": f"/registrations/{registering.token_of(own.id)}" if own else "",
        "has_begun": plan.starts_at <= clock.now(), "feedback_path": feedback.feedback_path(plan),
        "reason": read(plan.reason, reader=reader(), original=plan.language),
    }  # fmt: skip
    return render(request, "partnerships/events/event.html", context)


@never_cache
@sensitive_post_parameters()
@require_http_methods(METHODS)
def register(request: HttpRequest, slug: str) -> HttpResponse:
    """Somebody wants to come."""
    actor = actor_of(request)
    plan = reading.plan_get(actor, slug)
    is_hybrid = plan.format == MeetingFormat.HYBRID
    form = RegistrationForm(request.POST or None, initial=_known(actor), is_hybrid=is_hybrid)
    context = {"card": showing.card_of(plan), "plan": plan, "form": form}
    takes, status = registering.takes_registrations(plan), 200
    context["takes_registrations"] = takes
    context["is_full"] = takes and waiting.free(plan.places, registering.taken(plan)) == 0
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return HttpResponseRedirect(_registered(request, plan, form, actor))
            except DomainError as error:
                error.raise_unless_about_input()
                status = error.status
                form.refuse(error)
    return render(request, "partnerships/events/register.html", context, status=status)


def _registered(request: HttpRequest, plan: EventPlan, form: RegistrationForm, actor: Actor) -> str:
    """Register, and say where to go on."""
    if trace_of(request).honeypot:  # a program: it may think that it got through
        return reverse("partnerships:registration-sent")
    values = form.cleaned_data
    throttle.count(_FROM, throttle.address_of(request))
    throttle.count(_TO, values["email"])
    row = registering.register(plan.id, values=values, language=reader(), by=actor)
    if row is None:
        return reverse("partnerships:registration-sent")
    return reverse("partnerships:registration", args=[registering.token_of(row.id)])


def _known(actor: Actor) -> dict[str, Any]:
    if actor.id is None:
        return {}
    person = people_by_id([actor.id])[actor.id]
    return {"name": person.name, "email": person.email}


@never_cache
@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """A mail is on its way. The same page for everybody: it does not tell who is registered already."""
    return render(request, "partnerships/events/sent.html")


@never_cache
@require_http_methods(METHODS)
def registration(request: HttpRequest, token: str) -> HttpResponse:
    """One's own registration: confirm it, or give the place back. Looking at it changes nothing: mail servers look, too."""
    row = registering.registration_by(token)
    if request.method == "POST":
        try:
            if request.POST.get("wish") == "cancel":
                registering.cancel(token)
                messages.success(request, _("Your registration is cancelled."))
            else:
                row = registering.confirm(token)
                messages.success(request, _said(row))
        except DomainError as error:
            error.raise_unless_about_input()
            messages.error(request, str(error.message))
        return HttpResponseRedirect(reverse("partnerships:registration", args=[token]))
    plan = row.plan
    place = 0
    if row.state == RegistrationState.WAITING:
        queue = plan.registrations.filter(state=RegistrationState.WAITING)
        place = queue.filter(Q(queued_at__lt=row.queued_at) | Q(queued_at=row.queued_at, id__lt=row.id)).count() + 1
    context = {
        "card": showing.card_of(plan), "plan": plan, "row": row, "place": place,
        "is_over": plan.ends_at <= clock.now(), "takes_registrations": registering.takes_registrations(plan),
        "link": plan.link if row.online and row.state == RegistrationState.COMING else "",
    }  # fmt: skip
    return render(request, "partnerships/events/registration.html", context)


def _said(row: Registration) -> str:
    if row.state == RegistrationState.WAITING:
        return _("All places are taken: you are on the waiting list.")
    return _("You are registered.")


@never_cache
@require_http_methods(METHODS)
@signed_in
def registrations(request: HttpRequest, slug: str) -> HttpResponse:
    """Who comes, who waits, who was there."""
    actor = actor_of(request)
    plan = reading.plan_for_coordination(actor, slug)
    if request.method == "POST":
        try:
            messages.success(request, _changed(request, plan, actor))
        except DomainError as error:
            error.raise_unless_about_input()
            messages.error(request, str(error.message))
        return HttpResponseRedirect(reverse("partnerships:registrations", args=[plan.slug]))
    rows = reading.registrations_of(plan)
    masks = reads_masked(request)
    shown = [{"row": row, "email": address_shown(row.email, masks=masks)} for row in rows]
    context = {
        "card": showing.card_of(plan), "plan": plan, "rows": shown, "numbers": reading.numbers_of(rows),
        "has_begun": plan.starts_at <= clock.now(), "is_over": plan.ends_at <= clock.now(),
    }  # fmt: skip
    return render(request, "partnerships/events/registrations.html", context)


def _changed(request: HttpRequest, plan: EventPlan, actor: Actor) -> str:
    wish = request.POST.get("cancel", "")
    if wish:
        registering.cancel_for(plan.id, registration_id=_uuid(wish), by=actor)
        return _("The registration is cancelled.")
    ticked = {_uuid(one) for one in request.POST.getlist("attended")}
    before = {_uuid(one) for one in request.POST.getlist("was")}
    number = registering.attendance_write(plan.id, attended=ticked, before=before, by=actor)
    return _("It is noted who came: %(number)s.") % {"number": number}


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise registering.unknown() from None


@never_cache
@require_safe
@signed_in
def registrations_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """The same as a table."""
    plan = reading.plan_for_coordination(actor_of(request), slug)
    masks = reads_masked(request)
    rows = [
        (row.state, row.name, row.organisation, address_shown(row.email, masks=masks), "1" if row.online else "", row.needs,
         "" if row.attended is None else str(int(row.attended)), row.asked_at.isoformat(timespec="seconds"))
        for row in reading.registrations_of(plan)
    ]  # fmt: skip
    lines = b"".join(csv_lines(_HEADER, rows, language=reader()))
    response = HttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{plan.slug}-registrations.csv"'
    return response


@require_safe
def event_ics(request: HttpRequest, slug: str) -> HttpResponse:
    """The event as iCalendar."""
    plan = reading.plan_get(actor_of(request), slug)
    response = HttpResponse(calendar_of(plan, language=reader()), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{plan.slug}.ics"'
    return response


def _taking_place(request: HttpRequest, slug: str) -> EventPlan:
    """Schedules have no word for cancelled: there is none any more."""
    plan = reading.plan_get(actor_of(request), slug)
    if plan.state == EventState.CANCELLED:
        raise Gone("event.called_off", _("This event does not take place."))
    return plan


@require_safe
def schedule_json(request: HttpRequest, slug: str) -> HttpResponse:
    """The schedule as pretalx and frab write it, for schedule apps."""
    plan = _taking_place(request, slug)
    told = exporting.schedule(showing.as_conference(plan, reading.sessions_of(plan), language=reader()))
    return HttpResponse(orjson.dumps(told), content_type="application/json")


@require_safe
def indico_json(request: HttpRequest, slug: str) -> HttpResponse:
    """The event as Indico's export gives it."""
    plan = _taking_place(request, slug)
    conference = showing.as_conference(plan, reading.sessions_of(plan), language=reader())
    told = exporting.indico(conference, address=absolute(request.path), now=clock.now())
    return HttpResponse(orjson.dumps(told), content_type="application/json")

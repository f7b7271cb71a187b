"""Reporting something, and what became of a report; for everybody, with or without a sign-in."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from citytandem.accounts.contract import Actor, actor_of
from citytandem.core.errors import DomainError
from citytandem.core.permissions import allowed
from citytandem.core.subjects import Subject
from citytandem.core.throttle import Limit, address_of, count
from citytandem.moderation.forms import ReportForm
from citytandem.moderation.keys import receipt_path
from citytandem.moderation.receipts import receipt_of
from citytandem.moderation.selectors import report_get
from citytandem.moderation.services.reports import Complaint, report_make
from citytandem.moderation.things import parse_about, readable_subject
from citytandem.moderation.traps import trace_of
from citytandem.moderation.views.again import again

# Enough for whoever goes through a whole page, too little for a program.
BY_VISITOR = Limit("moderation.report.visitor", 8, 3_600)
BY_PERSON = Limit("moderation.report.person", 30, 3_600)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """Say what is wrong with a thing. Raises NotFound for one that the reader may not read."""
    actor, reader = actor_of(request), get_language() or "en"
    about = request.POST.get("about") or request.GET.get("about", "")
    kind, object_id = parse_about(about)
    thing = readable_subject(actor, kind=kind, object_id=object_id, reader=reader)
    form = ReportForm(request.POST or None, initial={"about": about}, is_visitor=actor.is_anonymous)
    if request.method != "POST":
        return render(request, "moderation/report.html", _context(actor, form, thing))
    if not form.is_valid():
        return render(request, "moderation/report.html", _context(actor, form, thing), status=422)
    if trace_of(request).honeypot:
        form.add_error(None, _("Please leave the field empty that is to be left empty."))
        return render(request, "moderation/report.html", _context(actor, form, thing), status=422)
    try:
        count(BY_VISITOR if actor.is_anonymous else BY_PERSON, str(actor.id or address_of(request)))
        made = report_make(
            kind=kind, object_id=object_id, complaint=_complaint(form.cleaned_data), language=reader, by=actor
        )
    except DomainError as error:
        return again(request, "moderation/report.html", _context(actor, form, thing), form=form, error=error)
    return HttpResponseRedirect(receipt_path(made.code))


@never_cache
@require_GET
def receipt(request: HttpRequest, code: str) -> HttpResponse:
    """The number of a report, and what became of it. Raises NotFound for everybody but who made it."""
    actor, key = actor_of(request), request.GET.get("key", "")[:200]
    found = report_get(actor, code=code, key=key)
    page = receipt_of(found, reader=get_language() or "en", key=key)
    return render(request, "moderation/receipt.html", {"page": page})


def _context(actor: Actor, form: ReportForm, thing: Subject) -> dict[str, Any]:
    return {
        "form": form,
        "thing": thing,
        "is_visitor": actor.is_anonymous,
        "may_take_up": allowed("moderation.decide", actor) and thing.author != actor.id,
    }


def _complaint(values: dict[str, Any]) -> Complaint:
    return Complaint(
        ground=values["ground"],
        explanation=values["explanation"],
        good_faith=values["good_faith"],
        name=values.get("name", ""),
        email=values.get("email", ""),
    )

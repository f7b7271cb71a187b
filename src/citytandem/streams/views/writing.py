"""Writing problems and solutions. Whatever goes wrong, the form comes back with everything in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from citytandem.accounts.contract import Actor, actor_of, organisations_by_id
from citytandem.core.errors import Conflict, DomainError, Forbidden
from citytandem.core.permissions import allowed, require
from citytandem.core.subjects import HELD
from citytandem.core.text import MAX_QUERY, clean_text
from citytandem.core.throttle import address_of
from citytandem.moderation.contract import trace_of
from citytandem.partnerships.contract import city_choices
from citytandem.streams.drafting import details_of, empty_values, similar_cards, values_of, wording_of
from citytandem.streams.forms import ImportForm, StatusForm, form_class
from citytandem.streams.selectors import record_get
from citytandem.streams.services.pacing import count_submission
from citytandem.streams.services.publiccode import MOST_YAML, solution_import_publiccode
from citytandem.streams.services.records import problem_set_status, record_edit, record_submit

METHODS = ["GET", "HEAD", "POST"]


@never_cache
@require_http_methods(METHODS)
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """Write a problem or a solution."""
    actor = actor_of(request)
    if request.method != "POST" and not allowed("streams.submit", actor, kind):
        return _to_sign_in(request)
    if request.method == "POST":
        count_submission(actor, address=address_of(request))
    cities = city_choices()
    start = empty_values(actor, kind=kind, text=clean_text(request.GET.get("text", ""))[:MAX_QUERY])
    organisations = list(organisations_by_id(actor.organisations).values())
    form = form_class(kind)(request.POST or None, initial=start, cities=cities, organisations=organisations)

    def save() -> Any:
        wording = wording_of(form.cleaned_data, hint=get_language() or "en")
        details = details_of(form.cleaned_data, kind=kind, cities=cities, wording=wording)
        organisation = form.cleaned_data.get("organisation")
        return record_submit(
            kind=kind, wording=wording, by=actor, details=details, organisation=organisation, trace=trace_of(request)
        )

    if request.method == "POST" and form.is_valid() and not request.POST.get("seen"):
        similar = similar_cards(form.cleaned_data, actor=actor, kind=kind, cities=cities, reader=get_language() or "en")
        if similar:
            return render(request, "streams/write.html", {"form": form, "kind": kind, "similar": similar})
    return _answer(request, form, save, kind=kind, thanks=_("Thank you. It is here for everybody who may read it."))


@never_cache
@require_http_methods(METHODS)
def edit(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Change a problem or a solution."""
    actor = actor_of(request)
    cities = city_choices()
    try:
        record = record_get(actor, kind=kind, key=key)
        require("streams.edit", actor, record)
    except DomainError as error:
        if request.method != "POST":
            return _refused(request, error, actor)
        form = form_class(kind)(request.POST, cities=cities)
        return _typed_again(request, form, error, kind=kind)
    start = values_of(record, kind=kind, language=get_language() or "en", cities=cities)
    form = form_class(kind)(request.POST or None, initial=start, cities=cities)

    def save() -> Any:
        wording = wording_of(form.cleaned_data, hint=record.language, record=record)
        details = details_of(form.cleaned_data, kind=kind, cities=cities, wording=wording, record=record)
        version = form.cleaned_data["version"]
        return record_edit(
            kind=kind, key=record.id, version=version, by=actor, wording=wording, details=details,
            trace=trace_of(request),
        )  # fmt: skip

    return _answer(request, form, save, kind=kind, thanks=_("Your changes are saved."), record=record)


@never_cache
@require_http_methods(METHODS)
def status(request: HttpRequest, key: str) -> HttpResponse:
    """Move a problem on."""
    actor = actor_of(request)
    record = record_get(actor, kind="problem", key=key)
    if request.method != "POST" and not allowed("streams.set_status", actor, record):
        return _refused(request, _not_allowed(), actor)
    form = StatusForm(request.POST or None, initial={"status": record.status})

    def save() -> Any:
        values = form.cleaned_data
        return problem_set_status(key=record.id, status=values["status"], reason=values["reason"], by=actor)

    return _answer(
        request, form, save, kind="problem", thanks=_("The status is changed."), record=record,
        template="streams/status.html",
    )  # fmt: skip


@never_cache
@require_http_methods(METHODS)
def publiccode(request: HttpRequest) -> HttpResponse:
    """Take over open-source software from its publiccode.yml."""
    actor = actor_of(request)
    if request.method != "POST" and actor.is_anonymous:
        return _to_sign_in(request)
    form = ImportForm(_with_file(request), request.FILES or None) if request.method == "POST" else ImportForm()

    def save() -> Any:
        solution, notices = solution_import_publiccode(yaml=form.cleaned_data["yaml"], by=actor)
        for notice in notices:
            messages.info(request, f"{notice.field}: {notice.message}" if notice.field else str(notice.message))
        return solution

    return _answer(
        request, form, save, kind="solution", thanks=_("The software is taken over. Please read it through."),
        template="streams/import.html",
    )  # fmt: skip


def _with_file(request: HttpRequest) -> Any:
    """The content of an uploaded file stands in the text field from here on: so it is kept if something is wrong."""
    sent = request.POST.copy()
    file = request.FILES.get("file")
    if file is not None:
        sent["yaml"] = file.read(MOST_YAML + 1).decode("utf-8", errors="replace")
    return sent


def _answer(
    request: HttpRequest,
    form: Any,
    save: Callable[[], Any],
    *,
    kind: str,
    thanks: str,
    record: Any = None,
    template: str = "streams/write.html",
) -> HttpResponse:
    """Show the form; on POST save and go to the record, or show the form again with what is wrong."""
    context = {"form": form, "kind": kind, "record": record}
    if request.method != "POST":
        return render(request, template, context)
    if not form.is_valid():
        return render(request, template, context, status=422)
    try:
        saved = save()
    except DomainError as error:
        return _typed_again(request, form, error, kind=kind, record=record, template=template)
    if saved.moderation == HELD:
        if actor_of(request).is_anonymous:
            return render(request, "streams/sent.html", {"kind": kind, "code": saved.code})
        thanks = _("Thank you. Somebody looks at it before everybody can read it.")
    messages.success(request, thanks)
    if "with_files" in request.POST:
        return HttpResponseRedirect(f"/files/of/{kind}/{saved.id}")
    return HttpResponseRedirect(f"/{kind}s/{saved.code}")


def _typed_again(
    request: HttpRequest,
    form: Any,
    error: DomainError,
    *,
    kind: str,
    record: Any = None,
    template: str = "streams/write.html",
) -> HttpResponse:
    """The form with everything that was typed, and why it was refused."""
    form.is_valid()
    form.refuse(error)
    is_stale = isinstance(error, Conflict) and record is not None
    if is_stale:
        # Who has compared both versions may save again.
        form.data = form.data.copy()
        form.data["version"] = str(record.version)
    context = {
        "form": form,
        "kind": kind,
        "record": record,
        "is_stale": is_stale,
        "must_sign_in": actor_of(request).is_anonymous,
    }
    return render(request, template, context, status=error.status)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(f"/sign-in?{urlencode({'next': request.get_full_path()})}")


def _refused(request: HttpRequest, error: DomainError, actor: Actor) -> HttpResponse:
    """Who is not signed in may sign in and come back; who may not gets told."""
    if actor.is_anonymous and isinstance(error, Forbidden):
        return _to_sign_in(request)
    raise error


def _not_allowed() -> Forbidden:
    return Forbidden("permission.missing", _("You are not allowed to do this."))

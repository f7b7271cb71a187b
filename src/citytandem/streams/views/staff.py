"""The staff desk over HTTP: the table of problems, what is done with many at once, saved views, exports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citytandem.accounts.contract import Actor, actor_of, department_by_id, department_by_slug, departments
from citytandem.core import clock
from citytandem.core.csv_files import csv_lines
from citytandem.core.errors import DomainError, NotFound
from citytandem.core.permissions import allowed, require
from citytandem.streams.selectors import record_get
from citytandem.streams.services.routing import problem_route
from citytandem.streams.staff import export, sheet
from citytandem.streams.staff.filters import Filters, filters_of, narrowed
from citytandem.streams.staff.forms import BulkStatusForm, RouteForm, ViewForm
from citytandem.streams.staff.selectors import desk_problems, desk_selected, views_of
from citytandem.streams.staff.services import (
    MOST_AT_ONCE,
    BulkReport,
    problems_route,
    problems_set_status,
    view_delete,
    view_save,
)
from citytandem.streams.staff.table import PATH, named, table

METHODS = ["GET", "HEAD", "POST"]
FORMS: dict[str, type[Any]] = {"status": BulkStatusForm, "route": RouteForm}


@never_cache
@require_safe
def problems(request: HttpRequest) -> HttpResponse:
    """The problems of one's department, or of all; what is due first."""
    actor = actor_of(request)
    if actor.is_anonymous:
        return redirect_to_login(request.get_full_path())
    require("streams.staff_desk", actor)
    views = views_of(actor)
    first = next((view.query for view in views if view.is_default and view.person_id == actor.id), "")
    if first and not request.GET:
        return HttpResponseRedirect(f"{PATH}?{first}")
    return _table(request, actor, request.GET.dict(), views=views)


def _table(
    request: HttpRequest,
    actor: Actor,
    wishes: Mapping[str, str],
    *,
    views: Sequence[Any],
    form: ViewForm | None = None,
    status: int = 200,
) -> HttpResponse:
    filters = filters_of(wishes, actor=actor)
    page = table(actor, filters=filters, after=wishes.get("after"), reader=get_language() or "en", views=views)
    form = form or ViewForm(own_departments=page.own_departments)
    return render(request, "streams/staff/problems.html", {"page": page, "form": form}, status=status)


@never_cache
@require_POST
def bulk(request: HttpRequest) -> HttpResponseBase:
    """What was ticked, and what to do with it: first the form, then the report of what was done and what was not."""
    actor = actor_of(request)
    require("streams.staff_desk", actor)
    action, ids = request.POST.get("action", ""), _ids(request)
    back = _back(request)
    if action in {"csv", "xlsx"}:
        rows = desk_problems(actor).filter(id__in=ids).order_by("-created_at", "-id")
        return _file(request, rows, kind=action)
    if action not in FORMS or not ids:
        messages.error(request, _("Tick at least one problem, then choose what to do."))
        return HttpResponseRedirect(back)
    form = FORMS[action](request.POST if "do" in request.POST else None)
    context: dict[str, Any] = {"form": form, "action": action, "back": back, "most": MOST_AT_ONCE}
    if "do" in request.POST and form.is_valid():
        try:
            report = _do(action, ids, form.cleaned_data, actor)
        except DomainError as error:
            form.refuse(error)
        else:
            return render(request, "streams/staff/bulk_done.html", {"back": back, **_told(report)})
    context["selected"] = [named(one, reader=get_language() or "en") for one in desk_selected(actor, ids)]
    return render(request, "streams/staff/bulk.html", context, status=422 if form.errors else 200)


def _do(action: str, ids: list[UUID], values: dict[str, Any], actor: Actor) -> BulkReport:
    if action == "status":
        return problems_set_status(ids=ids, status=values["status"], reason=values["reason"], by=actor)
    department = department_by_slug(values["department"])
    return problems_route(
        ids=ids, department_id=department.id if department else None, reason=values["reason"], by=actor
    )


def _told(report: BulkReport) -> dict[str, Any]:
    """What was done and what not, by name; of what nobody may know there is only the number."""
    reader = get_language() or "en"
    return {
        "done": [named(one, reader=reader) for one in report.done],
        "skipped": [named(one.problem, reader=reader, why=str(one.why)) for one in report.skipped if one.problem],
        "unknown": sum(one.problem is None for one in report.skipped),
    }


def _ids(request: HttpRequest) -> list[UUID]:
    """The ids that were ticked, each once; what is none is left out."""
    found: dict[UUID, None] = {}
    for text in request.POST.getlist("id"):
        try:
            found[UUID(text)] = None
        except ValueError:
            continue
    return list(found)


def _back(request: HttpRequest) -> str:
    """The table as it was: the filters travel along, and nothing else can be put there."""
    query = filters_of(QueryDict(request.POST.get("back", "")).dict(), actor=actor_of(request)).query()
    return f"{PATH}?{query or 'order=due'}"


@never_cache
@require_safe
def export_all(request: HttpRequest, kind: str) -> HttpResponseBase:
    """All problems that fit the filters, as CSV or XLSX."""
    actor = actor_of(request)
    if actor.is_anonymous:
        return redirect_to_login(request.get_full_path())
    require("streams.staff_desk", actor)
    filters: Filters = filters_of(request.GET.dict(), actor=actor)
    rows = narrowed(desk_problems(actor), filters, today=timezone.localdate(clock.now()))
    return _file(request, rows.order_by("-created_at", "-id"), kind=kind)


def _file(request: HttpRequest, rows: Any, *, kind: str) -> HttpResponseBase:
    language = get_language() or "en"
    base = f"{request.scheme}://{request.get_host()}"
    name = f"{_('problems')}-{timezone.localdate(clock.now()).isoformat()}.{kind}"
    cells = sheet.rows_of(rows, language=language, base=base)
    if kind == "xlsx":
        file = export.xlsx_file(sheet.header(), cells, title=_("Problems"))
        return FileResponse(file, as_attachment=True, filename=name)
    lines = csv_lines(sheet.header(), cells, language=language)
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f"attachment; filename=\"problems.csv\"; filename*=UTF-8''{quote(name)}"
    return answer


@never_cache
@require_POST
def view_new(request: HttpRequest) -> HttpResponse:
    """Save the filters as a view."""
    actor = actor_of(request)
    require("streams.staff_desk", actor)
    wishes = QueryDict(request.POST.get("back", "")).dict()
    filters = filters_of(wishes, actor=actor)
    form = ViewForm(request.POST, own_departments=_own_departments(actor))
    if form.is_valid():
        values = form.cleaned_data
        shared = department_by_slug(values.get("shared_with") or "")
        try:
            view = view_save(
                name=values["name"],
                query=filters.query(),
                by=actor,
                shared_with=shared.id if shared else None,
                is_default=values["is_default"],
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
            return HttpResponseRedirect(f"{PATH}?{view.query or 'order=due'}")
    return _table(request, actor, wishes, views=views_of(actor), form=form, status=422)


def _own_departments(actor: Actor) -> list[Any]:
    return [one for one in departments() if one.id in actor.departments]


@never_cache
@require_POST
def view_gone(request: HttpRequest, view_id: UUID) -> HttpResponse:
    """Delete a saved view."""
    view_delete(view_id=view_id, by=actor_of(request))
    messages.success(request, _("The view is deleted."))
    return HttpResponseRedirect(f"{PATH}?order=due")


@never_cache
@require_http_methods(METHODS)
def route(request: HttpRequest, key: str) -> HttpResponse:
    """Give a problem to another department, or take it over."""
    actor = actor_of(request)
    if actor.is_anonymous:
        return redirect_to_login(request.get_full_path())
    record = record_get(actor, kind="problem", key=key)
    require("streams.take_over", actor, record)
    seen = str(record.department_id or "")
    offered = None if allowed("streams.route", actor, record) else _own_departments(actor)
    form = RouteForm(request.POST or None, initial={"seen": seen}, offered=offered)
    if request.method == "POST" and form.is_valid():
        try:
            _route(form.cleaned_data, record, actor)
        except DomainError as error:
            form.refuse(error)
            form.data = {**request.POST.dict(), "seen": seen}
            return _route_page(request, form, record, status=error.status)
        messages.success(request, _("The problem is given to the department."))
        return redirect("streams:problem", key=record.code)
    return _route_page(request, form, record, status=422 if form.errors else 200)


def _route_page(request: HttpRequest, form: RouteForm, record: Any, *, status: int) -> HttpResponse:
    now = department_by_id(record.department_id)
    context = {
        "form": form,
        "record": named(record, reader=get_language() or "en"),
        "department": now.name_for(get_language() or "en") if now else "",
    }
    return render(request, "streams/staff/route.html", context, status=status)


def _route(values: dict[str, Any], record: Any, actor: Actor) -> None:
    department = department_by_slug(values["department"])
    if department is None:
        raise NotFound("department.unknown", _("There is no such department."), field="department")
    problem_route(
        problem_id=record.id,
        department_id=department.id,
        reason=values["reason"],
        by=actor,
        seen=values["seen"],
        has_seen=True,
    )

"""Records of the work over HTTP: add one, change it, take it out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from citytandem.accounts.contract import actor_of
from citytandem.partnerships.accompanying import typing_records
from citytandem.partnerships.accompanying.kinds import Kind
from citytandem.partnerships.accompanying.shown import Frame, frame_of, reading
from citytandem.partnerships.accompanying.views.guard import for_those_who_work
from citytandem.partnerships.accompanying.writing import record_remove, record_write
from citytandem.partnerships.guarding import METHODS, answer


@require_http_methods(METHODS)
@for_those_who_work
def add(request: HttpRequest, partnership: Any, kind: str) -> HttpResponse:
    """Add a record; `?meeting=` and `?topic=` say what it belongs to."""
    known = typing_records.typed_kind(kind)
    frame = frame_of(partnership, current=known.page)
    start = {name: request.GET[name] for name in ("meeting", "topic", "city") if name in request.GET}
    parent = typing_records.any_of(known.parent, _id(request), partnership) if known.is_part else None
    form = typing_records.form_for(
        known, data=request.POST or None, options=typing_records.options_for(known, partnership, frame), start=start
    )

    def save() -> str:
        values = form.values() | ({f"{known.parent}_id": parent.id} if parent is not None else {})
        row = record_write(known.name, partnership_id=partnership.id, values=values, by=actor_of(request))
        return path_of(row, known, frame)

    return answer(
        request, form, save, template="partnerships/work/write.html", thanks=_("It is saved."),
        context={"frame": frame, "kind": known, "heading": known.add, "back": back_of(known, frame, parent)},
    )  # fmt: skip


@require_http_methods(METHODS)
@for_those_who_work
def edit(request: HttpRequest, partnership: Any, kind: str, record_id: UUID) -> HttpResponse:
    """Change a record of ours."""
    known = typing_records.typed_kind(kind)
    row = typing_records.own(kind, record_id, partnership)
    frame = frame_of(partnership, current=known.page)
    options = typing_records.options_for(known, partnership, frame)
    form = typing_records.form_for(known, data=request.POST or None, options=options, row=row)

    def save() -> str:
        saved = record_write(
            known.name, partnership_id=partnership.id, values=form.values(), by=actor_of(request), record_id=record_id
        )
        return path_of(saved, known, frame)

    context = {"frame": frame, "kind": known, "heading": known.label, "row": row, "back": path_of(row, known, frame)}
    return answer(
        request, form, save, template="partnerships/work/write.html", context=context, thanks=_("It is saved.")
    )


@require_http_methods(METHODS)
@for_those_who_work
def remove(request: HttpRequest, partnership: Any, kind: str, record_id: UUID) -> HttpResponse:
    """Ask, then take a record of ours out."""
    known = typing_records.typed_kind(kind)
    row = typing_records.own(kind, record_id, partnership)
    frame = frame_of(partnership, current=known.page)
    if request.method == "POST":
        record_remove(kind, partnership_id=partnership.id, record_id=record_id, by=actor_of(request))
        messages.success(request, _("It is taken out."))
        return HttpResponseRedirect(back_of(known, frame, getattr(row, known.parent) if known.is_part else None))
    context = {"frame": frame, "kind": known, "title": reading(row, "title"), "back": path_of(row, known, frame)}
    return render(request, "partnerships/work/remove.html", context)


def path_of(row: Any, kind: Kind, frame: Frame) -> str:
    """Where a record is shown."""
    if kind.name == "meeting":
        return f"{frame.path}/meetings/{row.id}"
    if kind.name == "memorandum":
        return f"{frame.path}/memoranda/{row.id}"
    return back_of(kind, frame, getattr(row, kind.parent) if kind.is_part else None)


def back_of(kind: Kind, frame: Frame, parent: Any = None) -> str:
    """The part of the work page that lists records of this kind."""
    if parent is not None and kind.parent == "meeting":
        return f"{frame.path}/meetings/{parent.id}"
    return f"{frame.path}/{kind.page}" if kind.page else frame.path


def _id(request: HttpRequest) -> UUID:
    try:
        return UUID(request.GET.get("meeting", ""))
    except ValueError:
        return UUID(int=0)

"""What a pilot measures and what it costs, over HTTP."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from citytandem.accounts.contract import actor_of
from citytandem.challenges import reading_pilots as reading
from citytandem.challenges.finding_words import REFUSALS
from citytandem.challenges.forms_pilots import CostForm, MeasureForm, TableForm, WhyForm, indicator_forms
from citytandem.challenges.measuring_pages import table_shown, value_shown
from citytandem.challenges.selectors import pilot_get
from citytandem.challenges.services import measuring
from citytandem.challenges.services.measuring_tables import MOST_BAD, table_read
from citytandem.challenges.views.pilots import METHODS, answer, for_those_who_run_it, framed
from citytandem.core import clock
from citytandem.core.csv_files import csv_lines
from citytandem.core.errors import Conflict, DomainError, NotFound

_MORE_ROWS = 3


@for_those_who_run_it
@require_http_methods(METHODS)
def indicators(request: HttpRequest, pilot: Any) -> HttpResponse:
    """The table of indicators, all rows at once."""
    if pilot.state != "planned":
        raise Conflict(
            "indicators.frozen",
            _("Indicators and targets stay as they were at the start: one that is set afterwards proves nothing."),
        )
    rows = [_initial(row) for row in reading.counted_indicators(pilot)]
    wants_more = "more" in request.POST
    count = _count(request.POST.get("count", "")) or len(rows) + (1 if rows else _MORE_ROWS)
    forms = indicator_forms(request.POST or None, rows, count=count + (_MORE_ROWS if wants_more else 0))
    context = {**framed(request, pilot), "forms": forms, "count": len(forms), "pilot_path": f"/pilots/{pilot.code}"}
    template = "challenges/pilot_indicators.html"
    if request.method != "POST":
        return render(request, template, context)
    if wants_more:
        # As typed, with more rows; nothing is checked yet.
        return render(request, template, context)
    valid = [one for one in forms if one.is_valid() or not _is_bare(one)]
    if not all(one.is_valid() for one in valid):
        return render(request, template, context, status=422)
    drafts = [_draft(one.cleaned_data) for one in valid if not one.is_none]
    try:
        measuring.indicators_set(pilot.id, drafts, by=actor_of(request))
    except DomainError as error:
        error.raise_unless_about_input()
        return render(request, template, {**context, "error": error}, status=error.status)
    messages.success(request, _("The indicators are saved."))
    return HttpResponseRedirect(f"/pilots/{pilot.code}")


@for_those_who_run_it
@require_http_methods(METHODS)
def measurements(request: HttpRequest, pilot: Any) -> HttpResponse:
    """Values by hand or as a table, costs, and what is there."""
    sent = request.POST.get("what", "") if request.method == "POST" else ""
    rows = reading.counted_indicators(pilot)
    now = timezone.localtime(clock.now())
    late = {"asks_reason": pilot.ended_at is not None}
    forms: dict[str, Any] = {
        "form": MeasureForm(
            request.POST if sent == "value" else None,
            indicators=rows,
            initial={"at": now, "is_baseline": pilot.state == "planned"},
            **late,
        ),
        "table_form": TableForm(request.POST, request.FILES, **late) if sent == "table" else TableForm(**late),
        "cost_form": CostForm(request.POST if sent == "cost" else None, initial={"on": now.date()}, **late),
    }
    actions = {"value": _value, "table": _table, "cost": _cost}
    names = {"value": "form", "table": "table_form", "cost": "cost_form"}
    status, read = 200, None
    if sent in actions:
        form = forms[names[sent]]
        status = 422
        if form.is_valid():
            try:
                read = actions[sent](request, pilot, form)
                if read is None:
                    return HttpResponseRedirect(request.path)
                status = 200
            except DomainError as error:
                error.raise_unless_about_input()
                form.refuse(error)
                status = error.status
    context = {
        **framed(request, pilot),
        **forms,
        "failed": forms[names[sent]] if status != 200 else None,
        "read": read,
        "indicators": rows,
        "measurements": [value_shown(row) for row in reading.newest_measurements(pilot)],
        "imports": [table_shown(row) for row in reading.newest_imports(pilot)],
        "costs": reading.costs_shown(pilot),
        "pilot": pilot,
        "pilot_path": f"/pilots/{pilot.code}",
        "is_over": pilot.state in {"decided", "abandoned"},
    }
    return render(request, "challenges/pilot_measure.html", context, status=status)


@for_those_who_run_it
@require_http_methods(METHODS)
def measurement_remove(request: HttpRequest, pilot: Any, number: int) -> HttpResponse:
    """Take a wrong value out, with the reason."""
    row = reading.measurement_get(pilot, number)
    form = WhyForm(request.POST or None)

    def save() -> Any:
        return measuring.measurement_remove(row.id, reason=form.cleaned_data["reason"], by=actor_of(request))

    context = {
        **framed(request, pilot),
        "pilot_path": f"/pilots/{pilot.code}/measurements",
        "does": "remove",
        "measurement": value_shown(row),
    }
    thanks = _("The value is taken out. The log keeps what it was.")
    return answer(request, form, save, template="challenges/pilot_decide.html", context=context, thanks=thanks)


@for_those_who_run_it
@require_http_methods(METHODS)
def cost_remove(request: HttpRequest, pilot: Any, number: int) -> HttpResponse:
    """Take an entry of the costs out, with the reason."""
    row = next((one for one in reading.costs_shown(pilot) if one.id == number), None)
    if row is None:
        raise NotFound("cost.unknown", _("This entry does not exist."))
    form = WhyForm(request.POST or None)

    def save() -> Any:
        return measuring.cost_remove(row.id, reason=form.cleaned_data["reason"], by=actor_of(request))

    context = {**framed(request, pilot), "pilot_path": f"/pilots/{pilot.code}/measurements#costs"}
    context |= {"does": "remove_cost", "cost": row, "currency": pilot.currency}
    thanks = _("The entry is taken out.")
    return answer(request, form, save, template="challenges/pilot_decide.html", context=context, thanks=thanks)


@require_safe
def download(request: HttpRequest, code: str) -> StreamingHttpResponse:
    """Everything that was measured, as a table that can be read again."""
    pilot = pilot_get(actor_of(request), code)
    # With commas and points, whatever the reader's language: a table of this kind can be read in one way only.
    lines = csv_lines(reading.MEASUREMENT_COLUMNS, reading.measurement_rows(pilot), language="en")
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="pilot-{pilot.code}.csv"'
    # Caches would have to gather all of it first.
    response["Cache-Control"] = "no-store"
    return response


def _value(request: HttpRequest, _pilot: Any, form: Any) -> None:
    told = form.cleaned_data
    measuring.measurement_record(
        told["indicator"],
        at=told["at"],
        value=told["value"],
        place=told["place"],
        exposure=1.0 if told["exposure"] is None else told["exposure"],
        note=told["note"],
        is_baseline=told["is_baseline"],
        reason=told.get("reason", ""),
        by=actor_of(request),
    )
    messages.success(request, _("The value is saved."))


def _table(request: HttpRequest, pilot: Any, form: Any) -> dict[str, Any] | None:
    file = form.cleaned_data["file"]
    table = file.read() if file is not None else form.cleaned_data["table"].encode()
    read = table_read(
        pilot.id,
        table,
        name=file.name if file is not None else "",
        is_baseline=form.cleaned_data["is_baseline"],
        reason=form.cleaned_data.get("reason", ""),
        by=actor_of(request),
    )
    if read.waiting is not None:
        messages.success(request, _("The table is being read. Load this page again to see how far it is."))
        return None
    kept = read.added.kept
    told = ngettext("%(count)s value is taken over.", "%(count)s values are taken over.", kept) % {"count": kept}
    if not (read.bad or read.added.known or read.added.differing):
        messages.success(request, told)
        return None
    bad = [{"line": row.line, "why": str(REFUSALS[row.code]), "told": row.told} for row in read.bad[:MOST_BAD]]
    return {"told": told, "added": read.added, "bad": bad, "bad_count": len(read.bad)}


def _cost(request: HttpRequest, pilot: Any, form: Any) -> None:
    told = form.cleaned_data
    measuring.cost_add(
        pilot.id,
        kind=told["kind"],
        on=told["on"],
        amount=told["amount"] or Decimal(0),
        hours=told["hours"] or Decimal(0),
        note=told["cost_note"],
        reason=told.get("reason", ""),
        by=actor_of(request),
    )
    messages.success(request, _("The entry is saved."))


def _initial(row: Any) -> dict[str, Any]:
    names = ("id", "name", "unit", "direction", "kind", "baseline", "target", "source")
    return {name: getattr(row, name) for name in names}


def _draft(told: dict[str, Any]) -> measuring.IndicatorDraft:
    return measuring.IndicatorDraft(**{name: told[name] for name in told if name != "remove"})


def _is_bare(form: Any) -> bool:
    """Nothing was typed into this row: what it lacks is no mistake. One that goes out need not be right either."""
    typed = (form.data.get(f"{form.prefix}-{name}", "") for name in ("id", "name", "unit", "baseline", "target"))
    return not any(one.strip() for one in typed) or f"{form.prefix}-remove" in form.data


def _count(told: str) -> int:
    return int(told) if told.isascii() and told.isdigit() and len(told) < 4 else 0

"""The parts of the work page over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citytandem.accounts.contract import actor_of
from citytandem.core.versions import texts_of
from citytandem.partnerships.accompanying import results as services
from citytandem.partnerships.accompanying.desk import work_desk
from citytandem.partnerships.accompanying.forms_results import FindingForm, QuoteForm
from citytandem.partnerships.accompanying.overview import overview
from citytandem.partnerships.accompanying.results_page import results
from citytandem.partnerships.accompanying.shown import frame_of
from citytandem.partnerships.accompanying.views.guard import for_those_who_work
from citytandem.partnerships.guarding import METHODS, answer, signed_in


@never_cache
@require_safe
@signed_in
def desk(request: HttpRequest) -> HttpResponse:
    """What waits for somebody in all the partnerships they work in."""
    return render(request, "partnerships/work/desk.html", {"page": work_desk(actor_of(request))})


@require_safe
@for_those_who_work
def work(request: HttpRequest, partnership: Any) -> HttpResponse:
    """Topics, the roadmap, what is open, what comes next."""
    frame = frame_of(partnership, current="")
    return render(request, "partnerships/work/overview.html", {"frame": frame, "page": overview(partnership, frame)})


@require_safe
@for_those_who_work
def results_page(request: HttpRequest, partnership: Any) -> HttpResponse:
    """Findings, quotes, contacts."""
    frame = frame_of(partnership, current="results")
    return render(request, "partnerships/work/results.html", {"frame": frame, "page": results(partnership, frame)})


@require_http_methods(METHODS)
@for_those_who_work
def finding(request: HttpRequest, partnership: Any, finding_id: UUID | None = None) -> HttpResponse:
    """Note a finding, or change one."""
    frame = frame_of(partnership, current="results")
    row = services.finding_of(finding_id, partnership) if finding_id else None
    start = {"kind": request.GET.get("kind", "result")}
    if row is not None:
        text = {name: texts_of(getattr(row, name)).get(row.language, "") for name in ("title", "text")}
        start = {"kind": row.kind, "value": row.value, "unit": row.unit, **text}
    form = FindingForm(request.POST or None, initial=start)

    def save() -> str:
        services.finding_write(
            services.Noted(**form.cleaned_data),
            partnership_id=partnership.id,
            by=actor_of(request),
            finding_id=finding_id,
        )
        return f"{frame.path}/results"

    heading = _("Change the finding") if row is not None else _("Note a finding")
    context = {"frame": frame, "heading": heading, "back": f"{frame.path}/results"}
    return answer(
        request, form, save, template="partnerships/work/write.html", context=context, thanks=_("It is saved.")
    )


@require_POST
@for_those_who_work
def finding_remove(request: HttpRequest, partnership: Any, finding_id: UUID) -> HttpResponse:
    """Take a finding out."""
    services.finding_remove(finding_id, partnership_id=partnership.id, by=actor_of(request))
    messages.success(request, _("It is taken out."))
    return HttpResponseRedirect(f"/partnerships/{partnership.slug}/work/results")


@require_http_methods(METHODS)
@for_those_who_work
def quote(request: HttpRequest, partnership: Any, quote_id: UUID | None = None) -> HttpResponse:
    """Note a quote, or change one."""
    frame = frame_of(partnership, current="results")
    row = services.quote_of(quote_id, partnership) if quote_id else None
    start: dict[str, Any] = {}
    if row is not None:
        text = texts_of(row.text).get(row.language, "")
        start = {"text": text, "speaker": row.speaker, "function": row.function, "city": str(row.city_id or ""),
                 "consents": row.consented_at is not None}  # fmt: skip
    form = QuoteForm(request.POST or None, initial=start, cities=frame.options)

    def save() -> str:
        values = form.cleaned_data
        said = services.Said(**{**values, "city": UUID(values["city"]) if values["city"] else None})
        services.quote_write(said, partnership_id=partnership.id, by=actor_of(request), quote_id=quote_id)
        return f"{frame.path}/results"

    heading = _("Change the quote") if row is not None else _("Note a quote")
    context = {"frame": frame, "heading": heading, "back": f"{frame.path}/results"}
    return answer(
        request, form, save, template="partnerships/work/write.html", context=context, thanks=_("It is saved.")
    )


@require_POST
@for_those_who_work
def quote_withdraw(request: HttpRequest, partnership: Any, quote_id: UUID) -> HttpResponse:
    """The person has taken their consent back."""
    services.quote_withdraw(quote_id, partnership_id=partnership.id, by=actor_of(request))
    messages.success(request, _("The words are gone."))
    return HttpResponseRedirect(f"/partnerships/{partnership.slug}/work/results")

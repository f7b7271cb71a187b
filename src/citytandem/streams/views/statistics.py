"""Statistics over HTTP: for the staff with filters and as CSV, for everybody as a summary of the whole city."""

from __future__ import annotations

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from citytandem.accounts.contract import actor_of
from citytandem.core.csv_files import csv_lines
from citytandem.core.permissions import require
from citytandem.streams.staff.statistics_page import csv_rows, statistics


@never_cache
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """How many problems, how long they take, whether they are answered in time."""
    actor = actor_of(request)
    if actor.is_anonymous:
        return redirect_to_login(request.get_full_path())
    require("streams.staff_desk", actor)
    hides = not actor.is_staff
    page = statistics(request.GET.dict(), hides=hides, public_only=False, reader=get_language() or "en")
    return render(request, "streams/staff/statistics.html", {"page": page})


@never_cache
@require_safe
def desk_csv(request: HttpRequest) -> HttpResponseBase:
    """The same numbers as one long table."""
    actor = actor_of(request)
    if actor.is_anonymous:
        return redirect_to_login(request.get_full_path())
    require("streams.staff_desk", actor)
    language = get_language() or "en"
    page = statistics(request.GET.dict(), hides=not actor.is_staff, public_only=False, reader=language)
    header = [_("Table"), _("Label"), _("What"), _("Number")]
    answer = StreamingHttpResponse(
        csv_lines(header, csv_rows(page), language=language), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = 'attachment; filename="statistics.csv"'
    return answer


@require_safe
def answers(request: HttpRequest) -> HttpResponse:
    """How quickly the city answers, for everybody: public problems of the last year, small numbers hidden."""
    page = statistics({}, hides=True, public_only=True, reader=get_language() or "en", with_filters=False)
    return render(request, "streams/staff/answers.html", {"page": page})

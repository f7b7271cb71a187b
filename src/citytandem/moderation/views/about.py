"""How moderation works here, and its numbers; for everybody."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from citytandem.moderation.about import about_page
from citytandem.moderation.counting import counts
from citytandem.moderation.export import as_csv


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """The rules of the house, how to report and appeal, and what was decided in twelve months."""
    return render(request, "moderation/about.html", {"page": about_page(counts())})


@require_safe
def csv_file(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """The same numbers as a table for a spreadsheet."""
    response = HttpResponse(as_csv(counts()), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="moderation.csv"'
    return response

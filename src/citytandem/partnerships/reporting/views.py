"""Result profiles and the programme's report as pages and as files."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from citytandem.accounts.contract import actor_of
from citytandem.core import clock
from citytandem.partnerships.reporting import pages
from citytandem.partnerships.reporting.files import CONTENT_TYPES, profile_document, report_document, report_file
from citytandem.partnerships.reporting.tree import Document

LONGEST_NAME = 80


@require_safe
def report(request: HttpRequest) -> HttpResponse:
    """The report of a programme; `?programme=` names one, else it is the latest."""
    slug = request.GET.get("programme", "")[:LONGEST_NAME]
    document = report_document(actor_of(request), slug, base="")
    page = pages.page_of(document, of_programme=slug)
    return render(request, "partnerships/reporting/report.html", {"page": page})


@require_safe
def report_as(request: HttpRequest, kind: str) -> HttpResponse:
    """The same as a file."""
    slug = request.GET.get("programme", "")[:LONGEST_NAME]
    return _file(report_document(actor_of(request), slug, base=_base(request)), kind, f"report-{slug or 'programme'}")


@require_safe
def profile(request: HttpRequest, slug: str) -> HttpResponse:
    """The result profile of a partnership."""
    document = profile_document(actor_of(request), slug, base="")
    return render(request, "partnerships/reporting/report.html", {"page": pages.page_of(document, of_partnership=slug)})


@require_safe
def profile_as(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """The same as a file."""
    return _file(profile_document(actor_of(request), slug, base=_base(request)), kind, f"profile-{slug}")


def _base(request: HttpRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")


def _file(document: Document, kind: str, name: str) -> HttpResponse:
    # A day is exact enough, and a file that was set today is found again.
    made = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    response = HttpResponse(report_file(document, kind, made=made), content_type=CONTENT_TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{name}-{document.language}.{kind}"'
    return response

"""Addresses of the work of partnerships, below `/partnerships`."""

from __future__ import annotations

from django.urls import path

from citytandem.partnerships.accompanying.views import pages, records

_WORK = "partnerships/<slug:slug>/work"
urlpatterns = [
    path(_WORK, pages.work, name="work"),
    path(f"{_WORK}/results", pages.results_page, name="work-results"),
    path(f"{_WORK}/findings/new", pages.finding, name="work-finding-new"),
    path(f"{_WORK}/findings/<uuid:finding_id>", pages.finding, name="work-finding"),
    path(f"{_WORK}/findings/<uuid:finding_id>/remove", pages.finding_remove, name="work-finding-remove"),
    path(f"{_WORK}/quotes/new", pages.quote, name="work-quote-new"),
    path(f"{_WORK}/quotes/<uuid:quote_id>", pages.quote, name="work-quote"),
    path(f"{_WORK}/quotes/<uuid:quote_id>/withdraw", pages.quote_withdraw, name="work-quote-withdraw"),
    path(f"{_WORK}/add/<slug:kind>", records.add, name="work-add"),
    path(f"{_WORK}/edit/<slug:kind>/<uuid:record_id>", records.edit, name="work-edit"),
    path(f"{_WORK}/remove/<slug:kind>/<uuid:record_id>", records.remove, name="work-remove"),
]

"""Addresses of the work of partnerships, below `/partnerships`."""

from __future__ import annotations

from django.urls import path

from citytandem.partnerships.accompanying.views import meetings, pages, papers, records

_WORK = "partnerships/<slug:slug>/work"
urlpatterns = [
    path("partnerships/desk", pages.desk, name="work-desk"),
    path(_WORK, pages.work, name="work"),
    path(f"{_WORK}/results", pages.results_page, name="work-results"),
    path(f"{_WORK}/findings/new", pages.finding, name="work-finding-new"),
    path(f"{_WORK}/findings/<uuid:finding_id>", pages.finding, name="work-finding"),
    path(f"{_WORK}/findings/<uuid:finding_id>/remove", pages.finding_remove, name="work-finding-remove"),
    path(f"{_WORK}/quotes/new", pages.quote, name="work-quote-new"),
    path(f"{_WORK}/quotes/<uuid:quote_id>", pages.quote, name="work-quote"),
    path(f"{_WORK}/quotes/<uuid:quote_id>/withdraw", pages.quote_withdraw, name="work-quote-withdraw"),
    path(f"{_WORK}/meetings", meetings.meetings, name="work-meetings"),
    path(f"{_WORK}/meetings/<uuid:record_id>", meetings.meeting, name="work-meeting"),
    path(f"{_WORK}/meetings/<uuid:record_id>/meeting.ics", meetings.invitation, name="work-meeting-file"),
    path(f"{_WORK}/meetings/<uuid:record_id>/held", meetings.hold, name="work-meeting-held"),
    path(f"{_WORK}/meetings/<uuid:record_id>/cancel", meetings.cancel, name="work-meeting-cancel"),
    path(f"{_WORK}/actions/<uuid:record_id>/done", meetings.done, name="work-action-done"),
    path(f"{_WORK}/actions/<uuid:record_id>/reopen", meetings.reopen, name="work-action-reopen"),
    path(f"{_WORK}/calendar", meetings.renew, name="work-calendar"),
    path("partnerships/papers/<uuid:document_id>/<uuid:file_id>/<slug:seal>", papers.file, name="work-paper"),
    path("partnerships/<slug:slug>/calendar/<str:key>.ics", meetings.feed, name="work-feed"),
    path(f"{_WORK}/papers", papers.papers, name="work-papers"),
    path(f"{_WORK}/memoranda/draft", papers.draft, name="work-memorandum-draft"),
    path(f"{_WORK}/memoranda/<uuid:record_id>", papers.memorandum, name="work-memorandum"),
    path(f"{_WORK}/memoranda/<uuid:record_id>/offer", papers.offer, name="work-memorandum-offer"),
    path(f"{_WORK}/memoranda/<uuid:record_id>/sign", papers.sign, name="work-memorandum-sign"),
    path(f"{_WORK}/add/<slug:kind>", records.add, name="work-add"),
    path(f"{_WORK}/edit/<slug:kind>/<uuid:record_id>", records.edit, name="work-edit"),
    path(f"{_WORK}/remove/<slug:kind>/<uuid:record_id>", records.remove, name="work-remove"),
]

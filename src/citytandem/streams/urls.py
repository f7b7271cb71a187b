"""Addresses of the two streams and the match."""

from __future__ import annotations

from django.urls import URLPattern, path

from citytandem.core.etranslation import DELIVERIES
from citytandem.streams.views import home, match, records, reusing, translation, writing

app_name = "streams"


def _stream(kind: str) -> list[URLPattern]:
    """The addresses of one stream: `/problems…` with `/p/…`, or `/solutions…` with `/s/…`."""
    told = {"kind": kind}
    return [
        path(f"{kind}s", records.record_list, told, name=f"{kind}s"),
        path(f"{kind}s.atom", records.record_feed, told, name=f"{kind}s-feed"),
        path(f"{kind}s/new", writing.new, told, name=f"{kind}-new"),
        path(f"{kind}s/<str:key>", records.record, told, name=kind),
        path(f"{kind}s/<str:key>/edit", writing.edit, told, name=f"{kind}-edit"),
        path(f"{kind}s/<str:key>/matches", records.matches, told, name=f"{kind}-matches"),
        path(f"{kind[0]}/<str:key>", records.short_address, told, name=f"{kind}-short"),
        path(f"{kind[0]}/<str:key>/qr.svg", records.qr_code, told, name=f"{kind}-qr"),
    ]


urlpatterns = [
    path("", home.home, name="home"),
    path("themes", home.themes, name="themes"),
    path("match", match.match, name="match"),
    path("match/hits", match.hits, name="match-hits"),
    path("match/feedback", match.feedback, name="match-feedback"),
    path(f"{DELIVERIES}/<str:reference>", translation.receive, name="translation-delivery"),
    path("solutions/import", writing.publiccode, name="solution-import"),
    path("solutions/<str:key>/in-use", reusing.in_use, name="solution-in-use"),
    path("problems/<str:key>/status", writing.status, name="problem-status"),
    *_stream("problem"),
    *_stream("solution"),
]

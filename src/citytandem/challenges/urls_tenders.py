"""Addresses of the hand-over and reuse."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from citytandem.challenges.tender_files import KINDS
from citytandem.challenges.views import tenders

_FILES = "|".join(kind.replace(".", r"\.") for kind in KINDS)

urlpatterns: list[URLPattern] = [
    path("procurement", tenders.procurement, name="procurement"),
    path("solutions/<str:key>/reuse", tenders.reuse, name="reuse"),
    path("challenges/<str:key>/tenders", tenders.tenders, name="tenders"),
    path("challenges/<str:key>/tenders/new", tenders.tenders, name="tender-new"),
    path("tenders/<str:key>", tenders.tender, name="tender"),
    path("tenders/<str:key>/edit/<slug:part>", tenders.write, name="tender-write"),
    path("tenders/<str:key>/hand-over", tenders.hand_over, name="tender-hand-over"),
    path("tenders/<str:key>/copy", tenders.copy, name="tender-copy"),
    re_path(rf"^tenders/(?P<key>[^/]+)/(?P<kind>{_FILES})$", tenders.file, name="tender-file"),
]

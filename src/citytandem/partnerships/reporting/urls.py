"""Addresses of result profiles and reports."""

from __future__ import annotations

from django.urls import path

from citytandem.partnerships.reporting import views

_KINDS = ("pdf", "docx")
urlpatterns = [
    path("programme/report", views.report, name="report"),
    *(path(f"programme/report.{kind}", views.report_as, {"kind": kind}, name=f"report-{kind}") for kind in _KINDS),
    path("partnerships/<slug:slug>/profile", views.profile, name="profile"),
    *(
        path(f"partnerships/<slug:slug>/profile.{kind}", views.profile_as, {"kind": kind}, name=f"profile-{kind}")
        for kind in _KINDS
    ),
]

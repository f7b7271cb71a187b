"""Addresses of moderation."""

from __future__ import annotations

from django.urls import path

from citytandem.moderation.views import about, appealing, cases, queue, reporting

app_name = "moderation"
urlpatterns = [
    path("report", reporting.report, name="report"),
    path("report/<str:code>", reporting.receipt, name="receipt"),
    path("moderation", queue.queue, name="queue"),
    path("moderation/keep", queue.keep, name="keep"),
    path("moderation/appeals", queue.appeals, name="appeals"),
    path("moderation/mergers", queue.mergers, name="mergers"),
    path("moderation/take-up", cases.take_up, name="take-up"),
    path("moderation/<uuid:case_id>", cases.case, name="case"),
    path("moderation/<uuid:case_id>/next", cases.following, name="next"),
    path("moderation/<uuid:case_id>/decide", cases.decide, name="decide"),
    path("moderation/<uuid:case_id>/assign", cases.assign, name="assign"),
    path("moderation/<uuid:case_id>/merge", cases.merge, name="merge"),
    path("moderation/<uuid:case_id>/split", cases.split, name="split"),
    path("moderation/<uuid:case_id>/reporters", cases.reporters, name="reporters"),
    path("moderation/<uuid:case_id>/statement", cases.statement, name="statement"),
    path("moderation/<uuid:case_id>/appeal", appealing.appeal, name="appeal"),
    path("moderation/<uuid:case_id>/appeals", appealing.decide, name="appeal-decide"),
    path("about/moderation", about.about, name="about"),
    path("about/moderation.csv", about.csv_file, name="about-csv"),
]

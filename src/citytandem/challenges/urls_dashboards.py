"""Addresses of dashboards and exports."""

from __future__ import annotations

from django.urls import path

from citytandem.challenges.views import dashboards, exports

urlpatterns = [
    path("desk/challenges", dashboards.desk, name="desk"),
    path("council", dashboards.council, name="council"),
    path("about/challenges", dashboards.about, name="about"),
    path("challenges.csv", exports.challenges_csv, name="export-csv"),
    path("challenges.json", exports.challenges_json, name="export-json"),
    path("challenges.atom", exports.challenges_atom, name="feed"),
    path("challenges/<str:key>/export.json", exports.challenge_json, name="challenge-json"),
    path("challenges/<str:key>/proposals.csv", exports.proposals_csv, name="proposals-csv"),
]

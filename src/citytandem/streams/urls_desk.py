"""Addresses of the innovation unit's desk, the map and the page that explains scores."""

from __future__ import annotations

from django.urls import path

from citytandem.streams.views import desk, mapping, staff, statistics

app_name = "desk"
urlpatterns = [
    path("desk", desk.desk, name="desk"),
    path("desk/links/<uuid:link_id>", desk.link, name="link"),
    path("desk/suggestions", desk.suggest, name="suggest"),
    path("desk/weights", desk.weights, name="weights"),
    path("desk/weights/propose", desk.weights_propose, name="weights-propose"),
    path("desk/weights/use", desk.weights_use, name="weights-use"),
    path("desk/problems", staff.problems, name="problems"),
    path("desk/problems/bulk", staff.bulk, name="bulk"),
    path("desk/problems.csv", staff.export_all, {"kind": "csv"}, name="export-csv"),
    path("desk/problems.xlsx", staff.export_all, {"kind": "xlsx"}, name="export-xlsx"),
    path("desk/statistics", statistics.desk, name="statistics"),
    path("desk/statistics.csv", statistics.desk_csv, name="statistics-csv"),
    path("about/answers", statistics.answers, name="answers"),
    path("desk/views", staff.view_new, name="view-new"),
    path("desk/views/<uuid:view_id>/delete", staff.view_gone, name="view-delete"),
    path("problems/<str:key>/department", staff.route, name="route"),
    path("map", mapping.map_page, name="map"),
    path("about/match", mapping.scores, name="scores"),
]

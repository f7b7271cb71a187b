"""Addresses of pilots."""

from __future__ import annotations

from django.urls import URLPattern, path

from citytandem.challenges.views import pilot_measuring, pilots

urlpatterns: list[URLPattern] = [
    path("challenges/<str:key>/pilots", pilots.pilot_list, name="pilots"),
    path("challenges/<str:key>/pilots/new", pilots.new, name="pilot-new"),
    path("pilots/<str:code>", pilots.pilot, name="pilot"),
    path("pilots/<str:code>/edit", pilots.edit, name="pilot-edit"),
    path("pilots/<str:code>/gates/<slug:kind>", pilots.gate, name="pilot-gate"),
    path("pilots/<str:code>/indicators", pilot_measuring.indicators, name="pilot-indicators"),
    path("pilots/<str:code>/measurements", pilot_measuring.measurements, name="pilot-measurements"),
    path("pilots/<str:code>/measurements.csv", pilot_measuring.download, name="pilot-download"),
    path(
        "pilots/<str:code>/measurements/<int:number>/remove",
        pilot_measuring.measurement_remove,
        name="pilot-measurement-remove",
    ),
    path("pilots/<str:code>/costs/<int:number>/remove", pilot_measuring.cost_remove, name="pilot-cost-remove"),
    path("pilots/<str:code>/start", pilots.start, name="pilot-start"),
    path("pilots/<str:code>/finish", pilots.finish, name="pilot-finish"),
    path("pilots/<str:code>/break-off", pilots.break_off, name="pilot-break-off"),
    path("pilots/<str:code>/decide", pilots.decide, name="pilot-decide"),
    path("pilots/<str:code>/solution", pilots.solution, name="pilot-solution"),
]

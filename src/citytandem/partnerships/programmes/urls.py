"""Addresses of profiles and programmes."""

from __future__ import annotations

from django.urls import URLPattern, path

from citytandem.partnerships.programmes import (
    views_applying,
    views_bench,
    views_leaving,
    views_profile,
    views_programme,
)

urlpatterns: list[URLPattern] = [
    path("cities/<slug:slug>/edit", views_profile.edit, name="city-edit"),
    path("cities/<slug:slug>/contacts", views_profile.contacts, name="city-contacts"),
    path("programmes", views_programme.programmes, name="programmes"),
    path("programmes/new", views_bench.new, name="programme-new"),
    path("programmes/<slug:programme>", views_programme.programme, name="programme-of"),
    path("programmes/<slug:programme>/edit", views_bench.edit, name="programme-edit"),
    path("programmes/<slug:programme>/apply", views_applying.apply, name="apply"),
    path("programmes/<slug:programme>/apply/withdraw", views_applying.withdraw, name="apply-withdraw"),
    path("programmes/<slug:programme>/bench", views_bench.bench, name="bench"),
    path(
        "programmes/<slug:programme>/applications/<uuid:application_id>", views_bench.decide, name="application-decide"
    ),
    path("programmes/<slug:programme>/solutions/compare", views_bench.compare, name="solutions-compare"),
    path("programmes/<slug:programme>/solutions/<int:number>", views_bench.solution, name="solution"),
    path("programmes/<slug:programme>/solutions/<int:number>/pair", views_bench.pin, name="solution-pin"),
    path("programmes/<slug:programme>/solutions/<int:number>/publish", views_bench.publish, name="solution-publish"),
    path("programmes/<slug:programme>/reasons", views_leaving.reasons, name="programme-reasons"),
    path("partnerships/<slug:partnership>/leave", views_leaving.leave, name="partnership-leave"),
    path("partnerships/<slug:partnership>/ways-on", views_leaving.ways_on, name="partnership-ways-on"),
    path("partnerships/<slug:partnership>/activate", views_leaving.activate, name="partnership-activate"),
    path("partnerships/<slug:partnership>/hand-over", views_leaving.hand_over, name="partnership-hand-over"),
]

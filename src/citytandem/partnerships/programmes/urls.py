"""Addresses of profiles and programmes."""

from __future__ import annotations

from django.urls import URLPattern, path

from citytandem.partnerships.programmes import views_profile, views_programme

urlpatterns: list[URLPattern] = [
    path("cities/<slug:slug>/edit", views_profile.edit, name="city-edit"),
    path("cities/<slug:slug>/contacts", views_profile.contacts, name="city-contacts"),
    path("programmes", views_programme.programmes, name="programmes"),
    path("programmes/<slug:programme>", views_programme.programme, name="programme-of"),
]

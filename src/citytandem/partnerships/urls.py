"""Addresses of cities, partnerships and the programme."""

from __future__ import annotations

from django.urls import path

from citytandem.partnerships import views

app_name = "partnerships"
urlpatterns = [
    path("cities", views.cities, name="cities"),
    path("cities/<slug:slug>", views.city, name="city"),
    path("partnerships", views.partnerships, name="partnerships"),
    path("partnerships/<slug:slug>", views.partnership, name="partnership"),
    path("programme", views.programme, name="programme"),
]

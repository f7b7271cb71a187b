"""Addresses of the pages about the software itself."""

from __future__ import annotations

from django.urls import path

from citytandem.ui import views

app_name = "ui"
urlpatterns = [
    path("about", views.about, name="about"),
    path("about/accessibility", views.accessibility, name="accessibility"),
]

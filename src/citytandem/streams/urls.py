"""Addresses of the two streams and the match."""

from __future__ import annotations

from django.urls import path

from citytandem.streams.views import home

app_name = "streams"
urlpatterns = [
    path("", home.home, name="home"),
    path("themes", home.themes, name="themes"),
]

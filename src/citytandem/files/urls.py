"""Addresses of files."""

from __future__ import annotations

from django.urls import path

from citytandem.files import views

app_name = "files"
urlpatterns = [
    path("files/of/<slug:kind>/<uuid:object_id>", views.of_thing, name="of-thing"),
    path("files/<uuid:file_id>/look", views.look, name="look"),
    path("files/<uuid:file_id>/<slug:variant>", views.content, name="content"),
]

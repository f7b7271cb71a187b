"""Addresses of replication passports."""

from __future__ import annotations

from django.urls import path

from citytandem.partnerships.passports import views

urlpatterns = [
    path("passports", views.passports, name="passports"),
    path("solutions/<str:key>/passport", views.begin, name="passport-begin"),
    path("passports/<uuid:passport_id>", views.passport, name="passport"),
    path("passports/<uuid:passport_id>/edit", views.edit, name="passport-edit"),
    path("passports/<uuid:passport_id>/tasks", views.add_task, name="passport-task-add"),
    path("passports/<uuid:passport_id>/result", views.settle, name="passport-settle"),
    path("passports/<uuid:passport_id>/data.json", views.as_json, name="passport-json"),
    path("passports/tasks/<uuid:task_id>", views.task, name="passport-task"),
]

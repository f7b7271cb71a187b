"""Addresses of notices, feeds and calendars."""

from __future__ import annotations

from django.urls import path

from citytandem.notifications import views

app_name = "notifications"
urlpatterns = [
    path("notifications", views.notices, name="list"),
    path("notifications/<uuid:notice_id>/open", views.open_notice, name="open"),
    path("notifications/read", views.mark_read, name="read"),
    path("notifications/settings", views.settings, name="settings"),
    path("notifications/address", views.address, name="address"),
    path("notifications/calendar", views.calendar_address, name="calendar-address"),
    path("notifications/unsubscribe/<str:token>", views.unsubscribe, name="unsubscribe"),
    path("notifications/log", views.delivery_log, name="log"),
    path("calendar/<str:key>.ics", views.calendar, name="calendar"),
    path("feeds/<slug:kind>/<uuid:object_id>.atom", views.activity, name="activity"),
]

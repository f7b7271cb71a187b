"""Addresses of events."""

from __future__ import annotations

from django.urls import URLPattern, path

from citytandem.partnerships.convening import views_planning, views_public

urlpatterns: list[URLPattern] = [
    path("programmes/<slug:programme>/events", views_planning.events, name="events"),
    path("programmes/<slug:programme>/events/new", views_planning.new, name="event-new"),
    path("events/<slug:slug>", views_public.event, name="event"),
    path("events/<slug:slug>/edit", views_planning.edit, name="event-edit"),
    path("events/<slug:slug>/publish", views_planning.publish, name="event-publish"),
    path("events/<slug:slug>/cancel", views_planning.cancel, name="event-cancel"),
    path("events/<slug:slug>/sessions/new", views_planning.session, name="event-session-new"),
    path("events/<slug:slug>/sessions/<uuid:session_id>", views_planning.session, name="event-session"),
    path("events/<slug:slug>/materials/new", views_planning.material, name="event-material-new"),
    path("events/<slug:slug>/materials/<uuid:material_id>", views_planning.material, name="event-material"),
    path("events/<slug:slug>/feedback", views_planning.ask_for_feedback, name="event-feedback"),
    path("events/<slug:slug>/register", views_public.register, name="event-register"),
    path("events/<slug:slug>/registrations", views_public.registrations, name="registrations"),
    path("events/<slug:slug>/registrations.csv", views_public.registrations_csv, name="registrations-csv"),
    path("events/<slug:slug>/event.ics", views_public.event_ics, name="event-ics"),
    path("events/<slug:slug>/schedule.json", views_public.schedule_json, name="event-schedule"),
    path("events/<slug:slug>/indico.json", views_public.indico_json, name="event-indico"),
    path("registrations/sent", views_public.sent, name="registration-sent"),
    path("registrations/<str:token>", views_public.registration, name="registration"),
]

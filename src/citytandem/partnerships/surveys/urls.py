"""Addresses of surveys."""

from __future__ import annotations

from django.urls import URLPattern, path

from citytandem.partnerships.surveys import views_answering, views_building

urlpatterns: list[URLPattern] = [
    path("programmes/<slug:programme>/surveys", views_building.surveys, name="surveys"),
    path("programmes/<slug:programme>/surveys/new", views_building.new, name="survey-new"),
    path("surveys/thanks", views_answering.thanks, name="survey-thanks"),
    path("surveys/answer/<str:secret>", views_answering.answer, name="survey-answer"),
    path("surveys/open/<str:key>", views_answering.answer_openly, name="survey-open"),
    path("surveys/<slug:slug>/results", views_answering.results, name="survey-results"),
    path("surveys/<slug:slug>/results.csv", views_answering.results_csv, name="survey-results-csv"),
    path("surveys/<slug:slug>/results.json", views_answering.results_json, name="survey-results-json"),
    path("surveys/<slug:slug>/build", views_building.survey, name="survey"),
    path("surveys/<slug:slug>/edit", views_building.edit, name="survey-edit"),
    path("surveys/<slug:slug>/preview", views_building.preview, name="survey-preview"),
    path("surveys/<slug:slug>/questions/new", views_building.question, name="survey-question-new"),
    path("surveys/<slug:slug>/questions/<str:key>", views_building.question, name="survey-question"),
    path("surveys/<slug:slug>/questions/<str:key>/order", views_building.question_order, name="survey-question-order"),
    path("surveys/<slug:slug>/waves", views_building.wave_new, name="survey-wave-new"),
    path("surveys/<slug:slug>/waves/<int:number>", views_building.wave, name="survey-wave"),
    path("surveys/<slug:slug>/waves/<int:number>/invite", views_building.invite, name="survey-invite"),
]

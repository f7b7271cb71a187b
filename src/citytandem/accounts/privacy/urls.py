"""Addresses of privacy: for everybody, and for each about themselves."""

from __future__ import annotations

from django.urls import path

from citytandem.accounts.privacy import views

app_name = "privacy"
urlpatterns = [
    path("about/privacy", views.about, name="about"),
    path("account/privacy", views.my_data, name="my-data"),
    path("account/privacy/consent", views.consent, name="consent"),
    path("account/privacy/export", views.export, name="export"),
    path("account/privacy/export/<uuid:export_id>.zip", views.download, name="download"),
    path("account/privacy/erase", views.erase, name="erase"),
    path("account/privacy/erased", views.erased, name="erased"),
]

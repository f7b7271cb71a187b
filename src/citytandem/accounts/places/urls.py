"""Addresses of departments and organisations."""

from __future__ import annotations

from django.urls import path

from citytandem.accounts.places.views import departments, organisations

app_name = "places"
urlpatterns = [
    path("departments", departments.departments, name="departments"),
    path("departments/<str:slug>", departments.department, name="department"),
    path("organisations", organisations.organisations, name="organisations"),
    path("organisations/new", organisations.new, name="organisation-new"),
    path("organisations/<str:slug>", organisations.organisation, name="organisation"),
    path("organisations/<str:slug>/edit", organisations.edit, name="organisation-edit"),
    path("organisations/<str:slug>/members", organisations.members, name="organisation-members"),
    path("administration/departments", departments.administration, name="administration-departments"),
    path("administration/departments/new", departments.new, name="administration-department-new"),
    path("administration/departments/<str:slug>", departments.edit, name="administration-department"),
    path("administration/departments/<str:slug>/staff", departments.staff, name="administration-staff"),
    path(
        "administration/departments/<str:slug>/staff/<uuid:membership_id>/remove",
        departments.staff_remove,
        name="administration-staff-remove",
    ),
    path("administration/organisations", organisations.administration, name="administration-organisations"),
]

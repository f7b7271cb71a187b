"""Addresses of cities, partnerships and the programme."""

from __future__ import annotations

from django.urls import path

from citytandem.partnerships import views
from citytandem.partnerships.accompanying.urls import urlpatterns as accompanying
from citytandem.partnerships.convening import urls as convening
from citytandem.partnerships.passports import urls as passports
from citytandem.partnerships.programmes import urls as programmes
from citytandem.partnerships.reporting import urls as reporting
from citytandem.partnerships.surveys import urls as surveys

app_name = "partnerships"
urlpatterns = [
    *accompanying,
    path("cities", views.cities, name="cities"),
    path("cities/<slug:slug>", views.city, name="city"),
    path("cities/<slug:slug>/partners", views.city_partners, name="city-partners"),
    path("cities/<slug:slug>/qr.svg", views.city_qr, name="city-qr"),
    path("partnerships", views.partnerships, name="partnerships"),
    path("partnerships/<slug:slug>", views.partnership, name="partnership"),
    path("partnerships/<slug:slug>/qr.svg", views.partnership_qr, name="partnership-qr"),
    path("programme", views.programme, name="programme"),
    *reporting.urlpatterns,
    *passports.urlpatterns,
    *programmes.urlpatterns,
    *surveys.urlpatterns,
    *convening.urlpatterns,
]

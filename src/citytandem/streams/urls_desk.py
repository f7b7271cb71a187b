"""Addresses of the innovation unit's desk, the map and the page that explains scores."""

from __future__ import annotations

from django.urls import path

from citytandem.streams import views_desk, views_map

app_name = "desk"
urlpatterns = [
    path("desk", views_desk.desk, name="desk"),
    path("desk/links/<uuid:link_id>", views_desk.link, name="link"),
    path("desk/suggestions", views_desk.suggest, name="suggest"),
    path("desk/weights", views_desk.weights, name="weights"),
    path("desk/weights/propose", views_desk.weights_propose, name="weights-propose"),
    path("desk/weights/use", views_desk.weights_use, name="weights-use"),
    path("map", views_map.map_page, name="map"),
    path("about/match", views_map.scores, name="scores"),
]

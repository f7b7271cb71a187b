"""Addresses of the innovation unit's desk, the map and the page that explains scores."""

from __future__ import annotations

from django.urls import path

from citytandem.streams.views import desk, mapping

app_name = "desk"
urlpatterns = [
    path("desk", desk.desk, name="desk"),
    path("desk/links/<uuid:link_id>", desk.link, name="link"),
    path("desk/suggestions", desk.suggest, name="suggest"),
    path("desk/weights", desk.weights, name="weights"),
    path("desk/weights/propose", desk.weights_propose, name="weights-propose"),
    path("desk/weights/use", desk.weights_use, name="weights-use"),
    path("map", mapping.map_page, name="map"),
    path("about/match", mapping.scores, name="scores"),
]

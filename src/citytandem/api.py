"""The HTTP API of the node: all modules put together, and what belongs to none of them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import orjson
from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from ninja import Query

from citytandem import __version__
from citytandem.accounts.contract import actor_of
from citytandem.challenges.api import router as challenges
from citytandem.conversation.api import router as conversation
from citytandem.core.api import JSON, Api, Shape
from citytandem.core.api_errors import path_unknown, problem
from citytandem.core.openapi import MEDIA_TYPE_KEY
from citytandem.core.themes import skos, themes
from citytandem.files.api import router as files
from citytandem.moderation.api import router as moderation
from citytandem.partnerships.api import router as partnerships
from citytandem.partnerships.geo import city_features, partnership_features
from citytandem.streams.api import router as streams
from citytandem.streams.geo import record_features

DESCRIPTION = (
    "Problems and solutions of cities, and the match between them. Reading needs no sign-in; writing uses the sign-in "
    "of the pages, with its token in the header X-CSRFToken. Content comes in every language version; `in` chooses the "
    "language of reasons and messages. Errors are problem details (RFC 9457). Lists go on at the address in `next`."
)
GEO_JSON = "application/geo+json"
LD_JSON = "application/ld+json"

api = Api(title="citytandem", version=__version__, description=DESCRIPTION)
api.add_router("", streams)
api.add_router("", challenges)
api.add_router("", partnerships)
api.add_router("", files)
api.add_router("", moderation)
api.add_router("", conversation)


class ThemeOut(Shape):
    """A theme; `broader` is the id of the theme above it, or empty at the top."""

    id: str
    labels: dict[str, str]
    broader: str
    data_themes: list[str]
    eurovoc: list[str]


class ThemeList(Shape):
    """All themes, each top theme before its children."""

    items: list[ThemeOut]
    next: str | None = None


class Geometry(Shape):
    """A GeoJSON geometry."""

    type: Literal["Point", "MultiLineString"]
    coordinates: list[Any]


class MapProperties(Shape):
    """What a map shows of a thing."""

    layer: str
    title: str
    path: str
    city: str


class Feature(Shape):
    """A GeoJSON feature."""

    type: Literal["Feature"]
    id: str
    geometry: Geometry
    properties: MapProperties


class FeatureCollection(Shape):
    """A GeoJSON feature collection."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[Feature]


Layer = Annotated[
    Literal["all", "problems", "solutions", "cities", "partnerships"],
    Query(description="What to show; lines join partners. `all` is everything at once."),
]
LAYERS = ("partnerships", "cities", "solutions", "problems")


@api.get("/themes", response=ThemeList, tags=["themes"])
def theme_list(request: HttpRequest) -> Any:
    """All themes, with labels in nine languages and their EuroVoc domains and EU data themes."""
    rows = [
        ThemeOut(
            id=theme.id,
            labels=theme.labels,
            broader=theme.broader,
            data_themes=list(theme.data_themes),
            eurovoc=list(theme.eurovoc),
        )
        for theme in themes().values()
    ]
    return ThemeList(items=rows)


@api.get("/themes.jsonld", response=dict[str, Any], tags=["themes"], openapi_extra={MEDIA_TYPE_KEY: LD_JSON})
def theme_scheme(request: HttpRequest) -> HttpResponse:
    """All themes as a SKOS concept scheme in JSON-LD."""
    return HttpResponse(orjson.dumps(skos()), content_type=LD_JSON)


@api.get("/map.geojson", response=FeatureCollection, tags=["map"], openapi_extra={MEDIA_TYPE_KEY: GEO_JSON})
def map_features(request: HttpRequest, layer: Layer = "all") -> HttpResponse:
    """One layer of the map as GeoJSON, or all: at most 5,000 points a layer, newest first."""
    features = [feature for name in (LAYERS if layer == "all" else (layer,)) for feature in _features(request, name)]
    return HttpResponse(orjson.dumps({"type": "FeatureCollection", "features": features}), content_type=GEO_JSON)


def _features(request: HttpRequest, layer: str) -> list[dict[str, Any]]:
    reader = get_language() or "en"
    if layer == "cities":
        return city_features(reader=reader)
    if layer == "partnerships":
        return partnership_features(reader=reader)
    return record_features(actor_of(request), kind=layer.removesuffix("s"), reader=reader)


@api.get("/openapi.json", include_in_schema=False)
def openapi_document(request: HttpRequest) -> HttpResponse:
    """This API, described."""
    return HttpResponse(api.document(), content_type=JSON)


@csrf_exempt
def unknown(request: HttpRequest) -> HttpResponse:
    """Whatever else is asked for below `/api/`."""
    return problem(path_unknown(), request)


urlpatterns = [path("v1/", api.urls), re_path("", unknown)]

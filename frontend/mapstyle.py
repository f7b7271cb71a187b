"""The two looks of the base map: calm, so that what lies on top of it speaks.

No glyphs address is given: MapLibre then draws labels with the page's own font, and asks nobody for one.
"""

from __future__ import annotations

from typing import Any

Palette = dict[str, str]

LIGHT: Palette = {
    "water": "#dbe5ea",
    "land": "#f4f1ec",
    "border": "#c9c2b8",
    "city": "#5f5a53",
    "country": "#756e64",
    "halo": "#f4f1ec",
}
DARK: Palette = {
    "water": "#1a2229",
    "land": "#2b2a28",
    "border": "#55514b",
    "city": "#c9c3ba",
    "country": "#928b81",
    "halo": "#2b2a28",
}

FONT = ["Fira Sans"]
BY_ZOOM = ["interpolate", ["linear"], ["zoom"]]


def style(name: str, palette: Palette) -> dict[str, Any]:
    """A MapLibre style over `europe.pmtiles`, which lies beside it."""
    return {
        "version": 8,
        "name": name,
        "sources": {"base": {"type": "vector", "url": "pmtiles://europe.pmtiles"}},
        "layers": [
            {"id": "water", "type": "background", "paint": {"background-color": palette["water"]}},
            _layer("land", "fill", paint={"fill-color": palette["land"]}),
            _layer("rivers", "line", paint={"line-color": palette["water"], "line-width": [*BY_ZOOM, 3, 0.6, 8, 2.4]}),
            _layer("lakes", "fill", paint={"fill-color": palette["water"]}),
            *_borders(palette),
            # The last layer has the first choice of room.
            _city_names(palette),
            _country_names(palette),
        ],
    }


def _layer(source_layer: str, kind: str, **rest: Any) -> dict[str, Any]:
    return {"id": source_layer, "type": kind, "source": "base", "source-layer": source_layer, **rest}


def _borders(palette: Palette) -> list[dict[str, Any]]:
    paint = {"line-color": palette["border"], "line-width": [*BY_ZOOM, 2, 0.5, 7, 1.6]}
    round_ends = {"line-join": "round"}
    solid = _layer("borders", "line", filter=["!", ["get", "dashed"]], layout=round_ends, paint=paint)
    dashed = _layer(
        "borders", "line", filter=["get", "dashed"], layout=round_ends, paint={**paint, "line-dasharray": [3, 2]}
    )
    return [solid, {**dashed, "id": "borders-dashed"}]


def _country_names(palette: Palette) -> dict[str, Any]:
    # The page's script puts the name in the reader's language in place of the code.
    return _layer(
        "countries",
        "symbol",
        minzoom=3,
        maxzoom=6,
        layout={
            "text-field": ["get", "code"],
            "text-font": FONT,
            "text-size": [*BY_ZOOM, 3, 10, 6, 14],
            "text-letter-spacing": 0.12,
            "text-max-width": 7,
            "symbol-sort-key": ["-", ["get", "people"]],
        },
        paint=_text(palette, "country"),
    )


def _city_names(palette: Palette) -> dict[str, Any]:
    by_size = ["interpolate", ["linear"], ["get", "people"], 15_000, 11, 200_000, 12.5, 2_000_000, 15]
    return _layer(
        "cities",
        "symbol",
        minzoom=4,
        layout={
            "text-field": ["get", "name"],
            "text-font": FONT,
            "text-size": by_size,
            "text-padding": 6,
            "symbol-sort-key": ["-", ["get", "people"]],
        },
        paint=_text(palette, "city"),
    )


def _text(palette: Palette, colour: str) -> dict[str, Any]:
    return {"text-color": palette[colour], "text-halo-color": palette["halo"], "text-halo-width": 1.2}

"""Problems and solutions as GeoJSON (RFC 7946)."""

from __future__ import annotations

from typing import Any

from citytandem.accounts.contract import Actor
from citytandem.core.versions import human_versions, read
from citytandem.partnerships.contract import cities_by_id
from citytandem.streams.selectors import map_points

Feature = dict[str, Any]


def record_features(actor: Actor, *, kind: str, reader: str) -> list[Feature]:
    """A point for each record with a place that the actor may read; titles in the reader's language where there are."""
    rows = map_points(actor, kind=kind)
    cities = cities_by_id(row["city"] for row in rows)
    return [
        {
            "type": "Feature",
            "id": f"{kind}-{row['code']}",
            "geometry": {"type": "Point", "coordinates": [row["longitude"], row["latitude"]]},
            "properties": {
                "layer": f"{kind}s",
                "title": read(human_versions(row["title"]), reader=reader, original=row["language"]).text,
                "path": f"/{kind}s/{row['code']}",
                "city": cities[row["city"]].name_for(reader) if row["city"] in cities else "",
            },
        }
        for row in rows
    ]

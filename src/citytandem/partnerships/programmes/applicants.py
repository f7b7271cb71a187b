"""The facts by which a city is matched, out of its profile."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from citytandem.core.errors import Unavailable
from citytandem.partnerships.cohort.likeness import Vectors
from citytandem.partnerships.models import City
from citytandem.partnerships.phrases import phrase_vectors
from citytandem.partnerships.programmes.maturity import overall


def facts_of(city: City) -> dict[str, Any]:
    """What the matching reads of a city, as plain JSON; `name` is its short name. What it has not said stays empty."""
    level = overall(city.maturity)
    twins = [str(twin["slug"]) for twin in city.twinnings if twin.get("slug")]
    return {
        "name": city.slug,
        "country": city.country,
        "population": city.population,
        "languages": list(city.languages),
        "themes": list(city.topics),
        "teaches": [*(str(item["text"]) for item in city.can_teach), *city.teach_themes],
        "learns": [*(str(item["text"]) for item in city.wants_to_learn), *city.learn_themes],
        "partners": twins,
        "hours": city.hours,
        "networks": list(city.networks),
        "borders": list(city.borders),
        # The matching counts levels from 1 to 5.
        "maturity": None if level is None else level + 1,
        "is_newcomer": not twins and not city.networks,
    }


def embedded(texts: Iterable[str]) -> Vectors:
    """Vectors of phrases, computed once and kept. Raises Unavailable if the language model does not answer."""
    found = phrase_vectors(list(texts))
    if found is None:
        raise Unavailable("embedder.unavailable", "")
    return np.asarray(found, dtype=np.float32)

"""Partnerships that were matched by hand, beside what the score says of them."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from citytandem.core.errors import Unavailable
from citytandem.partnerships.cohort.weights import DEFAULT_PRESET, PRESETS
from citytandem.partnerships.models import City, Programme
from citytandem.partnerships.programmes.applicants import embedded, facts_of
from citytandem.partnerships.programmes.bench_pages import names_of, pair_shown
from citytandem.partnerships.programmes.cohorts import pair_told, scores_of

# The preset whose weights stand for a reason that a source states.
PRESET_OF = {
    "match-twinning": "twinning",
    "match-similar": "similar",
    "match-complement": "learning",
    "match-unequal": "learning",
    "match-border": DEFAULT_PRESET,
}


def explained(programme: Programme) -> list[dict[str, Any]]:
    """Each partnership with its stated reasons, and the terms of its pairs under the preset of the first of them.

    `place`: of all pairs of the programme's cities, how many have a higher score than the best pair of this partnership.
    """
    rows = list(programme.partnerships.order_by("slug"))
    cities = {city.id: city for city in City.objects.filter(id__in=[member for row in rows for member in row.members])}
    facts = [facts_of(city) for city in cities.values()]
    found, scored = [], {}
    for row in rows:
        stated = list(row.facts.get("matched_because", []))
        preset = PRESET_OF.get(str(stated[0]["id"]) if stated else "", DEFAULT_PRESET)
        if preset not in scored:
            scored[preset] = _scores(facts, preset)
        scores = scored[preset]
        slugs = [cities[member].slug for member in row.members if member in cities]
        pairs = [pair_told(scores, one, other) for one, other in combinations(slugs, 2)]
        best = max((round(10_000 * pair["score"]) for pair in pairs), default=0)
        higher = int((scores.total > best).sum()) // 2
        found.append({"slug": row.slug, "stated": stated, "preset": preset, "pairs": pairs, "place": higher + 1})
    return found


def _scores(facts: list[dict[str, Any]], preset: str) -> Any:
    try:
        return scores_of(facts, PRESETS[preset], embedded)
    except Unavailable:
        # Without the language model only phrases that are the same count; the page is there all the same.
        return scores_of(facts, PRESETS[preset], None)


def reasons_page(programme: Programme, *, reader: str) -> list[dict[str, Any]]:
    """`explained` in the reader's language."""
    from citytandem.partnerships.presenters_programme import matched_because
    from citytandem.partnerships.programmes.forms import PRESET_LABELS

    found = explained(programme)
    names = names_of(
        [pair[side] for one in found for pair in one["pairs"] for side in ("first", "second")], reader=reader
    )
    pairs_in_all = len(names) * (len(names) - 1) // 2
    return [
        {
            "slug": one["slug"],
            "title": " – ".join(
                dict.fromkeys(names[pair[side]] for pair in one["pairs"] for side in ("first", "second"))
            ),
            "stated": [matched_because(reason) for reason in one["stated"]],
            "preset": PRESET_LABELS[one["preset"]],
            "pairs": [pair_shown(pair, names) for pair in one["pairs"]],
            "place": one["place"],
            "of": pairs_in_all,
        }
        for one in found
    ]
